//! The register of the owner, compared with what is there.

pub(crate) mod buckets;
pub(crate) mod recorded_events;
pub(crate) mod retention;
pub(crate) mod streams;
