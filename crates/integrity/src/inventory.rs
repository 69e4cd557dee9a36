//! The expected chains: the oracle that makes absence visible.
//!
//! Owns: which account and Region must have a chain, and where. Must not know: what is stored.

use crate::hash::Sha256;
use crate::names::{DigestKey, Place};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The trail whose logs are verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// Its name, not its ARN.
    pub name: String,
    /// The Region it was created in.
    pub home_region: String,
    /// The bucket it delivers to.
    pub bucket: String,
    /// Its key prefix, without the closing slash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The organization's id, for an organization trail: it is part of every key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

/// One expected chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// When the chain began, if that was within memory: the account joined, the Region was enabled, the trail was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When the chain ended for a known, good reason: the account was closed or left, the Region was disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether it may have ended at a time that nobody tells: the account is suspended, or being closed. What is there is
    /// judged; that nothing more is there is no finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_have_ended: bool,
}

impl Row {
    /// A chain that exists throughout.
    #[must_use]
    pub fn new(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), since: None, until: None, may_have_ended: false }
    }

    /// The chain's name in reports: `account/region`.
    #[must_use]
    pub fn chain(&self) -> String {
        format!("{}/{}", self.account, self.region)
    }
}

/// All expected chains of one trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The trail.
    pub trail: Trail,
    /// The expected chains.
    pub rows: Vec<Row>,
}

impl Inventory {
    /// Every account in every Region.
    #[must_use]
    pub fn of(trail: Trail, accounts: &[impl AsRef<str>], regions: &[impl AsRef<str>]) -> Self {
        let rows = accounts
            .iter()
            .flat_map(|account| regions.iter().map(|region| Row::new(account.as_ref(), region.as_ref())));
        Self { rows: rows.collect(), trail }
    }

    /// A hash that two runs share only if they expect the same.
    #[must_use]
    pub fn identity(&self) -> Sha256 {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_unstable();
        Sha256::of(serde_json::to_vec(&(&self.trail, rows)).unwrap_or_default())
    }

    /// Where the objects of a chain lie.
    #[must_use]
    pub fn place(&self, row: &Row) -> Place {
        Place {
            prefix: self.trail.prefix.clone().filter(|prefix| !prefix.is_empty()),
            organization: self.trail.organization.clone(),
            account: row.account.clone(),
            region: row.region.clone(),
        }
    }

    /// The key of the digest of a chain that ends at a time.
    #[must_use]
    pub fn digest_key(&self, row: &Row, end: Timestamp, backfill: bool) -> DigestKey {
        let (trail, home_region) = (self.trail.name.clone(), self.trail.home_region.clone());
        DigestKey { place: self.place(row), trail, home_region, end, backfill }
    }
}

/// The period that is verified: from `from` up to, not including, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}
