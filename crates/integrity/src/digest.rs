//! One digest: reading it, the string that is signed, and the verdict on it alone.
//!
//! Owns: what makes a single digest genuine. Must not know: its neighbours, and where bytes come from.
// See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html

use crate::gzip::{GzipError, inflate};
use crate::hash::Sha256;
use crate::public_keys::PublicKeys;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// The user metadata of an object, with lower-case names and without `x-amz-meta-`.
pub type Metadata = BTreeMap<String, String>;

/// The only signature algorithm CloudTrail documents.
pub const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
/// The only hash algorithm CloudTrail documents.
pub const HASH_ALGORITHM: &str = "SHA-256";
/// The metadata name of the signature.
pub const SIGNATURE: &str = "signature";
const METADATA_ALGORITHM: &str = "signature-algorithm";
const BACKFILL_TIME: &str = "backfill-generation-timestamp";

/// The content of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The account it is for.
    pub account: String,
    /// The beginning of its interval.
    pub start: Timestamp,
    /// The end of its interval.
    pub end: Timestamp,
    /// The end as written, because that text is signed.
    pub end_text: String,
    /// The bucket it was delivered to.
    pub bucket: Arc<str>,
    /// The key it was delivered under.
    pub key: String,
    /// The fingerprint of the public key.
    pub fingerprint: String,
    /// The digest before it, unless it is the first of its chain.
    pub previous: Option<Previous>,
    /// The log files delivered in its interval.
    pub logs: Vec<LogEntry>,
}

/// What a digest says about the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The hash of the inflated content.
    pub hash: Sha256,
    /// The signature, in hexadecimal digits, as written.
    pub signature: String,
}

/// What a digest says about a log file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The key.
    pub key: String,
    /// The hash of the inflated content.
    pub hash: Sha256,
}

/// Content that is not a digest.
#[derive(Debug, Error)]
pub enum DigestError {
    /// Not JSON, or a field is absent or of the wrong type.
    #[error("the digest cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A field holds something unexpected.
    #[error("`{value}` in `{field}` cannot be used; expected {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDigest {
    aws_account_id: String,
    digest_start_time: String,
    digest_end_time: String,
    digest_s3_bucket: Arc<str>,
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    previous_digest_s3_bucket: Option<String>,
    previous_digest_s3_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Vec<RawLog>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLog {
    s3_bucket: String,
    s3_object: String,
    hash_value: String,
    hash_algorithm: String,
}

impl Digest {
    /// Reads the inflated content of a digest.
    ///
    /// # Errors
    ///
    /// When a field that verification rests on is absent or unusable.
    pub fn parse(content: &[u8]) -> Result<Self, DigestError> {
        let raw: RawDigest = serde_json::from_slice(content)?;
        expect_algorithm("digestSignatureAlgorithm", &raw.digest_signature_algorithm, SIGNATURE_ALGORITHM)?;
        let previous = read_previous(&raw)?;
        let start = read_time("digestStartTime", &raw.digest_start_time)?;
        let end = read_time("digestEndTime", &raw.digest_end_time)?;
        if start > end {
            return Err(field("digestStartTime", &raw.digest_start_time, "a time before `digestEndTime`"));
        }
        let bucket = raw.digest_s3_bucket;
        let logs = raw.log_files.into_iter().map(|log| read_log(log, &bucket)).collect::<Result<_, _>>()?;
        Ok(Self {
            account: raw.aws_account_id,
            start,
            end,
            end_text: raw.digest_end_time,
            bucket,
            key: raw.digest_s3_object,
            fingerprint: raw.digest_public_key_fingerprint,
            previous,
            logs,
        })
    }

    /// The string that CloudTrail signs, given the hash of the inflated digest.
    // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
    #[must_use]
    pub fn string_to_sign(&self, content: &Sha256) -> String {
        let previous = self.previous.as_ref().map_or("null", |previous| previous.signature.as_str());
        format!("{}\n{}/{}\n{content}\n{previous}", self.end_text, self.bucket, self.key)
    }
}

fn read_previous(raw: &RawDigest) -> Result<Option<Previous>, DigestError> {
    let fields = (
        &raw.previous_digest_s3_bucket,
        &raw.previous_digest_s3_object,
        &raw.previous_digest_hash_value,
        &raw.previous_digest_signature,
    );
    let (bucket, key, hash, signature) = match fields {
        (None, None, None, None) => return Ok(None),
        (Some(bucket), Some(key), Some(hash), Some(signature)) => (bucket, key, hash, signature),
        _ => return Err(field("previousDigest…", "null", "all of these fields to be set, or none")),
    };
    if let Some(algorithm) = &raw.previous_digest_hash_algorithm {
        expect_algorithm("previousDigestHashAlgorithm", algorithm, HASH_ALGORITHM)?;
    }
    let hash = read_hash("previousDigestHashValue", hash)?;
    Ok(Some(Previous { bucket: bucket.clone(), key: key.clone(), hash, signature: signature.clone() }))
}

fn read_log(log: RawLog, digest_bucket: &Arc<str>) -> Result<LogEntry, DigestError> {
    expect_algorithm("hashAlgorithm", &log.hash_algorithm, HASH_ALGORITHM)?;
    let hash = read_hash("hashValue", &log.hash_value)?;
    // Nearly always the digest's own bucket: one allocation for all logs of a digest.
    let bucket = if log.s3_bucket == **digest_bucket { Arc::clone(digest_bucket) } else { log.s3_bucket.into() };
    Ok(LogEntry { bucket, key: log.s3_object, hash })
}

fn read_time(name: &'static str, text: &str) -> Result<Timestamp, DigestError> {
    text.parse().map_err(|_| field(name, text, "a time as in `2026-01-02T03:37:12Z`"))
}

fn read_hash(name: &'static str, text: &str) -> Result<Sha256, DigestError> {
    Sha256::parse(text).ok_or_else(|| field(name, text, "64 hexadecimal digits"))
}

fn expect_algorithm(name: &'static str, found: &str, expected: &'static str) -> Result<(), DigestError> {
    if found == expected { Ok(()) } else { Err(field(name, found, expected)) }
}

fn field(field: &'static str, value: &str, expected: &'static str) -> DigestError {
    let value = value.chars().take(80).collect();
    DigestError::Field { field, value, expected }
}

/// Why a digest is not accepted.
#[derive(Debug, Error)]
pub enum DigestFault {
    /// It is not one gzip member holding a digest.
    #[error(transparent)]
    Gzip(#[from] GzipError),
    /// It is not a digest.
    #[error(transparent)]
    Content(#[from] DigestError),
    /// It says that it was delivered elsewhere.
    #[error("the digest was delivered as `{bucket}/{key}`; find out who copied it here")]
    Moved {
        /// The bucket it names.
        bucket: String,
        /// The key it names.
        key: String,
    },
    /// The user metadata was lost on the way here, so there is no signature to check.
    #[error("the user metadata of the object is not known; copy it together with the object")]
    NoMetadata,
    /// The metadata holds no signature, or not a signature.
    #[error("the object's metadata holds no usable signature: {0}; the object was written by someone else, or again")]
    Unsigned(String),
    /// The key is not among those known for the Region.
    #[error("the public key `{fingerprint}` is not known in `{region}`: {reason}")]
    KeyUnknown {
        /// The key's fingerprint.
        fingerprint: String,
        /// The Region.
        region: String,
        /// Why, if that is known, and what to do.
        reason: String,
    },
    /// The key was not in use when the digest was made.
    #[error("the public key `{fingerprint}` was not in use at `{end}`; ask for the keys of that time again")]
    KeyNotInUse {
        /// The key's fingerprint.
        fingerprint: String,
        /// The end of the digest's interval.
        end: Timestamp,
    },
    /// The signature does not verify.
    #[error("the signature does not verify with key `{0}`; the digest or its metadata was changed")]
    BadSignature(String),
}

/// A digest whose own signature verified.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifiedDigest {
    /// The content.
    pub digest: Digest,
    /// The hash of the inflated content.
    pub hash: Sha256,
    /// The hash of the signature: what the successor must name.
    pub signature: Sha256,
}

/// Where a digest was found and what is needed to judge it.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The bucket it was read from.
    pub bucket: &'a str,
    /// The key it was read from.
    pub key: &'a str,
    /// The Region whose keys sign it.
    pub region: &'a str,
    /// The object.
    pub body: &'a [u8],
    /// Whether the body is inflated already.
    pub is_inflated: bool,
    /// The user metadata; nothing if it was lost.
    pub metadata: Option<&'a Metadata>,
    /// The largest inflated size that is read.
    pub limit: u64,
}

/// Judges one digest alone.
///
/// # Errors
///
/// With the first thing that keeps it from being genuine, or from being judged.
pub fn verify_digest(found: Found<'_>, keys: &PublicKeys) -> Result<VerifiedDigest, DigestFault> {
    let content = content(&found)?;
    let digest = Digest::parse(&content)?;
    if *digest.bucket != *found.bucket || digest.key != found.key {
        return Err(DigestFault::Moved { bucket: digest.bucket.to_string(), key: digest.key });
    }
    let metadata = found.metadata.ok_or(DigestFault::NoMetadata)?;
    let signature = read_signature(metadata)?;
    let key = keys.find(found.region, &digest.fingerprint).ok_or_else(|| DigestFault::KeyUnknown {
        fingerprint: digest.fingerprint.clone(),
        region: found.region.to_owned(),
        reason: keys.unavailable(found.region).unwrap_or("list the keys of the whole period").to_owned(),
    })?;
    let hash = Sha256::of(&content);
    if !key.verifies(digest.string_to_sign(&hash).as_bytes(), &signature) {
        return Err(DigestFault::BadSignature(digest.fingerprint));
    }
    let (from, to) = signed_between(&digest, metadata);
    if !key.in_use(from, to) {
        return Err(DigestFault::KeyNotInUse { fingerprint: digest.fingerprint, end: digest.end });
    }
    Ok(VerifiedDigest { digest, hash, signature: Sha256::of(&signature) })
}

fn content<'a>(found: &Found<'a>) -> Result<Cow<'a, [u8]>, GzipError> {
    match found.is_inflated {
        true if found.body.len() as u64 > found.limit => Err(GzipError::TooLarge(found.limit)),
        true => Ok(Cow::Borrowed(found.body)),
        false => inflate(found.body, found.limit).map(Cow::Owned),
    }
}

fn read_signature(metadata: &Metadata) -> Result<Vec<u8>, DigestFault> {
    if let Some(algorithm) = metadata.get(METADATA_ALGORITHM).filter(|algorithm| *algorithm != SIGNATURE_ALGORITHM) {
        return Err(DigestFault::Unsigned(format!("`{METADATA_ALGORITHM}` is `{algorithm}`")));
    }
    let text = metadata.get(SIGNATURE).ok_or_else(|| DigestFault::Unsigned(format!("`{SIGNATURE}` is absent")))?;
    hex::decode(text).map_err(|_| DigestFault::Unsigned(format!("`{SIGNATURE}` is not hexadecimal")))
}

/// When the signature was made. A backfill digest is signed when it is generated, long after its interval.
fn signed_between(digest: &Digest, metadata: &Metadata) -> (Timestamp, Timestamp) {
    let generated = metadata.get(BACKFILL_TIME).and_then(|text| text.parse::<Timestamp>().ok());
    let hour = SignedDuration::from_hours(1);
    let around = |at: Timestamp| Some((at.checked_sub(hour).ok()?, at.checked_add(hour).ok()?));
    generated.and_then(around).unwrap_or((digest.start, digest.end))
}

/// The hash of a signature in hexadecimal digits; of the text itself if it is not hexadecimal, so that it equals no other.
pub(crate) fn signature_hash(text: &str) -> Sha256 {
    hex::decode(text).map_or_else(|_| Sha256::of(text.as_bytes()), |bytes| Sha256::of(&bytes))
}
