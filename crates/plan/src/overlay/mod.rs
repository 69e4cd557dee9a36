//! The planned landing zone: the observed one with edits laid over its facts.
//!
//! A question that no edit touches is answered by the source below. Of one that is touched, the answer below is taken, the
//! edits are applied, and the fact rests on the exchanges it replaces and on a record of what was laid over it. What the
//! apply alone can tell is not answered, with a reason of its own.

mod alerting;
mod bucket;
mod iam;
mod key;
mod lay;
mod organization;
mod question;
mod questions;
mod recorder;
mod source;
mod stale;
mod tags;
mod trail;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use logproof_estate::{AccountId, ExchangeId, Source};

pub use lay::{DELETED, Keep, Laid};
pub use question::{Keeps, QUESTIONS, Remembered};
pub use stale::Stale;

use crate::{document::Bound, edit::Edit};

/// A source with edits laid over it.
pub struct Overlay {
    base: Arc<dyn Source>,
    edits: Arc<[Edit]>,
    setting: Setting,
    keep: Arc<dyn Keep>,
    trace: Mutex<Trace>,
}

/// How edits are laid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Which of two documents is taken where parts of one are unknown.
    pub bound: Bound,
    /// The instant that represents "now": that of the apply.
    pub as_of: Timestamp,
    /// The management account, where the organization is asked about.
    pub management_account: AccountId,
}

/// What was laid over which answers, and where the plan was made against another state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// What was laid, by the exchange that records it.
    pub laid: BTreeMap<ExchangeId, Laid>,
    /// Where what the plan believes to change is not what is observed.
    pub stale: Vec<Stale>,
}

impl Overlay {
    /// Lays `edits` over `base`; `keep` records what is laid.
    #[must_use]
    pub fn over(base: Arc<dyn Source>, edits: Arc<[Edit]>, setting: Setting, keep: Arc<dyn Keep>) -> Self {
        Self { base, edits, setting, keep, trace: Mutex::default() }
    }

    /// What was laid so far.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests;
