//! The subjects that a scenario names itself: a bucket, a key, or all of them that a query finds.

use crate::{
    facts::KmsKey,
    place::{BucketRef, KeyRef},
    source::{ExchangeId, Fact},
};

/// Subjects by kind, set by `Given` sentences; each sentence adds a group.
#[derive(Debug, Clone, Default)]
pub struct Subjects {
    /// Buckets.
    pub buckets: Vec<Members<BucketRef>>,
    /// Keys, as asked for and as found.
    pub keys: Vec<Members<(KeyRef, Fact<KmsKey>)>>,
}

/// What one `Given` sentence names.
#[derive(Debug, Clone)]
pub struct Members<T> {
    /// Each of them.
    pub all: Vec<T>,
    /// What they are called in the plural, where a query found them; nothing for a subject that was named.
    pub called: Option<String>,
    /// The query that found them.
    pub source: String,
    /// Accounts that were not searched, each with the reason.
    pub left_out: Vec<String>,
    /// Exchanges the list is based on.
    pub exchanges: Vec<ExchangeId>,
}

impl<T> Members<T> {
    /// One subject that was named.
    #[must_use]
    pub fn one(subject: T) -> Self {
        Self { all: vec![subject], called: None, source: String::new(), left_out: Vec::new(), exchanges: Vec::new() }
    }
}
