//! How an alert gets to somebody: rules, metric filters, topics, queues.

pub(crate) mod heard;
mod keys;
pub(crate) mod metric_filters;
pub(crate) mod publisher;
mod queues;
pub(crate) mod senders;
pub(crate) mod targets;
mod topics;
