//! Sentences with parameters, about any bucket or key: what owners write their own controls in.
//!
//! Each is documented in the list of its file; `logproof steps` prints them.

pub(crate) mod account;
pub(crate) mod bucket;
pub(crate) mod deletion;
pub(crate) mod key;
pub(crate) mod placement;
pub(crate) mod requests;
