//! SHA-256 values and short fingerprints of object names.
//!
//! Owns: their size and their text form. Must not know: what is hashed, or why.

use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// A SHA-256 value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(&digest(&SHA256, bytes))
    }

    /// Reads 64 hexadecimal digits of either case.
    #[must_use]
    pub fn parse(hex_digits: &str) -> Option<Self> {
        let mut value = [0_u8; 32];
        hex::decode_to_slice(hex_digits, &mut value).ok()?;
        Some(Self(value))
    }

    fn from_digest(value: &ring::digest::Digest) -> Self {
        let mut bytes = [0_u8; 32];
        bytes.copy_from_slice(value.as_ref());
        Self(bytes)
    }

    /// The first eight bytes as a number: for decisions that must be stable and even, such as sharding.
    #[must_use]
    pub fn leading_number(&self) -> u64 {
        self.0.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// A SHA-256 computation over bytes that arrive in pieces.
pub(crate) struct Hasher(Context);

impl Hasher {
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> Sha256 {
        Sha256::from_digest(&self.0.finish())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected 64 hexadecimal digits"))
    }
}

/// 128 bits that stand for the name of one object, so that a day of names fits in little memory.
///
/// Cut from SHA-256 rather than from a fast hash: whoever plants a log chooses its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of an object in a bucket.
    #[must_use]
    pub fn of(bucket: &str, key: &str) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(bucket.as_bytes());
        // A bucket name holds no `/`, so the pair cannot be split in two ways.
        hasher.update(b"/");
        hasher.update(key.as_bytes());
        let mut short = [0_u8; 16];
        for (to, from) in short.iter_mut().zip(hasher.finish().0) {
            *to = from;
        }
        Self(short)
    }

    /// A number that is even over names and differs by seed.
    pub(crate) fn number(self, seed: u64) -> u64 {
        let mut hasher = Hasher::new();
        hasher.update(&seed.to_be_bytes());
        hasher.update(&self.0);
        hasher.finish().leading_number()
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut value = [0_u8; 16];
        hex::decode_to_slice(&text, &mut value).map_err(D::Error::custom)?;
        Ok(Self(value))
    }
}
