//! Short fingerprints of object names, beside the SHA-256 values they are cut from.
//!
//! Owns: their size and their text form. Must not know: what the objects hold.

use std::fmt;

pub(crate) use logproof_digest::Hasher;
pub use logproof_digest::Sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// 128 bits in place of the name of one object, so that a day of names fits in little memory.
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
        for (to, from) in short.iter_mut().zip(hasher.finish().bytes()) {
            *to = from;
        }
        Self(short)
    }

    /// A number that is even over names and differs by seed.
    pub(crate) fn number(self, seed: u64) -> u64 {
        let mut hasher = Hasher::new();
        hasher.update(seed.to_be_bytes());
        hasher.update(self.0);
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
