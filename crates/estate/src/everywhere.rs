//! What a scenario means by "every": the active accounts of the organization, and the governed Regions.

use std::sync::Arc;

use crate::{
    facts::Account,
    place::{AccountId, Region},
    record::Population,
    source::ExchangeId,
};

/// The accounts, and the Regions when the scenario is about them, that "every" stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Everywhere {
    /// Active accounts, by id; shared by all scenarios.
    pub accounts: Arc<[Account]>,
    /// Governed Regions; empty when the scenario is about accounts only.
    pub regions: Vec<Region>,
    /// Accounts left out, each with the reason.
    pub left_out: Vec<String>,
    /// Where the accounts and Regions come from.
    pub source: String,
    /// Exchanges the list of accounts rests on.
    pub exchanges: Vec<ExchangeId>,
}

impl Everywhere {
    /// Every account with every Region, by account and then in the order the Regions are configured.
    pub fn cells(&self) -> impl Iterator<Item = (AccountId, Region)> + use<> {
        let (accounts, regions): (_, Arc<[Region]>) = (Arc::clone(&self.accounts), self.regions.clone().into());
        let cells = accounts.len() * regions.len();
        (0..cells).filter_map(move |cell| {
            let account = accounts.get(cell / regions.len())?;
            Some((account.id.clone(), regions.get(cell % regions.len())?.clone()))
        })
    }

    /// How many of the accounts were examined.
    #[must_use]
    pub fn accounts_examined(&self, examined: usize) -> Population {
        self.count("active accounts", self.accounts.len(), examined)
    }

    /// How many of the account and Region pairs were examined.
    #[must_use]
    pub fn cells_examined(&self, examined: usize) -> Population {
        self.count("pairs of active account and governed Region", self.accounts.len() * self.regions.len(), examined)
    }

    fn count(&self, of: &str, expected: usize, examined: usize) -> Population {
        Population {
            of: of.to_owned(),
            expected,
            examined,
            source: self.source.clone(),
            left_out: self.left_out.clone(),
        }
    }
}
