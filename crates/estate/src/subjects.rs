//! The subjects that a scenario names itself: a bucket, a key, a role, a trail, a topic, a queue, an account, or all of them that a query finds.

use crate::{
    facts::{Account, KmsKey, Queue, Topic, Trail},
    place::{AccountId, BucketRef, KeyRef, Region},
    source::{ExchangeId, Fact},
};

/// Subjects by kind, set by `Given` sentences; each sentence adds a group.
#[derive(Debug, Clone, Default)]
pub struct Subjects {
    /// Buckets.
    pub buckets: Vec<Members<BucketRef>>,
    /// Keys, as asked for and as found.
    pub keys: Vec<Members<(KeyRef, Fact<KmsKey>)>>,
    /// Roles.
    pub roles: Vec<Members<Fact<NamedRole>>>,
    /// Trails.
    pub trails: Vec<Members<Fact<Trail>>>,
    /// Topics.
    pub topics: Vec<Members<Fact<NamedTopic>>>,
    /// Queues.
    pub queues: Vec<Members<Fact<NamedQueue>>>,
    /// Accounts.
    pub accounts: Vec<Members<Account>>,
}

/// A role that a scenario names, with whom it trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRole {
    /// ARN of the role, path included.
    pub arn: String,
    /// Its account.
    pub account: AccountId,
    /// Its trust policy.
    pub trust_policy: String,
}

/// A topic that a scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTopic {
    /// ARN of the topic.
    pub arn: String,
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Its access policy and key.
    pub topic: Topic,
}

/// A queue that a scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedQueue {
    /// ARN of the queue.
    pub arn: String,
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Its access policy and key.
    pub queue: Queue,
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
    /// Accounts that were not searched, and subjects that were not examined, each with the reason.
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

    /// The subjects of a table of the scenario; `called` is their name in the plural.
    #[must_use]
    pub fn listed(all: Vec<T>, called: &str) -> Self {
        let source = "the table of the scenario".to_owned();
        Self { all, called: Some(called.to_owned()), source, left_out: Vec::new(), exchanges: Vec::new() }
    }

    /// The same group, each of them as something else.
    #[must_use]
    pub fn map<U>(&self, change: impl FnMut(&T) -> U) -> Members<U> {
        Members {
            all: self.all.iter().map(change).collect(),
            called: self.called.clone(),
            source: self.source.clone(),
            left_out: self.left_out.clone(),
            exchanges: self.exchanges.clone(),
        }
    }
}
