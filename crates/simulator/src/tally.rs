//! Counts the simulator's requests, by operation and outcome, and keeps them where a test wants to read them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use logproof_wire::CallTag;
use serde_json::{Value, json};

/// Time in which a client may adapt to the quotas; requests throttled later are counted apart.
const LEARNING: Duration = Duration::from_secs(60);

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The answer of the landing zone, whatever it says.
    Answered,
    /// The caller was asked to slow down.
    Throttled,
}

/// One request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asked what, where; of AssumeRole, the account of the role.
    pub tag: CallTag,
    /// Method, path and body.
    pub question: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How long after the start of the simulator it was read.
    pub at: Duration,
}

/// Counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were answered, by `service:Operation`.
    pub answered: BTreeMap<String, u64>,
    /// Requests that were throttled, by `service:Operation`.
    pub throttled: BTreeMap<String, u64>,
    /// Connections that were reset.
    pub reset: u64,
    /// Requests that came later than a minute after the first, and how many of these were throttled.
    pub late: (u64, u64),
    first: Option<Duration>,
}

impl Tally {
    /// As one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        json!({
            "answered": sum(&self.answered), "throttled": sum(&self.throttled), "reset": self.reset,
            "after_the_first_minute": {"asked": self.late.0, "throttled": self.late.1},
            "by_operation": self.answered, "throttled_by_operation": self.throttled,
        })
    }

    fn count(&mut self, tag: &CallTag, outcome: Outcome, at: Duration) {
        let name = format!("{}:{}", tag.service, tag.operation);
        let counts = if outcome == Outcome::Answered { &mut self.answered } else { &mut self.throttled };
        *counts.entry(name).or_insert(0) += 1;
        if at.saturating_sub(*self.first.get_or_insert(at)) > LEARNING {
            self.late.0 += 1;
            self.late.1 += u64::from(outcome == Outcome::Throttled);
        }
    }
}

/// Counts, and every request where that is wanted.
#[derive(Debug, Default)]
pub(crate) struct Log {
    keep: bool,
    state: Mutex<(Tally, Vec<Asked>)>,
}

impl Log {
    pub(crate) fn new(keep: bool) -> Self {
        Self { keep, state: Mutex::default() }
    }

    pub(crate) fn note(&self, tag: &CallTag, question: impl FnOnce() -> String, outcome: Outcome, at: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.count(tag, outcome, at);
        if self.keep {
            state.1.push(Asked { tag: tag.clone(), question: question(), outcome, at });
        }
    }

    pub(crate) fn note_reset(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.reset += 1;
    }

    pub(crate) fn tally(&self) -> Tally {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}
