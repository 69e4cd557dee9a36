//! SHA-256, for every crate: of bytes at hand, of bytes that arrive in pieces, and as text.
//!
//! Owns: the library that computes it, its size and its text form. Must not know: what is hashed, or why.
//!
//! The library is the one that TLS is linked with; nothing else of ours computes a digest.

use std::fmt;

use aws_lc_rs::digest::{Context, Digest, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A SHA-256 value. Its text form is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::computed(&digest(&SHA256, bytes.as_ref()))
    }

    /// Reads 64 hexadecimal digits of either case.
    #[must_use]
    pub fn parse(hex_digits: &str) -> Option<Self> {
        let mut value = [0_u8; 32];
        hex::decode_to_slice(hex_digits, &mut value).ok()?;
        Some(Self(value))
    }

    /// The value as it is signed and sent.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// The first eight bytes as a number: for decisions that must be stable and even, such as sharding.
    #[must_use]
    pub fn leading_number(&self) -> u64 {
        self.0.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    fn computed(value: &Digest) -> Self {
        let mut bytes = [0_u8; 32];
        bytes.copy_from_slice(value.as_ref());
        Self(bytes)
    }
}

/// The text form of the SHA-256 of `bytes`.
#[must_use]
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    Sha256::of(bytes).to_string()
}

/// A SHA-256 over bytes that arrive in pieces.
pub struct Hasher(Context);

impl Hasher {
    /// Nothing hashed yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a computation that begins, not a value")]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds the bytes that come next.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes.as_ref());
    }

    /// The digest of everything that was added.
    #[must_use]
    pub fn finish(self) -> Sha256 {
        Sha256::computed(&self.0.finish())
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

#[cfg(test)]
mod tests {
    use super::{Hasher, Sha256, sha256_hex};

    /// See: <https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values>
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn bytes_at_hand_and_in_pieces_have_the_published_digest() {
        assert_eq!(sha256_hex("abc"), ABC);
        let mut hasher = Hasher::new();
        ["a", "", "bc"].into_iter().for_each(|part| hasher.update(part));
        assert_eq!(hasher.finish(), Sha256::of(b"abc"));
        assert_eq!(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn the_text_form_is_read_back_and_nothing_else_is() {
        assert_eq!(Sha256::parse(&ABC.to_uppercase()), Some(Sha256::of("abc")));
        for text in ["", &ABC[1..], &ABC.replace('b', "g"), &format!("{ABC}00")] {
            assert_eq!(Sha256::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_leading_number_is_the_first_eight_bytes() {
        assert_eq!(Sha256::of("abc").leading_number(), 0xba78_16bf_8f01_cfea);
    }
}
