//! One line of a recording: an exchange, what it asked, and the answer it holds.
//!
//! A packed recording leaves out what is computed from the rest of a line: the exchange's id and the digest of its body,
//! which no packing makes smaller. Knows lines, not where they are kept.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use logproof_digest::{Sha256, sha256_hex};
use logproof_estate::ExchangeId;
use logproof_wire::{CallTag, Exchange, NoAnswer, WireRequest, WireResponse};
use serde::{Deserialize, Serialize};

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// One line of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Content address of the exchange.
    pub id: ExchangeId,
    /// The exchange.
    #[serde(flatten)]
    pub exchange: Exchange,
    /// Response body, when it is UTF-8 text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Response body in base64, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
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
        bytes(self.body.as_deref(), self.body_base64.as_deref()).map(Cow::into_owned)
    }
}

fn bytes<'a>(text: Option<&'a str>, encoded: Option<&str>) -> Result<Cow<'a, [u8]>, base64::DecodeError> {
    match (text, encoded) {
        (Some(text), _) => Ok(Cow::Borrowed(text.as_bytes())),
        (None, Some(encoded)) => STANDARD.decode(encoded).map(Cow::Owned),
        (None, None) => Ok(Cow::Borrowed(&[])),
    }
}

/// What an exchange asked, wherever it was sent: the same for every answer to the same question.
#[must_use]
pub fn question(exchange: &Exchange) -> String {
    key(&exchange.tag, &exchange.request, &exchange.request.body)
}

/// A line as it is kept: what is not there is computed.
#[derive(Deserialize)]
struct Kept {
    id: Option<ExchangeId>,
    #[serde(flatten)]
    exchange: Exchange,
    body: Option<String>,
    body_base64: Option<String>,
}

/// Parses a line, and checks its content address and body digest, or computes them where it leaves them out.
///
/// # Errors
/// What is wrong, in one line.
pub fn checked(text: &[u8]) -> Result<Line, String> {
    let Kept { id: named, mut exchange, body, body_base64 } =
        serde_json::from_slice(text).map_err(|error| format!("not an exchange: {error}"))?;
    let name = || named.as_ref().map_or("without an id", ExchangeId::as_str);
    let bytes = bytes(body.as_deref(), body_base64.as_deref());
    let digest = sha256_hex(bytes.map_err(|error| format!("the body is not base64: {error}"))?);
    if exchange.body_sha256.is_empty() {
        exchange.body_sha256 = digest;
    } else if exchange.body_sha256 != digest {
        return Err(format!("the body of exchange {} is not the recorded one", name()));
    }
    let id = exchange.id();
    if named.as_ref().is_some_and(|named| *named != id) {
        return Err(format!("exchange {} does not have the content its id names", name()));
    }
    Ok(Line { id, exchange, body, body_base64 })
}

/// A line as a packed recording keeps it; as it is when it is not one that this program writes.
pub(super) fn packed(line: &[u8]) -> Cow<'_, [u8]> {
    let cut = std::str::from_utf8(line).ok().and_then(|line| {
        let rest = line.strip_prefix("{\"id\":\"")?.get(DIGITS..)?.strip_prefix("\",")?;
        // A quote within a text is escaped: this is no text's content.
        let (head, tail) = rest.split_once(",\"body_sha256\":\"")?;
        Some(format!("{{{head}{}", tail.get(DIGITS..)?.strip_prefix('"')?))
    });
    cut.map_or(Cow::Borrowed(line), |cut| Cow::Owned(cut.into_bytes()))
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

/// An exchange for tests of what holds lines, with a header that looks like the members a packed line leaves out.
#[cfg(test)]
pub(super) fn synthetic(path: &str, body: &[u8]) -> Line {
    let tag = ["111111111111", "eu-west-1", "s3", "GetObject"].map(str::to_owned);
    let [account, region, service, operation] = tag;
    let exchange = Exchange {
        tag: CallTag { account, region, service, operation },
        request: WireRequest {
            method: "GET".to_owned(),
            host: String::new(),
            path: path.to_owned(),
            body: String::new(),
        },
        status: Some(200),
        headers: vec![("x-amz-meta-signature".to_owned(), "{\"id\":\"ab,\"body_sha256\":\"".to_owned())],
        body_sha256: sha256_hex(body),
        failure: None,
        started: jiff::Timestamp::UNIX_EPOCH,
        ended: jiff::Timestamp::UNIX_EPOCH,
    };
    Line::new(&exchange.id(), &exchange, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_packed_line_leaves_out_is_computed() {
        for (path, body) in
            [("/a", &b"text"[..]), (",\"body_sha256\":\"", b",\"body_sha256\":\"\n"), ("/c", &[0x1f, 0x8b])]
        {
            let line = synthetic(path, body);
            let whole = serde_json::to_vec(&line).unwrap();
            let short = packed(&whole);
            assert_eq!(short.len(), whole.len() - 2 * DIGITS - r#""id":"","body_sha256":"","#.len());
            assert_eq!((checked(&whole).unwrap(), checked(&short).unwrap()), (line.clone(), line));
            assert_eq!(packed(&short), short, "once");
        }
        assert_eq!(*packed(b"{\"id\":\"short\"}"), *b"{\"id\":\"short\"}");
    }

    #[test]
    fn what_a_line_says_of_itself_is_checked() {
        let whole = String::from_utf8(serde_json::to_vec(&synthetic("/a", b"text")).unwrap()).unwrap();
        let refused = |changed: String| checked(changed.as_bytes()).unwrap_err();
        assert!(refused(whole.replace("text", "else")).contains("is not the recorded one"));
        assert!(refused(whole.replace("/a", "/b")).contains("does not have the content its id names"));
        assert!(refused("{}".to_owned()).starts_with("not an exchange: "));
        // Without its digests a changed line is another exchange, which nothing is based on.
        let short = String::from_utf8(packed(whole.as_bytes()).into_owned()).unwrap();
        assert_ne!(
            checked(short.replace("text", "else").as_bytes()).unwrap().id,
            checked(short.as_bytes()).unwrap().id
        );
    }
}
