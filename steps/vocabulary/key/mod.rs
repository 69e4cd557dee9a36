//! Sentences about the log key: what its policy allows, and which services it serves.

pub(crate) mod policy;
pub(crate) mod services;
