//! The organization, its units, accounts and policies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) root: String,
    pub(crate) management_account: String,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    #[serde(default = "all")]
    pub(crate) feature_set: String,
    /// Policy types enabled on the root.
    #[serde(default)]
    pub(crate) policy_types: Vec<String>,
}

fn all() -> String {
    "ALL".to_owned()
}

/// An organizational unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unit {
    pub(crate) name: String,
    /// Unit above it; the root when absent.
    #[serde(default)]
    pub(crate) parent: Option<String>,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// Unit it is in; the root when absent.
    #[serde(default)]
    pub(crate) unit: Option<String>,
    #[serde(default = "active")]
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) joined: Option<Timestamp>,
}

pub(super) fn active() -> String {
    "ACTIVE".to_owned()
}

/// An SCP or RCP.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrgPolicy {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) aws_managed: bool,
    /// Ids of root, units and accounts; `everywhere` represents all of them.
    #[serde(default)]
    pub(crate) targets: Vec<String>,
    /// The policy: an object, or text as it stands.
    pub(crate) document: Value,
}
