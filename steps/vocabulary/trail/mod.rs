//! The organization trail: settings, deliveries, digests, data events.

pub(crate) mod data_events;
pub(crate) mod delivery;
pub(crate) mod digests;
pub(crate) mod settings;
