//! The `Given` sentences: what a scenario is about.

pub(crate) mod replica;
pub(crate) mod resources;
