//! The result of a run, and of one shard of it.
//!
//! Owns: the shape of summaries and the rule from findings to a result. Must not know: how it was obtained.

use crate::chain::{Link, Predecessor};
use crate::config::Sampling;
use crate::finding::{Class, Finding};
use crate::hash::Sha256;
use crate::inventory::{Row, Trail, Window};
use crate::shard::Shard;
use crate::totals::{CodeCounts, Totals, gravest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the summary's shape.
pub const SUMMARY_VERSION: u32 = 1;

/// The result: one of three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was expected was there, was read, and is genuine.
    Valid,
    /// Something could not be judged, or nothing was there to judge.
    Undetermined,
    /// Something is missing, changed or added.
    Invalid,
}

impl Outcome {
    /// The exit code that stands for it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Undetermined => 3,
        }
    }

    /// The result that counts of findings mean.
    #[must_use]
    pub fn of(codes: &CodeCounts) -> Self {
        match gravest(codes) {
            Class::Informative => Self::Valid,
            Class::Undetermined => Self::Undetermined,
            Class::Invalid => Self::Invalid,
        }
    }
}

/// Whether a chain was expected within the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// It was, and was judged.
    Judged,
    /// The inventory says that it began later or ended earlier.
    OutsideWindow,
    /// Its first digest was not due yet.
    NotDue,
}

/// The result of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainSummary {
    /// The row of the inventory.
    pub row: Row,
    /// The result.
    pub outcome: Outcome,
    /// Whether it was expected.
    pub expected: Expected,
    /// The period that was verified.
    pub window: Window,
    /// What the first verified digest says about its predecessor.
    pub head: Option<Predecessor>,
    /// The first verified digest.
    pub first: Option<Link>,
    /// The last verified digest.
    pub last: Option<Link>,
    /// Counts.
    pub totals: Totals,
    /// Findings by code.
    pub findings: CodeCounts,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this shape.
    pub version: u32,
    /// The trail.
    pub trail: Trail,
    /// The identity of the whole inventory, not only of this shard's rows.
    pub inventory: Sha256,
    /// How many rows the whole inventory has.
    pub inventory_rows: usize,
    /// The part of the inventory that was verified.
    pub shard: Shard,
    /// The period.
    pub window: Window,
    /// The time that counted as now.
    pub now: Timestamp,
    /// Which log files were read.
    pub sampling: Sampling,
    /// Whether added log files were looked for.
    pub completeness: bool,
    /// The result.
    pub outcome: Outcome,
    /// Counts.
    pub totals: Totals,
    /// Findings by code.
    pub codes: CodeCounts,
    /// One summary for each row of the shard.
    pub chains: Vec<ChainSummary>,
    /// The first findings; all of them are in the evidence.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Adds up chains, and decides the result.
    pub(crate) fn conclude(&mut self) {
        self.chains.sort_by(|one, other| one.row.cmp(&other.row));
        self.findings.sort_by(|one, other| {
            (one.chain.as_str(), one.code, &one.object, one.from).cmp(&(
                other.chain.as_str(),
                other.code,
                &other.object,
                other.from,
            ))
        });
        self.totals = Totals::default();
        self.codes = CodeCounts::new();
        for chain in &self.chains {
            self.totals += chain.totals;
            for (code, count) in &chain.findings {
                *self.codes.entry(*code).or_default() += count;
            }
        }
        let worst = self.chains.iter().map(|chain| chain.outcome).max();
        let judged = self.chains.iter().any(|chain| chain.expected == Expected::Judged);
        // A shard may be empty by chance; a whole run over nothing has proven nothing.
        let assessed = judged || self.shard.count > 1;
        self.outcome = match worst {
            Some(outcome) if assessed => outcome,
            None if assessed => Outcome::Valid,
            _ => Outcome::Undetermined,
        };
    }

    /// The expected chains by result: valid, undetermined, invalid.
    #[must_use]
    pub fn chain_counts(&self) -> (usize, usize, usize) {
        let count = |outcome| {
            self.chains.iter().filter(|chain| chain.expected == Expected::Judged && chain.outcome == outcome).count()
        };
        (count(Outcome::Valid), count(Outcome::Undetermined), count(Outcome::Invalid))
    }
}
