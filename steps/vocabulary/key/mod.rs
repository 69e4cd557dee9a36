//! The log key.

pub(crate) mod policy;
pub(crate) mod services;
