//! AWS at scale, on a port of this machine: a described landing zone behind HTTP, with the latency of a network, the
//! request quotas that AWS documents, and faults as told. For tests and measurements of the whole program.
//!
//! Owns: connections, which call a request is, quotas, faults, and what was asked. Must not know what an answer says: that
//! is the business of the described landing zone. Signatures are not checked; they say who asks and where.
//!
//! Meant for a trusted machine: a request that cannot be understood is answered with HTTP 400 and what is wrong with it.

mod http;
mod quota;
mod request;
mod server;
mod tally;

pub use quota::{Quota, documented};
pub use server::{Simulator, configuration, denying};
pub use tally::{Asked, Outcome, Tally};

use std::time::Duration;

/// How the simulator behaves.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// How long every answer takes.
    pub latency: Duration,
    /// Whether requests beyond the quotas of [`documented`] are throttled.
    pub quotas: bool,
    /// Share of requests that are throttled besides, 0 to 1.
    pub throttled: f64,
    /// Share of requests whose connection is reset before they are read, 0 to 1.
    pub reset: f64,
    /// Whether every request is kept for [`Simulator::asked`]: some 200 bytes each.
    pub keep: bool,
}

impl Default for Behaviour {
    /// 40 ms and the documented quotas, without faults.
    fn default() -> Self {
        Self { latency: Duration::from_millis(40), quotas: true, throttled: 0.0, reset: 0.0, keep: false }
    }
}
