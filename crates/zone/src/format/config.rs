//! AWS Config.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A configuration recorder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recorder {
    #[serde(default = "default_name")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) all_supported: bool,
    #[serde(default)]
    pub(crate) include_global: bool,
    #[serde(default)]
    pub(crate) strategy: Option<String>,
    #[serde(default)]
    pub(crate) resource_types: Vec<String>,
    #[serde(default)]
    pub(crate) excluded_types: Vec<String>,
    #[serde(default)]
    pub(crate) frequency: Option<String>,
    #[serde(default)]
    pub(crate) recording: bool,
    #[serde(default)]
    pub(crate) last_status: Option<String>,
    #[serde(default)]
    pub(crate) last_error: Option<String>,
}

fn default_name() -> String {
    "default".to_owned()
}

/// A delivery channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    #[serde(default = "default_name")]
    pub(crate) name: String,
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) prefix: Option<String>,
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    #[serde(default)]
    pub(crate) sns_topic: Option<String>,
    #[serde(default)]
    pub(crate) frequency: Option<String>,
    /// The last delivery of history files; nothing was delivered when absent.
    #[serde(default)]
    pub(crate) history: Option<ConfigDelivered>,
    /// The last delivery of snapshots; nothing was delivered when absent.
    #[serde(default)]
    pub(crate) snapshots: Option<ConfigDelivered>,
}

/// How the last delivery of AWS Config ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigDelivered {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) error_code: Option<String>,
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// When one last succeeded.
    #[serde(default)]
    pub(crate) successful: Option<Timestamp>,
}
