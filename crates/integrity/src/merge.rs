//! One report from the reports of shards, and proof that together they cover the inventory exactly once.
//!
//! Owns: coverage and seams. Must not know: how shards ran.
//!
//! Shards divide the inventory by account and Region; runs over neighbouring windows can be joined as well. What no shard
//! covers is undetermined, never a pass.

use crate::config::Sampling;
use crate::inventory::{Inventory, Window};
use crate::report::{ChainSummary, Expected, Outcome, Report, SUMMARY_VERSION};
use crate::shard::Shard;
use crate::totals::{CodeCounts, Totals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What keeps reports from being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProblemCode {
    /// A row is in no report, or part of the window is.
    #[serde(rename = "shard.missing")]
    Missing,
    /// A row is in more than one report for the same time.
    #[serde(rename = "shard.covered_twice")]
    CoveredTwice,
    /// A report is about another inventory or trail.
    #[serde(rename = "shard.other_inventory")]
    OtherInventory,
    /// Reports were made with different settings.
    #[serde(rename = "shard.settings_differ")]
    SettingsDiffer,
    /// Two neighbouring windows do not join: nothing says that the chain is whole across them.
    #[serde(rename = "seam.open")]
    SeamOpen,
    /// Two neighbouring windows saw different content under one name.
    #[serde(rename = "seam.mismatch")]
    SeamMismatch,
}

impl ProblemCode {
    /// The stable text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "shard.missing",
            Self::CoveredTwice => "shard.covered_twice",
            Self::OtherInventory => "shard.other_inventory",
            Self::SettingsDiffer => "shard.settings_differ",
            Self::SeamOpen => "seam.open",
            Self::SeamMismatch => "seam.mismatch",
        }
    }

    fn outcome(self) -> Outcome {
        if self == Self::SeamMismatch { Outcome::Invalid } else { Outcome::Undetermined }
    }
}

/// One thing that keeps reports from being one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The kind.
    pub code: ProblemCode,
    /// The chain, or the shard.
    pub subject: String,
    /// What was seen, and what to do.
    pub detail: String,
}

/// Reports made one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The whole.
    pub report: Report,
    /// What keeps it from being whole.
    pub problems: Vec<Problem>,
}

/// Makes one report of the reports of shards.
#[must_use]
pub fn merge(inventory: &Inventory, window: Window, reports: Vec<Report>) -> Merged {
    let mut merged = Merged { report: empty(inventory, window, &reports), problems: Vec::new() };
    let reports = merged.fitting(reports);
    let mut parts: BTreeMap<String, Vec<(Window, ChainSummary)>> = BTreeMap::new();
    for report in reports {
        merged.report.findings.extend(report.findings);
        for chain in report.chains {
            parts.entry(chain.row.chain()).or_default().push((report.window, chain));
        }
    }
    for row in &inventory.rows {
        let chain = row.chain();
        let mut of_row = parts.remove(&chain).unwrap_or_default();
        of_row.sort_by_key(|(window, _)| (window.from, window.to));
        merged.cover(&chain, window, &of_row);
        if let Some(joined) = join(window, of_row) {
            merged.report.chains.push(joined);
        }
    }
    for chain in parts.into_keys() {
        merged.problem(ProblemCode::OtherInventory, &chain, "a report covers a row that the inventory does not have");
    }
    merged.report.conclude();
    let worst = merged.problems.iter().map(|problem| problem.code.outcome()).max();
    merged.report.outcome = worst.map_or(merged.report.outcome, |worst| worst.max(merged.report.outcome));
    merged
}

fn empty(inventory: &Inventory, window: Window, reports: &[Report]) -> Report {
    let sampled = reports.iter().map(|report| report.sampling).find(|sampling| *sampling != Sampling::All);
    Report {
        version: SUMMARY_VERSION,
        trail: inventory.trail.clone(),
        inventory: inventory.identity(),
        inventory_rows: inventory.rows.len(),
        shard: Shard::WHOLE,
        window,
        now: reports.iter().map(|report| report.now).min().unwrap_or(window.to),
        sampling: sampled.unwrap_or_default(),
        completeness: reports.iter().all(|report| report.completeness),
        outcome: Outcome::Undetermined,
        totals: Totals::default(),
        codes: CodeCounts::new(),
        chains: Vec::new(),
        findings: Vec::new(),
    }
}

impl Merged {
    fn problem(&mut self, code: ProblemCode, subject: &str, detail: impl Into<String>) {
        self.problems.push(Problem { code, subject: subject.to_owned(), detail: detail.into() });
    }

    /// Leaves out reports about something else.
    fn fitting(&mut self, reports: Vec<Report>) -> Vec<Report> {
        let (sampling, completeness) = (self.report.sampling, self.report.completeness);
        let mut fitting = Vec::new();
        for report in reports {
            let shard = format!("shard {}", report.shard);
            if report.version != SUMMARY_VERSION || report.inventory != self.report.inventory {
                let detail =
                    "the report is about another inventory, or of another version; run the shard again with this one";
                self.problem(ProblemCode::OtherInventory, &shard, detail);
                continue;
            }
            if (report.sampling, report.completeness) != (sampling, completeness) {
                let detail = "the shards were run with different settings; run all of them with the same";
                self.problem(ProblemCode::SettingsDiffer, &shard, detail);
            }
            if report.chains.iter().any(|chain| !report.shard.covers(&chain.row)) {
                let detail = "the report covers rows of another shard; run the shard again";
                self.problem(ProblemCode::OtherInventory, &shard, detail);
                continue;
            }
            fitting.push(report);
        }
        fitting
    }

    /// Checks that the parts of a row cover the window once, and join.
    fn cover(&mut self, chain: &str, window: Window, parts: &[(Window, ChainSummary)]) {
        let mut covered_to = window.from;
        let mut before: Option<&ChainSummary> = None;
        for (part, summary) in parts {
            if part.from > covered_to {
                self.hole(chain, Window { from: covered_to, to: part.from });
            } else if before.is_some() && part.from < covered_to {
                let detail = format!("more than one report covers the time from `{}`; keep one of them", part.from);
                self.problem(ProblemCode::CoveredTwice, chain, detail);
            } else if let Some(before) = before {
                self.seam(chain, before, summary);
            }
            covered_to = covered_to.max(part.to);
            before = Some(summary);
        }
        if covered_to < window.to {
            self.hole(chain, Window { from: covered_to, to: window.to });
        }
    }

    fn hole(&mut self, chain: &str, hole: Window) {
        let detail = format!("no report covers `{}` to `{}`; run the missing shard", hole.from, hole.to);
        self.problem(ProblemCode::Missing, chain, detail);
    }

    fn seam(&mut self, chain: &str, before: &ChainSummary, after: &ChainSummary) {
        if before.expected != Expected::Judged || after.expected != Expected::Judged {
            return;
        }
        let (Some(last), Some(first)) = (&before.last, &after.first) else {
            return self.problem(
                ProblemCode::SeamOpen,
                chain,
                "one of two neighbouring windows has no verified digest",
            );
        };
        let named = after.head.as_ref().filter(|head| head.bucket == last.bucket && head.key == last.key);
        let same = if last.bucket == first.bucket && last.key == first.key {
            Some(last.hash == first.hash && last.signature == first.signature)
        } else {
            named.map(|head| head.hash == last.hash && head.signature == last.signature)
        };
        match same {
            Some(true) => {}
            Some(false) => {
                let detail =
                    format!("the neighbouring windows saw different content of `{}`; find the older version", last.key);
                self.problem(ProblemCode::SeamMismatch, chain, detail);
            }
            None => {
                let detail = format!("`{}` does not follow `{}`; verify the windows as one", first.key, last.key);
                self.problem(ProblemCode::SeamOpen, chain, detail);
            }
        }
    }
}

/// One summary of a row's parts, which are in order of time.
fn join(window: Window, parts: Vec<(Window, ChainSummary)>) -> Option<ChainSummary> {
    let mut parts = parts.into_iter().map(|(_, summary)| summary);
    let mut whole = parts.next()?;
    for part in parts {
        whole.outcome = whole.outcome.max(part.outcome);
        if whole.expected != Expected::Judged {
            whole.expected = part.expected;
        }
        if whole.first.is_none() {
            (whole.head, whole.first) = (part.head, part.first);
        }
        whole.last = part.last.or(whole.last);
        whole.totals += part.totals;
        for (code, count) in part.findings {
            *whole.findings.entry(code).or_default() += count;
        }
        whole.window = window;
    }
    Some(whole)
}
