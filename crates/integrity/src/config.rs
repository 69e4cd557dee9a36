//! What can be set, with defaults that suit S3.
//!
//! Owns: limits, allowances and sampling. Must not know: how they are used.

use crate::hash::Fingerprint;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Settings of a verifier.
#[derive(Debug, Clone)]
pub struct Config {
    /// How many chains are worked on at once.
    pub chains_in_flight: usize,
    /// How many reads are in flight at first.
    pub reads_at_first: usize,
    /// How many reads may be in flight at most; approached while the store does not ask to slow down.
    pub reads_at_most: usize,
    /// How many digests of one chain are read ahead, and how many wait for their log files.
    pub digests_ahead: usize,
    /// How often a read is tried in all.
    pub attempts: u32,
    /// How long to wait before the second attempt; doubled each time.
    pub first_wait: Duration,
    /// How long one attempt to read may take. Nothing to leave it to the store.
    pub read_timeout: Option<Duration>,
    /// How long after the end of its interval a digest may take to arrive.
    pub delivery_allowance: SignedDuration,
    /// How long after the inventory's `since` the first digest of a new chain may begin.
    pub start_allowance: SignedDuration,
    /// How long a log file may wait to be named by a digest, backfilled ones included.
    pub pending_allowance: SignedDuration,
    /// How far a log file's name may be from the interval of the digest that names it.
    pub boundary_slop: SignedDuration,
    /// How far back digests that earlier runs verified are looked for again.
    pub rollback_horizon: SignedDuration,
    /// Whether log files that no digest names are looked for.
    pub completeness: bool,
    /// Which log files are read.
    pub sampling: Sampling,
    /// Whether each chain begins where the checkpoint says that everything before was valid.
    pub incremental: bool,
    /// The largest digest that is read, after inflating.
    pub digest_limit: u64,
    /// The largest log file that is read, after inflating.
    pub log_limit: u64,
    /// How many findings the report keeps; all of them go to the evidence.
    pub findings_kept: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chains_in_flight: 64,
            reads_at_first: 64,
            reads_at_most: 512,
            digests_ahead: 32,
            attempts: 5,
            first_wait: Duration::from_millis(100),
            read_timeout: Some(Duration::from_secs(60)),
            delivery_allowance: SignedDuration::from_hours(1),
            start_allowance: SignedDuration::from_hours(2),
            pending_allowance: SignedDuration::from_hours(24),
            boundary_slop: SignedDuration::from_mins(15),
            rollback_horizon: SignedDuration::from_hours(30 * 24),
            completeness: true,
            sampling: Sampling::All,
            incremental: false,
            digest_limit: 256 << 20,
            log_limit: 4 << 30,
            findings_kept: 1000,
        }
    }
}

/// Which log files are read. Anything but all is an explicit choice and is part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// All of them.
    #[default]
    All,
    /// A share of them, chosen by their names and a seed, so that the choice can be repeated.
    PerMille {
        /// How many of a thousand.
        share: u16,
        /// What makes the choice another one.
        seed: u64,
    },
}

impl Sampling {
    /// Whether a log file is read.
    #[must_use]
    pub fn takes(self, object: Fingerprint) -> bool {
        match self {
            Self::All => true,
            Self::PerMille { share, seed } => object.number(seed) % 1000 < u64::from(share),
        }
    }
}
