//! Signed chains for tests and benchmarks: made with throw-away keys, then damaged as told.
//!
//! Owns: generation, planted defects, faulty stores. Must not know: verification, so that it cannot agree with its faults.
#![expect(clippy::missing_panics_doc, reason = "a test kit may end a test")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod defects;
mod faults;
mod generate;
mod sign;
mod stand_in;
mod tree;

pub use defects::{Defect, Edit};
pub use faults::{Fault, FaultyStore};
pub use generate::{Generated, Plan, gzip};
pub use sign::{Signer, public_keys_json};
pub use stand_in::{Plot, StandIn, Trouble};
pub use tree::write_tree;
