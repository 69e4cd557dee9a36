//! A configuration for tests: the least that one has, and more.

use super::Config;

const CONFIG: &str = r#"
[organization]
management_account = "111111111111"
log_archive_account = "222222222222"
security_tooling_account = "333333333333"
home_region = "eu-central-1"
governed_regions = ["eu-central-1"]
[names]
prefix = "acme"
key = "alias/acme"
trail = "org-trail"
"#;

/// The least, with more behind it.
pub(super) fn with(more: &str) -> Result<Config, String> {
    Config::parse(&format!("{CONFIG}{more}")).map_err(|error| error.to_string())
}
