//! A landing zone described in a file, served at the HTTP level to the unchanged SDK clients.

use crate::exchange::{CallTag, WireRequest, WireResponse};

/// Answers requests from a description.
#[derive(Debug)]
pub struct MockZone {}

impl MockZone {
    /// The answer to one request; never fails: what the description does not know is answered as AWS would.
    #[must_use]
    pub fn answer(&self, _tag: &CallTag, _request: &WireRequest) -> MockAnswer {
        MockAnswer::Response(WireResponse { status: 501, headers: Vec::new(), body: bytes::Bytes::new() })
    }
}

/// What the mock does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MockAnswer {
    /// An HTTP response.
    Response(WireResponse),
    /// The connection breaks, with this message.
    Broken(String),
}
