//! What is expected when: windows, inventory dates, pending deliveries, several trails in one folder, sampling.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use jiff::SignedDuration;
use logproof_integrity::testkit::{Defect, Edit, Generated, Plan};
use logproof_integrity::{Config, Expected, Job, Outcome, Report, Sampling, Verifier};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn plan() -> Plan {
    Plan::of_size(1, 1, 30, 2, 600)
}

async fn verify_with(generated: &Generated, config: Config) -> Report {
    let job = Job::new(generated.keys(), generated.inventory.clone(), generated.window, generated.now);
    Verifier::new(config).run(generated.store.clone(), job).await.unwrap()
}

async fn verify(generated: &Generated) -> Report {
    verify_with(generated, Config::default()).await
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.codes.keys().map(|code| code.as_str()).collect()
}

#[tokio::test]
async fn any_window_within_a_clean_chain_is_valid() {
    let mut generated = plan().generate();
    let (from, to) = (generated.window.from, generated.window.to);
    for (later, earlier) in [(0, 0), (5, 0), (0, 7), (13, 11), (0, 1), (23, 6)] {
        generated.window.from = from + HOUR * later + SignedDuration::from_mins(17);
        generated.window.to = to - HOUR * earlier;
        let report = verify(&generated).await;
        assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec![]), "{later} {earlier}");
    }
}

#[tokio::test]
async fn what_is_not_due_is_not_missing() {
    let mut generated = plan().generate();
    // Now is within the last hour: its log files are there, its digest is not.
    Defect::NewestDigestDeleted.plant(&mut generated, 0);
    generated.now = generated.window.to;
    let report = verify(&generated).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec!["log.pending"]));
    // Once the allowance is over, it is.
    generated.now = generated.window.to + HOUR * 2;
    let report = verify(&generated).await;
    assert_eq!(codes(&report), ["chain.tail_missing", "log.unproven"]);
}

#[tokio::test]
async fn an_added_log_file_is_pending_while_a_backfill_may_come() {
    let mut generated = plan().generate();
    Defect::LogPlanted.plant(&mut generated, 0);
    generated.now = generated.window.from + HOUR * 20;
    generated.window.to = generated.window.from + HOUR * 16;
    let report = verify(&generated).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec!["log.pending"]));
}

#[tokio::test]
async fn inventory_dates_say_what_is_expected() {
    let mut generated = plan().generate();
    let (from, to) = (generated.window.from, generated.window.to);
    generated.window.from = from - HOUR * 48;
    let report = verify(&generated).await;
    assert_eq!(codes(&report), ["chain.gap"]);
    assert_eq!(report.codes.values().copied().sum::<u64>(), 48);
    generated.inventory.rows[0].since = Some(from - HOUR);
    assert_eq!(verify(&generated).await.outcome, Outcome::Valid);
    generated.window.to = to + HOUR * 24;
    assert_eq!(codes(&verify(&generated).await), ["chain.tail_missing"]);
    generated.inventory.rows[0].until = Some(to + SignedDuration::from_mins(30));
    assert_eq!(verify(&generated).await.outcome, Outcome::Valid);
}

#[tokio::test]
async fn a_chain_outside_the_window_proves_nothing_alone() {
    let mut generated = plan().generate();
    generated.inventory.rows[0].until = Some(generated.window.from - HOUR);
    let report = verify(&generated).await;
    assert_eq!(report.chains[0].expected, Expected::OutsideWindow);
    assert_eq!(report.outcome, Outcome::Undetermined);
}

#[tokio::test]
async fn log_files_of_another_trail_in_the_folder_are_accounted_for() {
    let mut generated = plan().generate();
    let mut other = plan();
    other.trail.name = "org-trail_us-east-1_b".to_owned();
    other.start = generated.window.from - HOUR * 3;
    other.hours = 36;
    // The other trail delivers other objects: shift the serial numbers by another number of log files.
    other.logs_per_hour = 3;
    let foreign = other.generate();
    for (bucket, key, stored) in foreign.store.objects() {
        if generated.store.object(bucket, key).is_none() {
            generated.store.put(bucket, key, stored.body.clone(), stored.metadata.clone());
        }
    }
    let report = verify(&generated).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec![]), "{:#?}", report.findings);
}

#[tokio::test]
async fn sampling_is_counted_and_reported() {
    let generated = plan().generate();
    let sampling = Sampling::PerMille { share: 300, seed: 1 };
    let report = verify_with(&generated, Config { sampling, ..Config::default() }).await;
    assert_eq!((report.outcome, report.sampling), (Outcome::Valid, sampling));
    let totals = report.totals;
    assert!(totals.logs_skipped > totals.logs_valid && totals.logs_valid > 0, "{totals:?}");
    assert_eq!((totals.logs_skipped + totals.logs_valid) as usize, generated.chains[0].logs.len());
}

#[tokio::test]
async fn an_hour_with_very_many_log_files_is_verified() {
    let generated = Plan::of_size(1, 1, 2, 1500, 100).generate();
    let config = Config { reads_at_first: 8, reads_at_most: 32, ..Config::default() };
    let report = verify_with(&generated, config).await;
    assert_eq!((report.outcome, report.totals.logs_valid), (Outcome::Valid, generated.chains[0].logs.len() as u64));
}

const NONE_READ: Sampling = Sampling::PerMille { share: 0, seed: 1 };

async fn sampled(generated: &Generated) -> Report {
    verify_with(generated, Config { sampling: NONE_READ, ..Config::default() }).await
}

#[tokio::test]
async fn what_sampling_left_out_is_there_or_missing() {
    for (defect, expected) in [
        (Defect::Clean, vec![]),
        (Defect::LogDeleted, vec!["log.missing"]),
        (Defect::Backfilled, vec![]),
        (Defect::BucketChanged, vec!["chain.bucket_changed"]),
        (Defect::LogPlanted, vec!["log.unreferenced"]),
        (Defect::DigestDeleted, vec!["digest.missing", "log.unproven"]),
    ] {
        let mut generated = plan().generate_edited(|_| defect.edit());
        defect.plant(&mut generated, 0);
        let report = sampled(&generated).await;
        assert_eq!(codes(&report), expected, "{defect:?}");
        let totals = report.totals;
        let judged = totals.logs_skipped + totals.logs_valid + totals.logs_missing;
        let named = generated.chains[0].logs.len() as u64 - totals.logs_undetermined;
        assert_eq!(judged, named, "{defect:?}: {totals:?}");
        // Only what lies beyond the end of the list may have been read.
        assert!(totals.logs_valid <= 2, "{defect:?}: {totals:?}");
    }
    let mut generated = plan().generate_edited(|_| Edit::Backfill { digest: 6 });
    let (bucket, key, _) = generated.chains[0].logs.iter().rfind(|(_, _, digest)| *digest == 6).unwrap().clone();
    generated.store.remove(&bucket, &key).unwrap();
    assert_eq!(codes(&sampled(&generated).await), ["log.missing"]);
}

#[tokio::test]
async fn the_first_hours_of_a_new_chain_are_judged() {
    let mut generated = plan().generate();
    generated.inventory.rows[0].since = Some(generated.window.from - SignedDuration::from_mins(70));
    generated.window.from -= HOUR * 48;
    let report = verify(&generated).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec![]), "{:#?}", report.findings);
    assert_eq!(report.totals.objects(), generated.objects() as u64);
    let whole = generated.clone();
    let (bucket, key, _) = generated.chains[0].logs[0].clone();
    generated.store.remove(&bucket, &key).unwrap();
    assert_eq!(codes(&verify(&generated).await), ["log.missing"]);
    let mut generated = whole;
    Defect::OldestDigestDeleted.plant(&mut generated, 0);
    assert_eq!(codes(&verify(&generated).await), ["digest.missing", "log.unproven"]);
}

#[tokio::test]
async fn a_chain_that_may_have_ended_is_judged_up_to_its_end() {
    let ended = |defect: Defect| {
        let mut generated = plan().generate();
        defect.plant(&mut generated, 0);
        generated.inventory.rows[0].may_have_ended = true;
        generated
    };
    for (defect, expected) in [
        (Defect::Clean, vec![]),
        (Defect::DigestDeleted, vec!["digest.missing", "log.unproven"]),
        (Defect::LogModified, vec!["log.hash_mismatch"]),
        // Digests were deleted, and the log files they named are still there.
        (Defect::TailDeleted, vec!["log.unreferenced"]),
    ] {
        assert_eq!(codes(&verify(&ended(defect)).await), expected, "{defect:?}");
    }
    let mut generated = ended(Defect::TailDeleted);
    let kept = generated.chains[0].digests.len() - generated.chains[0].digests.len() / 2;
    for (bucket, key, digest) in generated.chains[0].logs.clone() {
        if digest >= kept {
            generated.store.remove(&bucket, &key).unwrap();
        }
    }
    let report = verify(&generated).await;
    assert_eq!((report.outcome, codes(&report)), (Outcome::Valid, vec![]), "{:#?}", report.findings);
    let report = verify(&ended(Defect::ChainDeleted)).await;
    assert_eq!((report.chains[0].expected, report.outcome), (Expected::OutsideWindow, Outcome::Undetermined));
}
