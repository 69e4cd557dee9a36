//! A policy after parsing.
//!
//! Owns the data model: statements keep their Sid, index and place, and whatever could not be
//! understood stays beside them as a [`Problem`]. Must not know how decisions are made.

use std::sync::Arc;

use crate::condition::Condition;
use crate::glob::Glob;
use crate::principal::PrincipalElement;
use crate::problem::{Problem, Severity, Span};
use crate::template::Template;

/// The policy language version, which decides whether `${...}` is a variable.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, also meant by a policy without `Version`: variables are plain text.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// What a statement does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// A parsed policy document.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) name: Arc<str>,
    pub(crate) version: Version,
    /// Shared by all that hold the same document.
    pub(crate) statements: Arc<[Statement]>,
    pub(crate) problems: Vec<Problem>,
    /// A problem with the document itself: nothing is certain about any request.
    pub(crate) blocked: Option<Problem>,
}

impl Policy {
    /// The name the caller gave, used in every explanation.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same document under another name. What is parsed once may be attached to many, and is then known to be the same.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        Self { name: Arc::from(name), ..self.clone() }
    }

    /// The language version in force.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The statements in document order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Everything odd, in document order: lints and things that make decisions undecided.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Only the problems that can make a decision undecided.
    pub fn blocking_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|p| p.severity == Severity::Blocks)
    }
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(crate) sid: Option<Arc<str>>,
    pub(crate) index: usize,
    pub(crate) span: Span,
    /// `None` if the element is missing or illegal; then it is also among the problems.
    pub(crate) effect: Option<Effect>,
    pub(crate) principal: Option<PrincipalElement>,
    pub(crate) action: Option<ActionElement>,
    pub(crate) resource: Option<ResourceElement>,
    pub(crate) conditions: Vec<Condition>,
    /// The first problem that makes this statement undecided wherever it could apply.
    pub(crate) blocked: Option<Problem>,
}

impl Statement {
    /// The `Sid`, if there is one.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Position among the policy's statements, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Bytes of the document that hold the statement.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// `Allow` or `Deny`; `None` if the element is missing or illegal.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        self.effect
    }

    /// Condition keys as they are written, in document order.
    pub fn condition_keys(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|c| c.shown.as_str())
    }
}

/// `Action` or `NotAction`.
#[derive(Debug, Clone)]
pub(crate) struct ActionElement {
    pub(crate) negated: bool,
    /// Lowercase patterns.
    pub(crate) patterns: Vec<Glob>,
}

/// `Resource` or `NotResource`.
#[derive(Debug, Clone)]
pub(crate) struct ResourceElement {
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<Template>,
}
