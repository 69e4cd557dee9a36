//! The real binary against an emulated organization: HTTP, SigV4, AssumeRole into six accounts, two Regions.
//!
//! The emulator holds the same landing zone as the mock (`crates/zone/src/sample.yaml`), put there through another
//! SDK, so that each checks the other. Needs Python 3.10 or newer; what else it needs is installed under `target/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

#[path = "emulator/changes.rs"]
mod changes;
#[path = "emulator/checked.rs"]
mod checked;
#[path = "emulator/harness.rs"]
mod harness;
#[path = "emulator/init.rs"]
mod init;
#[path = "emulator/planned.rs"]
mod planned;
#[path = "support/terraform.rs"]
mod terraform;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Mutex,
};

use harness::{Checked, Defect, Emulator, Sample, fixtures, in_parallel};
use serde::Deserialize;

/// Exit codes of the product.
const NOTHING_FAILS: i32 = 0;
const SOMETHING_FAILS: i32 = 1;
const NOT_ASSESSED: i32 = 3;

/// Controls on what the owner registered. They must pass here as well; the defects below are defects of accounts, and
/// what such a defect is to these controls besides is the business of tests/fixtures.
const ON_THE_REGISTER: [&str; 12] = [
    "LS-1.4", "LS-1.5", "LS-8.7", "LS-8.8", "LS-9.1", "LS-9.4", "LS-9.6", "LS-10.1", "LS-10.2", "LS-10.3", "LS-10.4",
    "LS-10.5",
];

/// Controls that are attested on the sample zone: no defect makes them fail.
const ATTESTED: [&str; 2] = ["LS-6.8", "LS-7.5"];

#[test]
fn the_emulator_holds_the_zone_as_it_is_written() {
    harness::self_check();
}

#[test]
fn the_compliant_zone_passes() {
    let port = Emulator::shared().copy();
    let run = Sample::read().check(port);
    let requests = Emulator::shared().requests(port);
    Emulator::shared().stop(port);

    assert_eq!(run.code, NOTHING_FAILS, "{run}");
    let verdicts = run.verdicts();
    let catalogue = Sample::catalogue();
    assert!(!catalogue.is_empty() && verdicts.keys().eq(catalogue.iter()), "not every control ran\n{run}");
    for (id, verdict) in &verdicts {
        assert_eq!(verdict, "PASS", "{id}\n{run}");
    }
    assert_eq!(run.calls().values().sum::<u64>(), requests, "calls reported and requests received differ\n{run}");
}

#[test]
fn the_mock_shows_the_same_zone() {
    let port = Emulator::shared().copy();
    let emulated = Sample::read().check(port);
    Emulator::shared().stop(port);
    let mocked = harness::check_mock(None, &[]);
    assert_eq!(emulated.observations(), mocked.observations());
}

#[test]
#[ignore = "takes minutes; checks the mock more than the program: cargo test --test emulator -- --ignored"]
fn the_mock_shows_every_fixture_as_the_emulator_does() {
    let all = fixtures();
    let disagreements = in_parallel(&all, |(control, file)| {
        let port = match Emulator::shared().zone(file) {
            Ok(port) => port,
            // What only the mock can do.
            Err(why) if why.contains("NotEmulated") => return None,
            Err(why) => return Some(format!("== {}\n{why}", file.display())),
        };
        let emulated = Sample::of(file).check_only(port, control);
        Emulator::shared().stop(port);
        let mocked = harness::check_mock(Some(file), &["--control", control]);
        let agree = emulated.observations() == mocked.observations() && emulated.code == mocked.code;
        (!agree).then(|| format!("== {}\n-- emulator: {emulated}\n-- mock: {mocked}", file.display()))
    });
    assert!(disagreements.is_empty(), "{} of {}:\n{}", disagreements.len(), all.len(), disagreements.join("\n"));
}

/// Ids of the controls of an example set: the first tag of each feature.
fn ids(set: &Path) -> Vec<String> {
    let files = fs::read_dir(set).unwrap().map(|entry| entry.unwrap().path());
    let features = files.filter(|file| file.extension().is_some_and(|ending| ending == "feature"));
    let first_tag = |file| {
        let text = fs::read_to_string(file).unwrap();
        text.split_whitespace().next().and_then(|tag| tag.strip_prefix('@')).expect("a tag").to_owned()
    };
    let mut ids: Vec<String> = features.map(first_tag).collect();
    ids.sort();
    ids
}

#[test]
fn controls_of_owners_judge_the_emulator_as_the_mock() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/controls");
    for set in ["audit-events", "break-glass", "cis", "data-lake", "finos", "keys"] {
        let set = examples.join(set);
        let zone = Some(set.join("zone.yaml")).filter(|file| file.exists());
        let port = match &zone {
            Some(file) => Emulator::shared().zone(file).unwrap_or_else(|why| panic!("{}: {why}", set.display())),
            None => Emulator::shared().copy(),
        };
        let sample = zone.as_deref().map_or_else(Sample::read, Sample::of);
        let ids = ids(&set);
        let chosen = ids.iter().flat_map(|id| ["--control", id]);
        let arguments: Vec<&str> = ["--with", set.to_str().unwrap()].into_iter().chain(chosen).collect();
        let emulated = sample.check_with(port, &arguments);
        Emulator::shared().stop(port);
        let mocked = harness::check_mock(zone.as_deref(), &arguments);
        assert!(emulated.verdicts().keys().eq(ids.iter()), "{}: {emulated}", set.display());
        assert_eq!(emulated.verdicts(), mocked.verdicts(), "{}: {emulated}", set.display());
        assert_eq!(emulated.observations(), mocked.observations(), "{}", set.display());
    }
}

#[test]
fn only_reading_operations_are_called() {
    let port = Emulator::shared().copy();
    let run = Sample::read().check(port);
    Emulator::shared().stop(port);

    let reads = ["Get", "List", "Describe", "Head", "Lookup", "AssumeRole"];
    let calls = run.calls();
    assert!(!calls.is_empty(), "{run}");
    let writes: Vec<_> = calls
        .keys()
        .filter(|call| !reads.iter().any(|read| call.split(':').nth(1).is_some_and(|name| name.starts_with(read))))
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn each_defect_fails_exactly_its_controls() {
    let defects: Vec<_> = Emulator::shared().defects().into_iter().collect();
    assert!(defects.len() >= 40, "only {} defects", defects.len());

    let update = std::env::var_os("LOGPROOF_UPDATE_FIXTURES").is_some();
    let (known, seen) = (Others::read(), Mutex::new(BTreeMap::new()));
    let wrong = in_parallel(&defects, |(name, defect)| {
        let port = Emulator::shared().with_defect(name);
        let run = Sample::read().with(&defect.config).check(port);
        Emulator::shared().stop(port);
        let others = if update { Others::of(defect, &run) } else { known.get(name).cloned().unwrap_or_default() };
        let complaints = complaints(defect, &others, &run);
        seen.lock().unwrap().insert(name.clone(), others);
        (!complaints.is_empty()).then(|| format!("== {name}: {}\n{run}", complaints.join("; ")))
    });
    if update {
        Others::write(&seen.into_inner().unwrap());
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), defects.len(), wrong.join("\n"));
}

/// What fails or cannot be assessed on a defect besides what the defect itself names: generated, so that a new control
/// is not entered by hand into every defect that it notices too.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Others {
    #[serde(default)]
    fails: BTreeSet<String>,
    #[serde(default)]
    errors: BTreeSet<String>,
}

impl Others {
    const FILE: &str = "tests/emulator/others.toml";
    const HEAD: &str = "\
# What else fails or cannot be assessed with each defect, besides what the defect names: written by
# `LOGPROOF_UPDATE_FIXTURES=1 cargo test --workspace --test emulator each_defect`. Review the diff, do not edit it.

";

    fn read() -> BTreeMap<String, Self> {
        toml::from_str(&fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(Self::FILE)).unwrap()).unwrap()
    }

    /// What a run shows and the defect does not name.
    fn of(defect: &Defect, run: &Checked) -> Self {
        let more = |verdict: &str, named: &BTreeSet<String>| {
            with(run, verdict).into_iter().filter(|id| !named.contains(id)).collect()
        };
        Self { fails: more("FAIL", &defect.fails.keys().cloned().collect()), errors: more("ERROR", &defect.errors) }
    }

    fn write(all: &BTreeMap<String, Self>) {
        let mut text = Self::HEAD.to_owned();
        let list = |ids: &BTreeSet<String>| ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
        for (name, others) in all.iter().filter(|(_, others)| !others.fails.is_empty() || !others.errors.is_empty()) {
            let parts = [("fails", &others.fails), ("errors", &others.errors)];
            let parts = parts.iter().filter(|(_, ids)| !ids.is_empty());
            let parts: Vec<String> = parts.map(|(part, ids)| format!("{part} = [{}]", list(ids))).collect();
            text.push_str(&format!("{name} = {{ {} }}\n", parts.join(", ")));
        }
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(Self::FILE), text).unwrap();
    }
}

/// Controls with a verdict, without those on what the owner registered.
fn with(run: &Checked, verdict: &str) -> BTreeSet<String> {
    let found = run.verdicts().into_iter().filter(|(_, found)| found == verdict).map(|(id, _)| id);
    found.filter(|id| !ON_THE_REGISTER.contains(&id.as_str())).collect()
}

/// What is wrong with a run over a zone with one defect; empty when exactly the right controls fail, for the right thing.
fn complaints(defect: &Defect, others: &Others, run: &Checked) -> Vec<String> {
    let mut complaints = Vec::new();
    let failing: BTreeSet<String> = defect.fails.keys().chain(&others.fails).cloned().collect();
    let unassessed: BTreeSet<String> = defect.errors.union(&others.errors).cloned().collect();
    let expected_code = match (failing.is_empty(), unassessed.is_empty()) {
        (true, true) => NOTHING_FAILS,
        (false, true) => SOMETHING_FAILS,
        (_, false) => NOT_ASSESSED,
    };
    let register_fails = run
        .verdicts()
        .iter()
        .any(|(id, verdict)| ON_THE_REGISTER.contains(&id.as_str()) && ["FAIL", "ERROR"].contains(&verdict.as_str()));
    if run.code != expected_code && !register_fails {
        complaints.push(format!("exit code {} instead of {expected_code}", run.code));
    }
    for (verdict, expected) in [("FAIL", &failing), ("ERROR", &unassessed)] {
        let found = with(run, verdict);
        if &found != expected {
            complaints.push(format!("{verdict}: {found:?} instead of {expected:?}"));
        }
    }
    for (id, subject) in &defect.fails {
        let subjects = run.failing_subjects(id);
        if !subjects.iter().any(|found| found.contains(subject.as_str())) {
            complaints.push(format!("{id}: no finding at `{subject}`, only at {subjects:?}"));
        }
    }
    complaints
}

#[test]
fn every_control_fails_with_some_defect() {
    let defects = Emulator::shared().defects();
    let mut covered: BTreeSet<_> = defects.values().flat_map(|defect| defect.fails.keys().cloned()).collect();
    covered.extend(Others::read().into_values().flat_map(|others| others.fails));
    let exempt: BTreeSet<_> = ON_THE_REGISTER.into_iter().chain(ATTESTED).collect();
    let uncovered: Vec<_> =
        Sample::catalogue().into_iter().filter(|id| !covered.contains(id) && !exempt.contains(id.as_str())).collect();
    assert!(uncovered.is_empty(), "no defect makes these fail: {uncovered:?}");
}

#[test]
fn an_endpoint_that_is_down_is_said_and_is_no_verdict() {
    let port = Emulator::shared().copy();
    Emulator::shared().stop(port);
    let run = Sample::read().check(port);

    assert_eq!(run.code, NOT_ASSESSED, "{run}");
    let said = run.said();
    for word in ["sts:GetCallerIdentity", "no answer", "hint:", "AWS_ENDPOINT_URL"] {
        assert!(said.contains(word), "`{word}` is missing\n{run}");
    }
    assert!(run.verdicts().values().all(|verdict| verdict == "ERROR"), "a verdict without an answer\n{run}");
}

#[test]
fn a_wrong_log_archive_account_is_no_pass() {
    // The account is there, but holds no log bucket.
    let port = Emulator::shared().copy();
    let config = serde_json::json!({"organization": {"log_archive_account": "444444444444"}});
    let run = Sample::read().with(&config).check(port);
    Emulator::shared().stop(port);

    // Some of it cannot be assessed either: there is nothing to read in that account.
    assert!([SOMETHING_FAILS, NOT_ASSESSED].contains(&run.code), "{run}");
    assert_eq!(run.verdicts().get("LS-1.1").map(String::as_str), Some("FAIL"), "{run}");
}

#[test]
fn a_log_archive_account_outside_the_organization_is_no_pass() {
    let port = Emulator::shared().copy();
    let config = serde_json::json!({"organization": {"log_archive_account": "999999999999"}});
    let run = Sample::read().with(&config).check(port);
    Emulator::shared().stop(port);

    assert!([SOMETHING_FAILS, NOT_ASSESSED].contains(&run.code), "{run}");
    assert!(["FAIL", "ERROR"].contains(&run.verdicts()["LS-1.1"].as_str()), "{run}");
    assert!(run.said().contains("999999999999"), "{run}");
}

#[test]
fn a_bucket_of_a_stranger_is_no_pass() {
    // The name of the log bucket is taken by an account that nobody here expects to own it.
    let port = Emulator::shared().copy();
    let config = serde_json::json!({
        "names": {"bucket": "aws-acme-trail-data-events-333333333333-eu-central-1"},
    });
    let run = Sample::read().with(&config).check(port);
    Emulator::shared().stop(port);

    assert!([SOMETHING_FAILS, NOT_ASSESSED].contains(&run.code), "{run}");
    assert_eq!(run.verdicts().get("LS-1.1").map(String::as_str), Some("FAIL"), "{run}");
}
