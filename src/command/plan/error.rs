//! Why a plan cannot be laid over a landing zone.

use std::path::PathBuf;

use logproof_estate::{Unseen, config::ConfigError};
use logproof_plan::{ReadError, plan::Unplaced};

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
        "no change is given\nhint: name a plan that `terraform show -json` wrote, or give `--bucket-policy`, `--scp`, `--set` ..."
    )]
    NoChange,
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file is no plan that can be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Where resources are is not known.
    #[error("{}", unplaced(.0))]
    Unplaced(Vec<Unplaced>),
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

/// Lines shown of what cannot be placed; the others are counted.
const SHOWN: usize = 10;

fn unplaced(all: &[Unplaced]) -> String {
    let named = all.iter().take(SHOWN).map(|one| format!("  {} ({}): no {}", one.address, one.kind, one.lacks));
    let mut lines: Vec<String> = named.collect();
    if all.len() > SHOWN {
        lines.push(format!("  and {} more", all.len() - SHOWN));
    }
    let mut add: Vec<&str> = all.iter().map(|one| one.add.as_str()).collect();
    add.sort_unstable();
    add.dedup();
    format!(
        "the plan does not say where {} resources are:\n{}\nhint: add to logproof.toml\n{}",
        all.len(),
        lines.join("\n"),
        add.join("\n")
    )
}
