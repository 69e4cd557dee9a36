//! Why controls cannot be tried on their fixtures.

use std::path::PathBuf;

use logproof_zone::ZoneError;

use crate::{
    catalogue::CatalogueError,
    error::{CommandError, Unreadable, Unwritable},
    exit::Exit,
};

/// Fixtures that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// No feature in the folder.
    #[error("`{path}` holds no feature\nhint: name the folder of your controls")]
    NoFeature {
        /// The folder.
        path: PathBuf,
    },
    /// The features cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A fixture cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A fixture is no description of a landing zone.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The results cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

impl CommandError for TestError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unwritable(_) => Exit::Unassessed,
            _ => Exit::Usage,
        }
    }
}
