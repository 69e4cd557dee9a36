//! The condition context of a request.
//!
//! Owns lookup by key name, which ignores case (tag keys too). Derives nothing: a key that is
//! not there is absent. The search in `prove` supplies its own partial [`View`].
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The value of one context key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ContextValue {
    /// A single-valued key.
    One(String),
    /// A multivalued key; a list with one element is still multivalued.
    Many(Vec<String>),
}

impl From<&str> for ContextValue {
    fn from(value: &str) -> Self {
        Self::One(value.to_owned())
    }
}

impl From<String> for ContextValue {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}

impl From<Vec<String>> for ContextValue {
    fn from(values: Vec<String>) -> Self {
        Self::Many(values)
    }
}

impl std::fmt::Display for ContextValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(value) => write!(f, "`{value}`"),
            Self::Many(values) => write!(f, "[{}]", values.join(", ")),
        }
    }
}

/// All context keys of a request, found by name whatever the case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Lowercase name, name as given, value; sorted by the first.
    entries: Vec<(String, String, ContextValue)>,
}

impl Context {
    /// A context without any key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a key. Only ASCII letters fold: another letter must not become one of a known key.
    pub fn insert(&mut self, key: &str, value: impl Into<ContextValue>) {
        let lower = key.to_ascii_lowercase();
        let entry = (lower.clone(), key.to_owned(), value.into());
        match self.entries.binary_search_by(|(k, ..)| k.as_str().cmp(&lower)) {
            Ok(at) => {
                if let Some(slot) = self.entries.get_mut(at) {
                    *slot = entry;
                }
            }
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// The same context with one more key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<ContextValue>) -> Self {
        self.insert(key, value);
        self
    }

    /// The value of a key, whatever the case of its name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        self.get_lower(&key.to_ascii_lowercase())
    }

    /// Names as given and values, in the order of the lowercase names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries.iter().map(|(_, key, value)| (key.as_str(), value))
    }

    fn get_lower(&self, lower: &str) -> Option<&ContextValue> {
        let at = self.entries.binary_search_by(|(k, ..)| k.as_str().cmp(lower)).ok()?;
        self.entries.get(at).map(|(.., value)| value)
    }
}

/// What a view knows about one key.
pub(crate) enum Lookup<'v> {
    Absent,
    One(Cow<'v, str>),
    Many(&'v [String]),
    /// Not chosen yet.
    Open,
}

/// Something that answers for context keys; names are lowercase.
pub(crate) trait View {
    fn lookup(&self, lower: &str) -> Lookup<'_>;
}

impl View for Context {
    fn lookup(&self, lower: &str) -> Lookup<'_> {
        self.get_lower(lower).map_or(Lookup::Absent, Lookup::from)
    }
}

impl<'v> From<&'v ContextValue> for Lookup<'v> {
    fn from(value: &'v ContextValue) -> Self {
        match value {
            ContextValue::One(one) => Lookup::One(Cow::Borrowed(one)),
            // An empty set is a key whose value is null, which is the same as an absent key.
            ContextValue::Many(many) if many.is_empty() => Lookup::Absent,
            ContextValue::Many(many) => Lookup::Many(many),
        }
    }
}
