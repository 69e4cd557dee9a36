//! Why a command cannot be carried out, in the words its user reads: the problem, then a hint on a line of its own.

use std::{io, path::PathBuf};

use logproof_estate::{Unseen, config::ConfigError, register::RegisterError};

use crate::exit::Exit;

/// A command that cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a configuration nor a mock.
    #[error(
        "nothing to check: there is no `logproof.toml` in this folder\nhint: give `--config FILE` for your landing zone, or `--mock` to try the sample one"
    )]
    NoTarget,
    /// The configuration cannot be used.
    #[error("cannot use `{path}`: {source}")]
    Config {
        /// The file, or where in a zone the configuration stands.
        path: String,
        /// What is wrong; ends with a hint.
        source: ConfigError,
    },
    /// The register cannot be used.
    #[error("cannot use the register `{place}`: {source}")]
    Register {
        /// The folder, or where in a zone the register stands.
        place: String,
        /// What is wrong; ends with a hint.
        source: RegisterError,
    },
    /// A file cannot be read.
    #[error("cannot read `{path}`: {source}\nhint: check the path and that the file is readable UTF-8 text")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// The description of a mock landing zone cannot be used.
    #[error("{problem}")]
    Zone {
        /// What is wrong and where; ends with a hint.
        problem: String,
    },
    /// Features that could be green without checking anything.
    #[error("{count} in the features, nothing was checked\nhint: `logproof lint` lists them again; see each hint")]
    Features {
        /// "1 problem", "3 problems".
        count: String,
    },
    /// A tag expression that cannot be read.
    #[error(
        "cannot read the tag expression `{expression}`: {problem}\nhint: join tags with and, or, not and parentheses, each tag with its @, for example \"@severity:critical and not @hardening\""
    )]
    TagExpression {
        /// As given.
        expression: String,
        /// What was expected where.
        problem: String,
    },
    /// A control that is not in the catalogue.
    #[error("there is no control `{id}`\nhint: {hint}")]
    UnknownControl {
        /// As given.
        id: String,
        /// The nearest one, or how to list them.
        hint: String,
    },
    /// `--as-of` is no instant.
    #[error("cannot use `--as-of`: {0}")]
    AsOf(ConfigError),
    /// The configuration speaks of another organization.
    #[error(
        "the configuration is for organization `{configured}`, the credentials belong to `{found}`\nhint: use credentials of the right organization, or correct `organization.id`"
    )]
    OtherOrganization {
        /// As configured.
        configured: String,
        /// As found.
        found: String,
    },
    /// There is something at the place of the reports that is not a run.
    #[error(
        "`{path}` exists and is not the folder of a run\nhint: choose another folder with `--out`, or remove it yourself"
    )]
    Occupied {
        /// The place.
        path: PathBuf,
    },
    /// `--resume` without an interrupted run.
    #[error("there is no interrupted run to go on with at `{path}`\nhint: run without `--resume`")]
    NothingToResume {
        /// The place.
        path: PathBuf,
    },
    /// The interrupted run was asked something else.
    #[error("the interrupted run used another {what}\nhint: ask for the same again, or run without `--resume`")]
    OtherRequest {
        /// What differs.
        what: &'static str,
    },
    /// Evidence that cannot be used.
    #[error("{0}")]
    Evidence(String),
    /// A question that cannot be asked.
    #[error(transparent)]
    Question(#[from] crate::command::ask::AskError),
    /// An answer or question of `ask`, `init` or `key` that failed.
    #[error("{0}")]
    Command(String),
    /// Reports cannot be written.
    #[error("cannot write `{path}`: {source}\nhint: free space, or choose a writable folder with `--out`")]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A report does not say what the assessment says.
    #[error(
        "`{path}` disagrees with the assessment: {problem}\nhint: this is a defect of the program or of the disk; report it, and do not use the report"
    )]
    Disagrees {
        /// The report.
        path: PathBuf,
        /// What differs.
        problem: String,
    },
    /// Somebody stopped the run before it had looked at anything.
    #[error("interrupted before anything was examined\nhint: run it again")]
    Interrupted,
    /// Somebody stopped a verification.
    #[error("interrupted: there is no result\nhint: run it again; with `--checkpoint FILE` it goes on where it was")]
    Stopped,
    /// The landing zone cannot be reached at all.
    #[error("{0}\nhint: {hint}", hint = .0.hint)]
    Unreachable(Box<Unseen>),
}

impl Error {
    /// The exit code that goes with it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unwritable { .. }
            | Self::Disagrees { .. }
            | Self::Unreachable(_)
            | Self::Interrupted
            | Self::Stopped
            | Self::Evidence(_) => Exit::Unassessed,
            _ => Exit::Usage,
        }
    }
}
