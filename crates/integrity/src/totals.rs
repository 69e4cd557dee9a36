//! Counts of what was judged, per chain and for a run.
//!
//! Owns: adding up. Must not know: how anything was judged.

use crate::finding::{Class, Code};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Counts of digests, logs and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Digests whose signature verified.
    pub digests_valid: u64,
    /// Digests that were read and refused.
    pub digests_invalid: u64,
    /// Digests that could not be judged.
    pub digests_undetermined: u64,
    /// Digests that are not there.
    pub digests_missing: u64,
    /// Log files whose hash is the one in their digest.
    pub logs_valid: u64,
    /// Log files that were read and refused.
    pub logs_invalid: u64,
    /// Log files that are not there.
    pub logs_missing: u64,
    /// Log files that could not be judged, unproven ones included.
    pub logs_undetermined: u64,
    /// Log files that sampling left out.
    pub logs_skipped: u64,
    /// Log files in no digest.
    pub logs_unreferenced: u64,
    /// Log files in no digest yet.
    pub logs_pending: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes after inflating.
    pub bytes_inflated: u64,
}

impl Totals {
    /// Objects that were read and judged.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.digests_valid + self.digests_invalid + self.logs_valid + self.logs_invalid
    }

    /// Takes account of a finding.
    pub fn count(&mut self, code: Code, count: u64) {
        let counter = match code {
            Code::DigestMissing | Code::ChainTailMissing => &mut self.digests_missing,
            Code::DigestBadSignature | Code::DigestMoved | Code::DigestMalformed => &mut self.digests_invalid,
            Code::DigestKeyUnknown | Code::DigestKeyNotInUse | Code::DigestUnreadable => &mut self.digests_undetermined,
            Code::LogMissing => &mut self.logs_missing,
            Code::LogHashMismatch | Code::LogTruncated | Code::LogTrailingData | Code::LogMalformed => {
                &mut self.logs_invalid
            }
            Code::LogUnreadable | Code::LogUnproven => &mut self.logs_undetermined,
            Code::LogUnreferenced | Code::LogMisplaced => &mut self.logs_unreferenced,
            Code::LogPending => &mut self.logs_pending,
            _ => return,
        };
        *counter += count;
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.digests_valid += other.digests_valid;
        self.digests_invalid += other.digests_invalid;
        self.digests_undetermined += other.digests_undetermined;
        self.digests_missing += other.digests_missing;
        self.logs_valid += other.logs_valid;
        self.logs_invalid += other.logs_invalid;
        self.logs_missing += other.logs_missing;
        self.logs_undetermined += other.logs_undetermined;
        self.logs_skipped += other.logs_skipped;
        self.logs_unreferenced += other.logs_unreferenced;
        self.logs_pending += other.logs_pending;
        self.bytes_read += other.bytes_read;
        self.bytes_inflated += other.bytes_inflated;
    }
}

/// How many findings of each code.
pub type CodeCounts = BTreeMap<Code, u64>;

/// The result that counts of findings mean: the gravest of them.
#[must_use]
pub fn gravest(codes: &CodeCounts) -> Class {
    codes.keys().map(|code| code.class()).max().unwrap_or(Class::Informative)
}
