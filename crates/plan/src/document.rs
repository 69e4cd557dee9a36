//! A policy document of which parts may be unknown, and the two documents between which it lies.
//!
//! A part that only the apply will tell is a *hole*. The policy is then decided twice: as permissive and as restrictive as
//! it can be. Where both give the same verdict it is decided.

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
