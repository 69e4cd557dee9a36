//! Every planted defect is found under its codes and no others; clean chains raise none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_integrity::testkit::{Defect, Edit, Generated, Plan};
use logproof_integrity::{Config, Job, Outcome, Report, Verifier};
use std::collections::BTreeMap;

fn job(generated: &Generated) -> Job {
    Job::new(generated.keys(), generated.inventory.clone(), generated.window, generated.now)
}

async fn verify(generated: &Generated) -> Report {
    Verifier::new(Config { digest_limit: 4 << 20, ..Config::default() })
        .run(generated.store.clone(), job(generated))
        .await
        .unwrap()
}

/// Codes with their counts, as text.
fn codes(report: &Report) -> BTreeMap<&'static str, u64> {
    report.codes.iter().map(|(code, count)| (code.as_str(), *count)).collect()
}

/// One chain with the defect beside a clean one.
fn planted(defect: Defect) -> Generated {
    let plan = Plan::of_size(2, 1, 16, 3, 600);
    let account = plan.accounts[1].clone();
    let edit = defect.edit();
    let mut generated = plan.generate_edited(|row| if row.account == account { edit.clone() } else { Edit::None });
    defect.plant(&mut generated, 1);
    generated
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_defect_is_found_and_named_and_nothing_else() {
    let mut wrong = Vec::new();
    for defect in Defect::ALL {
        let generated = planted(*defect);
        let report = verify(&generated).await;
        let mut expected = defect.codes().to_vec();
        expected.sort_unstable();
        let found = codes(&report);
        if found.keys().copied().collect::<Vec<_>>() != expected {
            wrong.push(format!("{defect:?}: expected {expected:?}, found {found:?}: {:#?}", report.findings));
        }
        let ill = &report.chains[1];
        assert!(
            report.findings.iter().all(|finding| finding.chain == ill.row.chain()),
            "{defect:?} shows in another chain"
        );
        let outcome = match defect {
            Defect::Clean
            | Defect::LogRecompressed
            | Defect::Backfilled
            | Defect::BucketChanged
            | Defect::PrefixChanged => Outcome::Valid,
            Defect::SignedByUnknown | Defect::DigestBomb => Outcome::Undetermined,
            _ => Outcome::Invalid,
        };
        assert_eq!(report.outcome, outcome, "{defect:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_finding_counts_what_it_stands_for() {
    for (defect, code, count) in [
        (Defect::TwoDigestsDeleted, "digest.missing", 2),
        (Defect::OldestDigestDeleted, "digest.missing", 1),
        (Defect::NewestDigestDeleted, "chain.tail_missing", 1),
        (Defect::TailDeleted, "chain.tail_missing", 8),
        (Defect::TwoDigestsDeleted, "log.unproven", 6),
        (Defect::LogsSwapped, "log.hash_mismatch", 2),
        (Defect::StrayPlanted, "log.misplaced", 4),
        (Defect::LoggingStopped, "chain.gap", 5),
    ] {
        let report = verify(&planted(defect)).await;
        assert_eq!(codes(&report).get(code), Some(&count), "{defect:?}: {:#?}", report.findings);
    }
}

#[tokio::test]
async fn a_clean_organization_is_counted_whole() {
    let plan = Plan::of_size(2, 2, 24, 2, 600);
    let generated = plan.generate();
    let report = verify(&generated).await;
    let digests: usize = generated.chains.iter().map(|chain| chain.digests.len()).sum();
    let logs: usize = generated.chains.iter().map(|chain| chain.logs.len()).sum();
    assert_eq!((report.totals.digests_valid, report.totals.logs_valid), (digests as u64, logs as u64));
    assert_eq!(report.chain_counts(), (4, 0, 0));
    assert_eq!(report.outcome, Outcome::Valid);
    assert_eq!(report.totals.objects(), generated.objects() as u64);
}
