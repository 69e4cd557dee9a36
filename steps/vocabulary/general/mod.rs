//! Sentences with parameters, about any bucket, key, role, trail, topic or queue: what owners write their own controls in.
//!
//! Each is documented in the list of its file; `logproof steps` prints them.

pub(crate) mod account;
pub(crate) mod bucket;
pub(crate) mod deletion;
pub(crate) mod encryption;
pub(crate) mod key;
pub(crate) mod messages;
pub(crate) mod placement;
pub(crate) mod protection;
pub(crate) mod queue;
pub(crate) mod requests;
pub(crate) mod role;
pub(crate) mod role_settings;
pub(crate) mod topic;
pub(crate) mod trail;
