//! Trails, their digests and recorded events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is wrong with one chain of digests.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChainFlaw {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) kind: FlawKind,
}

/// Kinds of flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FlawKind {
    /// There is no digest.
    ChainMissing,
    /// The newest digests are not there.
    TailMissing,
    /// The newest digest records another hash for its predecessor.
    LinkBroken,
    /// A log file has other content than its digest says.
    LogModified,
    /// A log file is not there.
    LogMissing,
    /// A log file is in no digest.
    LogPlanted,
    /// CloudTrail does not list the key in this Region.
    KeyUnknown,
}

/// A trail.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trail {
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) organization: bool,
    #[serde(default)]
    pub(crate) multi_region: bool,
    #[serde(default)]
    pub(crate) global_service_events: bool,
    #[serde(default)]
    pub(crate) log_file_validation: bool,
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) prefix: Option<String>,
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    #[serde(default)]
    pub(crate) log_group: Option<String>,
    #[serde(default)]
    pub(crate) sns_topic: Option<String>,
    #[serde(default)]
    pub(crate) logging: bool,
    #[serde(default)]
    pub(crate) latest_delivery: Option<Timestamp>,
    #[serde(default)]
    pub(crate) latest_delivery_error: Option<String>,
    #[serde(default)]
    pub(crate) latest_digest_delivery: Option<Timestamp>,
    #[serde(default)]
    pub(crate) latest_digest_delivery_error: Option<String>,
    /// As in the API: `ReadWriteType`, `IncludeManagementEvents`, `ExcludeManagementEventSources`, `DataResources`.
    #[serde(default)]
    pub(crate) event_selectors: Vec<Value>,
    /// As in the API: `Name`, `FieldSelectors`.
    #[serde(default)]
    pub(crate) advanced_event_selectors: Vec<Value>,
    /// Accounts the organization trail does not reach.
    #[serde(default)]
    pub(crate) not_in_accounts: Vec<String>,
}

/// A recorded management event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrailEvent {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) time: Timestamp,
    #[serde(default)]
    pub(crate) username: Option<String>,
    /// Names of the resources, for lookups by resource.
    #[serde(default)]
    pub(crate) resources: Vec<String>,
    /// The event record.
    #[serde(default)]
    pub(crate) record: Value,
}
