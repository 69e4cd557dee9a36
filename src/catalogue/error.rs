//! Why there is no catalogue, or not the control that was asked for.

use crate::{
    error::{CommandError, Unreadable},
    exit::Exit,
};

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A feature cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Features that could be green without checking anything.
    #[error(
        "{number} problem{} in the features, nothing was checked\nhint: `logproof lint` lists them again; see each hint",
        plural(.number)
    )]
    Features {
        /// How many problems there are.
        number: usize,
    },
    /// A control that is not in the catalogue.
    #[error("there is no control `{id}`\nhint: {hint}")]
    UnknownControl {
        /// As given.
        id: String,
        /// The nearest one, or how to list them.
        hint: String,
    },
}

fn plural(number: &usize) -> &'static str {
    if *number == 1 { "" } else { "s" }
}

impl CommandError for CatalogueError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
