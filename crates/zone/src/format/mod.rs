//! The form of a landing-zone description. Names follow AWS; what is absent in the file is absent in the zone.

mod access_analyzer;
mod alerting;
mod cells;
mod cloudtrail;
mod config;
mod faults;
mod iam;
mod kms;
mod organization;
mod s3;

use std::collections::BTreeMap;

use jiff::Timestamp;
use logproof_estate::Partition;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use access_analyzer::Analyzer;
pub(crate) use alerting::{Alarm, CompositeAlarm, EventBus, MetricFilter, Queue, Rule, Topic};
pub(crate) use cells::Cells;
pub(crate) use cloudtrail::{ChainFlaw, FlawKind, Trail, TrailEvent};
pub(crate) use config::{Channel, ConfigDelivered, Recorder};
pub(crate) use faults::{Fault, FaultKind};
pub(crate) use iam::{Role, User};
pub(crate) use kms::Key;
pub(crate) use organization::{Account, OrgPolicy, Organization, Unit};
pub(crate) use s3::{
    ArchiveTiering, Bucket, Encryption, LifecycleRule, Logging, Object, ObjectLock, PublicAccessBlock, Replication,
    Transition,
};

/// A landing zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Zone {
    /// The instant the zone is described at.
    pub(crate) now: Timestamp,
    /// The keys of `logproof.toml`.
    #[serde(default)]
    pub(crate) config: Value,
    /// The owner's register, by file name without `.toml`.
    #[serde(default)]
    pub(crate) register: Value,
    pub(crate) organization: Organization,
    /// Organizational units by id.
    #[serde(default)]
    pub(crate) units: BTreeMap<String, Unit>,
    /// Accounts by id.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// So many more member accounts, with synthetic ids.
    #[serde(default)]
    pub(crate) generated_accounts: Option<Generated>,
    #[serde(default)]
    pub(crate) service_control_policies: BTreeMap<String, OrgPolicy>,
    #[serde(default)]
    pub(crate) resource_control_policies: BTreeMap<String, OrgPolicy>,
    /// Delegated administrator accounts by service principal.
    #[serde(default)]
    pub(crate) delegated_administrators: BTreeMap<String, Vec<String>>,
    /// The policy by which the organization delegates its administration to members.
    #[serde(default)]
    pub(crate) delegation_policy: Option<Value>,
    /// Account-level Block Public Access by account.
    #[serde(default)]
    pub(crate) account_public_access_block: BTreeMap<String, PublicAccessBlock>,
    /// Buckets by name.
    #[serde(default)]
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// KMS keys by key id.
    #[serde(default)]
    pub(crate) keys: BTreeMap<String, Key>,
    /// Trails by name.
    #[serde(default)]
    pub(crate) trails: BTreeMap<String, Trail>,
    #[serde(default)]
    pub(crate) config_recorders: Cells<Recorder>,
    #[serde(default)]
    pub(crate) delivery_channels: Cells<Channel>,
    /// Roles that exist in every account, by name; `ACCOUNT` in their policies represents the account's id.
    #[serde(default)]
    pub(crate) roles_everywhere: BTreeMap<String, Role>,
    /// Roles by account and name.
    #[serde(default)]
    pub(crate) roles: BTreeMap<String, BTreeMap<String, Role>>,
    /// Users by account and name.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, BTreeMap<String, User>>,
    /// EventBridge rules of the default event bus by `account/region` and name.
    #[serde(default)]
    pub(crate) event_rules: BTreeMap<String, BTreeMap<String, Rule>>,
    /// EventBridge event buses by `account/region` and name.
    #[serde(default)]
    pub(crate) event_buses: BTreeMap<String, BTreeMap<String, EventBus>>,
    /// SNS topics by ARN.
    #[serde(default)]
    pub(crate) topics: BTreeMap<String, Topic>,
    /// SQS queues by ARN.
    #[serde(default)]
    pub(crate) queues: BTreeMap<String, Queue>,
    /// Metric filters by `account/region`, log group and name.
    #[serde(default)]
    pub(crate) metric_filters: BTreeMap<String, BTreeMap<String, BTreeMap<String, MetricFilter>>>,
    /// Metric alarms by `account/region` and name.
    #[serde(default)]
    pub(crate) alarms: BTreeMap<String, BTreeMap<String, Alarm>>,
    /// Composite alarms by `account/region` and name.
    #[serde(default)]
    pub(crate) composite_alarms: BTreeMap<String, BTreeMap<String, CompositeAlarm>>,
    /// Access analyzers by `account/region` and name.
    #[serde(default)]
    pub(crate) analyzers: BTreeMap<String, BTreeMap<String, Analyzer>>,
    /// Recorded management events by `account/region`.
    #[serde(default)]
    pub(crate) trail_events: BTreeMap<String, Vec<TrailEvent>>,
    /// What is wrong with the digests and log files of an account and Region.
    #[serde(default)]
    pub(crate) chain_flaws: Vec<ChainFlaw>,
    /// What goes wrong.
    #[serde(default)]
    pub(crate) faults: Vec<Fault>,
}

impl Zone {
    /// The partition it is in: that of the home Region.
    pub(crate) fn partition(&self) -> Partition {
        let home = self.config.pointer("/organization/home_region").and_then(Value::as_str);
        home.map(Partition::of_region).unwrap_or_default()
    }

    /// The ARN of something global in an account.
    pub(crate) fn arn(&self, service: &str, account: &str, resource: &str) -> String {
        self.partition().arn(service, "", account, resource)
    }
}

/// Synthetic accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generated {
    pub(crate) count: u64,
    /// Unit they are in.
    pub(crate) unit: String,
}
