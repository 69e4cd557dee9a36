//! A run that was killed continues where it was, and what was verified once must not disappear.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use jiff::SignedDuration;
use logproof_integrity::testkit::{Defect, FaultyStore, Generated, Plan};
use logproof_integrity::{Checkpoint, CheckpointError, Config, Job, JsonLines, MemoryStore, Outcome, Report, Verifier};
use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn config() -> Config {
    Config { reads_at_first: 8, reads_at_most: 8, digests_ahead: 4, chains_in_flight: 2, ..Config::default() }
}

fn job(generated: &Generated, checkpoint: &Path, evidence: &Path) -> Job {
    let mut job = Job::new(generated.keys(), generated.inventory.clone(), generated.window, generated.now);
    job.checkpoint = Arc::new(open(checkpoint));
    job.sink = Arc::new(JsonLines::append(evidence).unwrap());
    job
}

/// Unlike a killed process, a dropped future leaves its last tasks a moment to end.
fn open(path: &Path) -> Checkpoint {
    for _ in 0..200 {
        match Checkpoint::open(path) {
            Err(CheckpointError::InUse(_)) => std::thread::sleep(Duration::from_millis(10)),
            opened => return opened.unwrap(),
        }
    }
    panic!("the checkpoint is never let go");
}

async fn verify(generated: &Generated, store: FaultyStore<MemoryStore>, folder: &Path) -> Report {
    let job = job(generated, &folder.join("checkpoint.jsonl"), &folder.join("evidence.jsonl"));
    Verifier::new(config()).run(store, job).await.unwrap()
}

/// Runs until the store falls silent, and then no further: as after `kill -9`.
async fn killed(generated: &Generated, store: FaultyStore<MemoryStore>, folder: &Path) {
    let run = verify(generated, store, folder);
    tokio::time::timeout(Duration::from_millis(1500), run).await.expect_err("the run must not come to its end");
}

fn ill() -> Generated {
    let mut generated = Plan::of_size(2, 2, 16, 3, 300).generate();
    Defect::LogModified.plant(&mut generated, 0);
    Defect::DigestDeleted.plant(&mut generated, 1);
    Defect::LogPlanted.plant(&mut generated, 2);
    Defect::SignatureFlipped.plant(&mut generated, 3);
    generated
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_continues_and_comes_to_the_same_result() {
    let generated = ill();
    let whole = tempfile::tempdir().unwrap();
    let expected = verify(&generated, FaultyStore::new(generated.store.clone()), whole.path()).await;
    for stop_after in [1, 40, 100, 170, 230] {
        let folder = tempfile::tempdir().unwrap();
        let first = FaultyStore::new(generated.store.clone()).stopping_after(stop_after);
        killed(&generated, first.clone(), folder.path()).await;
        // The last line may have been cut in two.
        for name in ["checkpoint.jsonl", "evidence.jsonl"] {
            let mut file = fs::OpenOptions::new().append(true).open(folder.path().join(name)).unwrap();
            file.write_all(b"{\"line\":\"di").unwrap();
        }
        let second = FaultyStore::new(generated.store.clone());
        let report = verify(&generated, second.clone(), folder.path()).await;
        assert_eq!(report.outcome, expected.outcome);
        assert_eq!(report.codes, expected.codes, "after {stop_after}");
        assert_eq!(report.findings, expected.findings, "after {stop_after}");
        let counts = |report: &Report| {
            let mut totals = report.totals;
            totals.bytes_read = 0;
            totals
        };
        assert_eq!(counts(&report), counts(&expected), "after {stop_after}");
        assert_read_once(&first.reads()[..stop_after], &second.reads(), stop_after);
    }
}

/// Refused objects are read twice in one run, to be sure; otherwise only what was in flight is read again: eight reads,
/// and digests whose log files were not all judged.
fn assert_read_once(first: &[String], second: &[String], stop_after: usize) {
    let mut times: HashMap<&String, usize> = HashMap::new();
    for key in first.iter().chain(second) {
        *times.entry(key).or_default() += 1;
    }
    let (digests, logs): (Vec<_>, Vec<_>) =
        times.iter().filter(|(_, times)| **times > 1).partition(|(key, _)| key.contains("CloudTrail-Digest"));
    assert!(logs.len() <= 8 + 1, "{} log files were read again after {stop_after}", logs.len());
    // Two chains, four digests ahead and four with log files under way, and the refused one.
    assert!(digests.len() <= 2 * (4 + 4) + 2, "{} digests were read again after {stop_after}", digests.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_run_does_not_continue_an_interrupted_one() {
    let mut generated = Plan::of_size(1, 1, 12, 2, 300).generate();
    let folder = tempfile::tempdir().unwrap();
    killed(&generated, FaultyStore::new(generated.store.clone()).stopping_after(15), folder.path()).await;
    generated.window.to -= HOUR;
    let second = FaultyStore::new(generated.store.clone());
    let report = verify(&generated, second.clone(), folder.path()).await;
    assert_eq!((report.outcome, second.reads().len() as u64), (Outcome::Valid, report.totals.objects()));
}

#[tokio::test]
async fn a_verified_digest_that_disappears_is_a_rollback() {
    let mut generated = Plan::of_size(1, 1, 36, 2, 300).generate();
    let (from, to) = (generated.window.from, generated.window.to);
    let folder = tempfile::tempdir().unwrap();
    generated.window.to = from + HOUR * 24;
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    assert_eq!(report.outcome, Outcome::Valid);
    // The next day's window does not touch the digest that is deleted.
    generated.window = logproof_integrity::Window { from: from + HOUR * 24, to };
    Defect::TwoDigestsDeleted.plant(&mut generated, 0);
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    let rollback = &report.findings[0];
    assert_eq!((report.outcome, rollback.code.as_str(), rollback.count), (Outcome::Invalid, "chain.rollback", 2));
    assert!(rollback.object.as_ref().unwrap().ends_with(&generated.chains[0].digests[5].1));
    // It stays so until someone resets the checkpoint.
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    assert_eq!(report.findings[0].code.as_str(), "chain.rollback");
}

#[tokio::test]
async fn a_verified_digest_that_was_replaced_is_a_rollback() {
    let mut generated = Plan::of_size(1, 1, 12, 2, 300).generate();
    let folder = tempfile::tempdir().unwrap();
    verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    // As validly signed as the one before, but with other log files.
    let mut other = Plan::of_size(1, 1, 12, 3, 300).generate();
    other.now = generated.now;
    std::mem::swap(&mut generated, &mut other);
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    assert!(report.findings.iter().any(|finding| finding.code.as_str() == "chain.rollback"), "{:?}", report.findings);
}

#[tokio::test]
async fn an_incremental_run_reads_only_what_is_new() {
    let mut generated = Plan::of_size(1, 1, 36, 2, 300).generate();
    let to = generated.window.to;
    let folder = tempfile::tempdir().unwrap();
    generated.window.to = generated.window.from + HOUR * 24;
    verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    generated.window.to = to;
    let store = FaultyStore::new(generated.store.clone());
    let job = job(&generated, &folder.path().join("checkpoint.jsonl"), &folder.path().join("evidence.jsonl"));
    let report = Verifier::new(Config { incremental: true, ..config() }).run(store.clone(), job).await.unwrap();
    assert_eq!(report.outcome, Outcome::Valid, "{:#?}", report.findings);
    assert!((11..=13).contains(&report.totals.digests_valid), "{:?}", report.totals);
    // Only the digest at the seam may be asked again, for the log files it names.
    assert!(store.reads().len() as u64 <= report.totals.objects() + 1);
}

#[tokio::test]
async fn the_mark_stops_before_what_is_wrong() {
    let mut generated = Plan::of_size(1, 1, 24, 2, 300).generate();
    Defect::LogDeleted.plant(&mut generated, 0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.jsonl");
    verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    let mark = Checkpoint::open(&path).unwrap().mark(&generated.chains[0].row.chain()).unwrap();
    assert_eq!(mark.link.key, generated.chains[0].digests[3].1, "the missing log file is in digest 4");
    assert_eq!(mark.verified.iter().map(|run| run.count).sum::<u32>(), generated.chains[0].digests.len() as u32);
}

#[test]
fn a_checkpoint_serves_one_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.jsonl");
    let first = Checkpoint::open(&path).unwrap();
    assert!(matches!(Checkpoint::open(&path), Err(CheckpointError::InUse(_))));
    drop(first);
    Checkpoint::open(&path).unwrap();
    fs::write(&path, "something else\n").unwrap();
    assert!(matches!(Checkpoint::open(&path), Err(CheckpointError::Line { line: 1, .. })));
}
