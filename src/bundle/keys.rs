//! Signing keys on disk: Ed25519 or ECDSA P-256, PKCS#8 and SubjectPublicKeyInfo in PEM, readable by other tools.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{self, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use logproof_digest::sha256_hex;
use rustls_pki_types::pem::{PemObject, SectionKind};

/// DER in front of an Ed25519 public key in a SubjectPublicKeyInfo. See: <https://www.rfc-editor.org/rfc/rfc8410#section-4>
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// DER in front of an uncompressed P-256 point in a SubjectPublicKeyInfo. See: <https://www.rfc-editor.org/rfc/rfc5480>
const P256_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Algorithm {
    /// Ed25519.
    Ed25519,
    /// ECDSA over P-256 with SHA-256.
    EcdsaP256,
}

/// A key that cannot be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be written or read.
    #[error("cannot use key file `{path}`: {source}\nhint: {hint}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// The content is not such a key.
    #[error("`{path}` is not {expected}\nhint: make one with `logproof key new FILE`")]
    Content {
        /// The file.
        path: PathBuf,
        /// What was expected.
        expected: &'static str,
    },
    /// The cryptographic library refused.
    #[error("cannot {what}\nhint: try again with a key made by `logproof key new`")]
    Crypto {
        /// What was attempted.
        what: &'static str,
    },
}

/// A private key.
pub enum PrivateKey {
    /// Ed25519.
    Ed25519(Ed25519KeyPair),
    /// ECDSA P-256.
    EcdsaP256(EcdsaKeyPair),
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Kind of key.
    pub algorithm: Algorithm,
    raw: Vec<u8>,
}

impl PublicKey {
    /// SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let prefix: &[u8] = match self.algorithm {
            Algorithm::Ed25519 => &ED25519_SPKI,
            Algorithm::EcdsaP256 => &P256_SPKI,
        };
        [prefix, &self.raw].concat()
    }

    /// SHA-256 of the DER form: the key id in a seal.
    #[must_use]
    pub fn id(&self) -> String {
        sha256_hex(self.der())
    }

    /// SubjectPublicKeyInfo in PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.der())
    }

    /// Reads the DER form.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        if let Some(raw) = der.strip_prefix(&ED25519_SPKI[..]).filter(|raw| raw.len() == 32) {
            return Some(Self { algorithm: Algorithm::Ed25519, raw: raw.to_vec() });
        }
        let raw = der.strip_prefix(&P256_SPKI[..]).filter(|raw| raw.len() == 65)?;
        Some(Self { algorithm: Algorithm::EcdsaP256, raw: raw.to_vec() })
    }

    /// Reads a PEM file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let der = read_pem(path, SectionKind::PublicKey)?;
        Self::from_der(&der)
            .ok_or_else(|| KeyError::Content { path: path.to_owned(), expected: "an Ed25519 or P-256 public key" })
    }

    /// Whether `signature` over `message` is this key's.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn signature::VerificationAlgorithm = match self.algorithm {
            Algorithm::Ed25519 => &signature::ED25519,
            Algorithm::EcdsaP256 => &ECDSA_P256_SHA256_ASN1,
        };
        signature::UnparsedPublicKey::new(algorithm, &self.raw).verify(message, signature).is_ok()
    }
}

impl PrivateKey {
    /// Makes a key and writes it to `path` (mode 0600) and its public half to `path` with `.pub` appended; never
    /// overwrites.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn create(path: &Path, algorithm: Algorithm) -> Result<PublicKey, KeyError> {
        let random = SystemRandom::new();
        let generated = match algorithm {
            Algorithm::Ed25519 => Ed25519KeyPair::generate_pkcs8(&random),
            Algorithm::EcdsaP256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random),
        };
        let document = generated.map_err(|_| KeyError::Crypto { what: "generate a key" })?;
        let key = Self::from_pkcs8(document.as_ref()).ok_or(KeyError::Crypto { what: "read the generated key" })?;
        let public = key.public();
        write_new(path, &pem("PRIVATE KEY", document.as_ref()), true)?;
        write_new(&public_path(path), &public.pem(), false)?;
        Ok(public)
    }

    /// Reads a PKCS#8 PEM file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let der = read_pem(path, SectionKind::PrivateKey)?;
        Self::from_pkcs8(&der).ok_or_else(|| KeyError::Content {
            path: path.to_owned(),
            expected: "an Ed25519 or P-256 private key in PKCS#8",
        })
    }

    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Some(Self::Ed25519(pair));
        }
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der).ok().map(Self::EcdsaP256)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Ed25519(pair) => {
                PublicKey { algorithm: Algorithm::Ed25519, raw: pair.public_key().as_ref().to_vec() }
            }
            Self::EcdsaP256(pair) => {
                PublicKey { algorithm: Algorithm::EcdsaP256, raw: pair.public_key().as_ref().to_vec() }
            }
        }
    }

    /// Signs a message.
    ///
    /// # Errors
    /// [`KeyError::Crypto`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::EcdsaP256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::Crypto { what: "sign with this key" }),
        }
    }
}

/// Where the public half of a key file stands.
#[must_use]
pub fn public_path(private: &Path) -> PathBuf {
    let mut name = private.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

fn write_new(path: &Path, text: &str, secret: bool) -> Result<(), KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let io_error = |source| KeyError::Io {
        path: path.to_owned(),
        source,
        hint: "name a file that does not exist yet, in a folder you can write to",
    };
    options.open(path).map_err(io_error)?.write_all(text.as_bytes()).map_err(io_error)
}

/// Read by a library, written here: the libraries that write PEM would add features to what the whole SDK is built on.
fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in encoded.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

fn read_pem(path: &Path, kind: SectionKind) -> Result<Vec<u8>, KeyError> {
    let found = read_pems(path, kind)?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| KeyError::Content { path: path.to_owned(), expected: "a PEM key of the kind needed here" })
}

/// The content of every PEM section of this kind.
///
/// # Errors
/// [`KeyError`], also when one of them is not base64.
pub(super) fn read_pems(path: &Path, kind: SectionKind) -> Result<Vec<Vec<u8>>, KeyError> {
    let text = std::fs::read(path).map_err(|source| KeyError::Io {
        path: path.to_owned(),
        source,
        hint: "name a PEM file, for example a key made by `logproof key new FILE`",
    })?;
    let sections: Result<Vec<(SectionKind, Vec<u8>)>, _> = PemObject::pem_slice_iter(&text).collect();
    let sections =
        sections.map_err(|_| KeyError::Content { path: path.to_owned(), expected: "a PEM file that can be read" })?;
    Ok(sections.into_iter().filter(|(found, _)| *found == kind).map(|(_, content)| content).collect())
}
