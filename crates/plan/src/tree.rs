//! A planned value: what a resource's attributes will be, with what is not known yet left open.
//!
//! Owns the tree that Terraform's three parallel values (`after`, `after_unknown`, `after_sensitive`) are merged into, and
//! that a CloudFormation template is evaluated to. Must not know resource types.

mod document;
mod read;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::{Number, Value};

use crate::planned::Unknown;

/// Something that is not known before the apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Path of the attribute inside its resource, for example `rule[0].bucket_key_enabled`.
    pub(crate) attribute: String,
    /// What the attribute's expression refers to, as the plan writes it.
    pub(crate) references: Vec<String>,
    /// Why it is not known, as a fragment: `known after apply`.
    pub(crate) why: String,
}

impl Gap {
    /// The same, of the resource at an address.
    #[must_use]
    pub(crate) fn at(&self, address: &str) -> Unknown {
        Unknown { address: address.to_owned(), attribute: self.attribute.clone(), why: self.why.clone() }
    }
}

/// Why a value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is not known.
    Unknown(Arc<Gap>),
    /// It has another form than its type dictates.
    Malformed {
        /// What was expected, for example `a text`.
        expected: &'static str,
        /// What is there, by kind; never the value itself, which may be sensitive.
        found: &'static str,
    },
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(gap) => write!(f, "`{}` is {}", gap.attribute, gap.why),
            Self::Malformed { expected, found } => write!(f, "expected {expected}, found {found}"),
        }
    }
}

/// What reading a value gives.
pub(crate) type Read<T> = Result<T, Unusable>;

/// A planned value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// Absent, or set to null.
    Null,
    /// A flag.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list or set.
    List(Vec<Tree>),
    /// A block, an object or a map.
    Map(BTreeMap<String, Tree>),
    /// Not known yet.
    Unknown(Arc<Gap>),
    /// A text of which parts are not known yet.
    Parts(Vec<Part>),
    /// Known, and must not be written anywhere.
    Sensitive(Box<Tree>),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Known.
    Text(String),
    /// Not known yet.
    Unknown(Arc<Gap>),
}

static NULL: Tree = Tree::Null;

/// `after_unknown` and `after_sensitive` mark a leaf, or a whole branch, with `true`.
fn marked(mark: &Value) -> bool {
    matches!(mark, Value::Bool(true))
}

fn under<'v>(mark: &'v Value, key: &str) -> &'v Value {
    mark.get(key).unwrap_or(&Value::Null)
}

fn at(mark: &Value, index: usize) -> &Value {
    mark.get(index).unwrap_or(&Value::Null)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl Tree {
    /// Merges a value with the marks of what is unknown and what is sensitive in it.
    #[must_use]
    pub(crate) fn merge(value: Value, unknown: &Value, sensitive: &Value) -> Self {
        Self::merge_at("", value, unknown, sensitive)
    }

    fn merge_at(path: &str, value: Value, unknown: &Value, sensitive: &Value) -> Self {
        let tree = if marked(unknown) {
            Self::unknown(path, "known after apply")
        } else {
            match value {
                Value::Object(map) => Self::merge_map(path, map, unknown, sensitive),
                // A block of which every attribute is unknown is left out of the value.
                Value::Null if unknown.as_object().is_some_and(|marks| !marks.is_empty()) => {
                    Self::merge_map(path, serde_json::Map::new(), unknown, sensitive)
                }
                Value::Array(items) => {
                    let count = items.len().max(unknown.as_array().map_or(0, Vec::len));
                    let mut items = items.into_iter();
                    let item = |index: usize, value: Option<Value>| {
                        let path = format!("{path}[{index}]");
                        Self::merge_at(&path, value.unwrap_or_default(), at(unknown, index), at(sensitive, index))
                    };
                    Self::List((0..count).map(|index| item(index, items.next())).collect())
                }
                Value::Null => Self::Null,
                Value::Bool(flag) => Self::Bool(flag),
                Value::Number(number) => Self::Number(number),
                Value::String(text) => Self::Text(text),
            }
        };
        if marked(sensitive) { Self::Sensitive(Box::new(tree)) } else { tree }
    }

    fn merge_map(path: &str, map: serde_json::Map<String, Value>, unknown: &Value, sensitive: &Value) -> Self {
        let mut merged = BTreeMap::new();
        for (key, value) in map {
            let tree = Self::merge_at(&join(path, &key), value, under(unknown, &key), under(sensitive, &key));
            merged.insert(key, tree);
        }
        // Unknown attributes are left out of the value.
        for (key, mark) in unknown.as_object().into_iter().flatten() {
            if !merged.contains_key(key) {
                let tree = Self::merge_at(&join(path, key), Value::Null, mark, under(sensitive, key));
                merged.insert(key.clone(), tree);
            }
        }
        Self::Map(merged)
    }

    /// An attribute that is not known.
    #[must_use]
    pub(crate) fn unknown(attribute: &str, why: &str) -> Self {
        Self::Unknown(Arc::new(Gap { attribute: attribute.to_owned(), references: Vec::new(), why: why.to_owned() }))
    }

    /// The value itself, whether sensitive or not.
    #[must_use]
    pub(crate) fn open(&self) -> &Self {
        match self {
            Self::Sensitive(inner) => inner.open(),
            other => other,
        }
    }

    /// Whether it, or anything in it, is sensitive.
    #[must_use]
    pub(crate) fn has_sensitive(&self) -> bool {
        match self {
            Self::Sensitive(_) => true,
            Self::List(items) => items.iter().any(Self::has_sensitive),
            Self::Map(map) => map.values().any(Self::has_sensitive),
            _ => false,
        }
    }

    /// The first thing in it that is not known.
    #[must_use]
    pub(crate) fn gap(&self) -> Option<&Arc<Gap>> {
        match self {
            Self::Unknown(gap) => Some(gap),
            Self::Sensitive(inner) => inner.gap(),
            Self::Parts(parts) => parts.iter().find_map(|part| match part {
                Part::Unknown(gap) => Some(gap),
                Part::Text(_) => None,
            }),
            Self::List(items) => items.iter().find_map(Self::gap),
            Self::Map(map) => map.values().find_map(Self::gap),
            _ => None,
        }
    }

    /// Whether it is absent: null, or an empty list of blocks.
    #[must_use]
    pub(crate) fn is_absent(&self) -> bool {
        match self.open() {
            Self::Null => true,
            Self::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// An attribute; null where there is none, unknown where the whole is.
    #[must_use]
    pub(crate) fn get(&self, key: &str) -> &Self {
        match self.open() {
            Self::Map(map) => map.get(key).unwrap_or(&NULL),
            unknown @ Self::Unknown(_) => unknown,
            _ => &NULL,
        }
    }

    /// The only block of a name; null where there is none. Providers write a single block as a list of one.
    #[must_use]
    pub(crate) fn block(&self, key: &str) -> &Self {
        match self.get(key).open() {
            Self::List(items) => items.first().unwrap_or(&NULL),
            other => other,
        }
    }

    fn kind(&self) -> &'static str {
        match self.open() {
            Self::Null => "nothing",
            Self::Bool(_) => "a flag",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
            Self::Unknown(_) | Self::Parts(_) | Self::Sensitive(_) => "an unknown value",
        }
    }

    fn refuse<T>(&self, expected: &'static str) -> Read<T> {
        match (self.open(), self.gap()) {
            (Self::Unknown(_) | Self::Parts(_), Some(gap)) => Err(Unusable::Unknown(Arc::clone(gap))),
            (other, _) => Err(Unusable::Malformed { expected, found: other.kind() }),
        }
    }
}

impl From<Value> for Tree {
    /// A value in which everything is known.
    fn from(value: Value) -> Self {
        Self::merge(value, &Value::Null, &Value::Null)
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
