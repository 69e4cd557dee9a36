//! Whether a token is signed by the certificate it names, and whether that certificate leads to one the reader trusts.

use std::{path::Path, time::Duration};

use der::asn1::ObjectIdentifier;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime, pem::SectionKind};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, aws_lc_rs as algorithms};

use super::{
    StampError,
    token::{self, Token},
};
use crate::bundle::keys::{KeyError, read_pems};

/// `id-kp-timeStamping`. See: <https://www.rfc-editor.org/rfc/rfc3161#section-2.3>
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Certificates that the reader trusts.
#[derive(Debug, Clone)]
pub struct Anchors(Vec<CertificateDer<'static>>);

/// The signature algorithms over a digest, whatever the kind of the key: the key itself says which.
fn over(digest: &aws_lc_rs::digest::Algorithm) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    if *digest == aws_lc_rs::digest::SHA256 {
        vec![
            algorithms::RSA_PKCS1_2048_8192_SHA256,
            algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            algorithms::ECDSA_P256_SHA256,
            algorithms::ECDSA_P384_SHA256,
            algorithms::ECDSA_P521_SHA256,
        ]
    } else if *digest == aws_lc_rs::digest::SHA384 {
        vec![
            algorithms::RSA_PKCS1_2048_8192_SHA384,
            algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
            algorithms::ECDSA_P256_SHA384,
            algorithms::ECDSA_P384_SHA384,
            algorithms::ECDSA_P521_SHA384,
        ]
    } else {
        vec![
            algorithms::RSA_PKCS1_2048_8192_SHA512,
            algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
            algorithms::ECDSA_P521_SHA512,
        ]
    }
}

/// Whether the token's signature is of this certificate's key.
pub(super) fn signed(token: &Token<'_>, signer: &[u8]) -> Result<(), StampError> {
    if aws_lc_rs::digest::digest(token.digest, token.info).as_ref() != token.message_digest {
        return Err(StampError::Forged("it is of another content".to_owned()));
    }
    let der = CertificateDer::from(signer);
    let certificate = EndEntityCert::try_from(&der)
        .map_err(|error| StampError::Form(format!("the signer's certificate cannot be used: {error}")))?;
    let verifies = |algorithm: &&dyn SignatureVerificationAlgorithm| {
        certificate.verify_signature(*algorithm, &token.attributes, token.signature).is_ok()
    };
    if over(token.digest).iter().any(verifies) {
        Ok(())
    } else {
        Err(StampError::Forged("it is not of the key of the signer's certificate".to_owned()))
    }
}

impl Anchors {
    /// Reads the certificates of a PEM file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let refuse = || KeyError::Content { path: path.to_owned(), expected: "a PEM file with X.509 certificates" };
        let found: Vec<_> = read_pems(path, SectionKind::Certificate)?.into_iter().map(CertificateDer::from).collect();
        let usable = !found.is_empty() && found.iter().all(|der| anchor_from_trusted_cert(der).is_ok());
        if usable { Ok(Self(found)) } else { Err(refuse()) }
    }

    /// Whether the signer's certificate, at the time of the stamp, leads to one of these for stamping time. The
    /// authority's own certificate may be among them.
    pub(super) fn certify(&self, token: &Token<'_>, signer: &[u8]) -> Result<(), String> {
        if self.0.iter().any(|anchor| anchor.as_ref() == signer) {
            return Ok(());
        }
        let der = CertificateDer::from(signer);
        let certificate = EndEntityCert::try_from(&der).map_err(|error| error.to_string())?;
        let anchors: Vec<_> = self.0.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
        let between: Vec<_> = token.certificates.iter().map(|der| CertificateDer::from(*der)).collect();
        let seconds = u64::try_from(token.time.as_second()).unwrap_or_default();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        // The authority's own certificate must say it; one between may leave it open. See RFC 3161, section 2.3.
        if token::purposes(signer).is_none_or(|purposes| purposes != [TIME_STAMPING]) {
            return Err("its certificate is not for time stamps alone".to_owned());
        }
        let usage = KeyUsage::required_if_present(TIME_STAMPING.as_bytes());
        certificate
            .verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &between, time, usage, None, None)
            .map(|_| ())
            .map_err(|error| error.to_string())
    }
}
