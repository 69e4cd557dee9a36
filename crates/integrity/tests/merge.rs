//! Shards together cover an inventory exactly once, or the whole is not a pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use jiff::SignedDuration;
use logproof_integrity::testkit::{Defect, Generated, Plan};
use logproof_integrity::{Config, Job, Outcome, Report, Shard, Verifier, Window, merge};

async fn verify(generated: &Generated, window: Window, shard: Shard) -> Report {
    let mut job = Job::new(generated.keys(), generated.inventory.clone(), window, generated.now);
    job.shard = shard;
    let report = Verifier::new(Config::default()).run(generated.store.clone(), job).await.unwrap();
    // As through a file.
    serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap()
}

async fn shards(generated: &Generated, count: u32) -> Vec<Report> {
    let mut reports = Vec::new();
    for index in 0..count {
        reports.push(verify(generated, generated.window, Shard::new(index, count).unwrap()).await);
    }
    reports
}

fn problems(merged: &logproof_integrity::merge::Merged) -> Vec<&'static str> {
    let mut codes: Vec<_> = merged.problems.iter().map(|problem| problem.code.as_str()).collect();
    codes.dedup();
    codes
}

#[tokio::test]
async fn four_shards_make_the_same_whole() {
    let mut generated = Plan::of_size(5, 2, 12, 2, 300).generate();
    Defect::LogDeleted.plant(&mut generated, 3);
    let whole = verify(&generated, generated.window, Shard::WHOLE).await;
    let merged = merge(&generated.inventory, generated.window, shards(&generated, 4).await);
    assert_eq!(merged.problems, []);
    assert_eq!(merged.report, whole);
}

#[tokio::test]
async fn a_missing_or_repeated_or_foreign_shard_is_not_a_pass() {
    let generated = Plan::of_size(5, 2, 8, 2, 300).generate();
    let all = shards(&generated, 3).await;
    let without = merge(&generated.inventory, generated.window, all[1..].to_vec());
    assert_eq!((without.report.outcome, problems(&without)), (Outcome::Undetermined, vec!["shard.missing"]));
    let twice = merge(&generated.inventory, generated.window, [&all[..], &all[..1]].concat());
    assert_eq!((twice.report.outcome, problems(&twice)), (Outcome::Undetermined, vec!["shard.covered_twice"]));
    let mut larger = generated.inventory.clone();
    larger.rows.push(logproof_integrity::Row::new("999999999999", "eu-west-1"));
    let foreign = merge(&larger, generated.window, all);
    assert_eq!(foreign.report.outcome, Outcome::Undetermined);
    assert_eq!(problems(&foreign), ["shard.other_inventory", "shard.missing"]);
    let none = merge(&generated.inventory, generated.window, Vec::new());
    assert_eq!((none.report.outcome, problems(&none)), (Outcome::Undetermined, vec!["shard.missing"]));
}

#[tokio::test]
async fn neighbouring_windows_join_at_their_seam() {
    let generated = Plan::of_size(2, 1, 24, 2, 300).generate();
    let middle = generated.window.from + SignedDuration::from_hours(11);
    let early = verify(&generated, Window { to: middle, ..generated.window }, Shard::WHOLE).await;
    let late = verify(&generated, Window { from: middle, ..generated.window }, Shard::WHOLE).await;
    let merged = merge(&generated.inventory, generated.window, vec![late.clone(), early.clone()]);
    assert_eq!((merged.report.outcome, problems(&merged)), (Outcome::Valid, vec![]), "{:?}", merged.problems);
    let mut forged = late.clone();
    forged.chains[0].first.as_mut().unwrap().hash = logproof_integrity::hash::Sha256::of(b"other");
    let merged = merge(&generated.inventory, generated.window, vec![forged, early.clone()]);
    assert_eq!((merged.report.outcome, problems(&merged)), (Outcome::Invalid, vec!["seam.mismatch"]));
    let half = merge(&generated.inventory, generated.window, vec![early]);
    assert_eq!((half.report.outcome, problems(&half)), (Outcome::Undetermined, vec!["shard.missing"]));
}
