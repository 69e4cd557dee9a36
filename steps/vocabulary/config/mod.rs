//! AWS Config.

pub(crate) mod recording;
