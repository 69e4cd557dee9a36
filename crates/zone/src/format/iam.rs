//! Roles and users.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Role {
    #[serde(default = "slash")]
    pub(crate) path: String,
    pub(crate) trust: Value,
    /// Inline policies by name.
    #[serde(default)]
    pub(crate) policies: BTreeMap<String, Value>,
    /// Attached managed policies by ARN.
    #[serde(default)]
    pub(crate) managed: BTreeMap<String, Value>,
    /// Permissions boundary as ARN and document.
    #[serde(default)]
    pub(crate) boundary: Option<(String, Value)>,
    #[serde(default)]
    pub(crate) last_used: Option<Timestamp>,
    /// Longest session, in seconds.
    #[serde(default = "an_hour")]
    pub(crate) max_session_seconds: u32,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// See: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
fn an_hour() -> u32 {
    3600
}

fn slash() -> String {
    "/".to_owned()
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    #[serde(default = "slash")]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) policies: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) managed: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) boundary: Option<(String, Value)>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}
