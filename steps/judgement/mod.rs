//! Judgements that need only values: what a name says, what selectors record, how old a delivery is. No World, no
//! questions, no steps.

pub(crate) mod delivery;
pub(crate) mod key_name;
pub(crate) mod naming;
pub(crate) mod selectors;
