//! Why an observation cannot be shown.

use std::path::PathBuf;

use crate::{
    bundle::{BundleError, manifest::ManifestError, tape::TapeError},
    error::{CommandError, Unreadable},
    exit::Exit,
};

/// An observation that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// There is no run yet.
    #[error("there is no run below `{path}`\nhint: name a bundle with `--on`, or make one with `logproof check`")]
    NoRun {
        /// The folder of runs.
        path: PathBuf,
    },
    /// The bundle has no such control.
    #[error("`{bundle}` has no control `{control}`\nhint: it has {known}")]
    Control {
        /// The bundle.
        bundle: PathBuf,
        /// What was asked for.
        control: String,
        /// What there is.
        known: String,
    },
    /// The control observed nothing there.
    #[error("nothing was observed by {control} {place}\nhint: {hint}")]
    Nothing {
        /// The control.
        control: String,
        /// Account and Region, as asked for.
        place: String,
        /// Where it observed something.
        hint: String,
    },
    /// The bundle is not as it was made.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The recording cannot be read.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// The manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The folder of runs cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl CommandError for ShowError {
    fn exit(&self) -> Exit {
        match self {
            Self::NoRun { .. } | Self::Control { .. } | Self::Nothing { .. } | Self::Unreadable(_) => Exit::Usage,
            Self::Bundle(error) => error.exit(),
            Self::Tape(_) | Self::Manifest(_) => Exit::Unassessed,
        }
    }
}
