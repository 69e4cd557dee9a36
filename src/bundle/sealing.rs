//! Closes a bundle: the manifest over everything in it, and the seal over the manifest.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    str::FromStr,
};

use base64::Engine as _;
use logproof_aws::custody::{Custody, KmsKeyArn};
use logproof_digest::{Sha256, sha256_hex};
use logproof_estate::assessment::Assessment;

use super::{
    BundleError,
    begin::pretty,
    folder::Folder,
    keys::{Algorithm, PrivateKey, PublicKey},
    ledger::Completeness,
    manifest::{self, Manifest, ManifestError, Part, Predecessor},
    seal::{Signature, Unsigned},
    timestamp::{self, Query, Stamp},
};
use crate::{
    error::Unwritable,
    files::{MANIFEST, SEAL, TIMESTAMP_TOKEN},
    report::outline,
    run::target::Connected,
};

/// What `--key` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// A key of AWS KMS.
    Kms(KmsKeyArn),
}

impl KeySource {
    /// The key of AWS KMS, as it was given.
    #[must_use]
    pub fn kms(&self) -> Option<String> {
        match self {
            Self::File(_) => None,
            Self::Kms(key) => Some(format!("awskms:{key}")),
        }
    }
}

impl FromStr for KeySource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("awskms:") {
            Some(arn) => arn.strip_prefix("///").unwrap_or(arn).parse().map(Self::Kms),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

/// Who signs.
pub enum Signer {
    /// A key of this machine.
    Local(PrivateKey),
    /// A key of AWS KMS, of which only the public half is here.
    Kms {
        /// The connection.
        custody: Custody,
        /// The key.
        key: KmsKeyArn,
        /// Its public half.
        public: PublicKey,
    },
}

impl Signer {
    /// The signer that `--key` names; a key of KMS is asked for its public half, so that one that cannot be used is
    /// told before the run.
    ///
    /// # Errors
    /// [`BundleError`].
    pub async fn of(source: &KeySource, connected: &Connected) -> Result<Self, BundleError> {
        let key = match source {
            KeySource::File(path) => return Ok(Self::Local(PrivateKey::read(path)?)),
            KeySource::Kms(key) => key.clone(),
        };
        let custody = connected.custody();
        let der = custody.public_key(&key).await?;
        let public = PublicKey::from_der(&der).filter(|public| public.algorithm == Algorithm::EcdsaP256);
        let public = public.ok_or_else(|| BundleError::KmsKey { key: key.clone() })?;
        Ok(Self::Kms { custody, key, public })
    }

    async fn sign(&self, message: &[u8]) -> Result<(Vec<u8>, PublicKey), BundleError> {
        match self {
            Self::Local(key) => Ok((key.sign(message)?, key.public())),
            Self::Kms { custody, key, public } => {
                let signature = custody.sign(key, Sha256::of(message).bytes()).await?;
                if !public.verifies(message, &signature) {
                    return Err(BundleError::KmsSignature { key: key.clone() });
                }
                Ok((signature, public.clone()))
            }
        }
    }
}

/// How a bundle is closed.
#[derive(Default)]
pub struct Sealing {
    /// Key that signs; without one the bundle has a manifest but no seal.
    pub key: Option<Signer>,
    /// Time-stamp authority.
    pub timestamp: Option<String>,
    /// Bundle of the run before.
    pub predecessor: Option<Predecessor>,
    /// Bundle whose answers about the organization were taken over.
    pub organization: Option<Predecessor>,
    /// Bundles that were merged.
    pub parts: Vec<Part>,
    /// How the run was asked for, by option.
    pub parameters: BTreeMap<String, String>,
    /// Scenarios selected, by control.
    pub selected: BTreeMap<String, usize>,
    /// Exchanges taken over from an interrupted run.
    pub resumed: usize,
}

/// Writes the manifest over everything in the folder, so many exchanges among it, and the seal when there is a key.
///
/// # Errors
/// [`BundleError`].
pub async fn seal(
    assessment: &Assessment,
    folder: &Folder,
    exchanges: u64,
    sealing: &Sealing,
) -> Result<Manifest, BundleError> {
    let manifest = manifest(assessment, folder, exchanges, sealing)?;
    let text = outlined(&manifest)?;
    folder.write(MANIFEST, |out| out.write_all(text.as_bytes()))?;
    let digest = sha256_hex(&text);
    if let Some(key) = &sealing.key {
        let unsigned = Unsigned::about(&manifest, &digest);
        let (signature, public) = key.sign(&unsigned.message()).await?;
        let envelope = unsigned.signed(Signature {
            keyid: public.id(),
            sig: base64::engine::general_purpose::STANDARD.encode(signature),
            public_key: Some(public.pem()),
        });
        let text = pretty(SEAL, &envelope)?;
        folder.write(SEAL, |out| out.write_all(text.as_bytes()))?;
    }
    Ok(manifest)
}

/// A line for each file.
fn outlined(manifest: &Manifest) -> Result<String, BundleError> {
    let mut text = Vec::new();
    outline::write(manifest, 2, &mut text).map_err(Unwritable::at(Path::new(MANIFEST)))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Asks the time-stamp authority for a token over the manifest's digest, and keeps it beside the manifest.
///
/// # Errors
/// [`BundleError`]; the bundle is whole without.
pub async fn stamp(folder: &Folder, authority: &str) -> Result<Stamp, BundleError> {
    let no_answer = |problem: String| BundleError::NoStamp { authority: authority.to_owned(), problem };
    let digest = digest_of(&folder.working().join(MANIFEST))?;
    let query = Query::about(digest).map_err(|error| no_answer(error.to_string()))?;
    let answer = logproof_aws::post(authority, timestamp::QUERY_TYPE, query.der(), timestamp::LARGEST_ANSWER).await;
    let answer = answer.map_err(no_answer)?;
    let stamp =
        query.accept(&answer).map_err(|source| BundleError::Stamp { authority: authority.to_owned(), source })?;
    folder.write(TIMESTAMP_TOKEN, |out| out.write_all(&answer))?;
    Ok(stamp)
}

fn digest_of(path: &Path) -> Result<[u8; 32], ManifestError> {
    let (digest, _) = manifest::sha256_of_file(path)?;
    let mut sha256 = [0; 32];
    // The digest was written in hexadecimal one line above.
    let _ = hex::decode_to_slice(digest, &mut sha256);
    Ok(sha256)
}

/// The bundle that `--follows` names, as a manifest names it.
///
/// # Errors
/// [`ManifestError`] when it is no bundle.
pub fn predecessor(bundle: &Path) -> Result<Predecessor, ManifestError> {
    let (before, manifest_sha256) = manifest::read(bundle)?;
    Ok(Predecessor { run: before.run.id, manifest_sha256 })
}

fn manifest(
    assessment: &Assessment,
    folder: &Folder,
    exchanges: u64,
    sealing: &Sealing,
) -> Result<Manifest, BundleError> {
    Ok(Manifest {
        schema: manifest::SCHEMA.to_owned(),
        tool: assessment.tool.clone(),
        binary_sha256: binary_digest(),
        run: assessment.run.clone(),
        parameters: sealing.parameters.clone(),
        population: Completeness::of(assessment, &sealing.selected),
        predecessor: sealing.predecessor.clone(),
        organization: sealing.organization.clone(),
        parts: sealing.parts.clone(),
        exchanges,
        resumed_exchanges: sealing.resumed as u64,
        files: manifest::entries(folder.working())?,
    })
}

/// SHA-256 of the program that runs.
#[must_use]
pub fn binary_digest() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    manifest::sha256_of_file(&path).ok().map(|(digest, _)| digest)
}
