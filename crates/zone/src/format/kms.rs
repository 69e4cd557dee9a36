//! Keys.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) account: String,
    pub(crate) region: String,
    /// Aliases with `alias/`.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default = "customer")]
    pub(crate) manager: String,
    #[serde(default = "enabled")]
    pub(crate) state: String,
    #[serde(default = "symmetric")]
    pub(crate) spec: String,
    #[serde(default = "aws_kms")]
    pub(crate) origin: String,
    #[serde(default)]
    pub(crate) valid_to: Option<Timestamp>,
    #[serde(default)]
    pub(crate) deletion_date: Option<Timestamp>,
    #[serde(default)]
    pub(crate) multi_region: bool,
    #[serde(default)]
    pub(crate) rotation: bool,
    #[serde(default)]
    pub(crate) rotation_period_days: Option<i64>,
    /// Private half of a P-256 key that signs: PKCS#8 in base64. Made for the description, never a real one.
    #[serde(default)]
    pub(crate) signing_key: Option<String>,
    pub(crate) policy: Value,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Grants by id.
    #[serde(default)]
    pub(crate) grants: BTreeMap<String, Grant>,
}

fn customer() -> String {
    "CUSTOMER".to_owned()
}
fn enabled() -> String {
    "Enabled".to_owned()
}
fn symmetric() -> String {
    "SYMMETRIC_DEFAULT".to_owned()
}
fn aws_kms() -> String {
    "AWS_KMS".to_owned()
}

/// A grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    pub(crate) grantee: String,
    pub(crate) operations: Vec<String>,
    #[serde(default)]
    pub(crate) context: BTreeMap<String, String>,
}
