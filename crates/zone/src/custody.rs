//! What a landing zone does for a finished bundle: AWS KMS signs, Amazon S3 keeps. What is kept lives as long as the
//! zone does.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::{
    digest::{Digest, SHA256},
    encoding::{AsDer, PublicKeyX509Der},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use logproof_digest::Sha256;
use logproof_wire::CallTag;

use super::{
    format::{Bucket, Key},
    reply::{Reply, element},
    unknown,
};

/// An asymmetric key that signs: `GetPublicKey` and `Sign`.
pub(super) fn signing(arn: &str, key: &Key, tag: &CallTag, body: &Value) -> Reply {
    if key.spec == "SYMMETRIC_DEFAULT" {
        return Reply::error(400, "UnsupportedOperationException", "the key is symmetric");
    }
    let pair = key.signing_key.as_deref().and_then(|text| STANDARD.decode(text).ok());
    let pair = pair.and_then(|der| EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).ok());
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if tag.operation == "GetPublicKey" {
        let der = pair.as_ref().and_then(|pair| AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).ok());
        let der = der.as_ref().map_or(&[][..], |der| der.as_ref());
        return Reply::json(&json!({
            "KeyId": arn,
            "PublicKey": STANDARD.encode(der),
            "KeySpec": key.spec,
            "KeyUsage": "SIGN_VERIFY",
            "SigningAlgorithms": ["ECDSA_SHA_256"],
        }));
    }
    let Some(pair) = pair.filter(|_| text("MessageType") == "DIGEST" && text("SigningAlgorithm") == "ECDSA_SHA_256")
    else {
        return unknown(tag);
    };
    let digest = STANDARD.decode(text("Message")).ok().and_then(|bytes| Digest::import_less_safe(&bytes, &SHA256).ok());
    match digest.and_then(|digest| pair.sign_digest(&digest).ok()) {
        None => Reply::error(400, "ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256."),
        Some(signature) => Reply::json(&json!({
            "KeyId": arn,
            "Signature": STANDARD.encode(signature),
            "SigningAlgorithm": "ECDSA_SHA_256",
        })),
    }
}

/// What was put into the buckets of a zone, by bucket and key.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<BTreeMap<(String, String), Object>>);

#[derive(Debug, Clone)]
struct Object {
    content: Vec<u8>,
    retention: Option<(String, String)>,
}

impl Kept {
    /// What an object that was put holds.
    pub(super) fn content(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.get(bucket, key).map(|object| object.content)
    }

    fn get(&self, bucket: &str, key: &str) -> Option<Object> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&(bucket.to_owned(), key.to_owned())).cloned()
    }

    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
    pub(super) fn put(
        &self,
        (name, bucket): (&str, &Bucket),
        key: &str,
        headers: &BTreeMap<String, String>,
        content: &[u8],
        now: Timestamp,
    ) -> Reply {
        let header = |name: &str| headers.get(name).map(String::as_str);
        if header("x-amz-expected-bucket-owner").is_some_and(|owner| owner != bucket.account) {
            return Reply::error(403, "AccessDenied", "Access Denied");
        }
        let sha256 = STANDARD.encode(Sha256::of(content).bytes());
        if header("x-amz-checksum-sha256").is_some_and(|said| said != sha256) {
            return Reply::error(400, "BadDigest", "The SHA256 you specified did not match the calculated checksum.");
        }
        let said = header("x-amz-object-lock-mode").zip(header("x-amz-object-lock-retain-until-date"));
        let retention = match (&bucket.object_lock, said) {
            (None, Some(_)) => {
                return Reply::error(400, "InvalidRequest", "Bucket is missing Object Lock Configuration");
            }
            (_, Some((mode, until))) => Some((mode.to_owned(), until.to_owned())),
            (Some(lock), None) => lock.mode.clone().map(|mode| {
                let days = lock.days.unwrap_or(0) + lock.years.unwrap_or(0) * 365;
                (mode, now.saturating_add(SignedDuration::from_hours(days * 24)).unwrap_or(now).to_string())
            }),
            (None, None) => None,
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (name.to_owned(), key.to_owned());
        if header("if-none-match") == Some("*") && kept.contains_key(&place) {
            return Reply::error(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            );
        }
        kept.insert(place, Object { content: content.to_vec(), retention });
        Reply::Xml(String::new())
    }

    /// The retention of an object that was put; `None` when there is no such object.
    pub(super) fn retention(&self, bucket: &str, key: &str) -> Option<Reply> {
        let object = self.get(bucket, key)?;
        Some(match object.retention {
            Some((mode, until)) => Reply::Xml(format!(
                "<Retention>{}{}</Retention>",
                element("Mode", mode),
                element("RetainUntilDate", until)
            )),
            None => Reply::error(
                404,
                "NoSuchObjectLockConfiguration",
                "The specified object does not have a ObjectLock configuration",
            ),
        })
    }

    /// The digest of an object that was put, as S3 answers it.
    pub(super) fn checksum(&self, bucket: &str, key: &str) -> Option<String> {
        self.get(bucket, key).map(|object| STANDARD.encode(Sha256::of(object.content).bytes()))
    }
}
