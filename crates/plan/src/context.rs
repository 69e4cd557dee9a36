//! What a reader knows of the landing zone besides the plan.

use std::collections::BTreeMap;

pub use logproof_estate::config::{Placed, Places};
use logproof_estate::{AccountId, Partition, Region};

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
