//! A bundle as something that can be asked: its own exchanges, configuration, register and as-of date, offline.

use std::{path::Path, sync::Arc};

use logproof_aws::{Aws, Options};
use logproof_estate::{Config, Source, assessment::Assessment};
use logproof_wire::Serve;

use super::{
    BundleError,
    begin::{Request, read},
    tape::{Tape, Use},
    verify,
};
use crate::{
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
        verify::verified(place, verify::Known::default())?;
        let original: Assessment = read(&place.join(ASSESSMENT))?;
        let config: Config = read(&place.join(CONFIGURATION))?;
        let request = read(&place.join(REQUEST))?;
        let tape = Arc::new(Tape::open(place, Use::Replay)?);
        let exchanges = tape.len();
        // What is asked again is read again, so that not every answer is held.
        let options = Options { recorded: Some(Arc::clone(&tape) as Arc<dyn Serve>), ..options };
        let caller = original.run.caller.as_ref();
        let caller = caller.map_or(&config.organization.management_account, |caller| &caller.account).clone();
        let aws = Arc::new(Aws::served(tape, &caller, &config, options));
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
