//! What can be known of a landing zone, and what was concluded from it.
//!
//! This crate owns the words of the product: [`facts`] observed from AWS with the exchanges they rest on, the
//! [`Source`] port they come through, the [`Estate`] that asks each distinct question once in a run, the
//! [`record`] a scenario keeps, and the [`assessment`] every report is made from. It also owns the cucumber
//! [`World`](world::LogproofWorld).
//!
//! It must not know how facts are obtained: no AWS SDK, no HTTP, no files, no clock.

pub mod assessment;
pub mod cells;
pub mod config;
mod estate;
mod everywhere;
pub mod facts;
mod memo;
mod place;
pub mod record;
pub mod register;
mod share;
mod source;
pub mod subjects;
pub mod world;

pub use config::Config;
pub use estate::{Estate, Period};
pub use everywhere::Everywhere;
pub use logproof_policy::Partition;
pub use memo::Spawn;
pub use place::{AccountId, BucketRef, InvalidPlace, KeyRef, Region};
pub use share::{Share, ShareError};
pub use source::{Answer, ExchangeId, Fact, Reason, Source, Unseen};
