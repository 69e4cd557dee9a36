//! RFC 3161 time stamps over the digest of a manifest: what is asked of an authority, and whether its token holds.
//!
//! A token is checked offline with the certificates it carries; whose they are is known only with a certificate that
//! the reader trusts. Revocation is not looked up: that needs a network, and a token outlives the lists.
//!
//! See: <https://www.rfc-editor.org/rfc/rfc3161>, <https://www.rfc-editor.org/rfc/rfc5816>

mod asn1;
#[cfg(test)]
mod tests;
mod token;
mod trust;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use der::{
    Encode as _, Sequence,
    asn1::{Null, ObjectIdentifier, OctetStringRef, UintRef},
};
use jiff::Timestamp;

use token::Token;
pub use trust::Anchors;

/// The largest answer of an authority that is read.
pub const LARGEST_ANSWER: usize = 1024 * 1024;
/// Media type of a question.
pub const QUERY_TYPE: &str = "application/timestamp-query";

/// A time stamp that holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stamp {
    /// When the authority saw the digest.
    pub at: Timestamp,
    /// What the authority's certificate calls it.
    pub authority: String,
    /// Whether the certificate leads to one that the reader trusts.
    pub trusted: bool,
}

/// A time stamp that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// Not a time-stamp response.
    #[error("is not a time-stamp response: {0}")]
    Form(String),
    /// The authority refused.
    #[error("the authority gave no time stamp: status {status}{said}")]
    Refused {
        /// `PKIStatus`.
        status: u64,
        /// Its words, with a colon before them.
        said: String,
    },
    /// The token is about something else.
    #[error("stamps another digest than the manifest's")]
    OtherDigest,
    /// The answer is to another question.
    #[error("answers another question: its nonce is not the one that was sent")]
    OtherQuestion,
    /// The signature does not verify.
    #[error("its signature does not hold: {0}")]
    Forged(String),
    /// The authority is not one that the reader trusts.
    #[error("`{authority}` is not certified for time stamps by the authority given: {why}")]
    Untrusted {
        /// The authority.
        authority: String,
        /// Why not.
        why: String,
    },
}

/// See: <https://www.rfc-editor.org/rfc/rfc3161#section-2.4.1>
#[derive(Sequence)]
struct TimeStampReq<'q> {
    version: u8,
    message_imprint: MessageImprint<'q>,
    nonce: UintRef<'q>,
    cert_req: bool,
}

#[derive(Sequence)]
struct MessageImprint<'q> {
    hash_algorithm: AlgorithmIdentifier,
    hashed_message: OctetStringRef<'q>,
}

#[derive(Sequence)]
struct AlgorithmIdentifier {
    algorithm: ObjectIdentifier,
    parameters: Null,
}

/// A question to an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    nonce: [u8; 8],
    digest: [u8; 32],
}

impl Query {
    /// Asks for a stamp over a SHA-256.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn about(digest: [u8; 32]) -> Result<Self, aws_lc_rs::error::Unspecified> {
        let mut nonce = [0; 8];
        SystemRandom::new().fill(&mut nonce)?;
        // A positive INTEGER of nine bytes, whatever the numbers are.
        nonce[0] |= 0x80;
        Ok(Self { nonce, digest })
    }

    /// TimeStampReq in DER, which asks for the authority's certificate too.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let request = || {
            TimeStampReq {
                version: 1,
                message_imprint: MessageImprint {
                    hash_algorithm: AlgorithmIdentifier { algorithm: token::SHA256, parameters: Null },
                    hashed_message: OctetStringRef::new(&self.digest)?,
                },
                nonce: UintRef::new(&self.nonce)?,
                cert_req: true,
            }
            .to_der()
        };
        // Every part is shorter than what DER can hold.
        request().unwrap_or_default()
    }

    /// Checks that an answer is to this question, and that it holds.
    ///
    /// # Errors
    /// [`StampError`].
    pub fn accept(&self, answer: &[u8]) -> Result<Stamp, StampError> {
        let stamp = check(answer, &self.digest, None)?;
        let token = Token::read(answer)?;
        match token.nonce {
            Some(nonce) if nonce.strip_prefix(&[0]) == Some(&self.nonce[..]) => Ok(stamp),
            _ => Err(StampError::OtherQuestion),
        }
    }
}

/// Checks a token over a SHA-256; with anchors, also that the authority is certified by one of them.
///
/// # Errors
/// [`StampError`].
pub fn check(answer: &[u8], digest: &[u8; 32], anchors: Option<&Anchors>) -> Result<Stamp, StampError> {
    let token = Token::read(answer)?;
    if token.imprint != &digest[..] {
        return Err(StampError::OtherDigest);
    }
    let signer = token.signer()?;
    trust::signed(&token, signer)?;
    let authority = token::common_name(signer).unwrap_or_else(|| "an authority without a name".to_owned());
    if let Some(anchors) = anchors {
        anchors.certify(&token, signer).map_err(|why| StampError::Untrusted { authority: authority.clone(), why })?;
    }
    Ok(Stamp { at: token.time, authority, trusted: anchors.is_some() })
}
