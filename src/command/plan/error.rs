//! Why a plan cannot be laid over a landing zone.

use std::path::PathBuf;

use logproof_estate::{Unseen, config::ConfigError};
use logproof_plan::ReadError;

use crate::{
    bundle::BundleError,
    catalogue::CatalogueError,
    error::{CommandError, Unreadable, Unwritable},
    exit::Exit,
    run::{selection::SelectionError, target::TargetError},
};

/// A plan that cannot be laid over a landing zone.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Nothing was given.
    #[error(
        "no change is given\nhint: name a plan that `terraform show -json` wrote, or give `--bucket-policy`, `--scp` or `--set`"
    )]
    NoChange,
    /// The bundle is a share of a run.
    #[error(
        "`{bundle}` is a share of a run, in which most answers are missing\nhint: name the bundle that `logproof merge` made"
    )]
    Share {
        /// The bundle.
        bundle: PathBuf,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file is no plan that can be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Where resources are is not known.
    #[error(
        "the plan does not say where {number} of its resources are\nhint: add the lines above to logproof.toml, with the account of each"
    )]
    Unplaced {
        /// How many.
        number: usize,
    },
    /// The same thing is changed by two files.
    #[error(
        "`{subject}` is changed by `{one}` and by `{other}`\nhint: plan each resource once, and leave one of the files out"
    )]
    Twice {
        /// What is changed.
        subject: String,
        /// A file and address.
        one: String,
        /// The other.
        other: String,
    },
    /// An argument does not have its form.
    #[error("`{given}` is not {form}\nhint: {hint}")]
    Form {
        /// As given.
        given: String,
        /// What it should be.
        form: &'static str,
        /// What to do.
        hint: String,
    },
    /// A document is not JSON.
    #[error("`{path}` is not a policy in JSON: {problem}\nhint: correct the file")]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// What is to be changed does not exist, or its place is not known.
    #[error("{what} `{name}` {problem}\nhint: {hint}")]
    Unknown {
        /// "the key".
        what: &'static str,
        /// Its name.
        name: String,
        /// "does not exist".
        problem: &'static str,
        /// What to do.
        hint: String,
    },
    /// `--as-of`.
    #[error(transparent)]
    AsOf(#[from] ConfigError),
    /// The landing zone.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The features.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The selection.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The answer cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

impl From<Unseen> for PlanError {
    fn from(unseen: Unseen) -> Self {
        Self::Target(unseen.into())
    }
}

impl CommandError for PlanError {
    fn exit(&self) -> Exit {
        match self {
            Self::Target(error) => error.exit(),
            Self::Bundle(error) => error.exit(),
            Self::Unwritable(error) => error.exit(),
            _ => Exit::Usage,
        }
    }
}
