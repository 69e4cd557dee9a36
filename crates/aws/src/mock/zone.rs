//! The form of a landing-zone description. Names follow AWS; what is absent in the file is absent in the zone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use logproof_estate::Partition;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// So many more member accounts, with made-up ids.
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
    /// Roles that exist in every account, by name; `ACCOUNT` in their policies stands for the account's id.
    #[serde(default)]
    pub(crate) roles_everywhere: BTreeMap<String, Role>,
    /// Roles by account and name.
    #[serde(default)]
    pub(crate) roles: BTreeMap<String, BTreeMap<String, Role>>,
    /// Users by account and name.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, BTreeMap<String, User>>,
    /// EventBridge rules by `account/region` and name.
    #[serde(default)]
    pub(crate) event_rules: BTreeMap<String, BTreeMap<String, Rule>>,
    /// SNS topics by ARN.
    #[serde(default)]
    pub(crate) topics: BTreeMap<String, Topic>,
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

fn active() -> String {
    "ACTIVE".to_owned()
}

/// Made-up accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generated {
    pub(crate) count: u64,
    /// Unit they are in.
    pub(crate) unit: String,
}

/// An SCP or RCP.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrgPolicy {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) aws_managed: bool,
    /// Ids of root, units and accounts; `everywhere` stands for all of them.
    #[serde(default)]
    pub(crate) targets: Vec<String>,
    /// The policy: an object, or text as it stands.
    pub(crate) document: Value,
}

/// The four flags.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PublicAccessBlock {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

/// A bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) created: Option<Timestamp>,
    #[serde(default)]
    pub(crate) encryption: Option<Encryption>,
    #[serde(default)]
    pub(crate) public_access_block: Option<PublicAccessBlock>,
    #[serde(default)]
    pub(crate) ownership: Option<String>,
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    /// Grants besides the owner's.
    #[serde(default)]
    pub(crate) acl: Vec<AclGrant>,
    #[serde(default)]
    pub(crate) versioning: Option<String>,
    #[serde(default)]
    pub(crate) mfa_delete: Option<String>,
    #[serde(default)]
    pub(crate) object_lock: Option<ObjectLock>,
    /// Rules by id.
    #[serde(default)]
    pub(crate) lifecycle: BTreeMap<String, LifecycleRule>,
    #[serde(default)]
    pub(crate) logging: Option<Logging>,
    #[serde(default)]
    pub(crate) replication: Option<Replication>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Objects by key.
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, Object>,
}

/// Default encryption.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Encryption {
    pub(crate) algorithm: String,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) bucket_key: bool,
    /// Kinds of encryption that uploads may not ask for, or `NONE`.
    #[serde(default)]
    pub(crate) blocked: Vec<String>,
}

/// An ACL grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AclGrant {
    pub(crate) grantee: String,
    #[serde(default = "group")]
    pub(crate) kind: String,
    pub(crate) permission: String,
}

fn group() -> String {
    "Group".to_owned()
}

/// Object Lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectLock {
    #[serde(default)]
    pub(crate) mode: Option<String>,
    #[serde(default)]
    pub(crate) days: Option<i64>,
    #[serde(default)]
    pub(crate) years: Option<i64>,
}

/// A lifecycle rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LifecycleRule {
    pub(crate) status: Option<String>,
    pub(crate) prefix: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) size_greater_than: Option<i64>,
    pub(crate) size_less_than: Option<i64>,
    pub(crate) expiration_days: Option<i64>,
    pub(crate) expiration_date: Option<Timestamp>,
    pub(crate) expired_object_delete_marker: bool,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) noncurrent_expiration_days: Option<i64>,
    pub(crate) noncurrent_newer_versions: Option<i64>,
    pub(crate) noncurrent_transitions: Vec<Transition>,
    pub(crate) abort_multipart_days: Option<i64>,
}

/// A transition.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transition {
    pub(crate) days: i64,
    pub(crate) storage_class: String,
}

/// Server access logging.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Logging {
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) prefix: String,
}

/// Replication.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replication {
    pub(crate) role: String,
    /// Rules by id.
    pub(crate) rules: BTreeMap<String, ReplicationRule>,
}

/// A replication rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplicationRule {
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) prefix: String,
    #[serde(default)]
    pub(crate) tag: Option<(String, String)>,
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) account: Option<String>,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) kms_objects: bool,
    #[serde(default)]
    pub(crate) delete_markers: bool,
    #[serde(default)]
    pub(crate) metrics: bool,
    #[serde(default = "first")]
    pub(crate) priority: i32,
}

fn first() -> i32 {
    1
}

/// An object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Object {
    pub(crate) size: i64,
    pub(crate) last_modified: Option<Timestamp>,
    pub(crate) storage_class: Option<String>,
    /// Retention as mode and instant.
    pub(crate) retention: Option<(String, Timestamp)>,
}

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

/// The same thing in every account and governed Region, with exceptions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cells<T> {
    /// In every account and Region named in `regions`.
    #[serde(default = "none")]
    pub(crate) everywhere: Option<T>,
    /// Regions `everywhere` means.
    #[serde(default)]
    pub(crate) regions: Vec<String>,
    /// By `account/region`; null means there is none.
    #[serde(default = "BTreeMap::new")]
    pub(crate) at: BTreeMap<String, Option<T>>,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Self { everywhere: None, regions: Vec::new(), at: BTreeMap::new() }
    }
}

impl<T> Cells<T> {
    /// What there is in an account and Region.
    pub(crate) fn get(&self, account: &str, region: &str) -> Option<&T> {
        match self.at.get(&format!("{account}/{region}")) {
            Some(one) => one.as_ref(),
            None => self.everywhere.as_ref().filter(|_| self.regions.iter().any(|known| known == region)),
        }
    }
}

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
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
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

/// An EventBridge rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default = "enabled_upper")]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) pattern: Option<Value>,
    /// Targets as id to ARN.
    #[serde(default)]
    pub(crate) targets: BTreeMap<String, String>,
    /// Roles that EventBridge takes to call targets, as id to ARN.
    #[serde(default)]
    pub(crate) target_roles: BTreeMap<String, String>,
}

fn enabled_upper() -> String {
    "ENABLED".to_owned()
}

/// An SNS topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Topic {
    /// Access policy; the one that SNS gives a new topic when absent.
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    /// Key that encrypts the messages: id, ARN or alias.
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    #[serde(default)]
    pub(crate) subscriptions: Vec<Subscription>,
}

/// A subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    #[serde(default)]
    pub(crate) confirmed: bool,
}

/// A metric filter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricFilter {
    pub(crate) pattern: String,
    /// Metrics as namespace and name.
    pub(crate) metrics: Vec<(String, String)>,
    /// What each event adds to them.
    #[serde(default = "one_text")]
    pub(crate) value: String,
    #[serde(default)]
    pub(crate) default_value: Option<f64>,
    /// Selectors by dimension.
    #[serde(default)]
    pub(crate) dimensions: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) unit: Option<String>,
}

fn one_text() -> String {
    "1".to_owned()
}

/// A metric alarm; what is absent is as the benchmark asks: one event is enough.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    pub(crate) namespace: String,
    pub(crate) metric: String,
    #[serde(default)]
    pub(crate) actions_enabled: bool,
    #[serde(default)]
    pub(crate) actions: Vec<String>,
    /// Values by dimension.
    #[serde(default)]
    pub(crate) dimensions: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) unit: Option<String>,
    #[serde(default = "sum")]
    pub(crate) statistic: String,
    #[serde(default = "at_least")]
    pub(crate) comparison: String,
    #[serde(default = "one")]
    pub(crate) threshold: f64,
    #[serde(default = "one_period")]
    pub(crate) evaluation_periods: i32,
    #[serde(default)]
    pub(crate) datapoints_to_alarm: Option<i32>,
    #[serde(default)]
    pub(crate) missing_data: Option<String>,
    /// An expression over the metric; then threshold and statistic are those of the expression.
    #[serde(default)]
    pub(crate) expression: Option<String>,
}

fn sum() -> String {
    "Sum".to_owned()
}
fn at_least() -> String {
    "GreaterThanOrEqualToThreshold".to_owned()
}
fn one() -> f64 {
    1.0
}
fn one_period() -> i32 {
    1
}

/// An alarm on other alarms.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompositeAlarm {
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) suppressor: Option<String>,
    #[serde(default)]
    pub(crate) actions_enabled: bool,
    #[serde(default)]
    pub(crate) actions: Vec<String>,
}

/// An access analyzer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Analyzer {
    pub(crate) kind: String,
    #[serde(default = "active")]
    pub(crate) status: String,
    /// Findings by id.
    #[serde(default)]
    pub(crate) findings: BTreeMap<String, AnalyzerFinding>,
}

/// A finding of an analyzer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnalyzerFinding {
    pub(crate) resource: String,
    #[serde(default = "active")]
    pub(crate) status: String,
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
