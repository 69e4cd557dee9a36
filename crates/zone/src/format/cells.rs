//! The same thing in every account and governed Region, with exceptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The same thing in every account and governed Region, with exceptions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cells<T> {
    /// In every account and Region named in `regions`.
    #[serde(default = "none")]
    pub(crate) everywhere: Option<T>,
    /// Regions `everywhere` means.
    #[serde(default)]
    pub(crate) regions: Vec<String>,
    /// By `account/region`; null means there is none.
    #[serde(default = "BTreeMap::new")]
    pub(crate) at: BTreeMap<String, Option<T>>,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Self { everywhere: None, regions: Vec::new(), at: BTreeMap::new() }
    }
}

impl<T> Cells<T> {
    /// What there is in an account and Region.
    pub(crate) fn get(&self, account: &str, region: &str) -> Option<&T> {
        match self.at.get(&format!("{account}/{region}")) {
            Some(one) => one.as_ref(),
            None => self.everywhere.as_ref().filter(|_| self.regions.iter().any(|known| known == region)),
        }
    }
}
