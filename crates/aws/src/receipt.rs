//! Receipts: what a log file came to, in place of the log file.
//!
//! Log files are large and full of what people did; evidence that they are untouched needs neither. A reader that asks
//! for receipts gets, for each log file, its size, what inflating it gave, and the SHA-256 of the inflated bytes: what
//! its digest, which is signed, says of it. The digest itself is never replaced, so that a recording still proves, with
//! CloudTrail's public key alone, which content every log file must have had.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut, dyn_dispatch_hint},
        orchestrator::HttpRequest,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use logproof_integrity::gzip::{GzipError, Inflated, hash_inflated};
use serde::{Deserialize, Serialize};

use logproof_wire::{RECEIPT, WireResponse};

/// The largest log file that is inflated, in bytes after inflating.
const MOST_INFLATED: u64 = 4 << 30;
/// What only the keys of digests contain. See:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>
const DIGEST_FOLDER: &str = "/CloudTrail-Digest/";

/// What a log file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    /// Its size as stored.
    pub(crate) stored_bytes: u64,
    /// What inflating it gave.
    pub(crate) inflated: Result<Inflated, GzipError>,
}

impl Receipt {
    fn of(body: &[u8]) -> Self {
        Self { stored_bytes: body.len() as u64, inflated: hash_inflated(body, MOST_INFLATED) }
    }

    /// Reads a receipt.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

/// Put on requests that want a receipt.
#[derive(Debug, Clone, Copy)]
struct Wanted;

/// Asks for receipts of log files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskForReceipts;

#[dyn_dispatch_hint]
impl Intercept for AskForReceipts {
    fn name(&self) -> &'static str {
        "AskForReceipts"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let is_object = request.uri().contains("x-id=GetObject");
        if is_object && is_log_file(request.uri()) {
            request.add_extension(Wanted);
        }
        Ok(())
    }
}

/// Whether a key is that of a log file, not of a digest.
pub(crate) fn is_log_file(key: &str) -> bool {
    !key.contains(DIGEST_FOLDER)
}

/// Whether the request wants a receipt.
pub(crate) fn is_wanted(request: &HttpRequest) -> bool {
    request.extension::<Wanted>().is_some()
}

/// Replaces the body of an answer by its receipt, unless it is one: a recording holds receipts.
pub(crate) fn give(response: &mut WireResponse, other_headers: &mut Vec<(String, String)>) {
    let is_receipt = response.headers.iter().any(|(name, _)| name == RECEIPT);
    if response.status != 200 || is_receipt {
        return;
    }
    let Ok(text) = serde_json::to_vec(&Receipt::of(&response.body)) else { return };
    response.body = Bytes::from(text);
    response.headers.retain(|(name, _)| name != "content-type");
    response.headers.push((RECEIPT.to_owned(), "1".to_owned()));
    response.headers.sort();
    // They refer to the body that came.
    other_headers.retain(|(name, _)| name != "content-length" && !name.starts_with("x-amz-checksum-"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &'static [u8]) -> WireResponse {
        WireResponse { status: 200, headers: Vec::new(), body: Bytes::from_static(body) }
    }

    #[test]
    fn a_receipt_is_given_once_and_for_successes_only() {
        let mut response = answer(b"not gzip");
        let mut others = vec![("content-length".to_owned(), "8".to_owned()), ("etag".to_owned(), "x".to_owned())];
        give(&mut response, &mut others);
        let receipt = Receipt::read(&response.body).unwrap();
        assert_eq!(receipt, Receipt { stored_bytes: 8, inflated: Err(GzipError::Corrupt) });
        assert_eq!(others, [("etag".to_owned(), "x".to_owned())]);
        let once = response.clone();
        give(&mut response, &mut others);
        assert_eq!(response, once);
        let mut refused = WireResponse { status: 403, ..answer(b"<Error/>") };
        give(&mut refused, &mut others);
        assert_eq!(refused.body, "<Error/>");
    }

    #[test]
    fn digests_are_kept_whole() {
        assert!(!is_log_file("AWSLogs/o-x/1/CloudTrail-Digest/eu-west-1/2026/01/15/a.json.gz"));
        assert!(is_log_file("AWSLogs/o-x/1/CloudTrail/eu-west-1/2026/01/15/a.json.gz"));
    }
}
