//! IAM policies: parse, decide one request, prove or refute a property.

mod condition;
mod context;
mod decide;
mod decision;
mod evaluate;
mod glob;
mod json;
mod model;
mod parse;
mod principal;
mod problem;
mod prove;
mod scalar;
mod template;
mod tri;

pub use context::{Context, ContextValue};
pub use decide::{Policies, Request, decide};
pub use decision::{Decided, Decision, Layer, StatementRef};
pub use model::{Effect, Policy, Statement, Version};
pub use principal::Principal;
pub use prove::{
    Account, Answer, Callers, Identities, Identity, Levels, Organization, Question, Scene, Source, Who, Witness, always,
    difference, never, who_can,
};
pub use problem::{ParseError, Position, Problem, Severity, Span};
