//! What a reader knows of the landing zone besides the plan.

use std::collections::BTreeMap;

use logproof_estate::{AccountId, Partition, Region};
use serde::{Deserialize, Serialize};

/// What a reader knows of the landing zone besides the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Partition of the landing zone.
    pub partition: Partition,
    /// Home Region of the landing zone.
    pub home_region: Region,
    /// The management account: where everything of AWS Organizations is, whatever account the provider names.
    pub management_account: AccountId,
    /// Who owns each bucket that is known to exist, with its Region where that is known.
    pub buckets: BTreeMap<String, (AccountId, Option<Region>)>,
    /// The `[plan]` table of the configuration.
    pub places: Places,
}

/// Account, and Region where one is given, of what a provider or module deploys: a row of the `[plan]` table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// The account.
    pub account: AccountId,
    /// The Region; that of the resource, or of the provider, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// The `[plan]` table: where providers and modules deploy.
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
