//! How far a chain was verified, and which of its digests were.
//!
//! Owns: what the next run holds against the bucket. Must not know: files.

use crate::chain::{HOUR, Link, add};
use crate::totals::Totals;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far a chain was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The last digest up to which everything was valid.
    pub link: Link,
    /// Bucket and folder of the digests below: a chain may move, and what lies elsewhere is not gone.
    pub folder: String,
    /// All digests that verified, as runs of hourly ends.
    pub verified: Vec<HourRun>,
    /// The ends of all backfill digests that verified.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub backfilled: BTreeSet<Timestamp>,
    /// Counts over all runs.
    pub totals: Totals,
}

/// Digests that end one hour after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourRun {
    /// The end of the first.
    pub first: Timestamp,
    /// How many there are.
    pub count: u32,
}

impl HourRun {
    /// The ends of all digests of the run.
    pub fn ends(self) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(self.first), |end| Some(add(*end, HOUR))).take(self.count as usize)
    }

    fn next(self) -> Timestamp {
        add(self.first, HOUR * i32::try_from(self.count).unwrap_or(i32::MAX))
    }

    fn holds(self, end: Timestamp) -> bool {
        self.first <= end && end < self.next() && end.duration_since(self.first).as_secs() % 3600 == 0
    }
}

/// Adds a digest to runs; digests must come in order of time to stay in few runs.
pub(crate) fn add_end(runs: &mut Vec<HourRun>, end: Timestamp) {
    match runs.last_mut() {
        Some(last) if last.next() == end => last.count += 1,
        Some(last) if last.first <= end && end < last.next() => {}
        _ => runs.push(HourRun { first: end, count: 1 }),
    }
}

/// All ends of both, in as few runs as possible.
pub(crate) fn join_runs(old: Vec<HourRun>, new: &[HourRun]) -> Vec<HourRun> {
    let mut added: Vec<HourRun> = Vec::new();
    for end in new.iter().flat_map(|run| run.ends()).filter(|end| !old.iter().any(|run| run.holds(*end))) {
        add_end(&mut added, end);
    }
    let mut all: Vec<HourRun> = old.into_iter().chain(added).collect();
    all.sort_unstable_by_key(|run| run.first);
    let mut joined: Vec<HourRun> = Vec::new();
    for run in all {
        match joined.last_mut() {
            Some(last) if last.next() == run.first => last.count += run.count,
            _ => joined.push(run),
        }
    }
    joined
}
