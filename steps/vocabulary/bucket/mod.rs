//! The log bucket and its copies: settings, policy, what it keeps and for how long.

pub(crate) mod access_logging;
pub(crate) mod account_administrators;
pub(crate) mod delivery;
pub(crate) mod encryption;
pub(crate) mod lifecycle;
pub(crate) mod location;
pub(crate) mod old_log_files;
pub(crate) mod policy;
pub(crate) mod public_access;
pub(crate) mod replication;
pub(crate) mod replication_role;
pub(crate) mod uploads;
