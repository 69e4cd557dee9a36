//! The `Given` sentences: what a scenario is about.

pub(crate) mod named_accounts;
pub(crate) mod named_buckets;
pub(crate) mod named_keys;
pub(crate) mod named_queues;
pub(crate) mod named_roles;
pub(crate) mod named_topics;
pub(crate) mod named_trails;
pub(crate) mod replica;
pub(crate) mod resources;
