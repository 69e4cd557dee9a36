//! A run that was killed continues where it was, and what was verified once must not disappear.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use jiff::SignedDuration;
use logproof_integrity::testkit::{Defect, Edit, FaultyStore, Generated, Plan};
use logproof_integrity::{
    Checkpoint, CheckpointError, Config, Job, JsonLines, MemoryStore, Outcome, Report, RunError, Sampling, Verifier,
};
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

/// Refused objects are read twice in one run, to be sure; otherwise only what was in flight is read again: eight reads.
fn assert_read_once(first: &[String], second: &[String], stop_after: usize) {
    let mut times: HashMap<&String, usize> = HashMap::new();
    for key in first.iter().chain(second) {
        *times.entry(key).or_default() += 1;
    }
    let again: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(again.len() <= 8 + 2, "{} objects were read again after {stop_after}", again.len());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_over_a_sample_proves_again_what_is_there() {
    let mut generated = Plan::of_size(1, 1, 24, 8, 300).generate();
    Defect::LogDeleted.plant(&mut generated, 0);
    let sampled = |store: FaultyStore<MemoryStore>, folder: &Path| {
        let job = job(&generated, &folder.join("checkpoint.jsonl"), &folder.join("evidence.jsonl"));
        let sampling = Sampling::PerMille { share: 300, seed: 4 };
        async move { Verifier::new(Config { sampling, ..config() }).run(store, job).await.unwrap() }
    };
    let whole = tempfile::tempdir().unwrap();
    let expected = sampled(FaultyStore::new(generated.store.clone()), whole.path()).await;
    assert_eq!(expected.findings.len(), 1, "{:#?}", expected.findings);
    for stop_after in [20, 50, 70] {
        let folder = tempfile::tempdir().unwrap();
        let first = sampled(FaultyStore::new(generated.store.clone()).stopping_after(stop_after), folder.path());
        tokio::time::timeout(Duration::from_millis(1500), first).await.expect_err("it must not come to its end");
        let second = sampled(FaultyStore::new(generated.store.clone()), folder.path()).await;
        assert_eq!((&second.findings, second.totals), (&expected.findings, expected.totals), "after {stop_after}");
    }
}

#[tokio::test]
async fn a_backfill_digest_that_disappears_is_a_rollback() {
    let mut generated = Plan::of_size(1, 1, 16, 4, 300).generate_edited(|_| Edit::Backfill { digest: 6 });
    let folder = tempfile::tempdir().unwrap();
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    assert_eq!((report.outcome, report.totals.logs_valid), (Outcome::Valid, generated.chains[0].logs.len() as u64));
    let backfill = |key: &str| key.ends_with("_backfill.json.gz");
    let gone: Vec<(String, String)> = generated
        .store
        .objects()
        .map(|(bucket, key, _)| (bucket.to_owned(), key.to_owned()))
        .filter(|(_, key)| backfill(key))
        .chain(
            generated.chains[0].logs.iter().filter(|log| log.2 == 6).skip(2).map(|log| (log.0.clone(), log.1.clone())),
        )
        .collect();
    assert_eq!(gone.len(), 3);
    for (bucket, key) in &gone {
        generated.store.remove(bucket, key).unwrap();
    }
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["chain.rollback"], "{:#?}", report.findings);
    assert!(backfill(report.findings[0].object.as_ref().unwrap()));
}

#[tokio::test]
async fn digests_that_lie_where_the_trail_was_before_are_not_missed() {
    let edit = Edit::MovedFrom { bucket: "before".to_owned(), prefix: Some("p".to_owned()), until: 12 };
    let mut generated = Plan::of_size(1, 1, 36, 2, 300).generate_edited(|_| edit.clone());
    let (from, folder) = (generated.window.from, tempfile::tempdir().unwrap());
    let now = generated.inventory.trail.clone();
    let before = logproof_integrity::Trail { bucket: "before".to_owned(), prefix: Some("p".to_owned()), ..now.clone() };
    for (trail, hours) in [(&before, 0..10), (&now, 10..30), (&now, 30..36), (&now, 0..36)] {
        generated.inventory.trail = trail.clone();
        generated.window = logproof_integrity::Window { from: from + HOUR * hours.start, to: from + HOUR * hours.end };
        let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
        assert_eq!(report.outcome, Outcome::Valid, "{hours:?}: {:#?}", report.findings);
    }
    // What was verified where the trail is now is still looked for.
    Defect::NewestDigestDeleted.plant(&mut generated, 0);
    generated.window.to = from + HOUR * 34;
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    assert_eq!(report.outcome, Outcome::Valid, "the window ends before it");
    generated.window.to = from + HOUR * 36;
    let report = verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    assert!(report.findings.iter().any(|finding| finding.code.as_str() == "chain.rollback"), "{:#?}", report.findings);
}

#[tokio::test]
async fn a_checkpoint_of_another_trail_or_one_that_was_cut_is_refused() {
    let mut generated = Plan::of_size(2, 2, 4, 1, 300).generate();
    let folder = tempfile::tempdir().unwrap();
    verify(&generated, FaultyStore::new(generated.store.clone()), folder.path()).await;
    let path = folder.path().join("checkpoint.jsonl");
    let whole = fs::read(&path).unwrap();
    for cut in (1..whole.len()).step_by(7).chain((1..whole.len()).filter(|cut| whole[cut - 1] == b'\n')) {
        fs::write(&path, &whole[..cut]).unwrap();
        let refused = Checkpoint::open(&path).map(|_| ()).unwrap_err();
        assert!(matches!(refused, CheckpointError::Short { .. } | CheckpointError::Line { .. }), "{cut}: {refused}");
        assert!(refused.to_string().contains("\nhint: restore"), "{refused}");
    }
    fs::write(&path, &whole).unwrap();
    generated.inventory.trail.name = "another-trail".to_owned();
    let job = job(&generated, &path, &folder.path().join("other.jsonl"));
    let refused = Verifier::new(config()).run(generated.store.clone(), job).await.unwrap_err();
    assert!(matches!(refused, RunError::Checkpoint(CheckpointError::OtherTrail { .. })), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), whole, "it was left as it was");
}
