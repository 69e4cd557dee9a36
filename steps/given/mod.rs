//! The `Given` sentences: what a scenario is about.

pub(crate) mod resources;
