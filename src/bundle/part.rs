//! A bundle as a part of a run that several processes make.

use std::path::{Path, PathBuf};

use logproof_estate::Share;

use super::{
    BundleError,
    begin::{Request, read},
    keys::PublicKey,
    manifest::{self, Manifest, Part, Predecessor},
    verify::{self, Known},
};
use crate::files::REQUEST;

/// A bundle that verifies, with what its run was asked.
#[derive(Debug)]
pub struct PartBundle {
    /// Its folder.
    pub place: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// What its run was asked.
    pub request: Request,
    /// How the whole names it.
    pub part: Part,
}

impl PartBundle {
    /// Opens a bundle that verifies, and is sealed with the key when one is given.
    ///
    /// # Errors
    /// [`BundleError`]: the bundle is not as it was made, or cannot be read.
    pub fn open(place: &Path, key: Option<&PublicKey>) -> Result<Self, BundleError> {
        let verification = verify::verified(place, Known { key, ..Known::default() })?;
        let (manifest, manifest_sha256) = manifest::read(place)?;
        let request: Request = read(&place.join(REQUEST))?;
        let (share, run, sealed_by) = (request.share, manifest.run.id.clone(), verification.sealed_by);
        let part = Part { share, run, manifest_sha256, sealed_by };
        Ok(Self { place: place.to_owned(), manifest, request, part })
    }

    /// What of the run it examined.
    #[must_use]
    pub fn share(&self) -> Share {
        self.part.share
    }

    /// How a manifest refers to it.
    #[must_use]
    pub fn named(&self) -> Predecessor {
        Predecessor { run: self.part.run.clone(), manifest_sha256: self.part.manifest_sha256.clone() }
    }

    /// Why the run of the bundle did not come to its end, when it did not. What it could not see is no reason.
    #[must_use]
    pub fn incomplete(&self) -> Option<&str> {
        self.manifest.run.incomplete.as_deref()
    }
}
