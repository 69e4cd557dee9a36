//! Bodies as AWS writes them: XML, JSON, errors of each protocol.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use logproof_digest::sha256_hex;
use logproof_wire::{CallTag, WireResponse};

/// An answer before it has headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// XML of a REST service (S3, S3 Control).
    Xml(String),
    /// XML of a query service (IAM, STS, SNS): the content of `<OperationResult>`.
    Query(String),
    /// JSON.
    Json(String),
    /// An error: HTTP status, code, message.
    Error(u16, &'static str, String),
    /// Headers alone.
    Headers(Vec<(String, String)>),
    /// An object of S3: content and user metadata.
    Object(Bytes, BTreeMap<String, String>),
    /// A redirect to the Region of a bucket.
    Redirect(String),
}

impl Reply {
    pub(super) fn json(value: &Value) -> Self {
        Self::Json(value.to_string())
    }

    pub(super) fn error(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::Error(status, code, message.into())
    }

    pub(super) fn denied(tag: &CallTag) -> Self {
        let code = if is_xml(tag) || tag.service == "sts" || tag.service == "iam" {
            "AccessDenied"
        } else {
            "AccessDeniedException"
        };
        let code = if tag.service == "sns" { "AuthorizationError" } else { code };
        let message = format!("User is not authorized to perform: {}:{}", tag.service, tag.operation);
        Self::Error(if tag.service == "kms" || tag.service == "organizations" { 400 } else { 403 }, code, message)
    }

    /// The response with headers; the request id is derived, so that the same request has the same answer.
    pub(super) fn response(self, tag: &CallTag, now: Timestamp, request: &str) -> WireResponse {
        let digest = sha256_hex(format!("{tag:?}{request}").as_bytes());
        let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default().to_owned();
        let id = format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32));
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers = vec![("date".to_owned(), date)];
        let s3 = is_xml(tag);
        headers.push((if s3 { "x-amz-request-id" } else { "x-amzn-requestid" }.to_owned(), id.clone()));
        let (status, kind, body) = match self {
            Self::Object(body, metadata) => {
                headers.extend(metadata.into_iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value)));
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                headers.sort();
                return WireResponse { status: 200, headers, body };
            }
            Self::Xml(body) => (200, "application/xml", body),
            Self::Query(result) => (200, "text/xml", query(tag, &result, &id)),
            Self::Json(body) => (200, json_type(tag), body),
            Self::Headers(more) => {
                headers.extend(more);
                (200, "application/octet-stream", String::new())
            }
            Self::Redirect(region) => {
                headers.push(("x-amz-bucket-region".to_owned(), region));
                (301, "application/xml", xml_error("PermanentRedirect", "The bucket is in another Region.", &id))
            }
            Self::Error(status, code, message) => {
                let (kind, body) = error(tag, code, &message, &id);
                if tag.service == "access-analyzer" {
                    headers.push(("x-amzn-errortype".to_owned(), code.to_owned()));
                }
                (status, kind, body)
            }
        };
        headers.push(("content-type".to_owned(), kind.to_owned()));
        let body = if tag.service == "cloudwatch" {
            headers.push(("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()));
            cbor(&body)
        } else {
            Bytes::from(body)
        };
        headers.sort();
        WireResponse { status, headers, body }
    }
}

fn is_xml(tag: &CallTag) -> bool {
    matches!(tag.service.as_str(), "s3" | "s3control")
}

fn json_type(tag: &CallTag) -> &'static str {
    match tag.service.as_str() {
        "cloudwatch" => "application/cbor",
        "sqs" => "application/x-amz-json-1.0",
        "access-analyzer" => "application/json",
        _ => "application/x-amz-json-1.1",
    }
}

/// JSON as CBOR, which CloudWatch speaks.
fn cbor(json: &str) -> Bytes {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    let mut bytes = Vec::new();
    // Writing to memory cannot fail, and every JSON value can be said in CBOR.
    let _written = ciborium::into_writer(&value, &mut bytes);
    Bytes::from(bytes)
}

fn query(tag: &CallTag, result: &str, id: &str) -> String {
    let operation = &tag.operation;
    let namespace = match tag.service.as_str() {
        "iam" => "https://iam.amazonaws.com/doc/2010-05-08/",
        "sns" => "http://sns.amazonaws.com/doc/2010-03-31/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    };
    format!(
        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    )
}

fn xml_error(code: &str, message: &str, id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{}</Message><RequestId>{id}</RequestId></Error>",
        escape(message)
    )
}

fn error(tag: &CallTag, code: &str, message: &str, id: &str) -> (&'static str, String) {
    match tag.service.as_str() {
        "s3" => ("application/xml", xml_error(code, message, id)),
        "s3control" => (
            "application/xml",
            format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                escape(message)
            ),
        ),
        "iam" | "sts" | "sns" => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                escape(message)
            ),
        ),
        _ => (json_type(tag), json!({"__type": code, "message": message, "Message": message}).to_string()),
    }
}

/// Text inside XML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `<name>text</name>`.
pub(super) fn element(name: &str, text: impl std::fmt::Display) -> String {
    format!("<{name}>{}</{name}>", escape(&text.to_string()))
}

/// An element that is there only when there is a value.
pub(super) fn optional(name: &str, text: Option<impl std::fmt::Display>) -> String {
    text.map(|text| element(name, text)).unwrap_or_default()
}

/// A document as text: an object is written out, a text stands as it is.
pub(super) fn document(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Epoch seconds, as the JSON protocols write time.
pub(super) fn epoch(time: Timestamp) -> Value {
    json!(time.as_second())
}

/// A page of items: from the offset in the token, at most `size`, and the token of the next page.
pub(super) fn page<T: Clone>(items: &[T], token: Option<&str>, size: usize) -> (Vec<T>, Option<String>) {
    let start = token.and_then(|token| token.parse::<usize>().ok()).unwrap_or(0);
    let part: Vec<T> = items.iter().skip(start).take(size).cloned().collect();
    let next = start + part.len();
    (part, (next < items.len()).then(|| next.to_string()))
}
