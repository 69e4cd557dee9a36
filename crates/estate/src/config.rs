//! `logproof.toml`: where the landing zone is, how to reach it and what the owner expects.
//!
//! Parsing refuses unknown keys (with the nearest known one) and contradictory values; it never reads files itself.

mod administrators;
mod conventions;
mod derived;
mod read;
#[cfg(test)]
mod sample;
mod validate;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::place::{AccountId, Region};

pub use administrators::AdministratorConfig;
pub use conventions::{ConventionsConfig, ENVIRONMENTS, KINDS};
pub(crate) use read::toml_error;
pub use read::{ConfigError, hint_for, parse_instant};

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The organization.
    pub organization: OrganizationConfig,
    /// How accounts are reached.
    #[serde(default)]
    pub access: AccessConfig,
    /// Names of the parts of the log store.
    pub names: NamesConfig,
    /// What the owner expects.
    #[serde(default)]
    pub expectations: ExpectationsConfig,
    /// The owner's own conventions.
    #[serde(default)]
    pub conventions: ConventionsConfig,
    /// Folder of the register, relative to this file. Default: `register`, when there is such a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// How log files are verified.
    #[serde(default)]
    pub integrity: IntegrityConfig,
    /// How long a run computes.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// Where the providers, modules and stacks of a plan deploy, for `logproof plan`. Default: nothing is mapped.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub plan: Places,
    /// Who may read log files, and where, besides the readers of the register: for a log store that has no register yet.
    /// Default: nobody.
    #[serde(default)]
    pub readers: Vec<ReaderConfig>,
}

/// `[[readers]]`: one principal that may read log files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReaderConfig {
    /// ARN of the role or user. Required.
    pub principal: String,
    /// Bucket of the log archive it may read; one that reads several has a table for each. Default: the log bucket.
    #[serde(default)]
    pub bucket: Option<String>,
    /// Key prefix it may read below, for example `AWSLogs/o-exampleorg1/444444444444/`. Required; empty means every log file.
    pub path: String,
    /// Why it reads. Default: none.
    #[serde(default)]
    pub purpose: Option<String>,
    /// Date or RFC 3339 instant after which it must not read. Default: no end.
    #[serde(default)]
    pub until: Option<String>,
}

impl ReaderConfig {
    /// The instant after which it must not read.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.until.as_deref().and_then(|text| parse_instant(text).ok())
    }
}

/// `[organization]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationConfig {
    /// `o-...`; when given, the organization found must be this one. Default: not compared.
    #[serde(default)]
    pub id: Option<String>,
    /// The management account. Required.
    pub management_account: AccountId,
    /// The log archive account. Required.
    pub log_archive_account: AccountId,
    /// The security tooling account. Default: none; controls that need it say so.
    #[serde(default)]
    pub security_tooling_account: Option<AccountId>,
    /// Accounts of external auditors that may read. Default: none.
    #[serde(default)]
    pub auditor_accounts: Vec<AccountId>,
    /// Region the log store is in. Required.
    pub home_region: Region,
    /// Every Region the organization uses; "every Region" means these. Required, must contain the home Region.
    pub governed_regions: Vec<Region>,
}

/// `[access]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessConfig {
    /// Role assumed in every account other than the caller's own. Default: `LogproofAudit`.
    pub role_name: String,
    /// External id sent with AssumeRole. Default: none.
    pub external_id: Option<String>,
    /// Session name of the assumed role. Default: `logproof`.
    pub session_name: String,
    /// Profile of the shared AWS configuration. Default: the standard credential chain decides.
    pub profile: Option<String>,
    /// Account in which AWS Organizations is asked: the management account, or one that is a delegated administrator of
    /// the organization. Default: the management account.
    ///
    /// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html>
    pub organizations_account: Option<AccountId>,
    /// API calls in flight at once, in all. Each operation is paced besides, in each account and Region, by the quotas that
    /// AWS publishes and by what is throttled. Default: 128.
    pub max_calls_in_flight: usize,
    /// Questions open at once, per account, each of which has a call in flight or waits for one. Default: 64.
    pub max_calls_in_flight_per_account: usize,
    /// Attempts per call, the first included. Default: 6.
    pub max_attempts: u32,
    /// Seconds one attempt may take. Default: 30.
    pub attempt_timeout_seconds: u64,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self {
            role_name: "LogproofAudit".to_owned(),
            external_id: None,
            session_name: "logproof".to_owned(),
            profile: None,
            organizations_account: None,
            max_calls_in_flight: 128,
            max_calls_in_flight_per_account: 64,
            max_attempts: 6,
            attempt_timeout_seconds: 30,
        }
    }
}

/// `[names]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamesConfig {
    /// The `[prefix]` of the naming convention `aws-[prefix]-log-storage-[account ID]-[Region]`. Required unless `bucket` is given.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Name of the log bucket, where it does not follow the convention (AWS Control Tower names its own). Default: by the convention.
    #[serde(default)]
    pub bucket: Option<String>,
    /// Key prefix in front of `AWSLogs/` in the log bucket. Default: none.
    #[serde(default)]
    pub log_prefix: Option<String>,
    /// Bucket AWS Config delivers to. Default: the log bucket. AWS Config cannot deliver to a bucket with Object Lock
    /// default retention, so a locked log bucket needs another one here.
    #[serde(default)]
    pub config_bucket: Option<String>,
    /// Account that holds the bucket of AWS Config: the log archive account, or the security tooling account, where AWS
    /// Control Tower 4 puts it. Default: the log archive account.
    #[serde(default)]
    pub config_account: Option<AccountId>,
    /// Alias, id or ARN of the log key. Required.
    pub key: String,
    /// Account that holds the log key. Default: the log archive account.
    #[serde(default)]
    pub key_account: Option<AccountId>,
    /// Name of the organization trail. Required.
    pub trail: String,
    /// ARN of the one role that may change the log store. Default: the administrator role in the log archive account.
    #[serde(default)]
    pub storage_role: Option<String>,
    /// Roles that accounts have for their own administrator. Default: none; the log storage role is the only exempt one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<AdministratorConfig>,
    /// Name of the break-glass administrator role in the log archive account. Default: `LogArchive-Administrator`.
    #[serde(default = "default_admin_role")]
    pub admin_role: String,
    /// Name of the read-only role in the security tooling account. Default: `LogsReadOnlyFrequencyRole`.
    #[serde(default = "default_reader_role")]
    pub reader_role: String,
    /// Service principals that deliver logs. Default: `cloudtrail.amazonaws.com` and `config.amazonaws.com`.
    #[serde(default = "default_log_services")]
    pub log_services: Vec<String>,
}

fn default_log_services() -> Vec<String> {
    vec!["cloudtrail.amazonaws.com".to_owned(), "config.amazonaws.com".to_owned()]
}

fn default_admin_role() -> String {
    "LogArchive-Administrator".to_owned()
}

fn default_reader_role() -> String {
    "LogsReadOnlyFrequencyRole".to_owned()
}

/// `[expectations]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectationsConfig {
    /// Minimum TLS version. Default: `1.2`.
    pub minimum_tls: String,
    /// Days a log object must exist. Default: 365.
    pub retention_days: u32,
    /// Days a log object must stay in a directly readable storage class. Default: 90.
    pub hot_days: u32,
    /// Object Lock mode. Default: `COMPLIANCE`.
    pub object_lock_mode: String,
    /// Days of default retention of Object Lock. Default: as `retention_days`.
    pub object_lock_days: Option<u32>,
    /// Longest accepted period of key rotation in days. Default: 365.
    pub key_rotation_days: u32,
    /// Longest accepted interval between AWS Config snapshots. Default: `TwentyFour_Hours`.
    pub config_snapshot_frequency: String,
    /// Hours within which logs must have arrived. Default: 24.
    pub delivery_hours: u32,
    /// Days the administrator role must not have been used. Default: 30.
    pub admin_role_quiet_days: u32,
    /// Account that must hold the replica. Default: any account of the organization other than the log archive.
    pub replica_account: Option<AccountId>,
}

impl Default for ExpectationsConfig {
    fn default() -> Self {
        Self {
            minimum_tls: "1.2".to_owned(),
            retention_days: 365,
            hot_days: 90,
            object_lock_mode: "COMPLIANCE".to_owned(),
            object_lock_days: None,
            key_rotation_days: 365,
            config_snapshot_frequency: "TwentyFour_Hours".to_owned(),
            delivery_hours: 24,
            admin_role_quiet_days: 30,
            replica_account: None,
        }
    }
}

/// `[integrity]`: how far a run verifies digests and log files. `logproof trail verify` has its own arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntegrityConfig {
    /// Hours before the run whose digests are verified, at least 2 and at most 744. Every digest is an exchange of the
    /// bundle. Default: 24.
    pub window_hours: u32,
    /// Percent of the log files whose content is read, chosen by name; part of every report. Default: 100.
    pub log_file_percent: u32,
}

impl Default for IntegrityConfig {
    fn default() -> Self {
        Self { window_hours: 24, log_file_percent: 100 }
    }
}

/// `[limits]`: what keeps a run from computing without end on policies and patterns of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Seconds one scenario of a control may compute, waiting for answers and for a processor not counted; one that is not
    /// decided by then is ERROR, and the other controls are examined. At least 1 and at most 3600. Default: 20.
    pub computing_seconds: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { computing_seconds: 20 }
    }
}

/// `[plan]`: where providers, modules and stacks deploy, where a plan does not say.
///
/// ```toml
/// [plan.providers]
/// "aws.log_archive" = { account = "222222222222", region = "eu-central-1" }
/// [plan.modules]
/// "module.baseline" = { account = "333333333333" }
/// [plan.stacks]
/// "log-archive" = { account = "222222222222", region = "eu-central-1" }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Places {
    /// By provider configuration: `aws`, `aws.audit`, `module.x:aws.audit`.
    pub providers: BTreeMap<String, Placed>,
    /// By module path, the longest that matches; `""` is the root module.
    pub modules: BTreeMap<String, Placed>,
    /// By CloudFormation stack name, or by the file name of a template.
    pub stacks: BTreeMap<String, Placed>,
}

impl Places {
    /// Whether nothing is mapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty() && self.modules.is_empty() && self.stacks.is_empty()
    }
}

/// A row of `[plan]`: account, and Region where one is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// The account. Required.
    pub account: AccountId,
    /// The Region. Default: that of the resource or of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// AWS Config's snapshot frequencies, most frequent first.
pub const SNAPSHOT_FREQUENCIES: [&str; 5] =
    ["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"];
