//! Every operation that the controls ask on the sample, failing in every way in which an operation can fail, once or
//! always. A fault is an ERROR, or is survived by asking again. It is never a finding, and what fails never passes by it.
//!
//! Only controls that make a call are run with the call failing: another one for each kind of fault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use logproof::{
    catalogue::{Control, vocabulary::Vocabulary},
    run::target::{self, Connected},
};
use logproof_aws::{Aws, Options};
use logproof_estate::{
    Source,
    assessment::{Assessment, ControlResult},
    record::Verdict,
};
use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};
use logproof_zone::MockZone;
use support::reach::Reach;

/// Kinds of fault, and whether one that strikes once is survived by asking again.
const KINDS: [(&str, bool); 6] = [
    ("access-denied", false),
    ("throttled", true),
    ("server-error", true),
    ("unreachable", true),
    ("malformed", false),
    ("garbled", false),
];

/// A zone in which one operation fails.
#[derive(Debug)]
struct Failing {
    zone: Arc<MockZone>,
    /// The same zone, in which everything fails.
    faulty: Arc<MockZone>,
    operation: String,
    times: u64,
    struck: AtomicU64,
}

impl Serve for Failing {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        let strikes = format!("{}:{}", tag.service, tag.operation) == self.operation
            && self.struck.fetch_add(1, Ordering::Relaxed) < self.times;
        if strikes { self.faulty.serve(tag, request) } else { self.zone.serve(tag, request) }
    }
}

/// A zone, and the same zone with everything failing, by kind.
struct Ground {
    connected: Connected,
    zone: Arc<MockZone>,
    faulty: BTreeMap<&'static str, Arc<MockZone>>,
}

impl Ground {
    fn of(text: &str, origin: &str, kinds: &[&'static str]) -> Self {
        let zone = |text: &str| MockZone::parse(text, origin).unwrap_or_else(|error| panic!("{origin}: {error}"));
        let faulty = kinds.iter().map(|kind| (*kind, Arc::new(zone(&format!("{text}\nfaults: [{{kind: {kind}}}]\n")))));
        let faulty = faulty.collect();
        let connected = target::described(zone(text), origin, Options::default()).unwrap();
        Self { connected, zone: Arc::new(zone(text)), faulty }
    }

    /// What controls find when an operation fails so often; nothing when the operation was not asked.
    fn check(&self, case: &Case, vocabulary: &Vocabulary) -> Option<Assessment> {
        let failing = Arc::new(Failing {
            zone: Arc::clone(&self.zone),
            faulty: Arc::clone(&self.faulty[case.kind]),
            operation: case.operation.clone(),
            times: case.times,
            struck: AtomicU64::default(),
        });
        let config = &self.connected.config;
        let server = Arc::clone(&failing) as Arc<dyn Serve>;
        let caller = &config.organization.management_account;
        let aws = Arc::new(Aws::served(server, caller, config, Options::default()));
        let source = Arc::clone(&aws) as Arc<dyn Source>;
        let found = support::assessed(&self.connected, source, &|| aws.calls(), &case.controls, vocabulary);
        (failing.struck.load(Ordering::Relaxed) > 0).then_some(found)
    }
}

/// One run: what fails how, and the controls that ask for it.
struct Case {
    operation: String,
    kind: &'static str,
    times: u64,
    survived: bool,
    controls: Vec<Control>,
}

impl Case {
    fn name(&self) -> String {
        format!("{} {} {}", self.operation, self.kind, if self.times == 1 { "once" } else { "always" })
    }
}

#[test]
fn a_fault_is_an_error_or_survived_and_never_a_finding() {
    let (controls, vocabulary) = support::catalogue();
    let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let before: BTreeMap<&str, Verdict> = sample.controls.iter().map(|c| (c.id.as_str(), c.verdict)).collect();
    let asked = asked(&controls, &vocabulary);
    assert!(asked.len() > 40, "{} operations are asked", asked.len());
    let ground = Ground::of("base: sample", "sample", &KINDS.map(|(kind, _)| kind));
    let cases: Vec<Case> = asked.iter().flat_map(|(operation, by)| cases(operation, by)).collect();
    let noticed = Mutex::new(BTreeSet::new());
    let problems = each(&cases, |case| {
        let Some(found) = ground.check(case, &vocabulary) else { return vec![format!("{}: not asked", case.name())] };
        let changed = found.controls.iter().filter(|control| control.verdict != before[control.id.as_str()]);
        let wrong = changed.filter(|control| control.verdict != Verdict::Error || case.survived);
        if found.controls.iter().any(|control| control.verdict == Verdict::Error) || found.run.incomplete.is_some() {
            noticed.lock().unwrap().insert(case.operation.clone());
        }
        wrong.map(|control| format!("{}: {}", case.name(), told(control))).collect()
    });
    let unnoticed: Vec<&String> = asked.keys().filter(|name| !noticed.lock().unwrap().contains(*name)).collect();
    assert_eq!(unnoticed, Vec::<&String>::new(), "operations that may fail unnoticed");
    assert!(problems.is_empty(), "{} problems in {} runs:\n{}", problems.len(), cases.len(), problems.join("\n"));
}

#[test]
fn what_fails_never_passes_by_a_fault() {
    let (controls, vocabulary) = support::catalogue();
    let asked = asked(&controls, &vocabulary);
    let failing: Vec<(&Control, String)> =
        controls.iter().filter_map(|control| Some((control, violating(&control.id)?))).collect();
    assert!(failing.len() > 50, "{} controls have a fixture that fails", failing.len());
    let problems = each(&failing, |(control, fixture)| {
        let kinds = ["access-denied", "malformed"];
        let ground = Ground::of(fixture, &control.id, &kinds);
        // What every run asks is not this control's.
        let operations = asked.iter().filter(|(_, by)| by.len() < controls.len());
        let operations = operations.filter(|(_, by)| by.iter().any(|other| other.id == control.id));
        let mut problems = Vec::new();
        // Every second one: what a control asks often fails alike.
        for (index, (operation, _)) in operations.step_by(2).enumerate() {
            let (kind, operation) = (kinds[index % 2], operation.clone());
            let controls = vec![(*control).clone()];
            let case = Case { operation, kind, times: u64::MAX, survived: false, controls };
            // The fixture may end before the call is made.
            let Some(found) = ground.check(&case, &vocabulary) else { continue };
            let wrong = found.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Fail | Verdict::Error));
            problems.extend(wrong.map(|control| format!("{}: {}", case.name(), told(control))));
        }
        problems
    });
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn a_run_of_which_nobody_knows_who_asked_is_incomplete_in_every_report() {
    let home = tempfile::tempdir().unwrap();
    let zone = "base: sample\nfaults: [{service: sts, operation: GetCallerIdentity, kind: unreachable}]\n";
    fs::write(home.path().join("zone.yaml"), zone).unwrap();
    let ran = support::run(home.path(), &["check", "--mock", "zone.yaml", "--control", "LS-3.4", "--out", "run"]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("INCOMPLETE: it is not known who asked"), "{}", ran.out);
    let bundle = home.path().join("run");
    for (_, report) in logproof::report::Format::ALL {
        let text = fs::read_to_string(bundle.join(report)).unwrap();
        assert!(text.contains("it is not known who asked"), "{report}:\n{text}");
    }
    let verified = support::run(home.path(), &["verify", "run"]);
    assert!(verified.out.contains("it is not known who asked"), "{}", verified.out);
}

/// The operations that are asked on the sample, with the controls that ask them.
fn asked(controls: &[Control], vocabulary: &Vocabulary) -> BTreeMap<String, Vec<Control>> {
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let by = Reach::of(&zone, controls, vocabulary).operations();
    by.into_iter().map(|(name, by)| (name, by.into_iter().map(|index| controls[index].clone()).collect())).collect()
}

/// Each kind of fault with another of the controls that ask for the operation.
fn cases(operation: &str, by: &[Control]) -> Vec<Case> {
    let mut cases = Vec::new();
    for ((kind, survived), control) in KINDS.into_iter().zip(by.iter().cycle()) {
        let case = |times, survived| Case {
            operation: operation.to_owned(),
            kind,
            times,
            survived,
            controls: vec![control.clone()],
        };
        cases.push(case(u64::MAX, false));
        cases.extend(survived.then(|| case(1, true)));
    }
    cases
}

/// The first fixture on which a control fails, without faults of its own.
fn violating(control: &str) -> Option<String> {
    let folder = support::root().join("tests/fixtures").join(control);
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let fails = names.iter().filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("violating"));
    fails.map(|path| fs::read_to_string(path).unwrap()).find(|text| !text.contains("\nfaults:"))
}

fn told(control: &ControlResult) -> String {
    let scenario = control.scenarios.iter().find(|scenario| scenario.verdict == control.verdict);
    let reason = scenario.map_or("", |scenario| scenario.reason.as_str());
    format!("{} is {}: {reason}", control.id, control.verdict.word())
}

/// Runs `examine` on each of many, on every processor.
fn each<T: Sync>(all: &[T], examine: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let (next, problems) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = examine(one);
                    problems.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut problems = problems.into_inner().unwrap();
    problems.sort();
    problems
}
