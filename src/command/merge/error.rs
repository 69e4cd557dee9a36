//! Why the shares of a run make no whole.

use std::path::PathBuf;

use logproof_estate::{AccountId, Share, assessment::Tool};

use crate::{
    bundle::{BundleError, tape::TapeError},
    error::{CommandError, Unreadable},
    exit::Exit,
    run::{baseline::BaselineError, target::TargetError},
};

/// Shares that cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A bundle cannot be made or used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The baseline.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// A file or folder cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// AWS, which signs or stores the bundle, cannot be reached.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A folder without bundles.
    #[error("`{folder}` is no bundle and holds none\nhint: name the folder that `check --out` was given")]
    NoBundle {
        /// The folder.
        folder: PathBuf,
    },
    /// A run that was not divided.
    #[error("`{path}` is a whole run\nhint: name the bundles that `check --shard` made")]
    Whole {
        /// The bundle.
        path: PathBuf,
    },
    /// There is no first job.
    #[error(
        "the bundle of the first job is missing\nhint: name it too: `check --shard organization` made it, and the shares were made with it"
    )]
    NoFirst,
    /// A share is there twice.
    #[error("share `{share}` is there twice: `{one}` and `{other}`\nhint: name one of them")]
    Twice {
        /// The share.
        share: Share,
        /// One bundle.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// A share is not there.
    #[error(
        "{what} missing: their accounts were not examined\nhint: run `check --shard {first}` with `--organization`, and each other one"
    )]
    Missing {
        /// The shares, as a sentence begins.
        what: String,
        /// The first of them.
        first: Share,
    },
    /// A share did not come to its end.
    #[error("share `{share}` in `{path}` is not complete: {why}\nhint: run this share again")]
    Incomplete {
        /// The bundle.
        path: PathBuf,
        /// The share.
        share: Share,
        /// Why.
        why: String,
    },
    /// A share of another run.
    #[error(
        "share `{share}` in `{path}` has another {what} than the first job\nhint: run this share again as the others were run"
    )]
    OtherRun {
        /// The bundle.
        path: PathBuf,
        /// The share.
        share: Share,
        /// What differs.
        what: &'static str,
    },
    /// Another program.
    #[error("the shares were made by {made}, this is {now}\nhint: merge them with the program that made them")]
    OtherTool {
        /// What made them.
        made: Tool,
        /// What runs.
        now: Tool,
    },
    /// An account is examined by no share, or by several.
    #[error("account {account} {problem}\nhint: {hint}")]
    Account {
        /// The account.
        account: AccountId,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// The members of a population do not add up.
    #[error(
        "the shares examined {examined} of {expected} {of} for `{scenario}`, and the whole has {whole}\nhint: run the shares again that report ERROR"
    )]
    Uncovered {
        /// Control and scenario.
        scenario: String,
        /// What is counted.
        of: String,
        /// Examined by all shares together.
        examined: usize,
        /// Expected by all shares together.
        expected: usize,
        /// Expected of the whole.
        whole: usize,
    },
    /// The whole needs an answer that no share has.
    #[error(
        "{number} answers are in no share, the first: {first}\nhint: run the shares again that report ERROR{shares}"
    )]
    NotAsked {
        /// How many.
        number: usize,
        /// The first of them.
        first: String,
        /// The shares, as the hint ends.
        shares: String,
    },
}

impl From<TapeError> for MergeError {
    fn from(error: TapeError) -> Self {
        Self::Bundle(error.into())
    }
}

impl CommandError for MergeError {
    fn exit(&self) -> Exit {
        match self {
            Self::Bundle(error) => error.exit(),
            Self::Baseline(error) => error.exit(),
            Self::Target(error) => error.exit(),
            Self::Unreadable(_)
            | Self::NoBundle { .. }
            | Self::Whole { .. }
            | Self::NoFirst
            | Self::Twice { .. }
            | Self::OtherTool { .. }
            | Self::OtherRun { .. } => Exit::Usage,
            Self::Missing { .. }
            | Self::Incomplete { .. }
            | Self::Account { .. }
            | Self::Uncovered { .. }
            | Self::NotAsked { .. } => Exit::Unassessed,
        }
    }
}
