//! Judgements that need only values: what a name says, what selectors record, how old a delivery is. No World, no
//! questions, no steps.

pub(crate) mod alarm;
pub(crate) mod asked_actions;
pub(crate) mod config_delivery;
pub(crate) mod delivery;
pub(crate) mod effects;
pub(crate) mod event_pattern;
pub(crate) mod federated;
pub(crate) mod guard_events;
pub mod guide;
pub(crate) mod key_name;
pub(crate) mod lifecycle;
pub(crate) mod log_files;
pub(crate) mod metric_alarm;
pub(crate) mod metric_pattern;
pub(crate) mod named_events;
pub(crate) mod naming;
pub(crate) mod recording;
pub(crate) mod route;
pub(crate) mod selectors;
pub(crate) mod store_events;
