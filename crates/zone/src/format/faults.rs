//! What goes wrong with calls.

use serde::{Deserialize, Serialize};

/// Something that goes wrong: the first fault that fits a call is what happens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    #[serde(default)]
    pub(crate) account: Option<String>,
    #[serde(default)]
    pub(crate) region: Option<String>,
    #[serde(default)]
    pub(crate) service: Option<String>,
    #[serde(default)]
    pub(crate) operation: Option<String>,
    /// Text that stands in the request (host, path, query or body).
    #[serde(default)]
    pub(crate) subject: Option<String>,
    pub(crate) kind: FaultKind,
    /// How often; always when absent.
    #[serde(default)]
    pub(crate) times: Option<u64>,
}

/// Kinds of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FaultKind {
    /// The service refuses.
    AccessDenied,
    /// The credentials have expired.
    ExpiredToken,
    /// Too many requests.
    Throttled,
    /// HTTP 500 with an HTML page.
    ServerError,
    /// The body ends in the middle.
    Malformed,
    /// The page of something on the way stands in place of the answer, with status 200.
    Garbled,
    /// The connection breaks.
    Unreachable,
}
