//! One line of a recording: an exchange, what it asked, and the answer it holds.
//!
//! Knows lines, not where they are kept.

use base64::{Engine, engine::general_purpose::STANDARD};
use logproof_digest::{Sha256, sha256_hex};
use logproof_estate::ExchangeId;
use logproof_wire::{CallTag, Exchange, NoAnswer, WireRequest, WireResponse};
use serde::{Deserialize, Serialize};

/// One line of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Content address of the exchange.
    pub id: ExchangeId,
    /// The exchange.
    #[serde(flatten)]
    pub exchange: Exchange,
    /// Response body, when it is UTF-8 text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Response body in base64, when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

impl Line {
    /// The line for one exchange.
    #[must_use]
    pub fn new(id: &ExchangeId, exchange: &Exchange, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        let body_base64 = if text.is_none() { Some(STANDARD.encode(body)) } else { None };
        Self { id: id.clone(), exchange: exchange.clone(), body: text, body_base64 }
    }

    /// The response body.
    ///
    /// # Errors
    /// When the base64 form is not base64.
    pub fn bytes(&self) -> Result<Vec<u8>, base64::DecodeError> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => Ok(text.clone().into_bytes()),
            (None, Some(encoded)) => STANDARD.decode(encoded),
            (None, None) => Ok(Vec::new()),
        }
    }
}

/// What an exchange asked, wherever it was sent: the same for every answer to the same question.
#[must_use]
pub fn question(exchange: &Exchange) -> String {
    key(&exchange.tag, &exchange.request, &exchange.request.body)
}

/// Parses a line and checks its content address and body digest.
///
/// # Errors
/// What is wrong, in one line.
pub fn checked(text: &[u8]) -> Result<Line, String> {
    let line: Line = serde_json::from_slice(text).map_err(|error| format!("not an exchange: {error}"))?;
    let body = line.bytes().map_err(|error| format!("the body is not base64: {error}"))?;
    if sha256_hex(&body) != line.exchange.body_sha256 {
        return Err(format!("the body of exchange {} is not the recorded one", line.id));
    }
    if line.exchange.id() != line.id {
        return Err(format!("exchange {} does not have the content its id names", line.id));
    }
    Ok(line)
}

/// Whether the answer is AWS's last word: success, or that there is nothing. Credentials are asked for each time.
pub(crate) fn worth_keeping(line: &Line) -> bool {
    line.exchange.status.is_some_and(|status| (200..300).contains(&status) || status == 404)
        && line.exchange.tag.service != "sts"
}

/// What a request asks, apart from the endpoint it is sent to.
fn key(tag: &CallTag, request: &WireRequest, body: &str) -> String {
    let path = request.canonical_path(&tag.service);
    let CallTag { account, region, service, operation } = tag;
    format!("{account}/{region}/{service}/{operation} {} {path} {}", request.method, sha256_hex(body))
}

/// A request by its digest: half of a SHA-256 tells the requests of any recording apart.
pub(crate) fn digest(key: &str) -> u128 {
    Sha256::of(key).bytes().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// What a request asks, as it is recorded: the body of credential calls is not kept.
pub(super) fn asked(tag: &CallTag, request: &WireRequest) -> String {
    let of_credentials = tag.service == "sts" && tag.operation != "GetCallerIdentity";
    key(tag, request, if of_credentials { "" } else { &request.body })
}

/// The answer a line holds.
pub(super) fn answer(line: &Line) -> Result<WireResponse, NoAnswer> {
    let Some(status) = line.exchange.status else {
        return Err(NoAnswer::Broken(line.exchange.failure.clone().unwrap_or_default()));
    };
    let tag = &line.exchange.tag;
    if tag.service == "sts" && tag.operation == "AssumeRole" && status == 200 {
        return Ok(WireResponse { status, headers: line.exchange.headers.clone(), body: assumed().into() });
    }
    let body = line.bytes().unwrap_or_default();
    Ok(WireResponse { status, headers: line.exchange.headers.clone(), body: body.into() })
}

/// Credentials that open nothing: the real ones were never recorded, and a replay needs none.
fn assumed() -> String {
    concat!(
        r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>"#,
        "<AccessKeyId>REPLAYED</AccessKeyId><SecretAccessKey>REPLAYED</SecretAccessKey>",
        "<SessionToken>REPLAYED</SessionToken><Expiration>9999-12-31T23:59:59Z</Expiration></Credentials>",
        "</AssumeRoleResult></AssumeRoleResponse>"
    )
    .to_owned()
}
