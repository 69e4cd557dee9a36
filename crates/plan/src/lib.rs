//! What a planned change would make of the observed landing zone.
//!
//! Readers translate planned resources into [edits](edit::Edit) of facts; the overlay lays them over any other
//! [`Source`](logproof_estate::Source) and answers as the landing zone would after the change. Controls do not know
//! that they are asked about a plan.
//!
//! A reader is a function of the file's name (for messages), its bytes and the [`Context`], and gives a [`Plan`] or a
//! [`ReadError`]; it makes no calls.
//!
//! It must not know how facts are obtained, what a control asks, or how a report looks.

pub mod cloudformation;
mod conflict;
pub mod context;
pub mod coverage;
pub mod document;
pub mod edit;
mod input;
mod overlay;
pub mod plan;
pub mod planned;
pub mod symbol;
pub mod terraform;
mod translate;
mod tree;

pub use context::Context;
pub use document::{Bound, Document, Kind};
pub use edit::{Change, Edit, Origin};
pub use overlay::{DELETED, Keep, Keeps, Laid, Overlay, QUESTIONS, Remembered, Setting, Stale, Trace};
pub use plan::{Plan, ReadError};
pub use planned::{Planned, Unknown};
pub use symbol::Symbols;
