//! Proof that delivered CloudTrail logs are untouched, for a whole organization.
//!
//! Owns: digest chains, from the bytes of one object to the report on all accounts and Regions. Must not know: AWS SDKs,
//! the clock, terminals. Objects come through [`ObjectStore`], the time is an argument.

pub mod chain;
pub mod checkpoint;
pub mod config;
pub mod digest;
mod engine;
pub mod evidence;
pub mod finding;
pub mod gzip;
pub mod hash;
pub mod inventory;
pub mod local;
pub mod memory;
pub mod merge;
pub mod names;
pub mod progress;
pub mod public_keys;
pub mod report;
pub mod sample;
pub mod shard;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod totals;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use config::{Config, Sampling};
pub use engine::{Job, RunError, Verifier};
pub use evidence::{JsonLines, Record, Sink};
pub use finding::{Class, Code, Finding};
pub use inventory::{Inventory, Row, Trail, Window};
pub use local::LocalStore;
pub use memory::MemoryStore;
pub use merge::merge;
pub use progress::{Progress, Snapshot};
pub use public_keys::{KeysError, PublicKey, PublicKeys};
pub use report::{ChainSummary, Expected, Outcome, Report};
pub use shard::Shard;
pub use store::{Entry, Object, ObjectStore, Page, StoreError};
