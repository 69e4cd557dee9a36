//! Chains for sample landing zones: what CloudTrail would have delivered, signed with a throw-away key.
//!
//! Owns: making digests and log files of an imagined chain. Must not know: verification, so that it cannot agree with
//! its faults.
//!
//! The key is published with this crate and proves nothing: its public half is known only to those who ask the sample.

use crate::digest::Metadata;
use crate::hash::Sha256;
use crate::inventory::{Inventory, Row};
use crate::names::LogKey;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// How long after the beginning of its digest's interval a log file is delivered.
const DELIVERED: SignedDuration = SignedDuration::from_mins(20);

/// The key that stands for CloudTrail's in samples.
pub struct SampleKey(KeyPair);

impl SampleKey {
    /// Reads the key that is part of this crate; nothing if it cannot be read, which a test excludes.
    #[must_use]
    pub fn read() -> Option<Self> {
        KeyPair::from_pkcs8(include_bytes!("testkit/keys/cloudtrail.test-key.der")).ok().map(Self)
    }

    /// DER of the PKCS#1 public key.
    #[must_use]
    pub fn public_der(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// A stable fingerprint: 32 hexadecimal digits, as CloudTrail's.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        Sha256::of(self.public_der()).to_string().chars().take(32).collect()
    }

    fn sign(&self, message: &[u8]) -> Option<String> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(hex::encode(signature))
    }
}

/// A chain to be made: hourly digests that end at these times, each with one log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleChain {
    /// The trail.
    pub inventory: Inventory,
    /// The chain.
    pub row: Row,
    /// The ends of its digests, one hour apart.
    pub ends: Vec<Timestamp>,
    /// Which digest records another hash for its predecessor than the predecessor has.
    pub broken_link: Option<usize>,
}

/// Objects by key.
pub type SampleObjects = BTreeMap<String, (Bytes, Metadata)>;

impl SampleChain {
    /// The key of the digest that ends at a time.
    #[must_use]
    pub fn digest_key(&self, end: Timestamp) -> String {
        self.inventory.digest_key(&self.row, end, false).to_string()
    }

    /// The key of the log file in the digest that ends at a time.
    #[must_use]
    pub fn log_key(&self, end: Timestamp) -> String {
        let delivered = end.saturating_sub(HOUR - DELIVERED).unwrap_or(end);
        let unique = Sha256::of(format!("{}/{end}", self.row.chain()).as_bytes()).to_string();
        let unique = unique.chars().take(16).collect();
        LogKey { place: self.inventory.place(&self.row), delivered, unique }.to_string()
    }

    /// Makes all objects.
    ///
    /// # Errors
    ///
    /// When compressing or signing fails.
    pub fn objects(&self, key: &SampleKey) -> std::io::Result<SampleObjects> {
        let mut objects = SampleObjects::new();
        let mut previous: Option<[String; 3]> = None;
        for (number, end) in self.ends.iter().enumerate() {
            let log = self.log(*end);
            objects.insert(self.log_key(*end), (gzip(&log)?, Metadata::new()));
            if self.broken_link == Some(number)
                && let Some([_, hash, _]) = &mut previous
            {
                *hash = Sha256::of(hash.as_bytes()).to_string();
            }
            let content = self.digest(*end, &log, previous.as_ref(), key).to_string();
            let (name, hash) = (self.digest_key(*end), Sha256::of(content.as_bytes()).to_string());
            let last = previous.map_or_else(|| "null".to_owned(), |[_, _, signature]| signature);
            let signed = format!("{end}\n{}/{name}\n{hash}\n{last}", self.inventory.trail.bucket);
            let signature = key.sign(signed.as_bytes()).ok_or_else(|| std::io::Error::other("signing failed"))?;
            let metadata = Metadata::from([
                ("signature".to_owned(), signature.clone()),
                ("signature-algorithm".to_owned(), "SHA256withRSA".to_owned()),
            ]);
            objects.insert(name.clone(), (gzip(content.as_bytes())?, metadata));
            previous = Some([name, hash, signature]);
        }
        Ok(objects)
    }

    fn log(&self, end: Timestamp) -> Vec<u8> {
        let Row { account, region, .. } = &self.row;
        json!({"Records": [{
            "eventVersion": "1.11", "eventTime": end.saturating_sub(HOUR).unwrap_or(end).to_string(),
            "eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "awsRegion": region,
            "recipientAccountId": account,
        }]})
        .to_string()
        .into_bytes()
    }

    // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
    fn digest(&self, end: Timestamp, log: &[u8], previous: Option<&[String; 3]>, key: &SampleKey) -> Value {
        let bucket = &self.inventory.trail.bucket;
        let start = end.saturating_sub(HOUR).unwrap_or(end).to_string();
        let [before, hash, signature] = previous.map_or([None; 3], |parts| parts.each_ref().map(Some));
        json!({
            "awsAccountId": self.row.account, "digestStartTime": start, "digestEndTime": end.to_string(),
            "digestS3Bucket": bucket, "digestS3Object": self.digest_key(end),
            "digestPublicKeyFingerprint": key.fingerprint(), "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": start, "oldestEventTime": start,
            "previousDigestS3Bucket": previous.map(|_| bucket), "previousDigestS3Object": before,
            "previousDigestHashValue": hash, "previousDigestHashAlgorithm": previous.map(|_| "SHA-256"),
            "previousDigestSignature": signature,
            "logFiles": [{
                "s3Bucket": bucket, "s3Object": self.log_key(end), "hashAlgorithm": "SHA-256",
                "hashValue": Sha256::of(log).to_string(), "newestEventTime": start, "oldestEventTime": start,
            }],
        })
    }
}

/// Bytes as one gzip member.
///
/// # Errors
///
/// When compressing fails.
pub fn gzip(bytes: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expected, Job, MemoryStore, Outcome, PublicKey, PublicKeys, Trail, Verifier, Window};

    async fn verified(broken_link: Option<usize>) -> crate::Report {
        let trail = Trail {
            name: "org-trail".to_owned(),
            home_region: "eu-central-1".to_owned(),
            bucket: "logs".to_owned(),
            prefix: Some("acme".to_owned()),
            organization: Some("o-exampleorg1".to_owned()),
        };
        let inventory = Inventory::of(trail, &["111111111111"], &["eu-west-1"]);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let ends = ["2026-01-15T09:10:20Z", "2026-01-15T10:10:20Z", "2026-01-15T11:10:20Z"].map(at).to_vec();
        let row = inventory.rows[0].clone();
        let chain = SampleChain { inventory: inventory.clone(), row, ends, broken_link };
        let key = SampleKey::read().unwrap();
        let mut store = MemoryStore::new();
        for (name, (body, metadata)) in chain.objects(&key).unwrap() {
            store.put("logs", &name, body, Some(metadata));
        }
        let mut keys = PublicKeys::default();
        let public = PublicKey { der: key.public_der().to_vec(), valid_from: None, valid_to: None };
        keys.insert("eu-west-1", &key.fingerprint(), public);
        let window = Window { from: at("2026-01-15T09:00:00Z"), to: at("2026-01-15T12:00:00Z") };
        Verifier::default().run(store, Job::new(keys, inventory, window, window.to)).await.unwrap()
    }

    #[tokio::test]
    async fn a_sample_is_valid_and_a_broken_link_shows() {
        let report = verified(None).await;
        assert_eq!(report.outcome, Outcome::Valid, "{:?}", report.findings);
        assert_eq!((report.totals.digests_valid, report.totals.logs_valid), (3, 3));
        assert_eq!(report.chains[0].expected, Expected::Judged);
        let report = verified(Some(2)).await;
        assert_eq!(report.outcome, Outcome::Invalid);
        assert_eq!(report.findings[0].code.as_str(), "digest.link_mismatch");
    }
}
