//! Why nothing is written into the register, and nothing requested.

use std::io;

use crate::{
    catalogue::CatalogueError,
    error::{CommandError, Unreadable, Unwritable},
    exit::Exit,
    run::{register::LoadError, target::TargetError},
};

/// An entry that cannot be written, or a request that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The features, or a control that does not exist.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The configuration.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The register as it is, or as it would be.
    #[error(transparent)]
    Register(#[from] LoadError),
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// There is no configuration to work a request out from.
    #[error("there is no `logproof.toml` in this folder\nhint: give `--config FILE`, which names the log store")]
    NoConfig,
    /// Fields without a value, and nobody to ask.
    #[error(
        "{} {} missing\nhint: give {}, or run at a terminal to be asked",
        .options.join(", "),
        if .options.len() == 1 { "is" } else { "are" },
        if .options.len() == 1 { "it" } else { "them" }
    )]
    Missing {
        /// The options that would give them.
        options: Vec<String>,
    },
    /// A value that cannot be used.
    #[error("cannot use {option}: {problem}\nhint: {question}")]
    Unusable {
        /// The option.
        option: String,
        /// What is wrong.
        problem: String,
        /// What it is to answer.
        question: String,
    },
    /// The person at the terminal cannot be asked.
    #[error("cannot read an answer: {source}\nhint: give {option} instead")]
    NoTerminal {
        /// Cause.
        source: io::Error,
        /// The option that would answer.
        option: String,
    },
    /// The person at the terminal gave no answer.
    #[error("no answer, nothing was written\nhint: run it again, or give {option}")]
    NoAnswer {
        /// The option that would answer.
        option: String,
    },
}

impl CommandError for EntryError {
    fn exit(&self) -> Exit {
        match self {
            Self::Target(error) => error.exit(),
            Self::Unwritable(error) => error.exit(),
            _ => Exit::Usage,
        }
    }
}
