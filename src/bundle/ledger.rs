//! The completeness ledger: every cell a run was expected to examine, and whether it did.
//!
//! A cell is a control x account x Region as far as the control concerns them. What is expected comes from the
//! selection and the list of accounts, never from what was examined.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{
    ExchangeId,
    assessment::Assessment,
    record::{Population, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::catalogue::Control;

/// The ledger of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    /// Controls examined, with the verdict each got.
    pub controls: BTreeMap<String, Verdict>,
    /// Scenarios selected, by control: what the run was expected to examine.
    pub selected: BTreeMap<String, usize>,
    /// Active accounts of the organization; `None` when they could not be listed.
    pub accounts: Option<usize>,
    /// Exchanges the list of accounts rests on.
    pub account_list: Vec<ExchangeId>,
    /// Governed Regions.
    pub regions: usize,
    /// Populations by scenario, expected and examined.
    pub populations: Vec<Counted>,
    /// Members of all populations, expected.
    pub expected_cells: usize,
    /// Members of all populations, examined.
    pub examined_cells: usize,
    /// What was expected and not examined, one line each.
    pub missing: Vec<String>,
}

/// One population of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Control id.
    pub control: String,
    /// Scenario.
    pub scenario: String,
    /// What is counted.
    pub of: String,
    /// How many there are.
    pub expected: usize,
    /// How many were examined.
    pub examined: usize,
}

/// How many scenarios of each control are selected.
#[must_use]
pub fn selected(controls: &[Control]) -> BTreeMap<String, usize> {
    controls.iter().map(|control| (control.id.clone(), control.scenarios.len())).collect()
}

impl Completeness {
    /// The ledger of an assessment against what was selected.
    #[must_use]
    pub fn of(assessment: &Assessment, selected: &BTreeMap<String, usize>) -> Self {
        let run = &assessment.run;
        let accounts = run.accounts.as_ref().map(Vec::len);
        let mut missing: Vec<String> = run.incomplete.iter().cloned().collect();
        missing.extend(missing_scenarios(assessment, selected));
        let mut populations = Vec::new();
        for control in &assessment.controls {
            for scenario in &control.scenarios {
                for population in &scenario.record.populations {
                    let place = format!("{} {}", control.id, scenario.name);
                    missing.extend(short(population, accounts, run.regions.len()).map(|why| format!("{place}: {why}")));
                    populations.push(Counted {
                        control: control.id.clone(),
                        scenario: scenario.name.clone(),
                        of: population.of.clone(),
                        expected: population.expected,
                        examined: population.examined,
                    });
                }
            }
        }
        Self {
            controls: assessment.controls.iter().map(|c| (c.id.clone(), c.verdict)).collect(),
            selected: selected.clone(),
            accounts,
            account_list: run.accounts_from.clone(),
            regions: run.regions.len(),
            expected_cells: populations.iter().map(|p| p.expected).sum(),
            examined_cells: populations.iter().map(|p| p.examined).sum(),
            populations,
            missing,
        }
    }
}

fn missing_scenarios(assessment: &Assessment, selected: &BTreeMap<String, usize>) -> Vec<String> {
    let examined: BTreeMap<&str, usize> =
        assessment.controls.iter().map(|control| (control.id.as_str(), control.scenarios.len())).collect();
    let ids: BTreeSet<&str> = selected.keys().map(String::as_str).chain(examined.keys().copied()).collect();
    ids.into_iter()
        .filter_map(|id| match (selected.get(id).copied().unwrap_or(0), examined.get(id).copied().unwrap_or(0)) {
            (expected, found) if expected == found => None,
            (expected, found) => Some(format!("{id}: {found} of {expected} selected scenarios have a verdict")),
        })
        .collect()
}

/// Why a population is short: fewer examined than expected, or fewer expected than the organization has.
fn short(population: &Population, accounts: Option<usize>, regions: usize) -> Option<String> {
    let Population { of, expected, examined, .. } = population;
    if examined != expected {
        return Some(format!("{examined} of {expected} {of} examined"));
    }
    let accounts = accounts?;
    let whole = match of.as_str() {
        "active accounts" => *expected == accounts,
        // A scenario may concern some of the Regions, of every account in each.
        "pairs of active account and governed Region" => {
            (1..=regions.max(1)).any(|regions| *expected == accounts * regions)
        }
        _ => true,
    };
    (!whole)
        .then(|| format!("{expected} {of} expected, the organization has {accounts} accounts and {regions} Regions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(of: &str, expected: usize, examined: usize) -> Population {
        Population { of: of.to_owned(), expected, examined, source: String::new(), left_out: Vec::new() }
    }

    #[test]
    fn a_population_is_measured_against_the_organization() {
        const PAIRS: &str = "pairs of active account and governed Region";
        let short = |of, expected, examined| short(&population(of, expected, examined), Some(6), 2);
        assert_eq!(short("active accounts", 6, 6), None);
        assert_eq!(short(PAIRS, 12, 12), None);
        assert_eq!(short(PAIRS, 6, 6), None, "the home Region only");
        assert_eq!(short("readers", 1, 1), None);
        assert_eq!(short("readers", 2, 1), Some("1 of 2 readers examined".to_owned()));
        assert!(short("active accounts", 5, 5).is_some_and(|why| why.contains("has 6 accounts")));
        assert!(short(PAIRS, 11, 11).is_some());
        assert!(short(PAIRS, 18, 18).is_some());
        assert!(short(PAIRS, 0, 0).is_some());
    }
}
