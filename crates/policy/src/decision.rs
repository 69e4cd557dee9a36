//! What a decision is and what it rests on.
//!
//! Owns the public result types. Must not know how they are reached.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::evaluate::By;

/// The outcome of one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Decision {
    /// Permitted.
    Allowed,
    /// A `Deny` applies.
    ExplicitDeny,
    /// Nothing permits it.
    ImplicitDeny,
    /// It depends on something whose meaning is not known; the reason says on what.
    Undecided(String),
}

impl Decision {
    /// The name without the reason.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ExplicitDeny => "ExplicitDeny",
            Self::ImplicitDeny => "ImplicitDeny",
            Self::Undecided(_) => "Undecided",
        }
    }
}

/// The layer of policies that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The principal's own policies.
    Identity,
    /// The policy of the resource (bucket, key, role trust).
    Resource,
    /// A service control policy; level 0 is the organization's root.
    Scp {
        /// Distance from the root.
        level: usize,
    },
    /// A resource control policy; level 0 is the organization's root.
    Rcp {
        /// Distance from the root.
        level: usize,
    },
    /// The principal's permissions boundary.
    Boundary,
    /// The policies passed when the session was made.
    Session,
    /// The root user's implicit access to its own account.
    RootUser,
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Identity => f.write_str("identity policy"),
            Self::Resource => f.write_str("resource policy"),
            Self::Scp { level } => write!(f, "service control policy (level {level})"),
            Self::Rcp { level } => write!(f, "resource control policy (level {level})"),
            Self::Boundary => f.write_str("permissions boundary"),
            Self::Session => f.write_str("session policy"),
            Self::RootUser => f.write_str("root user's own access"),
        }
    }
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Names one statement of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatementRef {
    /// Name of the policy.
    pub policy_name: Arc<str>,
    /// The statement's `Sid`, if it has one.
    pub sid: Option<Arc<str>>,
    /// Position in the policy, from 0.
    pub index: usize,
}

impl StatementRef {
    pub(crate) fn of(by: By<'_>) -> Option<Self> {
        let statement = by.statement?;
        Some(Self { policy_name: by.policy.name.clone(), sid: statement.sid.clone(), index: statement.index })
    }
}

impl std::fmt::Display for StatementRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.sid.as_deref().filter(|sid| !sid.is_empty()) {
            Some(sid) => write!(f, "statement `{sid}` of `{}`", self.policy_name),
            None => write!(f, "statement {} of `{}`", self.index, self.policy_name),
        }
    }
}

impl Serialize for StatementRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("StatementRef", 3)?;
        out.serialize_field("policy_name", &*self.policy_name)?;
        out.serialize_field("sid", &self.sid.as_deref())?;
        out.serialize_field("index", &self.index)?;
        out.end()
    }
}

/// A decision with the layer and statement it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The outcome.
    pub decision: Decision,
    /// The layer that decided; for an implicit deny, the layer that lacks the `Allow`.
    pub layer: Layer,
    /// The statement that decided; an implicit deny has none.
    pub statement: Option<StatementRef>,
    /// One fragment saying why.
    pub why: Cow<'static, str>,
}

impl Decided {
    /// Whether the request is permitted for certain.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }
}

impl std::fmt::Display for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.decision.name();
        match &self.statement {
            Some(statement) => write!(f, "{name} by {statement} ({}): {}", self.layer, self.why),
            None => write!(f, "{name} ({}): {}", self.layer, self.why),
        }
    }
}
