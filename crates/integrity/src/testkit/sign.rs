//! Throw-away keys, and what CloudTrail does with its own.
//!
//! Owns: two RSA keys that protect nothing. Must not know: chains.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

/// A key that signs. Made with `openssl genrsa`, published with this crate, and trusted by nobody.
pub struct Signer {
    pair: KeyPair,
}

impl Signer {
    /// The key that stands for CloudTrail's.
    #[must_use]
    pub fn cloudtrail() -> Self {
        Self::read(include_bytes!("keys/cloudtrail.test-key.der"))
    }

    /// A key of someone else.
    #[must_use]
    pub fn intruder() -> Self {
        Self::read(include_bytes!("keys/intruder.test-key.der"))
    }

    fn read(der: &[u8]) -> Self {
        Self { pair: KeyPair::from_pkcs8(der).expect("the test keys are PKCS#8") }
    }

    /// DER of the PKCS#1 public key.
    #[must_use]
    pub fn public_der(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    /// A stable fingerprint: 32 hexadecimal digits, as CloudTrail's.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        crate::hash::Sha256::of(self.public_der()).to_string()[..32].to_owned()
    }

    /// A signature in hexadecimal digits.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("signing works");
        hex::encode(signature)
    }
}

/// The keys of signers as `aws cloudtrail list-public-keys` prints them.
#[must_use]
pub fn public_keys_json(signers: &[&Signer]) -> String {
    let keys = signers.iter().map(|signer| {
        json!({
            "Value": STANDARD.encode(signer.public_der()),
            "ValidityStartTime": "2020-01-01T00:00:00+00:00",
            "ValidityEndTime": "2040-01-01T00:00:00+00:00",
            "Fingerprint": signer.fingerprint(),
        })
    });
    serde_json::to_string_pretty(&json!({ "PublicKeyList": keys.collect::<Vec<_>>() })).expect("JSON can be written")
}
