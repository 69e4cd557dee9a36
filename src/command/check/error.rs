//! Why a check cannot be made at all.

use logproof_estate::config::ConfigError;

use super::part::PartError;
use crate::{
    bundle::BundleError,
    catalogue::CatalogueError,
    error::{CommandError, Unreadable},
    exit::Exit,
    run::{baseline::BaselineError, register::LoadError, selection::SelectionError, target::TargetError},
};

/// A check that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The features.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The selection.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The landing zone.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The share of a run.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The baseline.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// `--as-of` is no instant.
    #[error("cannot use `--as-of`: {0}")]
    AsOf(ConfigError),
    /// The configuration is for another organization.
    #[error(
        "the configuration is for organization `{configured}`, the credentials belong to `{found}`\nhint: use credentials of the right organization, or correct `organization.id`"
    )]
    OtherOrganization {
        /// As configured.
        configured: String,
        /// As found.
        found: String,
    },
    /// Somebody stopped the run before it had looked at anything.
    #[error("interrupted before anything was examined\nhint: run it again")]
    Interrupted,
}

impl From<Unreadable> for CheckError {
    fn from(error: Unreadable) -> Self {
        Self::Catalogue(error.into())
    }
}

impl From<LoadError> for CheckError {
    fn from(error: LoadError) -> Self {
        Self::Target(error.into())
    }
}

impl CommandError for CheckError {
    fn exit(&self) -> Exit {
        match self {
            Self::Catalogue(error) => error.exit(),
            Self::Selection(error) => error.exit(),
            Self::Target(error) => error.exit(),
            Self::Bundle(error) => error.exit(),
            Self::Part(error) => error.exit(),
            Self::Baseline(error) => error.exit(),
            Self::AsOf(_) | Self::OtherOrganization { .. } => Exit::Usage,
            Self::Interrupted => Exit::Unassessed,
        }
    }
}
