//! What passes between a source of facts and AWS, apart from any SDK: requests, responses, the exchange of both, who
//! answers without a network and who keeps a record.
//!
//! Knows HTTP, not services.

mod exchange;
mod serve;

pub use exchange::{CallTag, Exchange, INFLATED, KEPT_HEADERS, RECEIPT, WireRequest, WireResponse};
pub use serve::{NoAnswer, Recorder, Serve};
