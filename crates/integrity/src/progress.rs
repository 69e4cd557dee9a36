//! How far a run has come, for people who wait.
//!
//! Owns: counters and the estimate of the time left. Must not know: terminals.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Counts at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Snapshot {
    /// Chains to verify.
    pub chains: u64,
    /// Chains verified.
    pub chains_done: u64,
    /// Digests that the inventory and the window make one expect.
    pub digests_expected: u64,
    /// Digests judged.
    pub digests: u64,
    /// Log files judged.
    pub logs: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Findings that make the result invalid.
    pub invalid: u64,
    /// Findings that leave the result open.
    pub undetermined: u64,
    /// Reads allowed at once, at this moment.
    pub reads_allowed: u64,
    /// Time since the run began.
    pub elapsed: Duration,
}

impl Snapshot {
    /// Objects judged per second, over the whole run.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is for reading")]
    pub fn objects_per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { (self.digests + self.logs) as f64 / seconds } else { 0.0 }
    }

    /// The time left, if the rest is like what went before.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn left(&self) -> Option<Duration> {
        if self.digests == 0 {
            return None;
        }
        let rest = self.digests_expected.saturating_sub(self.digests) as f64 / self.digests as f64;
        Duration::try_from_secs_f64(self.elapsed.as_secs_f64() * rest).ok()
    }
}

/// Hears how far a run has come.
pub trait Progress: Send + Sync + 'static {
    /// Called several times a second while the run lasts, and once at its end.
    fn update(&self, snapshot: &Snapshot);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn update(&self, _: &Snapshot) {}
}

/// Counters that all tasks of a run share.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) chains: AtomicU64,
    pub(crate) chains_done: AtomicU64,
    pub(crate) digests_expected: AtomicU64,
    pub(crate) digests: AtomicU64,
    pub(crate) logs: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) invalid: AtomicU64,
    pub(crate) undetermined: AtomicU64,
}

impl Meter {
    pub(crate) fn snapshot(&self, reads_allowed: usize, elapsed: Duration) -> Snapshot {
        Snapshot {
            chains: self.chains.load(Relaxed),
            chains_done: self.chains_done.load(Relaxed),
            digests_expected: self.digests_expected.load(Relaxed),
            digests: self.digests.load(Relaxed),
            logs: self.logs.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            invalid: self.invalid.load(Relaxed),
            undetermined: self.undetermined.load(Relaxed),
            reads_allowed: reads_allowed as u64,
            elapsed,
        }
    }
}

pub(crate) fn bump(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Relaxed);
}
