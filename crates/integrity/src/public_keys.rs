//! The public keys CloudTrail signs digests with, per Region.
//!
//! Owns: reading what `ListPublicKeys` returns, finding a key, verifying a signature. Must not know: how keys are fetched.
// See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use thiserror::Error;

/// How far from its validity a key may still have signed: digests are delivered after their interval ends, and clocks differ.
const VALIDITY_TOLERANCE: SignedDuration = SignedDuration::from_hours(2);

/// A list of keys that cannot be read.
#[derive(Debug, Error)]
pub enum KeysError {
    /// Not JSON of the expected shape.
    #[error("the public keys are not the output of `aws cloudtrail list-public-keys`: {0}")]
    Shape(#[from] serde_json::Error),
    /// One key's value cannot be decoded.
    #[error("the value of public key `{fingerprint}` is not base64; expected a DER encoded PKCS#1 RSA public key")]
    Value {
        /// The fingerprint of the key.
        fingerprint: String,
    },
    /// One value is not a usable RSA key: every signature of it would be reported as forged.
    #[error("the value of public key `{fingerprint}` is not a DER encoded PKCS#1 RSA public key of 2048 bits or more")]
    NotRsa {
        /// The fingerprint of the key.
        fingerprint: String,
    },
    /// One key's validity cannot be read.
    #[error("`{text}` is not a time; expected RFC 3339 or seconds since 1970")]
    Time {
        /// What was found.
        text: String,
    },
}

/// A public key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// DER of a PKCS#1 `RSAPublicKey`.
    pub der: Vec<u8>,
    /// When its use began, if known.
    pub valid_from: Option<Timestamp>,
    /// When its use ended, if known.
    pub valid_to: Option<Timestamp>,
}

impl PublicKey {
    /// Whether `signature` over `message` is RSASSA-PKCS1-v1_5 with SHA-256 by this key.
    // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(message, signature).is_ok()
    }

    /// Whether the key was in use at some time from `from` to `to`, with tolerance.
    #[must_use]
    pub fn in_use(&self, from: Timestamp, to: Timestamp) -> bool {
        let begun = self.valid_from.is_none_or(|at| at.saturating_sub(VALIDITY_TOLERANCE).is_ok_and(|at| at <= to));
        let ended = self.valid_to.is_some_and(|at| at.saturating_add(VALIDITY_TOLERANCE).is_ok_and(|at| at < from));
        begun && !ended
    }
}

/// The keys of all Regions.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys {
    regions: HashMap<String, HashMap<String, PublicKey>>,
    everywhere: HashMap<String, PublicKey>,
    unavailable: BTreeMap<String, String>,
}

impl PublicKeys {
    /// Reads either one output of `ListPublicKeys`, used for every Region, or an object from Region to such an output.
    ///
    /// # Errors
    ///
    /// When the text has another shape, or a value cannot be decoded.
    pub fn from_json(text: &str) -> Result<Self, KeysError> {
        let mut keys = Self::default();
        match serde_json::from_str(text)? {
            KeyFile::Everywhere(list) => {
                for (fingerprint, key) in list.decode()? {
                    keys.everywhere.insert(fingerprint, key);
                }
            }
            KeyFile::Regions(regions) => {
                for (region, list) in regions {
                    for (fingerprint, key) in list.decode()? {
                        keys.insert(&region, &fingerprint, key);
                    }
                }
            }
        }
        Ok(keys)
    }

    /// Adds one key of a Region.
    pub fn insert(&mut self, region: &str, fingerprint: &str, key: PublicKey) {
        self.regions.entry(region.to_owned()).or_default().insert(fingerprint.to_ascii_lowercase(), key);
    }

    /// Records why the keys of a Region could not be listed, for the findings.
    pub fn set_unavailable(&mut self, region: &str, reason: &str) {
        self.unavailable.insert(region.to_owned(), reason.to_owned());
    }

    /// The key with a fingerprint in a Region. Keys are regional: the same fingerprint elsewhere proves nothing.
    #[must_use]
    pub fn find(&self, region: &str, fingerprint: &str) -> Option<&PublicKey> {
        let fingerprint = fingerprint.to_ascii_lowercase();
        self.regions.get(region).and_then(|keys| keys.get(&fingerprint)).or_else(|| self.everywhere.get(&fingerprint))
    }

    /// Why the keys of a Region are not known, where that was recorded.
    #[must_use]
    pub fn unavailable(&self, region: &str) -> Option<&str> {
        self.unavailable.get(region).map(String::as_str)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum KeyFile {
    Everywhere(ListedKeys),
    Regions(BTreeMap<String, ListedKeys>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedKeys {
    public_key_list: Vec<ListedKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedKey {
    value: String,
    fingerprint: String,
    validity_start_time: Option<ListedTime>,
    validity_end_time: Option<ListedTime>,
}

/// The command line prints text, the service sends seconds.
#[derive(Deserialize)]
#[serde(untagged)]
enum ListedTime {
    Text(String),
    Seconds(f64),
}

impl ListedKeys {
    fn decode(self) -> Result<Vec<(String, PublicKey)>, KeysError> {
        self.public_key_list.into_iter().map(ListedKey::decode).collect()
    }
}

impl ListedKey {
    fn decode(self) -> Result<(String, PublicKey), KeysError> {
        let Ok(der) = STANDARD.decode(self.value.trim()) else {
            return Err(KeysError::Value { fingerprint: self.fingerprint });
        };
        if !is_rsa_public_key(&der) {
            return Err(KeysError::NotRsa { fingerprint: self.fingerprint });
        }
        let valid_from = self.validity_start_time.map(ListedTime::read).transpose()?;
        let valid_to = self.validity_end_time.map(ListedTime::read).transpose()?;
        Ok((self.fingerprint.to_ascii_lowercase(), PublicKey { der, valid_from, valid_to }))
    }
}

impl ListedTime {
    fn read(self) -> Result<Timestamp, KeysError> {
        match self {
            Self::Text(text) => text.parse().map_err(|_| KeysError::Time { text }),
            Self::Seconds(seconds) => SignedDuration::try_from_secs_f64(seconds)
                .ok()
                .and_then(|since| Timestamp::from_duration(since).ok())
                .ok_or_else(|| KeysError::Time { text: seconds.to_string() }),
        }
    }
}

/// Whether bytes are exactly one `RSAPublicKey` of a size that signatures are verified with.
// See: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
fn is_rsa_public_key(der: &[u8]) -> bool {
    let read = || {
        let (sequence, rest) = der_value(der, 0x30)?;
        let (modulus, after) = der_value(sequence, 0x02)?;
        let (exponent, end) = der_value(after, 0x02)?;
        let bytes = modulus.strip_prefix(&[0]).unwrap_or(modulus).len();
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        Some(rest.is_empty() && end.is_empty() && (256..=1024).contains(&bytes) && odd(modulus) && odd(exponent))
    };
    read().unwrap_or(false)
}

/// The content of a DER value with a tag, and what follows it.
fn der_value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        ..=0x7f => (usize::from(*first), rest),
        0x81..=0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    (*found == tag).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_shapes_and_both_kinds_of_time_are_read() {
        let der = rsa(256);
        let list = format!(
            r#"{{"PublicKeyList":[{{"Value":"{}","Fingerprint":"AB","ValidityStartTime":"2026-01-01T00:00:00+01:00",
            "ValidityEndTime":1767312000.5}}]}}"#,
            STANDARD.encode(&der)
        );
        let everywhere = PublicKeys::from_json(&list).unwrap();
        let key = everywhere.find("eu-west-1", "ab").unwrap();
        assert_eq!((&key.der, key.valid_from), (&der, Some(at("2025-12-31T23:00:00Z"))));
        assert_eq!(key.valid_to, Some(at("2026-01-02T00:00:00.5Z")));
        let regions = PublicKeys::from_json(&format!("{{\"eu-west-1\":{list}}}")).unwrap();
        assert!(regions.find("eu-west-1", "AB").is_some() && regions.find("eu-west-2", "ab").is_none());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let value = PublicKeys::from_json(r#"{"PublicKeyList":[{"Value":"!","Fingerprint":"ab"}]}"#);
        assert!(matches!(value, Err(KeysError::Value { .. })));
        assert!(matches!(PublicKeys::from_json("[]"), Err(KeysError::Shape(_))));
        let time = listed(&rsa(256)).replace("}]", r#","ValidityStartTime":"soon"}]"#);
        assert!(matches!(PublicKeys::from_json(&time), Err(KeysError::Time { .. })));
    }

    #[test]
    fn a_value_that_is_no_key_is_refused() {
        let good = rsa(256);
        assert!(PublicKeys::from_json(&listed(&good)).is_ok());
        let info = [&[0x30, 0x82, 1, 16, 0x30, 0][..], &good].concat();
        for bad in [&[][..], &good[..good.len() - 1], &[&good[..], &[0]].concat(), &good[4..], &info, &rsa(128)] {
            assert!(matches!(PublicKeys::from_json(&listed(bad)), Err(KeysError::NotRsa { .. })), "{bad:?}");
        }
    }

    fn listed(der: &[u8]) -> String {
        format!(r#"{{"PublicKeyList":[{{"Value":"{}","Fingerprint":"ab"}}]}}"#, STANDARD.encode(der))
    }

    /// A key of so many bytes, of the right form.
    fn rsa(bytes: u16) -> Vec<u8> {
        let number = |length: u16| [&[0x02, 0x82][..], &length.to_be_bytes()].concat();
        let content = [&number(bytes + 1)[..], &[0], &vec![0xff; usize::from(bytes)], &[2, 3, 1, 0, 1]].concat();
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82][..], &length, &content].concat()
    }

    #[test]
    fn validity_is_judged_with_tolerance() {
        let key = PublicKey {
            der: vec![],
            valid_from: Some(at("2026-01-02T00:00Z")),
            valid_to: Some(at("2026-01-03T00:00Z")),
        };
        assert!(key.in_use(at("2026-01-01T22:00Z"), at("2026-01-01T23:00Z")));
        assert!(!key.in_use(at("2026-01-01T20:00Z"), at("2026-01-01T21:00Z")));
        assert!(!key.in_use(at("2026-01-03T03:00Z"), at("2026-01-03T04:00Z")));
    }
}
