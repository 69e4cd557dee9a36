//! A bundle as something that can be asked: its own exchanges, configuration, register and as-of date, offline.

use std::{fs, path::Path, sync::Arc};

use logproof_aws::{Aws, Options};
use logproof_estate::{Config, Source, assessment::Assessment};

use super::{
    BundleError,
    begin::{self, Request},
    tape::{Tape, Use},
    verify,
};
use crate::{
    error::Unreadable,
    files::{ASSESSMENT, CONFIGURATION, REQUEST},
    run::register::Loaded,
};

/// A bundle that can be asked.
pub struct Playback {
    /// The assessment of its run.
    pub original: Assessment,
    /// The configuration of its run.
    pub config: Arc<Config>,
    /// The register of its run.
    pub register: Loaded,
    /// What its run was asked.
    pub request: Request,
    /// How many exchanges it holds.
    pub exchanges: usize,
    aws: Arc<Aws>,
}

impl Playback {
    /// Opens a bundle that verifies.
    ///
    /// # Errors
    /// [`BundleError`]: the bundle is not as it was made, or cannot be read.
    pub fn open(place: &Path, options: Options) -> Result<Self, BundleError> {
        let verification = verify::verify(place, verify::Known::default())?;
        if let Some(problem) = verification.problems.into_iter().next() {
            return Err(BundleError::Changed { path: place.to_owned(), problem });
        }
        let original: Assessment = read(&place.join(ASSESSMENT))?;
        let config: Config = read(&place.join(CONFIGURATION))?;
        let request = begin::read_request(&place.join(REQUEST))?;
        let tape = Tape::open(place, Use::Replay)?;
        let exchanges = tape.len();
        let caller = original.run.caller.as_ref();
        let caller = caller.map_or(&config.organization.management_account, |caller| &caller.account).clone();
        let aws = Arc::new(Aws::served(Arc::new(tape), &caller, &config, options));
        let register = Loaded::of_bundle(place)?;
        Ok(Self { original, config: Arc::new(config), register, request, exchanges, aws })
    }

    /// The port for questions.
    #[must_use]
    pub fn source(&self) -> Arc<dyn Source> {
        Arc::clone(&self.aws) as Arc<dyn Source>
    }

    /// What answers.
    #[must_use]
    pub fn aws(&self) -> &Arc<Aws> {
        &self.aws
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, BundleError> {
    let text = fs::read(path).map_err(Unreadable::at(path))?;
    serde_json::from_slice(&text).map_err(|problem| BundleError::Form { path: path.to_owned(), problem })
}
