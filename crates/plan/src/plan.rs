//! What a reader makes of one file.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{edit::Edit, planned::Unknown, symbol::Symbols};

/// What a plan, change set or template would change, and what of it was not looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Edits, in the order of the file. Several may concern one fact; they are applied in order.
    pub edits: Vec<Edit>,
    /// Symbols that occur in the edits.
    pub symbols: Symbols,
    /// How many resources the file changes, those not looked at included.
    pub changed: usize,
    /// Changed resources of types that no control asks about: addresses by type.
    pub not_looked_at: BTreeMap<String, Vec<String>>,
    /// Changed resources of which the account or Region cannot be decided.
    pub unplaced: Vec<Unplaced>,
    /// Why the file is not the whole of what will change: `complete` is false, deferred changes, unknown instances.
    pub incomplete: Vec<String>,
    /// What of the file could not be read or resolved and changes no edit; for the reader, never a verdict.
    pub notes: Vec<String>,
    /// When the plan was made.
    pub made: Option<Timestamp>,
    /// Values that stay unknown, whether a control needs them or not.
    pub unknown: Vec<Unknown>,
}

/// A resource of which it is not known where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unplaced {
    /// Its address.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// What is not known: `account`, `Region`.
    pub lacks: String,
    /// The lines to add to `logproof.toml`, ready to copy.
    pub add: String,
}

/// A file that cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use `{file}`: {problem}\nhint: {hint}")]
pub struct ReadError {
    /// The file.
    pub file: String,
    /// What is wrong, and where: `line 3, column 7: ...`, `resource_changes[12].change: ...`.
    pub problem: String,
    /// What to do about it.
    pub hint: String,
}
