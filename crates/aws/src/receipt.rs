//! Receipts: what a log file came to, in place of the log file, and what a digest inflates to.
//!
//! Log files are large and full of what people did; evidence that they are untouched needs neither. A reader that asks
//! for receipts gets, for each log file, its size, what inflating it gave, and the SHA-256 of the inflated bytes: what
//! its digest, which is signed, says of it. Of a digest it gets the inflated content, which is what CloudTrail signs and
//! what the next digest names by its hash: a recording still proves, with CloudTrail's public key alone, which content
//! every log file must have had, and a person can read it. What is not exactly one gzip member stays as it came.

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
use logproof_integrity::{
    digest::Metadata,
    gzip::{GzipError, Inflated, hash_inflated, inflate},
    store::Arrived,
};
use logproof_wire::{INFLATED, RECEIPT, WireResponse};
use serde::{Deserialize, Serialize};

/// The largest log file that is inflated, in bytes after inflating.
const MOST_INFLATED: u64 = 4 << 30;
/// The largest digest that is inflated, in bytes after inflating: a line of a recording holds it.
const LARGEST_DIGEST: u64 = 16 << 20;
/// What the metadata of an object begin with.
const METADATA: &str = "x-amz-meta-";
/// What only the keys of digests contain. See:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>
const DIGEST_FOLDER: &str = "/CloudTrail-Digest/";

/// What a log file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Receipt {
    /// Its size as stored.
    stored_bytes: u64,
    /// What inflating it gave.
    inflated: Result<Inflated, GzipError>,
}

impl Receipt {
    fn of(body: &[u8]) -> Self {
        Self { stored_bytes: body.len() as u64, inflated: hash_inflated(body, MOST_INFLATED) }
    }
}

/// Put on requests of which not what is stored is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A receipt for a log file.
    Receipt,
    /// What a digest inflates to.
    Content,
}

impl Wanted {
    fn of(key: &str) -> Self {
        if key.contains(DIGEST_FOLDER) { Self::Content } else { Self::Receipt }
    }
}

/// Asks for receipts of log files and the content of digests.
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
        if request.uri().contains("x-id=GetObject") {
            let wanted = Wanted::of(request.uri());
            request.add_extension(wanted);
        }
        Ok(())
    }
}

/// What is wanted of a request in place of what is stored.
pub(crate) fn wanted(request: &HttpRequest) -> Option<Wanted> {
    request.extension::<Wanted>().copied()
}

/// Brings an answer into the form that is wanted, in which a recording keeps it; once.
pub(crate) fn give(wanted: Wanted, response: &mut WireResponse, other_headers: &mut Vec<(String, String)>) {
    let is_given = response.headers.iter().any(|(name, _)| [RECEIPT, INFLATED].contains(&name.as_str()));
    if response.status != 200 || is_given {
        return;
    }
    let (body, mark, value) = match wanted {
        Wanted::Receipt => {
            let Ok(text) = serde_json::to_vec(&Receipt::of(&response.body)) else { return };
            (text, RECEIPT, "1".to_owned())
        }
        Wanted::Content => {
            // What is no text is not for people to read, and would only be longer.
            let text = inflate(&response.body, LARGEST_DIGEST).ok().and_then(|content| String::from_utf8(content).ok());
            let Some(text) = text else { return };
            (text.into_bytes(), INFLATED, response.body.len().to_string())
        }
    };
    response.body = Bytes::from(body);
    response.headers.retain(|(name, _)| name != "content-type");
    response.headers.push((mark.to_owned(), value));
    response.headers.sort();
    // They refer to the body that came.
    other_headers.retain(|(name, _)| name != "content-length" && !name.starts_with("x-amz-checksum-"));
}

/// What became of the bytes of an object that was asked for with [`AskForReceipts`]; the mark goes from its metadata.
///
/// # Errors
/// What the answer lacks, in one line.
pub(crate) fn arrived(key: &str, metadata: &mut Metadata, body: &[u8]) -> Result<Arrived, String> {
    let mark = INFLATED.strip_prefix(METADATA).and_then(|name| metadata.remove(name));
    match (Wanted::of(key), mark) {
        (Wanted::Receipt, _) => {
            let receipt: Receipt = serde_json::from_slice(body).map_err(|_| "no receipt was given".to_owned())?;
            Ok(Arrived::Hashed { bytes: receipt.stored_bytes, inflated: receipt.inflated })
        }
        (Wanted::Content, None) => Ok(Arrived::AsStored),
        (Wanted::Content, Some(bytes)) => {
            let bytes = bytes.parse().map_err(|_| format!("`{INFLATED}` is `{bytes}`, no number of bytes"))?;
            Ok(Arrived::Inflated { bytes })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const LOG: &str = "AWSLogs/o-x/1/CloudTrail/eu-west-1/2026/01/15/a.json.gz";
    const DIGEST: &str = "AWSLogs/o-x/1/CloudTrail-Digest/eu-west-1/2026/01/15/a.json.gz";

    fn answer(body: impl Into<Bytes>) -> WireResponse {
        let headers = vec![("content-type".to_owned(), "application/gzip".to_owned())];
        WireResponse { status: 200, headers, body: body.into() }
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn metadata(of: &WireResponse) -> Metadata {
        let pairs = of.headers.iter().filter_map(|(name, value)| Some((name.strip_prefix(METADATA)?, value.clone())));
        pairs.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn a_receipt_is_given_once_and_for_successes_only() {
        let mut response = answer("not gzip");
        let mut others = vec![("content-length".to_owned(), "8".to_owned()), ("etag".to_owned(), "x".to_owned())];
        give(Wanted::of(LOG), &mut response, &mut others);
        let hashed = Arrived::Hashed { bytes: 8, inflated: Err(GzipError::Corrupt) };
        assert_eq!(arrived(LOG, &mut metadata(&response), &response.body), Ok(hashed));
        assert_eq!(others, [("etag".to_owned(), "x".to_owned())]);
        let once = response.clone();
        give(Wanted::of(LOG), &mut response, &mut others);
        assert_eq!(response, once);
        let mut refused = WireResponse { status: 403, ..answer("<Error/>") };
        give(Wanted::of(LOG), &mut refused, &mut others);
        assert_eq!(refused.body, "<Error/>");
        assert!(arrived(LOG, &mut Metadata::new(), b"[]").is_err());
    }

    #[test]
    fn of_a_digest_the_content_is_kept() {
        let stored = gzip(b"{\"previousDigestSignature\": null}");
        let (mut response, mut others) = (answer(stored.clone()), Vec::new());
        give(Wanted::of(DIGEST), &mut response, &mut others);
        assert_eq!(response.body, "{\"previousDigestSignature\": null}");
        let mut found = metadata(&response);
        let inflated = Arrived::Inflated { bytes: stored.len() as u64 };
        assert_eq!(arrived(DIGEST, &mut found, &response.body), Ok(inflated));
        assert!(found.is_empty(), "the mark is not the object's own: {found:?}");
        let once = response.clone();
        give(Wanted::of(DIGEST), &mut response, &mut others);
        assert_eq!(response, once);
    }

    #[test]
    fn a_digest_that_is_not_one_gzip_member_of_text_stays_as_it_came() {
        let mut longer = gzip(b"{}");
        longer.push(0);
        for body in [b"{}".to_vec(), longer, gzip(&[0xff, 0xfe]), gzip(&vec![b' '; 17 << 20])] {
            let (mut response, before) = (answer(body.clone()), answer(body.clone()));
            give(Wanted::of(DIGEST), &mut response, &mut Vec::new());
            assert_eq!(response, before);
            assert_eq!(arrived(DIGEST, &mut metadata(&response), &response.body), Ok(Arrived::AsStored));
        }
    }
}
