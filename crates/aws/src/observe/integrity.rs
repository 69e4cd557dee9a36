//! One chain of CloudTrail digests, verified.

use std::time::Duration;

use logproof_estate::{
    Answer, BucketRef, Fact, Reason, Unseen,
    facts::{ChainFinding, ChainIntegrity, ChainQuery, TrailPublicKey},
};
use logproof_integrity::{
    Class, Config, Expected, Finding, Inventory, Job, PublicKey, PublicKeys, Report, Row, Sampling, Trail, Verifier,
    Window,
};

use crate::{
    Aws,
    failure::Asked,
    objects::{Journal, TrailObjects},
    seam::Made,
    session::Session,
};

/// Reads of one chain in flight at first, and at most.
const READS: (usize, usize) = (8, 32);

impl Aws {
    /// Verifies one chain. What S3 refuses or does not deliver makes the answer [`Unseen`], unless something was found
    /// that no further read can change.
    pub(super) async fn verify_chain(&self, bucket: &BucketRef, query: &ChainQuery) -> Answer<ChainIntegrity> {
        let (operation, account, subject) = ("s3:ListObjectsV2", &bucket.owner, bucket.name.as_str());
        let asked = Asked { operation, account, region: Some(&bucket.region), subject };
        let (_permits, session) = self.enter(&asked).await?;
        let objects = TrailObjects::new(session.clone(), account.clone(), true);
        let verified = Verifier::new(settings(query, &session)).run(objects.clone(), job(bucket, query)).await;
        let Journal { mut made, failed } = objects.take_journal();
        // In which order calls end is a matter of scheduling, and must not show in what a fact is based on.
        made.sort_by(|one, other| one.id.cmp(&other.id));
        let report = verified.map_err(|error| unproven(&asked, &made, error.to_string()))?;
        let integrity = summary(&report);
        let is_fact = integrity.findings.iter().any(|finding| finding.is_fact);
        if !is_fact
            && !integrity.findings.is_empty()
            && let Some((what, (failure, made))) = failed.into_iter().next()
        {
            return Err(failure.unseen(&Asked { subject: &what, ..asked }, &made));
        }
        let mut exchanges: Vec<_> = made.into_iter().map(|made| made.id).collect();
        exchanges.dedup();
        Ok(Fact::new(integrity, exchanges))
    }
}

fn unproven(asked: &Asked<'_>, made: &[Made], detail: String) -> Unseen {
    Unseen {
        operation: asked.operation.to_owned(),
        account: asked.account.clone(),
        region: asked.region.cloned(),
        subject: asked.subject.to_owned(),
        reason: Reason::Unproven,
        detail,
        hint: "correct the period under `[integrity]` in the configuration, and run again".to_owned(),
        exchanges: made.iter().map(|made| made.id.clone()).collect(),
    }
}

fn settings(query: &ChainQuery, session: &Session) -> Config {
    let (attempts, first_wait) = session.patience();
    let sampling = match query.log_files_per_mille {
        1000.. => Sampling::All,
        share => Sampling::PerMille { share, seed: 0 },
    };
    Config {
        reads_at_first: READS.0,
        reads_at_most: READS.1,
        attempts,
        first_wait: first_wait.min(Duration::from_millis(100)),
        // The session's own limit holds for each attempt.
        read_timeout: None,
        sampling,
        ..Config::default()
    }
}

fn job(bucket: &BucketRef, query: &ChainQuery) -> Job {
    let trail = Trail {
        name: query.trail.clone(),
        home_region: query.home_region.to_string(),
        bucket: bucket.name.clone(),
        prefix: query.prefix.clone(),
        organization: query.organization.clone(),
    };
    let row = Row { since: query.since, ..Row::new(query.account.as_str(), query.region.as_str()) };
    let window = Window { from: query.from, to: query.until };
    let inventory = Inventory { trail, rows: vec![row] };
    Job::new(public_keys(query.region.as_str(), &query.keys), inventory, window, query.until)
}

fn public_keys(region: &str, keys: &[TrailPublicKey]) -> PublicKeys {
    let mut known = PublicKeys::default();
    for key in keys {
        let public = PublicKey { der: key.value.clone(), valid_from: key.valid_from, valid_to: key.valid_until };
        known.insert(region, &key.fingerprint, public);
    }
    known
}

fn summary(report: &Report) -> ChainIntegrity {
    ChainIntegrity {
        due: report.chains.iter().any(|chain| chain.expected == Expected::Judged),
        digests_verified: report.totals.digests_valid,
        log_files_verified: report.totals.logs_valid,
        log_files_left_out: report.totals.logs_skipped,
        log_files_pending: report.totals.logs_pending,
        findings: report.findings.iter().filter(|found| found.class != Class::Informative).map(to_finding).collect(),
    }
}

fn to_finding(finding: &Finding) -> ChainFinding {
    ChainFinding {
        code: finding.code.as_str().to_owned(),
        is_fact: finding.class == Class::Invalid,
        object: finding.object.clone(),
        interval: finding.from.zip(finding.to),
        count: finding.count,
        detail: finding.detail.clone(),
    }
}
