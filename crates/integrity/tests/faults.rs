//! A fault of transport is never "invalid", and bad input never stops a run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_integrity::testkit::{Fault, FaultyStore, Generated, Plan, gzip};
use logproof_integrity::{Config, Job, MemoryStore, Outcome, PublicKeys, Report, Verifier};
use std::time::Duration;

const ALWAYS: u32 = u32::MAX;

fn quick() -> Config {
    Config {
        first_wait: Duration::from_millis(1),
        attempts: 3,
        read_timeout: Some(Duration::from_millis(200)),
        ..Config::default()
    }
}

fn plan() -> Plan {
    Plan::of_size(1, 1, 12, 2, 600)
}

async fn verify(generated: &Generated, store: FaultyStore<MemoryStore>) -> Report {
    let job = Job::new(generated.keys(), generated.inventory.clone(), generated.window, generated.now);
    Verifier::new(quick()).run(store, job).await.unwrap()
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.codes.keys().map(|code| code.as_str()).collect()
}

#[tokio::test]
async fn a_lasting_fault_leaves_the_result_open() {
    let generated = plan().generate();
    let (log, digest) = (&generated.chains[0].logs[5].1, &generated.chains[0].digests[5].1);
    for fault in [Fault::Denied, Fault::Archived, Fault::Throttled, Fault::Cut, Fault::Broken, Fault::Silent] {
        let report = verify(&generated, FaultyStore::new(generated.store.clone()).failing(log, fault, ALWAYS)).await;
        assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["log.unreadable"]), "{fault:?}");
        let report = verify(&generated, FaultyStore::new(generated.store.clone()).failing(digest, fault, ALWAYS)).await;
        let expected = vec!["digest.unreadable", "log.unproven"];
        assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, expected), "{fault:?}");
    }
}

#[tokio::test]
async fn a_passing_fault_leaves_no_trace() {
    let generated = plan().generate();
    let (log, digest) = (&generated.chains[0].logs[5].1, &generated.chains[0].digests[5].1);
    for fault in [Fault::Throttled, Fault::Cut, Fault::Broken, Fault::Silent] {
        let store = FaultyStore::new(generated.store.clone()).failing(log, fault, 2).failing(digest, fault, 2);
        let report = verify(&generated, store).await;
        assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec![]), "{fault:?}");
    }
}

#[tokio::test]
async fn an_object_that_is_whole_at_the_second_look_is_valid() {
    let generated = plan().generate();
    let (log, digest) = (&generated.chains[0].logs[5].1, &generated.chains[0].digests[5].1);
    let store = FaultyStore::new(generated.store.clone());
    let store = store.failing(log, Fault::Shortened, 1).failing(digest, Fault::Shortened, 1);
    let report = verify(&generated, store).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec![]));
}

#[tokio::test]
async fn an_object_that_is_listed_with_another_size_than_arrives_leaves_the_result_open() {
    let mut generated = plan().generate();
    let (bucket, log, _) = generated.chains[0].logs[5].clone();
    let digest = generated.chains[0].digests[5].1.clone();
    let store = FaultyStore::new(generated.store.clone());
    let report = verify(&generated, store.clone().failing(&log, Fault::Shortened, ALWAYS)).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["log.unreadable"]));
    let detail = &report.findings[0].detail;
    assert!(detail.contains("bytes arrived of an object that is listed with"), "{detail}");
    let report =
        verify(&generated, FaultyStore::new(generated.store.clone()).failing(&digest, Fault::Shortened, ALWAYS)).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["digest.unreadable", "log.unproven"]));
    // What is stored shorter than it was delivered is listed shorter as well.
    let half = generated.store.object(&bucket, &log).unwrap().body.clone();
    generated.store.put(&bucket, &log, half.slice(..half.len() / 2), None);
    let store = FaultyStore::new(generated.store.clone());
    let report = verify(&generated, store.clone()).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Invalid, vec!["log.truncated"]));
    // Without the list nothing tells the two apart.
    let report = verify(&generated, store.failing_list(&log, Fault::Denied)).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["log.unreadable"]));
}

#[tokio::test]
async fn lists_that_fail_leave_the_result_open() {
    let generated = plan().generate();
    let place = &generated.chains[0].place;
    for (folder, code) in [(place.digest_folder(), "chain.unlistable"), (place.log_folder(), "log.unlistable")] {
        let store = FaultyStore::new(generated.store.clone()).failing_list(&folder, Fault::Denied);
        let report = verify(&generated, store).await;
        assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec![code]));
    }
}

#[tokio::test]
async fn without_keys_nothing_is_decided() {
    let generated = plan().generate();
    let mut keys = PublicKeys::default();
    keys.set_unavailable("eu-west-1", "the Region is not enabled in the audit account");
    let job = Job::new(keys, generated.inventory.clone(), generated.window, generated.now);
    let report = Verifier::new(quick()).run(generated.store.clone(), job).await.unwrap();
    assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["digest.key_unknown", "log.unproven"]));
    assert!(report.findings[0].detail.contains("not enabled"), "{}", report.findings[0].detail);
}

#[tokio::test]
async fn lost_metadata_leave_the_result_open() {
    let mut generated = plan().generate();
    let (bucket, key) = generated.chains[0].digests[5].clone();
    let body = generated.store.object(&bucket, &key).unwrap().body.clone();
    generated.store.put(&bucket, &key, body, None);
    let report = verify(&generated, FaultyStore::new(generated.store.clone())).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["digest.unreadable", "log.unproven"]));
}

#[tokio::test]
async fn weird_objects_among_the_digests_are_named_and_left_aside() {
    let mut generated = plan().generate();
    let (bucket, key) = generated.chains[0].digests[5].clone();
    let folder = key.rsplit_once('/').unwrap().0.to_owned();
    for name in ["", "x", "\u{1F4A3}.json.gz", "a_CloudTrail-Digest_b_c_d_20260101T000000Z.json.gz"] {
        generated.store.put(&bucket, &format!("{folder}/{name}"), gzip(b"{}"), None);
    }
    let report = verify(&generated, FaultyStore::new(generated.store.clone())).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec!["digest.unexpected_name"]));
    assert_eq!(report.codes.values().copied().sum::<u64>(), 3);
}

#[tokio::test]
async fn an_empty_inventory_proves_nothing() {
    let mut generated = plan().generate();
    generated.inventory.rows.clear();
    let report = verify(&generated, FaultyStore::new(generated.store.clone())).await;
    assert_eq!(report.outcome, Outcome::Undetermined);
    assert_eq!(report.outcome.exit_code(), 3);
}

#[tokio::test]
async fn reads_in_flight_are_bounded_and_grow() {
    let generated = Plan::of_size(2, 2, 12, 6, 600).generate();
    let store = FaultyStore::new(generated.store.clone()).with_latency(Duration::from_millis(5));
    let job = Job::new(generated.keys(), generated.inventory.clone(), generated.window, generated.now);
    let config = Config { reads_at_first: 4, reads_at_most: 24, ..Config::default() };
    let report = Verifier::new(config).run(store.clone(), job).await.unwrap();
    assert_eq!(report.outcome, Outcome::Valid);
    assert!((5..=24).contains(&store.most_in_flight()), "{}", store.most_in_flight());
}

#[tokio::test]
async fn a_log_file_whose_digest_lies_outside_and_cannot_be_read_is_not_called_added() {
    let mut generated = plan().generate();
    // The window begins with the third digest; the log file lies in its first minutes, and nothing says whose it is.
    let key = generated.chains[0].digests[2].1.clone();
    let start = logproof_integrity::names::DigestKey::parse(&key).unwrap().end - jiff::SignedDuration::from_hours(1);
    generated.window.from = start + jiff::SignedDuration::from_secs(1);
    let name = logproof_integrity::names::LogKey {
        place: generated.chains[0].place.clone(),
        delivered: jiff::Timestamp::from_second(start.as_second() / 60 * 60 + 120).unwrap(),
        unique: "A0B1C2D3E4F5G6H7".to_owned(),
    };
    generated.store.put("log-archive", &name.to_string(), gzip(b"{}"), None);
    let store = FaultyStore::new(generated.store.clone());
    let outside = &generated.chains[0].digests[1].1;
    let report = verify(&generated, store.clone().failing(outside, Fault::Denied, ALWAYS)).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Undetermined, vec!["log.unproven"]));
    let report = verify(&generated, FaultyStore::new(generated.store.clone())).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Invalid, vec!["log.unreferenced"]));
}
