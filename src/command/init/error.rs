//! Why no configuration can be written.

use std::path::PathBuf;

use logproof_estate::{AccountId, InvalidPlace, Region, Unseen};

use crate::{
    error::{CommandError, Unwritable},
    exit::Exit,
};

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The file is there already.
    #[error("`{path}` exists\nhint: name another file with `--out`")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// A Region that was given is none.
    #[error("{0}\nhint: write for example eu-central-1")]
    Region(InvalidPlace),
    /// A question could not be answered.
    #[error("{0}\nhint: {hint}", hint = .0.hint)]
    Unseen(Box<Unseen>),
    /// There is no organization trail to begin from.
    #[error(
        "no organization trail is visible in account {account}, {region}\nhint: run in the trail's home Region (`--region`), or create the organization trail first"
    )]
    NoTrail {
        /// Account looked in.
        account: AccountId,
        /// Region looked in.
        region: Region,
    },
    /// An account id that AWS gave is not one.
    #[error("{0}\nhint: this is not an answer AWS gives; check the endpoint settings")]
    Place(#[from] InvalidPlace),
}

impl From<Unseen> for InitError {
    fn from(unseen: Unseen) -> Self {
        Self::Unseen(Box::new(unseen))
    }
}

impl CommandError for InitError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unwritable(_) | Self::Unseen(_) => Exit::Unassessed,
            _ => Exit::Usage,
        }
    }
}
