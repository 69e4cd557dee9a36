//! `logproof diff`: what changed between two bundles, with what the changed policies newly allow.

mod difference;
mod facts;
mod policies;
mod write;

use std::{io, path::PathBuf};

use clap::{Args, ValueEnum};

use crate::{
    bundle::{
        keys::{KeyError, PublicKey},
        manifest::ManifestError,
        tape::TapeError,
    },
    console::print,
    error::CommandError,
    exit::Exit,
};

/// Arguments of `diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// Folder of the earlier run.
    #[arg(value_name = "FROM")]
    pub from: PathBuf,
    /// Folder of the later run.
    #[arg(value_name = "TO")]
    pub to: PathBuf,
    /// Public key both bundles must be sealed with.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: DiffFormat,
}

/// Form of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// For a pull request.
    Markdown,
}

/// Bundles that cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// The key that was given.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A manifest, or a file it lists.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A recording.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// One of the bundles is not as it was made.
    #[error(
        "`{path}` is not compared, because it is not as it was made: {why}\nhint: `logproof verify` lists everything"
    )]
    Changed {
        /// The bundle.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl CommandError for DiffError {
    fn exit(&self) -> Exit {
        Exit::Unassessed
    }
}

/// `logproof diff`: exit 1 when something changed, 3 when the effect of a policy is undecided.
///
/// # Errors
/// [`DiffError`].
pub fn run(args: &DiffArgs) -> Result<Exit, DiffError> {
    let key = args.key.as_deref().map(PublicKey::read).transpose()?;
    let found = difference::diff(&args.from, &args.to, key.as_ref())?;
    print(|out| match args.format {
        DiffFormat::Text => write::text(&found, out),
        DiffFormat::Markdown => write::markdown(&found, out),
        DiffFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &found).map_err(io::Error::from).and_then(|()| writeln!(out))
        }
    });
    Ok(match (found.is_decided(), found.is_empty()) {
        (false, _) => Exit::Unassessed,
        (true, false) => Exit::Fail,
        (true, true) => Exit::Success,
    })
}
