//! What the records of the structural controls hold besides a verdict: how many of how many, what was left out, notes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use logproof_estate::{assessment::Assessment, record::Record};
use logproof_zone::MockZone;

/// Controls that ask AWS for settings; some of them prove something about policies besides.
const STRUCTURAL: [&str; 14] = [
    "LS-5.1", "LS-5.2", "LS-5.3", "LS-6.1", "LS-6.4", "LS-6.5", "LS-6.6", "LS-6.7", "LS-7.1", "LS-7.2", "LS-8.1",
    "LS-9.2", "LS-9.3", "LS-9.5",
];

fn check(zone: &str) -> Assessment {
    let (controls, vocabulary) = support::catalogue();
    support::check(zone, "test", &controls, &vocabulary).unwrap()
}

fn records<'a>(assessment: &'a Assessment, id: &str) -> Vec<&'a Record> {
    let control = assessment.controls.iter().find(|control| control.id == id).unwrap();
    control.scenarios.iter().map(|scenario| &scenario.record).collect()
}

#[test]
fn every_observation_rests_on_an_exchange_and_says_what_to_change() {
    let sample = check(MockZone::sample_text());
    for id in STRUCTURAL {
        for record in records(&sample, id) {
            assert!(!record.observations.is_empty(), "{id}");
            for observation in &record.observations {
                // What policies say together, or of every account alike, rests on what the whole scenario read; what
                // meets the control leaves nothing to change.
                let policies = observation.found.starts_with("proved: ") || observation.found == "allowed";
                let alike = observation.expected.starts_with("a service control policy that protects ");
                let exchanges = if policies || alike { &record.basis } else { &observation.exchanges };
                assert!(!exchanges.is_empty(), "{id} rests on nothing: {observation:?}");
                assert!(observation.hint.is_none(), "{id}: {observation:?}");
                assert!(!observation.found.is_empty(), "{id}: {observation:?}");
                assert!(observation.subject.arn.starts_with("arn:"), "{id}: {observation:?}");
            }
        }
    }
}

#[test]
fn every_account_and_region_is_counted_and_one_that_cannot_be_asked_is_not() {
    let zone = "base: sample\nfaults: [{account: \"555555555555\", region: eu-west-1, service: config, kind: access-denied}]\n";
    let assessment = check(zone);
    for id in ["LS-5.1", "LS-5.2", "LS-5.3"] {
        let record = records(&assessment, id)[0];
        let population = &record.populations[0];
        assert_eq!((population.expected, population.examined), (12, 11), "{id}");
        assert_eq!((record.unseen.len(), record.observations.len()), (1, 11), "{id}");
        let cells: Vec<_> = record.observations.iter().map(|o| (&o.subject.account, &o.subject.region)).collect();
        assert!(cells.is_sorted(), "{id}: {cells:?}");
    }
}

#[test]
fn accounts_that_are_not_judged_are_left_out_by_name() {
    let assessment = check("base: sample\npatch: {accounts: {\"555555555555\": {status: SUSPENDED}}}\n");
    let recording = &records(&assessment, "LS-5.1")[0].populations[0];
    assert_eq!((recording.expected, recording.examined), (10, 10));
    assert!(recording.left_out[0].contains("555555555555") && recording.left_out[0].contains("SUSPENDED"));
    let attached = &records(&assessment, "LS-6.1")[2].populations[0];
    assert_eq!((attached.expected, attached.examined), (4, 4));
    let [suspended, management] = attached.left_out.as_slice() else { panic!("{attached:?}") };
    assert!(suspended.contains("555555555555") && management.contains("111111111111"));
}

#[test]
fn limits_of_an_examination_are_noted() {
    let notes = |assessment: &Assessment, id: &str| -> String {
        records(assessment, id).iter().flat_map(|record| record.notes.clone()).collect::<Vec<_>>().join("\n")
    };
    let sample = check(MockZone::sample_text());
    assert!(notes(&sample, "LS-6.4").contains("as they are written"));
    assert!(notes(&sample, "LS-7.2").contains("LS-4.7"));
    assert!(notes(&sample, "LS-8.1").contains("400 days"));
    let bucket = "aws-acme-log-storage-222222222222-eu-central-1";
    let hidden = check(&format!(
        "base: sample\npatch: {{buckets: {{{bucket}: {{lifecycle: {{retention: {{expiration_days: 400, noncurrent_expiration_days: 2155}}}}}}}}}}\n"
    ));
    assert!(notes(&hidden, "LS-9.2").contains("a delete marker hides"));
    assert!(notes(&hidden, "LS-9.2").contains("overwrites or deletes by hand"));
    let copies = check(&format!(
        "base: sample\npatch: {{buckets: {{{bucket}: {{replication: {{rules: {{to-replica: {{metrics: false, delete_markers: true, account: null}}}}}}}}}}}}\n"
    ));
    for note in ["replication metrics", "delete markers", "leaves the copies"] {
        assert!(notes(&copies, "LS-6.7").contains(note), "{note}");
    }
}
