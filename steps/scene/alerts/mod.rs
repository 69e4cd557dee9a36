//! How an alert gets to somebody: rules, metric filters, topics.

pub(crate) mod metric_filters;
pub(crate) mod senders;
pub(crate) mod targets;
pub(crate) mod topics;
