//! Evidence of a run: the bundle folder, the recording in it, its manifest and its seal.
//!
//! A bundle is `reports/<run>/`: the features, configuration and register the run used, every API exchange it made
//! (`exchanges.jsonl`), the assessment, the reports, `manifest.json` (every file with its digest) and, when sealed,
//! `seal.dsse.json`. This module owns their forms and their verification; it must not know controls.

pub mod folder;
pub mod keys;
pub mod ledger;
pub mod manifest;
pub mod recording;
pub mod replay;
pub mod request;
pub mod seal;
pub mod sealing;
pub mod tape;
pub mod timestamp;
pub mod upload;
pub mod verify;

/// Exchanges of a run, one JSON object per line, in the order answers arrived.
pub const EXCHANGES: &str = "exchanges.jsonl";
/// Every other file of the bundle with its digest.
pub const MANIFEST: &str = "manifest.json";
/// DSSE envelope over an in-toto statement about the manifest.
pub const SEAL: &str = "seal.dsse.json";
/// RFC 3161 time-stamp response over the manifest's digest.
pub const TIMESTAMP_TOKEN: &str = "manifest.tsr";
/// The canonical result.
pub const ASSESSMENT: &str = "assessment.json";
/// The configuration the run used, complete with defaults.
pub const CONFIGURATION: &str = "configuration.json";
/// What was asked for, written when the run begins: an interrupted run goes on with the same.
pub const REQUEST: &str = "request.json";
/// Folder of the features the run used.
pub const FEATURES: &str = "features";
