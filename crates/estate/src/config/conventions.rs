//! The owner's own conventions: how buckets are tagged and how retention classes are named.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[conventions]`: how the owner tags buckets and names classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConventionsConfig {
    /// Key of the tag that names the environment of a bucket. Default: `environment`.
    pub environment_tag: String,
    /// Values of that tag by environment (`production`, `staging`, `development`, `organization`). Default: the
    /// environment's own word.
    pub environment_values: BTreeMap<String, Vec<String>>,
    /// Key of the tag by which automation marks what it owns. Default: `managed-by`.
    pub automation_tag: String,
    /// Values of that tag that name automation. Default: whatever does not name a person or manual work.
    pub automation_values: Vec<String>,
    /// Retention class by kind of log (`network`, `dns`, `access`, `change`). Default: the kind itself.
    pub retention_classes: BTreeMap<String, String>,
    /// Days for which logs of a retention class must exist at least, by class. Default: `expectations.retention_days`.
    pub least_days: BTreeMap<String, u32>,
}

impl Default for ConventionsConfig {
    fn default() -> Self {
        Self {
            environment_tag: "environment".to_owned(),
            environment_values: BTreeMap::new(),
            automation_tag: "managed-by".to_owned(),
            automation_values: Vec::new(),
            retention_classes: BTreeMap::new(),
            least_days: BTreeMap::new(),
        }
    }
}

/// Kinds of log that a retention class may be named for.
pub const KINDS: [&str; 4] = ["network", "dns", "access", "change"];
/// Environments of log streams.
pub const ENVIRONMENTS: [&str; 4] = ["production", "staging", "development", "organization"];

impl ConventionsConfig {
    /// Whether a value of the environment tag names an environment.
    #[must_use]
    pub fn is_environment(&self, value: &str, environment: &str) -> bool {
        match self.environment_values.get(environment) {
            Some(values) => values.iter().any(|one| one == value),
            None => value == environment,
        }
    }

    /// The retention class of a kind of log.
    #[must_use]
    pub fn class_of<'a>(&'a self, kind: &'a str) -> &'a str {
        self.retention_classes.get(kind).map_or(kind, String::as_str)
    }

    /// What is assumed, one line each.
    pub(super) fn assumed(&self, retention_days: u32) -> Vec<String> {
        let values = |environment: &str| match self.environment_values.get(environment) {
            Some(values) => values.join(" or "),
            None => environment.to_owned(),
        };
        let automation = match self.automation_values.as_slice() {
            [] => "any tool".to_owned(),
            some => some.join(" or "),
        };
        let least = self.least_days.iter().map(|(class, days)| format!(", {class} {days}"));
        vec![
            format!("tag {} is {}", self.environment_tag, ENVIRONMENTS.map(values).join(", ")),
            format!("tag {} names {automation}", self.automation_tag),
            format!("retention classes {}", KINDS.map(|kind| self.class_of(kind)).join(", ")),
            format!("least days {retention_days}{}", least.collect::<String>()),
        ]
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let known = |key: &str, given: Vec<&String>, known: &[&str]| match given
            .into_iter()
            .find(|one| !known.contains(&one.as_str()))
        {
            None => Ok(()),
            Some(other) => Err(ConfigError {
                place: format!("key `conventions.{key}`"),
                problem: format!("`{other}` is not known"),
                hint: format!("use {}", known.join(", ")),
            }),
        };
        known("environment_values", self.environment_values.keys().collect(), &ENVIRONMENTS)?;
        known("retention_classes", self.retention_classes.keys().collect(), &KINDS)?;
        for (key, tag) in [("environment_tag", &self.environment_tag), ("automation_tag", &self.automation_tag)] {
            if tag.trim().is_empty() {
                return Err(ConfigError {
                    place: format!("key `conventions.{key}`"),
                    problem: "is empty".to_owned(),
                    hint: "write the key of the tag".to_owned(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::with;

    #[test]
    fn without_conventions_the_words_are_the_environments_and_kinds_own() {
        let config = with("").unwrap();
        let conventions = &config.conventions;
        assert!(conventions.is_environment("production", "production"));
        assert!(!conventions.is_environment("prod", "production"));
        assert_eq!(conventions.class_of("network"), "network");
        assert_eq!((config.least_days("network"), config.least_hot_days("network")), (365, 90));
        assert_eq!(config.config_account().as_str(), "222222222222");
    }

    #[test]
    fn conventions_replace_tags_values_classes_and_days() {
        let config = with(
            "[conventions]\nenvironment_tag = \"Env\"\nenvironment_values = { production = [\"prd\", \"live\"] }\n\
             retention_classes = { network = \"traffic\" }\nleast_days = { traffic = 30 }\n",
        )
        .unwrap();
        let conventions = &config.conventions;
        assert!(
            conventions.is_environment("live", "production") && !conventions.is_environment("production", "production")
        );
        assert_eq!(conventions.class_of("network"), "traffic");
        // What is kept for a month need not be hot for a quarter.
        assert_eq!((config.least_days("traffic"), config.least_hot_days("traffic")), (30, 30));
        let assumed = config.assumed().join("; ");
        assert!(assumed.contains("tag Env is prd or live, staging") && assumed.contains("traffic 30"), "{assumed}");
    }

    #[test]
    fn what_is_no_environment_kind_or_tag_is_refused() {
        for (more, expected) in [
            ("environment_values = { prod = [\"x\"] }", "conventions.environment_values"),
            ("retention_classes = { flow = \"x\" }", "conventions.retention_classes"),
            ("automation_tag = \" \"", "conventions.automation_tag"),
            ("owner_tag = \"x\"", "unknown field"),
        ] {
            let error = with(&format!("[conventions]\n{more}\n")).unwrap_err();
            assert!(error.contains(expected) && error.contains("hint:"), "{error}");
        }
    }

    #[test]
    fn the_bucket_of_aws_config_is_in_one_of_two_accounts() {
        let config = |account: &str, bucket: &str| with(&format!("config_account = \"{account}\"\n{bucket}"));
        let bucket = "config_bucket = \"aws-controltower-config-logs-333333333333-abc\"\n";
        assert_eq!(config("333333333333", bucket).unwrap().config_account().as_str(), "333333333333");
        let error = config("444444444444", bucket).unwrap_err();
        assert!(error.contains("neither the log archive nor the security tooling account"), "{error}");
        let error = config("333333333333", "").unwrap_err();
        assert!(error.contains("without `names.config_bucket`"), "{error}");
    }
}
