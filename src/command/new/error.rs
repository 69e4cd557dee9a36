//! Why the files of a control are not laid down.

use std::{io, path::PathBuf};

use crate::{
    error::{CommandError, Unreadable, Unwritable},
    exit::Exit,
};

/// A control whose files cannot be laid down.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The id has another form.
    #[error("`{id}` is no id of a control\nhint: write words in capital letters, a hyphen and numbers, as `ACME-4.2`")]
    Id {
        /// As given.
        id: String,
    },
    /// There is such a control already.
    #[error("there is a control `{id}` already, in `{path}`\nhint: give it an id of its own")]
    Taken {
        /// The id.
        id: String,
        /// Where the other one is.
        path: String,
    },
    /// A file is there already.
    #[error("`{path}` is there already, nothing was written\nhint: choose another id or folder, or remove it yourself")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The control could not be read as it would be written.
    #[error("the control cannot be used, nothing was written: {problem}\nhint: {hint}")]
    Refused {
        /// The first problem.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// Options without a value, and nobody to ask.
    #[error("{} missing\nhint: give it, or run at a terminal to be asked", .options.join(" and "))]
    Missing {
        /// The options.
        options: Vec<&'static str>,
    },
    /// The person at the terminal cannot be asked.
    #[error("cannot read an answer: {source}\nhint: give {option} instead")]
    NoTerminal {
        /// Cause.
        source: io::Error,
        /// The option that would answer.
        option: &'static str,
    },
    /// The person at the terminal gave no answer.
    #[error("no answer, nothing was written\nhint: run it again, or give {option}")]
    NoAnswer {
        /// The option that would answer.
        option: &'static str,
    },
    /// Features that are there cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

impl CommandError for NewError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unwritable(error) => error.exit(),
            _ => Exit::Usage,
        }
    }
}
