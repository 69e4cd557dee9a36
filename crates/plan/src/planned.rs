//! A value that is known, or one that only the apply will tell.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that a plan leaves open: where it would be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unknown {
    /// Address of the planned resource, as the plan writes it.
    pub address: String,
    /// Attribute below it: `policy`, `rule[0].apply_server_side_encryption_by_default[0].kms_master_key_id`.
    pub attribute: String,
    /// Why it is not known: `known after apply`, `truncated in the change set`, `Fn::ImportValue is not resolved`.
    pub why: String,
}

impl Unknown {
    /// A value that is known after the apply.
    #[must_use]
    pub fn after_apply(address: impl Into<String>, attribute: impl Into<String>) -> Self {
        Self { address: address.into(), attribute: attribute.into(), why: "known after apply".to_owned() }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}`: {}", self.attribute, self.address, self.why)
    }
}

/// A planned value. Whole facts only: a fact of which one field is unknown is unknown, named by that field, unless a
/// [symbol](crate::symbol) can represent the field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Planned<T> {
    /// It will be this.
    Known(T),
    /// Only the apply will tell.
    Unknown(Unknown),
}

impl<T> Planned<T> {
    /// The value when it is known.
    ///
    /// # Errors
    /// What is not known.
    pub fn known(&self) -> Result<&T, &Unknown> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown(unknown) => Err(unknown),
        }
    }

    /// The same with another value.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Planned<U> {
        match self {
            Self::Known(value) => Planned::Known(map(value)),
            Self::Unknown(unknown) => Planned::Unknown(unknown),
        }
    }
}

impl<T> From<Result<T, Unknown>> for Planned<T> {
    fn from(read: Result<T, Unknown>) -> Self {
        match read {
            Ok(value) => Self::Known(value),
            Err(unknown) => Self::Unknown(unknown),
        }
    }
}
