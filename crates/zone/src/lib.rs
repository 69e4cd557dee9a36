//! A landing zone described in a file, served at the HTTP level to the unchanged SDK clients.
//!
//! The SDK's own parsers read what is written here: the steps and the observers cannot tell it from AWS. Reads only; an
//! operation the mock does not know is answered with HTTP 501 and its name, never with an empty list.

mod alerting;
mod bucket_xml;
mod chains;
mod custody;
mod format;
mod identity;
mod json;
mod load;
mod organizations;
mod reply;
mod s3;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};
use serde_json::Value;

use format::{FaultKind, Zone};
pub use load::ZoneError;
use reply::Reply;

/// Answers requests from a description.
#[derive(Debug)]
pub struct MockZone {
    zone: Zone,
    accounts: Vec<Member>,
    chains: chains::Chains,
    /// How often each fault has struck.
    struck: Mutex<Vec<u64>>,
    /// What was put into its buckets.
    kept: custody::Kept,
}

/// An account as the organization lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    id: String,
    name: String,
    status: String,
    parent: String,
    joined: Option<Timestamp>,
}

impl MockZone {
    /// The embedded sample zone.
    ///
    /// # Errors
    /// [`ZoneError`], which a test excludes.
    pub fn sample() -> Result<Self, ZoneError> {
        Self::parse(load::SAMPLE, "sample")
    }

    /// Text of the embedded sample zone.
    #[must_use]
    pub fn sample_text() -> &'static str {
        load::SAMPLE
    }

    /// A description with `base`, `patch` and what else changes it applied: the zone as one document.
    ///
    /// # Errors
    /// [`ZoneError`] naming file, place and what to do.
    pub fn resolve(text: &str, origin: &str) -> Result<Value, ZoneError> {
        load::resolve(text, origin)
    }

    /// The same, where `base` may also name another description, which `bases` finds.
    ///
    /// # Errors
    /// [`ZoneError`] naming file, place and what to do.
    pub fn resolve_on(
        text: &str,
        origin: &str,
        bases: &dyn Fn(&str) -> Result<Value, ZoneError>,
    ) -> Result<Value, ZoneError> {
        load::resolve_on(text, origin, bases)
    }

    /// What a variant is expected to show: the value of its key `expect`.
    ///
    /// # Errors
    /// [`ZoneError`] when the text cannot be read.
    pub fn expectations(text: &str, origin: &str) -> Result<Option<Value>, ZoneError> {
        load::beside(text, origin, "expect")
    }

    /// Reads a description; `origin` names it in errors.
    ///
    /// # Errors
    /// [`ZoneError`] naming file, place and what to do.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ZoneError> {
        Ok(Self::new(load::load(text, origin)?))
    }

    /// The same of a description that may begin from others than the sample: `bases` finds one by the name it is given.
    ///
    /// # Errors
    /// As [`Self::parse`], and what `bases` answers.
    pub fn parse_on(
        text: &str,
        origin: &str,
        bases: &dyn Fn(&str) -> Result<Value, ZoneError>,
    ) -> Result<Self, ZoneError> {
        Ok(Self::new(load::load_on(text, origin, bases)?))
    }

    /// Takes a description as [`Self::resolve`] gives it; `origin` names it in errors.
    ///
    /// # Errors
    /// [`ZoneError`] naming file, place and what to do.
    pub fn from_value(value: Value, origin: &str) -> Result<Self, ZoneError> {
        Ok(Self::new(load::of_value(value, origin)?))
    }

    fn new(mut zone: Zone) -> Self {
        let accounts = members(&zone);
        deliver_for_generated(&mut zone);
        let struck = Mutex::new(vec![0; zone.faults.len()]);
        let chains = chains::Chains::of(&zone, accounts.iter().map(|member| member.id.clone()));
        Self { zone, accounts, chains, struck, kept: custody::Kept::default() }
    }

    /// The keys of `logproof.toml` that stand in the description.
    #[must_use]
    pub fn config(&self) -> &Value {
        &self.zone.config
    }

    /// The register that stands in the description, by file name without `.toml`.
    #[must_use]
    pub fn register(&self) -> &Value {
        &self.zone.register
    }

    /// The instant the zone is described at.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.zone.now
    }

    /// What an object that was put holds.
    #[must_use]
    pub fn kept(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.kept.content(bucket, key)
    }

    fn reply(&self, tag: &CallTag, request: &WireRequest) -> Reply {
        match tag.service.as_str() {
            "s3" => s3::answer(self, tag, request),
            "s3control" => s3::account_answer(&self.zone, tag),
            "organizations" => organizations::answer(&self.zone, &self.accounts, tag, &body(request)),
            "kms" | "cloudtrail" | "config" => json::answer(self, tag, &body(request)),
            "events" => alerting::events_answer(&self.zone, tag, &body(request)),
            "sqs" => alerting::queue_answer(&self.zone, tag, &body(request)),
            "logs" | "cloudwatch" => alerting::answer(&self.zone, tag, &body(request)),
            "access-analyzer" => alerting::analyzer_answer(&self.zone, tag, request),
            "iam" | "sts" | "sns" => identity::answer(&self.zone, tag, &form(&request.body)),
            _ => unknown(tag),
        }
    }

    /// The first fault that fits the call, unless it has struck often enough.
    fn fault(&self, tag: &CallTag, request: &WireRequest) -> Option<FaultKind> {
        let mut struck = self.struck.lock().unwrap_or_else(PoisonError::into_inner);
        for (fault, count) in self.zone.faults.iter().zip(struck.iter_mut()) {
            let fits = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
            let text = format!("{}{}{}", request.host, request.path, request.body);
            let about = fault.subject.as_deref().is_none_or(|subject| text.contains(subject));
            let here = fits(&fault.account, &tag.account) && fits(&fault.region, &tag.region);
            let this = fits(&fault.service, &tag.service) && fits(&fault.operation, &tag.operation);
            if about && here && this && fault.times.is_none_or(|times| *count < times) {
                *count += 1;
                return Some(fault.kind);
            }
        }
        None
    }
}

impl Serve for MockZone {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        self.respond(tag, request, || self.reply(tag, request))
    }

    fn store(
        &self,
        tag: &CallTag,
        request: &WireRequest,
        headers: &BTreeMap<String, String>,
        content: &[u8],
    ) -> Result<WireResponse, NoAnswer> {
        self.respond(tag, request, || s3::store(self, tag, request, headers, content))
    }
}

impl MockZone {
    /// The reply as a response, or the fault that strikes in its place.
    fn respond(
        &self,
        tag: &CallTag,
        request: &WireRequest,
        reply: impl Fn() -> Reply,
    ) -> Result<WireResponse, NoAnswer> {
        let text = format!("{}{}{}{}", request.method, request.host, request.path, request.body);
        let respond = |reply: Reply| reply.response(tag, self.zone.now, &text);
        match self.fault(tag, request) {
            None => Ok(respond(reply())),
            Some(FaultKind::AccessDenied) => Ok(respond(Reply::denied(tag))),
            Some(FaultKind::ExpiredToken) => Ok(respond(Reply::error(
                400,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ))),
            Some(FaultKind::Throttled) => Ok(respond(throttled(tag))),
            Some(FaultKind::Unreachable) => Err(NoAnswer::Broken("connection reset by peer".to_owned())),
            Some(FaultKind::ServerError) => {
                let mut response = respond(reply());
                response.status = 500;
                response.headers.retain(|(name, _)| name != "content-type");
                response.headers.push(("content-type".to_owned(), "text/html".to_owned()));
                response.body = "<html><body><h1>500 Internal Server Error</h1></body></html>".into();
                Ok(response)
            }
            Some(FaultKind::Garbled) => {
                let mut response = respond(reply());
                (response.status, response.body) = (200, "<html><body><h1>Sign in</h1></body></html>".into());
                Ok(response)
            }
            Some(FaultKind::Malformed) => {
                let mut response = respond(reply());
                response.body.truncate(response.body.len() / 2);
                Ok(response)
            }
        }
    }
}

fn throttled(tag: &CallTag) -> Reply {
    match tag.service.as_str() {
        "s3" | "s3control" => Reply::error(503, "SlowDown", "Please reduce your request rate."),
        "iam" | "sts" | "sns" => Reply::error(400, "Throttling", "Rate exceeded"),
        _ => Reply::error(400, "ThrottlingException", "Rate exceeded"),
    }
}

/// Synthetic accounts deliver log files like the others.
fn deliver_for_generated(zone: &mut Zone) {
    let Some(generated) = &zone.generated_accounts else { return };
    let now = zone.now;
    let day = now.strftime("%Y/%m/%d").to_string();
    let stamp = now.strftime("%Y%m%dT%H%MZ").to_string();
    for trail in zone.trails.values().filter(|trail| trail.organization) {
        let Some(bucket) = zone.buckets.get_mut(&trail.bucket) else { continue };
        let prefix = trail.prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}/"));
        for index in 0..generated.count {
            let (id, region) = (generated_id(index), &trail.region);
            let key = format!(
                "{prefix}AWSLogs/{}/{id}/CloudTrail/{region}/{day}/{id}_CloudTrail_{region}_{stamp}_aaaaaaaaaaaaaaaa.json.gz",
                zone.organization.id
            );
            let object = format::Object { size: 2048, last_modified: Some(now), ..format::Object::default() };
            bucket.objects.insert(key, object);
        }
    }
}

/// Id of a synthetic account.
fn generated_id(index: u64) -> String {
    format!("{}", 700_000_000_000 + index * 7)
}

/// An operation the mock does not know.
fn unknown(tag: &CallTag) -> Reply {
    let message = format!("the mock landing zone does not serve {}:{}", tag.service, tag.operation);
    Reply::error(501, "NotImplemented", message)
}

fn body(request: &WireRequest) -> Value {
    serde_json::from_str(&request.body).unwrap_or_default()
}

/// Fields of a form body.
fn form(text: &str) -> BTreeMap<String, String> {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (decoded(key), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn members(zone: &Zone) -> Vec<Member> {
    let root = &zone.organization.root;
    let mut members: Vec<Member> = zone
        .accounts
        .iter()
        .map(|(id, account)| Member {
            id: id.clone(),
            name: account.name.clone(),
            status: account.status.clone(),
            parent: account.unit.clone().unwrap_or_else(|| root.clone()),
            joined: account.joined,
        })
        .collect();
    if let Some(generated) = &zone.generated_accounts {
        members.extend((0..generated.count).map(|index| Member {
            id: generated_id(index),
            name: format!("workload-{index:05}"),
            status: "ACTIVE".to_owned(),
            parent: generated.unit.clone(),
            joined: None,
        }));
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_zone() {
        let zone = MockZone::sample().unwrap();
        assert_eq!(zone.accounts.len(), 6);
        assert!(zone.config().get("organization").is_some());
    }

    #[test]
    fn a_variant_changes_only_what_it_names() {
        let text = "base: sample\npatch:\n  organization: {feature_set: CONSOLIDATED_BILLING}\n";
        let zone = MockZone::parse(text, "variant.yaml").unwrap();
        assert_eq!(zone.zone.organization.feature_set, "CONSOLIDATED_BILLING");
        assert_eq!(zone.zone.organization.id, "o-exampleorg1");
    }

    #[test]
    fn bad_descriptions_say_what_and_where() {
        for (text, expected) in [
            ("now: [", "line 2"),
            ("base: other", "`base` is"),
            ("base: sample\npatsh: {}", "unknown key `patsh`"),
            (
                "base: sample\npatch: {buckets: {x: {account: '999999999999', region: eu-central-1}}}",
                "account `999999999999`",
            ),
            ("base: sample\npatch: {organization: {featureset: ALL}}", "featureset"),
            ("now: 2026-01-01T00:00:00Z\norganisation: {}", "organisation"),
            ("base: sample\njson_patch: [{op: remove, path: /nothing}]", "json_patch"),
        ] {
            let error = MockZone::parse(text, "zone.yaml").unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("hint:"), "{error}");
        }
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_says() {
        let text = "base: sample\nfaults: [{service: kms, operation: DescribeKey, kind: throttled, times: 2}]\n";
        let zone = MockZone::parse(text, "zone.yaml").unwrap();
        let tag = CallTag {
            account: "222222222222".to_owned(),
            region: "eu-central-1".to_owned(),
            service: "kms".to_owned(),
            operation: "DescribeKey".to_owned(),
        };
        let request = WireRequest {
            method: "POST".to_owned(),
            host: String::new(),
            path: "/".to_owned(),
            body: r#"{"KeyId": "alias/acme-log-storage"}"#.to_owned(),
        };
        let statuses: Vec<u16> = (0..3).map(|_| zone.serve(&tag, &request).unwrap().status).collect();
        assert_eq!(statuses, [400, 400, 200]);
    }
}
