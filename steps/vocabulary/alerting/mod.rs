//! Whether somebody hears of a change of the log store or of what protects it.

pub(crate) mod bucket_changes;
pub(crate) mod correction;
pub(crate) mod guard_changes;
pub(crate) mod named_events;
