//! A policy document of which parts may be unknown, and the two documents between which it lies.
//!
//! A part that only the apply will tell is a *hole*. The policy is then decided twice: as permissive and as restrictive as
//! it can be. Where both give the same verdict it is decided.

mod bounds;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::planned::Unknown;

/// Begins and ends the number of a hole in a text of a partial document.
const HOLE: (char, char) = ('\u{F0000}', '\u{F0001}');

/// A policy document as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Document {
    /// The whole text.
    Text(String),
    /// A document with holes: texts in it contain [`hole`] of a number, which is an index of `unknown`.
    Partial {
        /// The document.
        json: Value,
        /// What each hole is.
        unknown: Vec<Unknown>,
    },
    /// Nothing of it is known.
    Unknown(Unknown),
}

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bound {
    /// What is unknown in an Allow matches everything, in a Deny nothing.
    Permissive,
    /// What is unknown in an Allow matches nothing, in a Deny everything.
    Restrictive,
}

/// The text that represents a hole inside a text of a partial document: `arn:aws:s3:::` + hole + `/*`.
#[must_use]
pub fn hole(index: usize) -> String {
    format!("{}{index}{}", HOLE.0, HOLE.1)
}

impl Document {
    /// What of it is not known.
    #[must_use]
    pub fn unknown(&self) -> &[Unknown] {
        match self {
            Self::Text(_) => &[],
            Self::Partial { unknown, .. } => unknown,
            Self::Unknown(unknown) => std::slice::from_ref(unknown),
        }
    }
}

/// What a document is attached to: which forms mean everything and nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A policy of a role, user or group, or a permission boundary.
    Identity,
    /// A policy of a bucket, key or topic.
    Resource,
    /// A trust policy of a role.
    Trust,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

impl Document {
    /// The text: of a document with unknown parts the one that `bound` names.
    #[must_use]
    pub fn text(&self, bound: Bound, kind: Kind) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Partial { json, .. } => bounds::bounded(json, bound)
                .map_or_else(|| bounds::anything(bound, kind), |document| document.to_string()),
            Self::Unknown(_) => bounds::anything(bound, kind),
        }
    }
}

/// Whether a text contains a hole.
#[must_use]
pub(crate) fn has_hole(text: &str) -> bool {
    text.contains(HOLE.0)
}

/// A text in which each hole is replaced.
pub(crate) fn fill(text: &str, with: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(HOLE.0) {
        filled.push_str(before);
        filled.push_str(with);
        rest = after.split_once(HOLE.1).map_or("", |(_, after)| after);
    }
    filled + rest
}

#[cfg(test)]
mod tests;
