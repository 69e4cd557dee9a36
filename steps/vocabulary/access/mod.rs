//! Who can read the log files, and what readers and auditors cannot do.

pub(crate) mod access_analyzer;
pub(crate) mod auditors;
pub(crate) mod ended_grants;
pub(crate) mod latent_grants;
pub(crate) mod reader_ability;
pub(crate) mod reader_limits;
