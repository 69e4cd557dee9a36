//! Which values of a configuration contradict each other.

use logproof_policy::Partition;

use super::{Config, ConfigError, SNAPSHOT_FREQUENCIES, parse_instant};

impl Config {
    /// Refuses values that contradict each other.
    ///
    /// # Errors
    /// [`ConfigError`] naming the key.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let refuse = |key: &str, problem: String, hint: &str| {
            Err(ConfigError { place: format!("key `{key}`"), problem, hint: hint.to_owned() })
        };
        let org = &self.organization;
        if !org.governed_regions.contains(&org.home_region) {
            return refuse(
                "organization.governed_regions",
                format!("does not contain the home Region `{}`", org.home_region),
                "add the home Region to the list",
            );
        }
        self.validate_partition()?;
        self.conventions.validate()?;
        self.validate_administrators()?;
        if self.names.prefix.is_none() && self.names.bucket.is_none() {
            return refuse(
                "names.prefix",
                "neither `prefix` nor `bucket` is given".to_owned(),
                "give the prefix of the naming convention, or the name of the log bucket",
            );
        }
        if ["", "?"].contains(&self.names.key.as_str()) {
            return refuse(
                "names.key",
                format!("`{}` names no key", self.names.key),
                "write the alias, id or ARN of the key the logs are encrypted with",
            );
        }
        if org.management_account == org.log_archive_account {
            return refuse(
                "organization.log_archive_account",
                "is the management account".to_owned(),
                "the log archive is an account of its own",
            );
        }
        if let Some(account) = &self.names.config_account {
            if *account != org.log_archive_account && Some(account) != org.security_tooling_account.as_ref() {
                return refuse(
                    "names.config_account",
                    format!("`{account}` is neither the log archive nor the security tooling account"),
                    "logs belong into one of these; name the account under `[organization]` first",
                );
            }
            if *account != org.log_archive_account && self.config_bucket_name() == self.log_bucket_name() {
                return refuse(
                    "names.config_account",
                    "is given without `names.config_bucket`".to_owned(),
                    "name the bucket AWS Config delivers to in that account",
                );
            }
        }
        for reader in &self.readers {
            if !reader.principal.starts_with("arn:") {
                return refuse(
                    "readers.principal",
                    format!("`{}` is not an ARN", reader.principal),
                    "write the whole ARN of the role or user",
                );
            }
            if let Some(until) = &reader.until {
                parse_instant(until)?;
            }
        }
        if !(2..=744).contains(&self.integrity.window_hours) {
            return refuse(
                "integrity.window_hours",
                format!("`{}` is not between 2 and 744", self.integrity.window_hours),
                "a digest covers an hour and may take another to arrive; verify longer periods with `logproof trail verify`",
            );
        }
        if !(1..=3600).contains(&self.limits.computing_seconds) {
            return refuse(
                "limits.computing_seconds",
                format!("`{}` is not between 1 and 3600", self.limits.computing_seconds),
                "give the seconds one scenario may compute",
            );
        }
        if self.integrity.log_file_percent > 100 {
            return refuse(
                "integrity.log_file_percent",
                format!("`{}` is more than 100", self.integrity.log_file_percent),
                "write the share of log files to read, from 0 to 100",
            );
        }
        self.validate_expectations()
    }

    /// An account is of one partition, and with it the organization and all that is in it.
    ///
    /// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    fn validate_partition(&self) -> Result<(), ConfigError> {
        let refuse = |key: &str, problem: String, hint: &str| {
            Err(ConfigError { place: format!("key `{key}`"), problem, hint: hint.to_owned() })
        };
        let org = &self.organization;
        let partition = self.partition();
        // AWS does not publish how services are named there, so nothing could be proved of who delivers.
        if matches!(partition, Partition::Iso | Partition::IsoB | Partition::IsoE | Partition::IsoF) {
            return refuse(
                "organization.home_region",
                format!(
                    "`{}` is in the partition `{partition}`, whose service principals are not public",
                    org.home_region
                ),
                "Regions of the partitions `aws`, `aws-us-gov`, `aws-cn` and `aws-eusc` can be checked",
            );
        }
        if let Some(region) = org.governed_regions.iter().find(|region| region.partition() != partition) {
            return refuse(
                "organization.governed_regions",
                format!("`{region}` is in the partition `{}`, the home Region in `{partition}`", region.partition()),
                "an organization is in one partition: check that of another partition with a configuration of its own",
            );
        }
        let named = [("names.key", Some(&self.names.key)), ("names.storage_role", self.names.storage_role.as_ref())];
        let named = named.into_iter().chain(self.readers.iter().map(|r| ("readers.principal", Some(&r.principal))));
        for (key, arn) in named.filter_map(|(key, arn)| arn.map(|arn| (key, arn))) {
            if arn.starts_with("arn:") && Partition::of_arn(arn) != Some(partition) {
                return refuse(
                    key,
                    format!("`{arn}` is not of the partition `{partition}` of the home Region"),
                    "write the ARN as the home Region's partition has it",
                );
            }
        }
        Ok(())
    }

    fn validate_expectations(&self) -> Result<(), ConfigError> {
        let one_of = |key: &str, value: &str, known: &[&str]| {
            if known.contains(&value) {
                return Ok(());
            }
            Err(ConfigError {
                place: format!("key `expectations.{key}`"),
                problem: format!("`{value}` is not accepted"),
                hint: format!("use one of {}", known.join(", ")),
            })
        };
        let expected = &self.expectations;
        one_of("minimum_tls", &expected.minimum_tls, &["1.2", "1.3"])?;
        one_of("object_lock_mode", &expected.object_lock_mode, &["COMPLIANCE", "GOVERNANCE"])?;
        one_of("config_snapshot_frequency", &expected.config_snapshot_frequency, &SNAPSHOT_FREQUENCIES)
    }
}
