//! The commented `logproof.toml` of what was found: every key, those with a default in a comment.

use logproof_estate::{
    Partition,
    config::{ConventionsConfig, ExpectationsConfig, IntegrityConfig, LimitsConfig},
};

use super::{
    discover::Discovery,
    maker::{Form, Maker},
};

/// A file of keys and comments.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn line(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self.0.push('\n');
        self
    }

    /// A comment on one line, whatever it holds.
    fn note(&mut self, text: &str) -> &mut Self {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.line(format!("# {text}").trim_end())
    }

    fn table(&mut self, name: &str) -> &mut Self {
        self.line(&format!("\n[{name}]"))
    }

    /// A key with its value.
    fn key(&mut self, name: &str, value: impl Into<toml::Value>) -> &mut Self {
        self.line(&format!("{name} = {}", value.into()))
    }

    /// A key in a comment, with its default or, where it has none, with what could stand there.
    fn unset(&mut self, name: &str, value: impl Into<toml::Value>) -> &mut Self {
        self.line(&format!("# {name} = {}", value.into()))
    }

    /// The key when there is a value, a comment otherwise.
    fn maybe(&mut self, name: &str, value: Option<&str>, example: &str) -> &mut Self {
        match value {
            Some(value) => self.key(name, value),
            None => self.unset(name, example),
        }
    }

    /// The key when there is a value, a question otherwise.
    fn required(&mut self, name: &str, value: Option<&str>, what: &str) -> &mut Self {
        match value {
            Some(value) => self.key(name, value),
            None => self.open(name, what),
        }
    }

    /// A key that only the reader can fill in: `check` refuses the file until it is.
    fn open(&mut self, name: &str, what: &str) -> &mut Self {
        self.line(&format!("{name} = \"?\" # {what}"))
    }
}

/// An account id for examples.
const EXAMPLE: &str = "123456789012";

impl Discovery {
    /// The commented `logproof.toml`.
    #[must_use]
    pub(super) fn render(&self) -> String {
        let mut page = Page::default();
        self.head(&mut page);
        self.organization(&mut page);
        self.access(&mut page);
        self.names(&mut page);
        expectations(&mut page);
        conventions(&mut page);
        integrity(&mut page, self.home.partition());
        page.0
    }

    fn head(&self, page: &mut Page) {
        page.note("Written by `logproof init`. Every key is shown; a key in a comment has its default.");
        if self.maker != Maker::Organizations {
            page.note(&format!("Names are those of {}.", self.maker.called()));
            self.maker.remarks().iter().for_each(|line| {
                page.note(line);
            });
        }
        if !self.accounts.is_empty() {
            page.note("Active accounts found:");
        }
        for account in &self.accounts {
            page.note(&format!("  {} {}", account.id, account.name));
        }
        if !self.unseen.is_empty() {
            page.note("Not answered, so that something below may be missing:");
            for question in &self.unseen {
                page.note(&format!("  {question}"));
            }
        }
        page.line("").note("Folder of the owner's register, relative to this file; used when there is one.");
        page.unset("register", "register");
    }

    fn organization(&self, page: &mut Page) {
        let text = |list: Vec<String>| list.into_iter().map(toml::Value::String).collect::<Vec<_>>();
        page.table("organization").note("The organization must be this one.");
        page.required("id", self.organization.as_deref(), "fill in the id of the organization");
        let management = self.management.as_ref().map(|id| id.as_str());
        page.required("management_account", management, "fill in the id of the management account");
        if let Some(bucket) = &self.trail.bucket {
            page.note(&format!("The account that owns bucket {bucket}."));
        }
        let archive = self.log_archive.as_ref().map(|id| id.as_str());
        page.required("log_archive_account", archive, "not found in an account that could be asked: fill in its id");
        page.note("The account analysts and the read-only role work in.");
        page.maybe("security_tooling_account", self.security_tooling.as_ref().map(|id| id.as_str()), EXAMPLE);
        page.note("Accounts of external auditors that may read.").unset("auditor_accounts", text(Vec::new()));
        let trail = self.trail.name.as_deref().unwrap_or_default();
        page.note(&format!("The Region the log store is in: the home Region of trail {trail}."));
        page.key("home_region", self.home.as_str());
        page.note(&format!("\"Every Region\" in a control means these: {}.", self.regions_from));
        page.key("governed_regions", text(self.regions.iter().map(ToString::to_string).collect()));
    }

    fn access(&self, page: &mut Page) {
        let access = &self.access;
        page.table("access").note("Role assumed in every account other than the caller's own.");
        page.key("role_name", access.role_name.as_str());
        page.note("External id sent with AssumeRole.").maybe("external_id", access.external_id.as_deref(), "...");
        page.key("session_name", access.session_name.as_str());
        page.note("Profile of the shared AWS configuration; the standard credential chain decides when it is absent.");
        page.maybe("profile", access.profile.as_deref(), "audit");
        page.note("Account in which AWS Organizations is asked: the management account, or a delegated administrator.");
        page.unset("organizations_account", EXAMPLE);
        page.note("API calls in flight at once, in all and per account.");
        page.unset("max_calls_in_flight", number(access.max_calls_in_flight));
        page.unset("max_calls_in_flight_per_account", number(access.max_calls_in_flight_per_account));
        page.note("Attempts per call, the first included, and seconds one attempt may take.");
        page.unset("max_attempts", i64::from(access.max_attempts));
        page.unset("attempt_timeout_seconds", number(access.attempt_timeout_seconds));
    }

    fn names(&self, page: &mut Page) {
        page.table("names");
        self.bucket(page);
        let prefix = self.maker.log_prefix(self.organization.as_deref());
        page.note("Key prefix in front of AWSLogs/.");
        match (&self.trail.prefix, &prefix) {
            (None, Some(Form::Open(form))) => page.open("log_prefix", &format!("its form is {form}")),
            (prefix, _) => page.maybe("log_prefix", prefix.as_deref(), ""),
        };
        page.note("Bucket AWS Config delivers to, when it is another one.");
        match (&self.config_bucket, self.maker.config_bucket(self.security_tooling.as_ref())) {
            (None, Some(form)) => page.open("config_bucket", &format!("its form is {}", form.as_str())),
            (bucket, _) => {
                page.maybe("config_bucket", bucket.as_deref(), self.trail.bucket.as_deref().unwrap_or("..."))
            }
        };
        page.note("Account that holds it, when it is the security tooling account.");
        page.maybe("config_account", self.config_account.as_ref().map(|id| id.as_str()), self.archive());
        page.note("Alias, id or ARN of the log key, and the account that holds it when it is not the log archive.");
        page.required("key", self.trail.kms_key.as_deref(), "the trail names no key: fill in the log key");
        page.maybe("key_account", self.key_account(), EXAMPLE);
        page.note("Name of the organization trail.");
        if !self.other_trails.is_empty() {
            page.note(&format!("There are other organization trails: {}.", self.other_trails.join(", ")));
        }
        page.required("trail", self.trail.name.as_deref(), "fill in the name of the organization trail");
        self.roles(page);
    }

    fn bucket(&self, page: &mut Page) {
        let bucket = self.trail.bucket.as_deref();
        match self.conventional_prefix() {
            Some(prefix) => {
                page.note("Prefix of the convention aws-[prefix]-log-storage-[account ID]-[Region].");
                page.key("prefix", prefix).note("Name of a log bucket that does not follow it.");
                page.maybe("bucket", None, bucket.unwrap_or("..."))
            }
            None => {
                page.note("The bucket does not follow aws-[prefix]-log-storage-[account ID]-[Region].");
                let form = self.maker.bucket(self.log_archive.as_ref(), &self.home);
                let what = form
                    .map_or("fill in the trail's bucket".to_owned(), |form| format!("its form is {}", form.as_str()));
                page.required("bucket", bucket, &what)
            }
        };
    }

    fn roles(&self, page: &mut Page) {
        let archive = self.archive();
        let partition = self.home.partition();
        page.note("ARN of the one role that may change the log store.");
        let administrator = self.maker.admin_role().unwrap_or("LogArchive-Administrator");
        page.unset("storage_role", partition.arn("iam", "", archive, &format!("role/{administrator}")));
        page.note("Break-glass role in the log archive account; read-only role in the security tooling account.");
        page.maybe("admin_role", self.maker.admin_role(), "LogArchive-Administrator");
        page.maybe("reader_role", self.maker.reader_role(), "LogsReadOnlyFrequencyRole");
        page.note("Service principals that deliver logs.");
        let services = ["cloudtrail.amazonaws.com", "config.amazonaws.com"];
        page.unset("log_services", services.map(toml::Value::from).to_vec());
        page.note(
            "A role that accounts have for their own administrator, exempt there from the protection of the log store;",
        );
        page.note("one table per role, with the accounts or the organizational units (ids) it is meant for.");
        page.line("# [[names.administrators]]")
            .unset("role", self.maker.role_everywhere().unwrap_or("PlatformAdministrator"));
        page.unset("accounts", vec![toml::Value::from(EXAMPLE)]).unset("units", vec![toml::Value::from("ou-...")]);
    }

    fn archive(&self) -> &str {
        self.log_archive.as_ref().map_or(EXAMPLE, |id| id.as_str())
    }

    /// The prefix, when the trail's bucket has the conventional name.
    fn conventional_prefix(&self) -> Option<&str> {
        let ending = format!("-log-storage-{}-{}", self.log_archive.as_ref()?, self.home);
        let prefix = self.trail.bucket.as_deref()?.strip_prefix("aws-")?.strip_suffix(&ending)?;
        Some(prefix).filter(|prefix| !prefix.is_empty())
    }

    /// The account of the trail's key, when it is not the log archive.
    fn key_account(&self) -> Option<&str> {
        let account = self.trail.kms_key.as_deref()?.split(':').nth(4)?;
        let archive = self.log_archive.as_ref().map(|id| id.as_str());
        Some(account).filter(|account| archive != Some(account))
    }
}

fn number(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

fn expectations(page: &mut Page) {
    let default = ExpectationsConfig::default();
    page.table("expectations").unset("minimum_tls", default.minimum_tls);
    page.note("Days a log object must exist, and must stay directly readable.");
    page.unset("retention_days", i64::from(default.retention_days)).unset("hot_days", i64::from(default.hot_days));
    page.note("Object Lock of the log bucket; the days default to retention_days.");
    page.unset("object_lock_mode", default.object_lock_mode);
    page.unset("object_lock_days", i64::from(default.retention_days));
    page.note("Longest accepted period of key rotation, in days.");
    page.unset("key_rotation_days", i64::from(default.key_rotation_days));
    page.note("Longest accepted interval between AWS Config snapshots.");
    page.unset("config_snapshot_frequency", default.config_snapshot_frequency);
    page.note("Hours within which logs must have arrived.").unset("delivery_hours", i64::from(default.delivery_hours));
    page.note("Days the administrator role must not have been used.");
    page.unset("admin_role_quiet_days", i64::from(default.admin_role_quiet_days));
    page.note("Account that must hold the replica; any other account of the organization when absent.");
    page.unset("replica_account", EXAMPLE);
}

fn conventions(page: &mut Page) {
    let default = ConventionsConfig::default();
    let table = |of: &[(&str, toml::Value)]| -> toml::Value {
        toml::Value::Table(of.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    };
    page.table("conventions").note("Key of the tag that names a bucket's environment, and its values by environment.");
    page.unset("environment_tag", default.environment_tag);
    page.unset("environment_values", table(&[("production", vec![toml::Value::from("production")].into())]));
    page.note("Key of the tag by which automation marks what it owns, and the values that are automation.");
    page.unset("automation_tag", default.automation_tag)
        .unset("automation_values", vec![toml::Value::from("terraform")]);
    page.note("Retention class by kind of log (network, dns, access, change), and least days by class.");
    page.unset("retention_classes", table(&[("network", "network".into())]));
    page.unset("least_days", table(&[("network", 365.into())]));
}

fn integrity(page: &mut Page, partition: Partition) {
    let default = IntegrityConfig::default();
    page.table("integrity").note("Hours before the run whose digests are verified.");
    page.unset("window_hours", i64::from(default.window_hours));
    page.note("Percent of the log files whose content is read.");
    page.unset("log_file_percent", i64::from(default.log_file_percent));
    let default = LimitsConfig::default();
    page.table("limits").note("Seconds one scenario of a control may compute before it ends as ERROR.");
    page.unset("computing_seconds", number(default.computing_seconds));
    page.line("").note("Who may read log files, while there is no register: one table per role or user.");
    page.line("# [[readers]]").unset("principal", partition.arn("iam", "", EXAMPLE, "role/LogReader"));
    page.unset("bucket", "name-of-another-bucket")
        .unset("path", "AWSLogs/")
        .unset("purpose", "...")
        .unset("until", "2030-12-31");
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
