//! The `Given` sentences: what a scenario is about.

pub(crate) mod named_buckets;
pub(crate) mod named_keys;
pub(crate) mod replica;
pub(crate) mod resources;
