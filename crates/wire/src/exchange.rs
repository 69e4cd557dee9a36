//! One API exchange: what was sent to a service and what came back, without secrets.
//!
//! An exchange is content-addressed: its [`id`](Exchange::id) is the SHA-256 of everything below except the local
//! clock, so the same answer replayed has the same id. Request headers (signatures, session tokens) are never part
//! of it.

use bytes::Bytes;
use jiff::Timestamp;
use logproof_digest::Hasher;
use logproof_estate::ExchangeId;
use serde::{Deserialize, Serialize};

/// Who is asked what, where: put on every request when the call is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallTag {
    /// Account whose credentials sign the request.
    pub account: String,
    /// Region the request is signed for.
    pub region: String,
    /// Service: `s3`, `s3control`, `kms`, `cloudtrail`, `organizations`, `config`, `events`, `sns`, `logs`,
    /// `cloudwatch`, `access-analyzer`, `iam` or `sts`.
    pub service: String,
    /// API operation, for example `GetBucketEncryption`.
    pub operation: String,
}

/// A request as the seam sees it: no headers, so nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRequest {
    /// HTTP method.
    pub method: String,
    /// Host without port for AWS endpoints; carries the bucket of virtual-hosted requests.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// Body, as sent.
    pub body: String,
}

impl WireRequest {
    /// Path and query with the bucket in the path, whichever way it was sent: what is asked, apart from the endpoint.
    #[must_use]
    pub fn canonical_path(&self, service: &str) -> String {
        let path = match self.host.split_once(".s3") {
            Some((bucket, _)) if service == "s3" && !bucket.is_empty() => format!("/{bucket}{}", self.path),
            _ => self.path.clone(),
        };
        // `/bucket?x` and `/bucket/?x` ask the same.
        path.replacen("/?", "?", 1)
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers worth keeping, in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Bytes,
}

/// Response headers that are kept: enough for the SDK to read the answer again and for a reader to find it in AWS's
/// own logs.
pub const KEPT_HEADERS: [&str; 14] = [
    "content-type",
    "date",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-amz-id-2",
    "x-amz-bucket-region",
    // The signature of a digest is in the metadata of its object only.
    "x-amz-meta-backfill-generation-timestamp",
    "x-amz-meta-signature",
    "x-amz-meta-signature-algorithm",
    "x-amzn-errortype",
    "x-amzn-query-error",
    "smithy-protocol",
    RECEIPT,
    INFLATED,
];

/// Marks an answer whose body is a receipt for the bytes that came: what a log file came to, in place of the file.
pub const RECEIPT: &str = "x-logproof-receipt";

/// Marks an answer whose body is what the bytes that came inflate to; it gives their number. Named as metadata of an object
/// is, so that S3's client reads it.
pub const INFLATED: &str = "x-amz-meta-logproof-inflated";

/// One API exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Who was asked what, where.
    #[serde(flatten)]
    pub tag: CallTag,
    /// What was sent.
    pub request: WireRequest,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// Kept response headers.
    pub headers: Vec<(String, String)>,
    /// SHA-256 of the response body; empty where it is read from what leaves it to be computed.
    #[serde(default)]
    pub body_sha256: String,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Local clock when the request was sent.
    pub started: Timestamp,
    /// Local clock when the answer was complete.
    pub ended: Timestamp,
}

impl Exchange {
    /// The content address.
    #[must_use]
    pub fn id(&self) -> ExchangeId {
        let mut hash = Hasher::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        for text in [&self.tag.account, &self.tag.region, &self.tag.service, &self.tag.operation] {
            part(text);
        }
        // Without the host: the same question asked of another endpoint is the same question.
        for text in [&self.request.method, &self.request.canonical_path(&self.tag.service), &self.request.body] {
            part(text);
        }
        part(&self.status.map(|s| s.to_string()).unwrap_or_default());
        for (name, value) in &self.headers {
            part(name);
            part(value);
        }
        part(&self.body_sha256);
        part(self.failure.as_deref().unwrap_or_default());
        ExchangeId::new(hash.finish().to_string())
    }
}
