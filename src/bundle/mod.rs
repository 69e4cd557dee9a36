//! The bundle of a run: its folder, the recording in it, its manifest, its seal, and what is done with it afterwards.
//!
//! A bundle is `reports/<run>/`: the features, configuration and register the run used, every API exchange it made, the
//! assessment, the reports, the manifest (every file with its digest) and, when sealed, the seal. `src/files.rs` has
//! the names. It must not know commands.

pub mod begin;
pub mod cells;
pub(crate) mod chunks;
pub mod close;
mod error;
pub mod folder;
pub mod keys;
pub mod laid;
pub mod ledger;
mod lengths;
pub mod line;
pub mod manifest;
pub mod part;
pub mod places;
pub mod playback;
pub mod recording;
pub mod replay;
pub mod seal;
pub mod sealing;
pub mod taken;
pub mod tape;
pub mod timestamp;
pub mod upload;
pub mod verify;

pub use error::BundleError;
