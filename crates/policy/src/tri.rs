//! Three-valued (Kleene) truth with the reason for a doubt.
//!
//! Owns the truth tables. Must not know what is being asked.

use crate::problem::Problem;

/// Why something is neither true nor false.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Doubt<'p> {
    /// The request leaves this key open (only while a property is searched).
    Open(&'p str),
    /// The policy says something whose meaning is unknown.
    Problem(&'p Problem),
    /// The request's value of this key cannot be compared.
    Value { key: &'p str, wanted: &'static str },
    /// A fact about the request is not supplied.
    Missing(&'static str),
}

impl std::fmt::Display for Doubt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(key) => write!(f, "the value of `{key}` is not given"),
            Self::Problem(problem) => write!(f, "{problem}"),
            Self::Value { key, wanted } => {
                write!(f, "the request's value of `{key}` is not {wanted}")
            }
            Self::Missing(what) => f.write_str(what),
        }
    }
}

/// True, false, or in doubt.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tri<'p> {
    No,
    Yes,
    Maybe(Doubt<'p>),
}

impl<'p> Tri<'p> {
    pub(crate) fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }

    pub(crate) fn is_no(self) -> bool {
        matches!(self, Self::No)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, rest) | (rest, Self::Yes) => rest,
            (Self::Maybe(a), Self::Maybe(b)) => Self::Maybe(prefer_open(a, b)),
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, rest) | (rest, Self::No) => rest,
            (Self::Maybe(a), Self::Maybe(b)) => Self::Maybe(prefer_open(a, b)),
        }
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Maybe(doubt) => Self::Maybe(doubt),
        }
    }
}

impl From<bool> for Tri<'_> {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

/// A search can still settle an open key, so that doubt is the useful one to report.
fn prefer_open<'p>(a: Doubt<'p>, b: Doubt<'p>) -> Doubt<'p> {
    if matches!(b, Doubt::Open(_)) && !matches!(a, Doubt::Open(_)) { b } else { a }
}
