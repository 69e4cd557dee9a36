//! Landing zones as others make them: every control has the verdict that is written beside the zone, with its reason.
//!
//! Each zone is what its maker documents, a first evening before anything was added. A control that changes here either
//! became wrong or became right: the table is changed by hand, with the reason. None may be ERROR, since everything in a
//! described zone can be looked at, and each FAIL is one a reviewer of AWS's own guidance would give.
//!
//! What the program itself gives as the reason of each verdict is kept beside the table; `LOGPROOF_UPDATE_ZONES=1` rewrites it,
//! and the diff is reviewed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "zones/equivalent.rs"]
mod equivalent;
mod support;

use std::{collections::BTreeMap, fs};

use logproof_estate::{assessment::ControlResult, record::Verdict};
use serde::Deserialize;

/// The zones, by file name.
const ZONES: [&str; 4] = ["control-tower-3", "control-tower-4", "lza", "organizations"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: Verdict,
    because: String,
    controls: Vec<String>,
}

fn read(zone: &str, ending: &str) -> String {
    fs::read_to_string(support::root().join(format!("tests/zones/{zone}.{ending}"))).unwrap()
}

#[test]
fn every_control_has_the_verdict_that_is_written_beside_the_zone() {
    let (controls, vocabulary) = support::catalogue();
    for zone in ZONES {
        let table: Table = toml::from_str(&read(zone, "toml")).unwrap();
        let mut expected: BTreeMap<&str, (Verdict, &str)> = BTreeMap::new();
        for entry in &table.expected {
            assert!(entry.because.len() > 10, "{zone}: a reason for {:?}", entry.controls);
            for id in &entry.controls {
                assert!(expected.insert(id, (entry.verdict, &entry.because)).is_none(), "{zone}: {id} is there twice");
            }
        }
        let found = support::check(&read(zone, "yaml"), zone, &controls, &vocabulary).unwrap();
        let mut problems = Vec::new();
        for control in &found.controls {
            let (verdict, because) =
                expected.remove(control.id.as_str()).unwrap_or_else(|| panic!("{zone}: {}", control.id));
            if control.verdict != verdict {
                let deciding = control.scenarios.iter().filter(|scenario| scenario.verdict == control.verdict);
                let reasons: Vec<&str> = deciding.map(|scenario| scenario.reason.as_str()).collect();
                let (id, is) = (&control.id, control.verdict.word());
                problems.push(format!("{id} is {is}, not {} ({because}): {}", verdict.word(), reasons.join("; ")));
            }
        }
        assert_eq!(problems, Vec::<String>::new(), "{zone}");
        same_reasons(zone, &found.controls);
        assert!(expected.is_empty(), "{zone}: {expected:?} are no controls");
        assert_eq!(found.controls_with(Verdict::Error), 0, "{zone}: everything can be looked at");
    }
}

/// Compares the reasons of all verdicts but PASS with those that are kept.
fn same_reasons(zone: &str, controls: &[ControlResult]) {
    let mut reasons = String::new();
    for control in controls.iter().filter(|control| control.verdict != Verdict::Pass) {
        for scenario in control.scenarios.iter().filter(|scenario| scenario.verdict == control.verdict) {
            reasons.push_str(&format!("{} {}: {}\n", control.id, control.verdict.word(), scenario.reason));
        }
    }
    if std::env::var_os("LOGPROOF_UPDATE_ZONES").is_some() {
        fs::write(support::root().join(format!("tests/zones/{zone}.reasons.txt")), &reasons).unwrap();
    }
    let kept = read(zone, "reasons.txt");
    let changed = reasons.lines().find(|line| !kept.contains(line)).unwrap_or("one is gone");
    assert!(
        kept == reasons,
        "{zone}: {changed}\nhint: LOGPROOF_UPDATE_ZONES=1 cargo test --workspace --test zones, and review the diff"
    );
}

#[test]
fn what_aws_control_tower_made_is_said_with_the_way_that_exists() {
    let (controls, vocabulary) = support::catalogue();
    let found = support::check(&read("control-tower-3", "yaml"), "control-tower-3", &controls, &vocabulary).unwrap();
    let groups = logproof::report::first::groups(&found);
    let of_bucket =
        groups.iter().find(|group| group.what.contains("bucket policy of arn:aws:s3:::aws-controltower-logs"));
    let said = of_bucket.unwrap().made_by.unwrap();
    assert!(said.contains("Landing zone settings") && said.contains("a policy of your own"), "{said}");
    // What is the owner's own to do is told plainly.
    let register = groups.iter().find(|group| group.what.contains("logproof register new stream")).unwrap();
    assert_eq!(register.made_by, None);
}
