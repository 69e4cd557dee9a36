//! Closes a bundle: the manifest over everything in it, and the seal over the manifest.

use std::{collections::BTreeMap, path::PathBuf};

use base64::Engine as _;
use logproof_estate::assessment::Assessment;

use crate::{
    bundle::pretty,
    error::Error,
    evidence::{
        EXCHANGES, MANIFEST, SEAL,
        keys::PrivateKey,
        ledger::Completeness,
        manifest::{self, Manifest, Predecessor},
        seal::{Signature, Unsigned},
        tape,
    },
    folder::Folder,
};

/// How a bundle is closed.
#[derive(Default)]
pub struct Sealing {
    /// Key that signs; without one the bundle has a manifest but no seal.
    pub key: Option<PrivateKey>,
    /// Bundle of the run before.
    pub predecessor: Option<PathBuf>,
    /// How the run was asked for, by option.
    pub parameters: BTreeMap<String, String>,
    /// Scenarios selected, by control.
    pub selected: BTreeMap<String, usize>,
    /// Exchanges taken over from an interrupted run.
    pub resumed: usize,
}

fn evidence(error: impl std::fmt::Display) -> Error {
    Error::Evidence(error.to_string())
}

/// Writes the manifest over everything in the folder, and the seal when there is a key.
///
/// # Errors
/// [`Error`].
pub fn seal(assessment: &Assessment, folder: &Folder, sealing: &Sealing) -> Result<Manifest, Error> {
    let manifest = manifest(assessment, folder, sealing)?;
    let text = pretty(&manifest)?;
    folder.write(MANIFEST, |out| out.write_all(text.as_bytes()))?;
    let digest = manifest::sha256_of_bytes(text.as_bytes());
    if let Some(key) = &sealing.key {
        let unsigned = Unsigned::about(&manifest, &digest);
        let signature = key.sign(&unsigned.message()).map_err(evidence)?;
        let envelope = unsigned.signed(Signature {
            keyid: key.public().id(),
            sig: base64::engine::general_purpose::STANDARD.encode(signature),
            public_key: Some(key.public().pem()),
        });
        let text = pretty(&envelope)?;
        folder.write(SEAL, |out| out.write_all(text.as_bytes()))?;
    }
    Ok(manifest)
}

fn manifest(assessment: &Assessment, folder: &Folder, sealing: &Sealing) -> Result<Manifest, Error> {
    let predecessor = match &sealing.predecessor {
        Some(path) => {
            let (before, digest) = manifest::read(path).map_err(evidence)?;
            Some(Predecessor { run: before.run.id, manifest_sha256: digest })
        }
        None => None,
    };
    let mut exchanges = 0;
    // Read back as a verifier will: what was written is what is claimed.
    tape::each_line(&folder.working().join(EXCHANGES), |_, _| exchanges += 1).map_err(evidence)?;
    Ok(Manifest {
        schema: manifest::SCHEMA.to_owned(),
        tool: assessment.tool.clone(),
        binary_sha256: binary_digest(),
        run: assessment.run.clone(),
        parameters: sealing.parameters.clone(),
        population: Completeness::of(assessment, &sealing.selected),
        predecessor,
        exchanges,
        resumed_exchanges: sealing.resumed as u64,
        files: manifest::entries(folder.working()).map_err(evidence)?,
    })
}

fn binary_digest() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    manifest::sha256_of_file(&path).ok().map(|(digest, _)| digest)
}
