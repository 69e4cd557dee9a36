//! Places in a policy document and what can be wrong there.
//!
//! Owns positions, the fatal [`ParseError`] and the survivable [`Problem`].
//! Knows nothing of IAM: which oddity is which is the parser's business.

use serde::Serialize;

/// A place in the source text of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Byte within the line, counted from 1.
    pub column: usize,
    /// Byte within the text, counted from 0.
    pub offset: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// A half-open range of bytes in the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The document is not a policy at all: nothing can be decided from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text is longer than the reader accepts.
    #[error(
        "policy `{policy}` has {bytes} bytes, more than the limit of {limit}; check that the file is a policy document"
    )]
    TooLarge {
        /// Name the caller gave the policy.
        policy: String,
        /// Length of the text.
        bytes: usize,
        /// Longest text accepted.
        limit: usize,
    },
    /// The text is not UTF-8.
    #[error("policy `{policy}` is not UTF-8 at {position}; save the document as UTF-8")]
    NotUtf8 {
        /// Name the caller gave the policy.
        policy: String,
        /// First byte that is not UTF-8.
        position: Position,
    },
    /// The text is not JSON, or not a JSON policy.
    #[error("policy `{policy}` cannot be read at {position}: {message}")]
    Malformed {
        /// Name the caller gave the policy.
        policy: String,
        /// Where reading stopped.
        position: Position,
        /// What was expected there.
        message: String,
    },
}

impl ParseError {
    /// Where reading stopped, if the error has a place.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::TooLarge { .. } => None,
            Self::NotUtf8 { position, .. } | Self::Malformed { position, .. } => Some(*position),
        }
    }
}

/// Whether a problem changes what the policy means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Severity {
    /// Worth telling; evaluation is not affected.
    Lint,
    /// The meaning is unknown: whatever depends on it is undecided.
    Blocks,
}

/// Something odd in a policy that could still be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// Where.
    pub position: Position,
    /// Whether evaluation can depend on it.
    pub severity: Severity,
    /// What, as a lowercase fragment.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.message, self.position)
    }
}
