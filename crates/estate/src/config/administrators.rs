//! Administrator roles that accounts have of their own: which role the protection of the log store exempts in which account.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};
use crate::place::AccountId;

/// `[[names.administrators]]`: a role that accounts have for their own administrator, in place of the log storage role.
///
/// ```toml
/// [[names.administrators]]
/// role = "break-glass/PlatformAdministrator"
/// accounts = ["444444444444"]
/// units = ["ou-exmp-workload1"]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorConfig {
    /// Name of the role, behind its path where it has one. Each account has its own role of that name. Required.
    pub role: String,
    /// Accounts the role is meant for. Default: none; but there are `accounts` or `units`.
    #[serde(default)]
    pub accounts: Vec<AccountId>,
    /// Organizational units the role is meant for, with every account below them; the nearest unit above an account
    /// counts, and an account that is named counts before any unit. Default: none.
    #[serde(default)]
    pub units: Vec<String>,
}

impl Config {
    /// ARN of the one role of an account that the protection of the log store may exempt: the role meant for the account,
    /// else the log storage role. `path` are the ids from the root of the organization down to the account.
    ///
    /// The log archive account, and the account of the log storage role, have no other than that role.
    #[must_use]
    pub fn exempt_role(&self, account: &AccountId, path: &[String]) -> String {
        let storage = self.storage_role_arn();
        if *account == self.organization.log_archive_account || account_in(&storage) == Some(account.as_str()) {
            return storage;
        }
        let tables = || self.names.administrators.iter();
        let named = tables().find(|one| one.accounts.contains(account));
        let nearest = || path.iter().rev().find_map(|place| tables().find(|one| one.units.contains(place)));
        named.or_else(nearest).map_or(storage, |one| self.role_arn(account, &one.role))
    }

    /// The administrator roles in words, one line each; nothing where the log storage role is the only one.
    pub(super) fn assumed_administrators(&self) -> Vec<String> {
        let line = |one: &AdministratorConfig| {
            let places = one.accounts.iter().map(ToString::to_string).chain(one.units.iter().cloned());
            format!("administrator role {} in {}", one.role, places.collect::<Vec<_>>().join(", "))
        };
        let mut lines: Vec<String> = self.names.administrators.iter().map(line).collect();
        if !lines.is_empty() {
            lines.push(format!("administrator role of all other accounts {}", self.storage_role_arn()));
        }
        lines
    }

    pub(super) fn validate_administrators(&self) -> Result<(), ConfigError> {
        let refuse = |key: &str, problem: String, hint: &str| {
            let place = format!("key `names.administrators.{key}`");
            Err(ConfigError { place, problem, hint: hint.to_owned() })
        };
        let storage = self.storage_role_arn();
        let mut places = BTreeSet::new();
        for one in &self.names.administrators {
            let (role, is_plain) = (&one.role, |c: char| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c));
            if role.is_empty() || role.starts_with('/') || role.ends_with('/') || !role.chars().all(is_plain) {
                let hint = "write the name alone, with its path in front where it has one: every account has its own";
                return refuse("role", format!("`{role}` is not the name of a role"), hint);
            }
            if one.accounts.is_empty() && one.units.is_empty() {
                let hint = "list the accounts or organizational units the role is meant for";
                return refuse("accounts", format!("`{role}` is meant for no account"), hint);
            }
            if let Some(unit) = one.units.iter().find(|unit| !unit.starts_with("ou-") && !unit.starts_with("r-")) {
                let hint = "write the id of the unit, `ou-...`, or of the root, `r-...`";
                return refuse("units", format!("`{unit}` is not the id of an organizational unit"), hint);
            }
            let of_storage = account_in(&storage);
            for account in &one.accounts {
                if *account == self.organization.management_account {
                    let hint = "take it out: service control policies bind nobody there, so nobody is exempt";
                    return refuse("accounts", format!("`{account}` is the management account"), hint);
                }
                if *account == self.organization.log_archive_account || of_storage == Some(account.as_str()) {
                    let hint = "take it out: the exempt role there is `names.storage_role`";
                    return refuse("accounts", format!("`{account}` has the log storage role"), hint);
                }
            }
            let here = one.accounts.iter().map(ToString::to_string).chain(one.units.iter().cloned());
            for place in here {
                if !places.insert(place.clone()) {
                    let hint = "an account has one exempt role: leave it in one of the tables";
                    return refuse("accounts", format!("`{place}` is named more than once"), hint);
                }
            }
        }
        Ok(())
    }
}

fn account_in(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

#[cfg(test)]
mod tests {
    use super::{super::sample::with, *};

    fn role(config: &Config, account: &str, path: &[&str]) -> String {
        let path: Vec<String> = path.iter().map(|place| (*place).to_owned()).collect();
        config.exempt_role(&account.parse().unwrap(), &path)
    }

    #[test]
    fn without_tables_the_log_storage_role_is_the_one_everywhere() {
        let config = with("").unwrap();
        let storage = "arn:aws:iam::222222222222:role/LogArchive-Administrator";
        assert_eq!(role(&config, "444444444444", &["r-1", "ou-1", "444444444444"]), storage);
        assert!(!config.assumed().join("; ").contains("administrator role"));
    }

    #[test]
    fn an_account_counts_before_its_units_and_the_nearest_unit_before_the_others() {
        let config = with(
            "[[names.administrators]]\nrole = \"Everywhere\"\nunits = [\"r-1\"]\n\
             [[names.administrators]]\nrole = \"ops/Deep\"\nunits = [\"ou-2\"]\n\
             [[names.administrators]]\nrole = \"Named\"\naccounts = [\"444444444444\"]\n",
        )
        .unwrap();
        let deep = ["r-1", "ou-1", "ou-2"];
        assert_eq!(role(&config, "444444444444", &deep), "arn:aws:iam::444444444444:role/Named");
        assert_eq!(role(&config, "555555555555", &deep), "arn:aws:iam::555555555555:role/ops/Deep");
        assert_eq!(role(&config, "555555555555", &["r-1", "ou-1"]), "arn:aws:iam::555555555555:role/Everywhere");
        // The log archive keeps its own, whatever is above it.
        assert_eq!(role(&config, "222222222222", &deep), config.storage_role_arn());
        let assumed = config.assumed().join("; ");
        assert!(assumed.contains("administrator role ops/Deep in ou-2"), "{assumed}");
        assert!(assumed.contains("all other accounts arn:aws:iam::222222222222:role/"), "{assumed}");
    }

    #[test]
    fn tables_that_contradict_something_are_refused() {
        for (more, expected) in [
            ("role = \"arn:aws:iam::444444444444:role/X\"\naccounts = [\"444444444444\"]", "not the name of a role"),
            ("role = \"*\"\naccounts = [\"444444444444\"]", "not the name of a role"),
            ("role = \"X\"", "meant for no account"),
            ("role = \"X\"\nunits = [\"Workloads\"]", "not the id of an organizational unit"),
            ("role = \"X\"\naccounts = [\"111111111111\"]", "the management account"),
            ("role = \"X\"\naccounts = [\"222222222222\"]", "has the log storage role"),
            ("role = \"X\"\naccounts = [\"444444444444\", \"444444444444\"]", "more than once"),
            ("role = \"X\"\naccount = [\"444444444444\"]", "unknown field"),
        ] {
            let error = with(&format!("[[names.administrators]]\n{more}\n")).unwrap_err();
            assert!(error.contains(expected) && error.contains("hint:"), "{error}");
        }
    }
}
