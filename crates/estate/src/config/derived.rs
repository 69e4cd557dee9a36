//! What follows from the configuration without being written in it: names, ARNs, accounts and periods.

use logproof_policy::Partition;

use super::{Config, OrganizationConfig, ReaderConfig};
use crate::place::AccountId;

impl Config {
    /// Name of the log bucket: as configured, or `aws-[prefix]-log-storage-[account ID]-[Region]`.
    #[must_use]
    pub fn log_bucket_name(&self) -> String {
        self.names
            .bucket
            .clone()
            .unwrap_or_else(|| self.conventional_bucket_name(self.names.prefix.as_deref().unwrap_or_default()))
    }

    /// The convention's name for a prefix in the log archive account and home Region.
    #[must_use]
    pub fn conventional_bucket_name(&self, prefix: &str) -> String {
        format!("aws-{prefix}-log-storage-{}-{}", self.organization.log_archive_account, self.organization.home_region)
    }

    /// Bucket AWS Config delivers to.
    #[must_use]
    pub fn config_bucket_name(&self) -> String {
        self.names.config_bucket.clone().unwrap_or_else(|| self.log_bucket_name())
    }

    /// The conventions a run assumed, one line each.
    #[must_use]
    pub fn assumed(&self) -> Vec<String> {
        let mut assumed = self.conventions.assumed(self.expectations.retention_days);
        assumed.extend(self.assumed_administrators());
        assumed
    }

    /// Name of the bucket a reader may read.
    #[must_use]
    pub fn reader_bucket(&self, reader: &ReaderConfig) -> String {
        reader.bucket.clone().unwrap_or_else(|| self.log_bucket_name())
    }

    /// Days for which logs of a retention class must exist at least.
    #[must_use]
    pub fn least_days(&self, class: &str) -> u32 {
        self.conventions.least_days.get(class).copied().unwrap_or(self.expectations.retention_days)
    }

    /// Days for which logs of a retention class must be readable without a restore at least.
    #[must_use]
    pub fn least_hot_days(&self, class: &str) -> u32 {
        self.expectations.hot_days.min(self.least_days(class))
    }

    /// Account that holds the bucket AWS Config delivers to.
    #[must_use]
    pub fn config_account(&self) -> &AccountId {
        self.names.config_account.as_ref().unwrap_or(&self.organization.log_archive_account)
    }

    /// Account that holds the log key.
    #[must_use]
    pub fn key_account(&self) -> &AccountId {
        self.names.key_account.as_ref().unwrap_or(&self.organization.log_archive_account)
    }

    /// The partition the organization is in.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.organization.home_region.partition()
    }

    /// ARN of the organization trail (trails of an organization live in the management account's home Region).
    #[must_use]
    pub fn trail_arn(&self) -> String {
        let OrganizationConfig { home_region, management_account, .. } = &self.organization;
        let trail = format!("trail/{}", self.names.trail);
        self.partition().arn("cloudtrail", home_region.as_str(), management_account.as_str(), &trail)
    }

    /// ARN of a role in an account, without a path.
    #[must_use]
    pub fn role_arn(&self, account: &AccountId, name: &str) -> String {
        self.partition().arn("iam", "", account.as_str(), &format!("role/{name}"))
    }

    /// ARN of an account as IAM names it: that of its root user.
    #[must_use]
    pub fn root_arn(&self, account: &AccountId) -> String {
        self.partition().arn("iam", "", account.as_str(), "root")
    }

    /// Account in which AWS Organizations is asked.
    #[must_use]
    pub fn organizations_account(&self) -> &AccountId {
        self.access.organizations_account.as_ref().unwrap_or(&self.organization.management_account)
    }

    /// ARN of the one role that may change the log store.
    #[must_use]
    pub fn storage_role_arn(&self) -> String {
        self.names
            .storage_role
            .clone()
            .unwrap_or_else(|| self.role_arn(&self.organization.log_archive_account, &self.names.admin_role))
    }
}
