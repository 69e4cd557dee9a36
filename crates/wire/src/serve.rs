//! Who answers a request without a network, and who receives what was exchanged.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use logproof_estate::ExchangeId;

use crate::{CallTag, Exchange, WireRequest, WireResponse};

/// Serves requests without a network.
pub trait Serve: fmt::Debug + Send + Sync {
    /// The answer to one request, or why the connection broke.
    ///
    /// # Errors
    /// A one-line cause when there is no answer.
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer>;

    /// Whether these are answers as a recording keeps them: they are not brought into its form again.
    fn is_recording(&self) -> bool {
        false
    }

    /// The answer to a request that stores something: its headers (names in lower case) and its bytes matter.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    fn store(
        &self,
        tag: &CallTag,
        request: &WireRequest,
        _headers: &BTreeMap<String, String>,
        _content: &[u8],
    ) -> Result<WireResponse, NoAnswer> {
        self.serve(tag, request)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The connection broke: retried by the SDK.
    Broken(String),
    /// A recording does not hold this request: never retried.
    NotRecorded(String),
}

/// Receives every exchange with its body, in the order answers arrive.
pub trait Recorder: fmt::Debug + Send + Sync {
    /// Keeps one exchange.
    fn record(&self, id: &ExchangeId, exchange: &Exchange, body: &Bytes);
}
