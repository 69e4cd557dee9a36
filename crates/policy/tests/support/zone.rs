//! A small organization for property tests.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::Arc;

use logproof_policy::{Account, Levels, Organization, Partition, Policy, Question, Scene};

pub(crate) const MGMT: &str = "111111111111";
pub(crate) const LOGS: &str = "222222222222";
pub(crate) const AUDIT: &str = "333333333333";
pub(crate) const WORK: &str = "444444444444";
pub(crate) const ORG: &str = "o-exampleorgid";
pub(crate) const BUCKET: &str = "arn:aws:s3:::aws-acme-log-storage-222222222222-us-east-1";
pub(crate) const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/org-trail";
pub(crate) const KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555";

/// Parses a list of statements as a policy; `BUCKET` in the text is the bucket's ARN.
pub(crate) fn policy(name: &str, statements: &str) -> Arc<Policy> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
    let text = text.replace("BUCKET", BUCKET).replace("TRAIL", TRAIL);
    Arc::new(Policy::parse(name, text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}")))
}

pub(crate) fn full() -> Arc<Policy> {
    policy("FullAWSAccess", r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}]"#)
}

/// `FullAWSAccess` on three levels, plus the given policies on the level of the organizational unit.
pub(crate) fn path(extra: &[Arc<Policy>]) -> Levels {
    let mut unit = vec![full()];
    unit.extend(extra.iter().cloned());
    vec![vec![full()], unit, vec![full()]]
}

pub(crate) fn organization() -> Organization {
    Organization {
        id: Some(ORG.to_owned()),
        partition: Partition::Commercial,
        accounts: vec![
            Account::management(MGMT).with_scps(path(&[])),
            Account::member(LOGS).with_scps(path(&[])),
            Account::member(AUDIT).with_scps(path(&[])),
            Account::member(WORK).with_scps(path(&[])),
        ],
    }
}

pub(crate) fn bucket(statements: &str) -> Scene {
    Scene {
        organization: organization(),
        resource_account: LOGS.to_owned(),
        resource_policy: Some(policy("bucket policy", statements)),
        ..Scene::default()
    }
}

pub(crate) fn on_bucket(question: Question) -> Question {
    question.on(BUCKET).on_all(&format!("{BUCKET}/*"))
}

pub(crate) fn plain_http() -> Question {
    on_bucket(Question::about(["s3:*"])).when(r#"{"Bool": {"aws:SecureTransport": "false"}}"#).unwrap()
}
