//! Answers byte by byte, for tests of what no landing zone answers: cut-off documents, throttling, broken connections.
//!
//! Whatever a test does not answer itself, the sample landing zone does. Every request is kept.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use logproof_estate::{AccountId, Config};

use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};
use logproof_zone::MockZone;

use crate::{Aws, Options};

type Answer = Result<WireResponse, NoAnswer>;
/// Answers one request, or leaves it to the landing zone; told how many requests of the operation came before in the
/// account.
type Override = Box<dyn Fn(&CallTag, &WireRequest, usize) -> Option<Answer> + Send + Sync>;

/// The sample, with buckets of short names, and an answer for every question that some test asks in account 222222222222.
const ZONE: &str = "
base: sample
json_patch:
  - {op: add, path: /buckets/logs-0, value: {account: '222222222222', region: eu-central-1}}
  - {op: add, path: /buckets/logs-1, value: {account: '222222222222', region: eu-central-1}}
  - {op: add, path: /buckets/logs-2, value: {account: '222222222222', region: eu-west-1}}
  - {op: add, path: /buckets/evidence, value: {account: '222222222222', region: eu-west-1}}
  - {op: add, path: /analyzers/222222222222~1eu-central-1, value: {account: {kind: ACCOUNT}}}
";

pub(crate) struct RawAnswers {
    answer: Override,
    zone: MockZone,
    log: Mutex<Vec<(CallTag, WireRequest)>>,
}

impl fmt::Debug for RawAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawAnswers")
    }
}

impl RawAnswers {
    /// Answers as the landing zone does.
    pub(crate) fn new() -> Arc<Self> {
        Self::answering(|_, _, _| None)
    }

    pub(crate) fn answering(
        answer: impl Fn(&CallTag, &WireRequest, usize) -> Option<Answer> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let zone = MockZone::parse(ZONE, "raw answers").unwrap();
        Arc::new(Self { answer: Box::new(answer), zone, log: Mutex::default() })
    }

    /// `Aws` asking this server as a caller of the management account.
    pub(crate) fn aws(self: &Arc<Self>) -> Aws {
        self.aws_with(&config(), Options::default())
    }

    pub(crate) fn aws_with(self: &Arc<Self>, config: &Config, options: Options) -> Aws {
        Aws::served(Arc::clone(self) as Arc<dyn Serve>, &config.organization.management_account, config, options)
    }

    /// What was asked, in order, as the server saw it.
    pub(crate) fn log(&self) -> Vec<(CallTag, WireRequest)> {
        self.log.lock().unwrap().clone()
    }

    /// `service:Operation` of everything asked, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.log().iter().map(|(tag, _)| name(tag)).collect()
    }

    /// How often an operation was asked.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.operations().iter().filter(|name| *name == operation).count()
    }
}

impl Serve for RawAnswers {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Answer {
        let before = {
            let mut log = self.log.lock().unwrap();
            let before = log.iter().filter(|(t, _)| t.account == tag.account && name(t) == name(tag)).count();
            log.push((tag.clone(), request.clone()));
            before
        };
        (self.answer)(tag, request, before).unwrap_or_else(|| self.zone.serve(tag, request))
    }
}

pub(crate) fn name(tag: &CallTag) -> String {
    format!("{}:{}", tag.service, tag.operation)
}

pub(crate) fn reply(status: u16, body: impl Into<Bytes>) -> WireResponse {
    WireResponse { status, headers: Vec::new(), body: body.into() }
}

/// An error as S3 puts it.
pub(crate) fn s3_error(status: u16, code: &str) -> WireResponse {
    reply(status, format!("<Error><Code>{code}</Code><Message>as S3 puts it</Message></Error>"))
}

/// An error as STS and IAM put it.
pub(crate) fn query_error(status: u16, code: &str) -> WireResponse {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>as STS puts it</Message></Error>");
    reply(status, format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
}

/// Credentials that hold until `expiration`.
pub(crate) fn credentials(expiration: &str) -> WireResponse {
    reply(
        200,
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId>\
             <SecretAccessKey>very-secret</SecretAccessKey><SessionToken>token-secret</SessionToken>\
             <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

pub(crate) fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

/// A configuration with few attempts; the management account is 111111111111.
pub(crate) fn config() -> Config {
    Config::parse(
        r#"
        [organization]
        management_account = "111111111111"
        log_archive_account = "222222222222"
        home_region = "eu-central-1"
        governed_regions = ["eu-central-1", "eu-west-1"]
        [access]
        external_id = "external-secret"
        session_name = "audit-2026"
        max_attempts = 3
        [names]
        prefix = "acme"
        key = "alias/acme-log-storage"
        trail = "org-trail"
        "#,
    )
    .unwrap()
}
