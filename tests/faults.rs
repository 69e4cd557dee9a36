//! Every operation that the controls ask on the sample, failing in every way in which an operation can fail, once or
//! always. A fault is an ERROR, or is survived by asking again. It is never a finding, and what fails never passes by it.
//!
//! Only the controls that make a call are run with the call failing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use logproof::{catalogue::Control, vocabulary::Vocabulary};
use logproof_aws::MockZone;
use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::Verdict,
};
use support::reach::Reach;

/// Kinds of fault, and whether asking again helps when it strikes once.
const KINDS: [(&str, bool); 6] = [
    ("access-denied", false),
    ("throttled", true),
    ("server-error", true),
    ("unreachable", true),
    ("malformed", false),
    ("garbled", false),
];

/// One run: what fails how, and the controls that ask for it.
struct Case {
    operation: String,
    kind: &'static str,
    times: Option<u32>,
    survived: bool,
    controls: Vec<Control>,
}

impl Case {
    fn name(&self) -> String {
        format!("{} {} {}", self.operation, self.kind, self.times.map_or("always", |_| "once"))
    }

    fn faults(&self) -> String {
        let (service, operation) = self.operation.split_once(':').unwrap();
        let times = self.times.map(|times| format!(", times: {times}")).unwrap_or_default();
        format!("faults: [{{service: {service}, operation: {operation}, kind: {}{times}}}]\n", self.kind)
    }
}

#[test]
fn a_fault_is_an_error_or_survived_and_never_a_finding() {
    let (controls, vocabulary) = support::catalogue();
    let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let before: BTreeMap<&str, Verdict> = sample.controls.iter().map(|c| (c.id.as_str(), c.verdict)).collect();
    let asked = asked(&controls, &vocabulary);
    assert!(asked.len() > 40, "{} operations are asked", asked.len());
    let cases: Vec<Case> = asked.iter().flat_map(|(operation, by)| cases(operation, by)).collect();
    let problems = each(&cases, |case| {
        let zone = format!("base: sample\n{}", case.faults());
        let found = support::check(&zone, "sample with a fault", &case.controls, &vocabulary).unwrap();
        let mut problems: Vec<String> = found
            .controls
            .iter()
            .filter(|control| control.verdict != before[control.id.as_str()])
            .filter(|control| control.verdict != Verdict::Error || case.survived)
            .map(|control| told(control))
            .collect();
        let struck = found.controls.iter().any(|control| control.verdict == Verdict::Error);
        if case.times.is_none() && !struck && found.run.incomplete.is_none() {
            problems.push("nothing is an ERROR".to_owned());
        }
        problems.iter().map(|problem| format!("{}: {problem}", case.name())).collect()
    });
    assert!(problems.is_empty(), "{} of {} runs:\n{}", problems.len(), cases.len(), problems.join("\n"));
}

#[test]
fn what_fails_never_passes_by_a_fault() {
    let (controls, vocabulary) = support::catalogue();
    let asked = asked(&controls, &vocabulary);
    let mut cases = Vec::new();
    for control in &controls {
        let Some(fixture) = violating(&control.id) else { continue };
        let operations = asked.iter().filter(|(_, by)| by.iter().any(|other| other.id == control.id));
        for (operation, _) in operations {
            for kind in ["access-denied", "malformed"] {
                let operation = operation.clone();
                let case = Case { operation, kind, times: None, survived: false, controls: vec![control.clone()] };
                cases.push((fixture.clone(), case));
            }
        }
    }
    let failing: BTreeSet<&str> = cases.iter().map(|(_, case)| case.controls[0].id.as_str()).collect();
    assert!(failing.len() > 50, "{} controls have a fixture that fails", failing.len());
    let problems = each(&cases, |(fixture, case)| {
        let zone = format!("{fixture}\n{}", case.faults());
        let found = support::check(&zone, "fixture with a fault", &case.controls, &vocabulary).unwrap();
        let wrong = found.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Fail | Verdict::Error));
        wrong.map(|control| format!("{}: {}", case.name(), told(control))).collect()
    });
    assert!(problems.is_empty(), "{} of {} runs:\n{}", problems.len(), cases.len(), problems.join("\n"));
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
    for (_, report) in logproof::bundle::Format::ALL {
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

fn cases(operation: &str, by: &[Control]) -> Vec<Case> {
    let each = KINDS.iter().flat_map(|(kind, helps)| [(*kind, None, false), (*kind, Some(1), *helps)]);
    each.map(|(kind, times, survived)| Case {
        operation: operation.to_owned(),
        kind,
        times,
        survived,
        controls: by.to_vec(),
    })
    .collect()
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
