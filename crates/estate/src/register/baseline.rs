//! The baseline: findings that were there when somebody began to check. A known one is shown and does not fail the run,
//! one that is not in the baseline does, and one that is mended drops out.
//!
//! Two findings are the same when they are of the same scenario, subject, place and requirement, and the later one allows
//! or lacks nothing more. What only the passing of time changes (`3 days ago`) makes no new finding.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    assessment::{Assessment, ScenarioResult},
    record::{Observation, Verdict},
    register::REGISTER,
};

/// One accepted finding, an entry of `baseline.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Control id; `REGISTER` for a finding on an entry of the register.
    pub control: String,
    /// Scenario of the control.
    pub scenario: String,
    /// ARN of the subject.
    pub subject: String,
    /// Where in the subject, when that is narrower.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What the control asks for.
    pub expected: String,
    /// What was there when it was accepted.
    pub found: String,
    /// Actions that were allowed, when it is a finding on policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Who could, when it is a finding on policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<String>,
    /// Who answers for it until it is mended.
    pub owner: String,
    /// The day it was accepted.
    pub since: Date,
    /// The last day it is accepted, at most one year later.
    pub until: Date,
}

/// Who answers for an accepted finding, and until when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who answers for it.
    pub owner: String,
    /// The day it was accepted.
    pub since: Date,
    /// The last day it is accepted.
    pub until: Date,
}

impl Acceptance {
    /// In one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("known since {}, accepted in the baseline until {} for {}", self.since, self.until, self.owner)
    }
}

/// A finding by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRef {
    /// Control id.
    pub control: String,
    /// Scenario of the control.
    pub scenario: String,
    /// ARN of the subject.
    pub subject: String,
    /// What the control asks for.
    pub expected: String,
}

/// What a run found of the baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineState {
    /// Findings of this run that the baseline accepts.
    pub known: usize,
    /// Findings of this run that neither the baseline nor a waiver accepts.
    pub new: usize,
    /// Entries whose finding is there no more: `--update-baseline` takes them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<FindingRef>,
}

impl Accepted {
    /// The entry that accepts a finding.
    #[must_use]
    pub fn of(control: &str, scenario: &str, finding: &Observation, acceptance: &Acceptance) -> Self {
        let allowed = finding.allowed.as_ref();
        Self {
            control: control.to_owned(),
            scenario: scenario.to_owned(),
            subject: finding.subject.arn.clone(),
            place: finding.place.clone(),
            expected: finding.expected.to_string(),
            found: finding.found.clone(),
            actions: allowed.map(|allowed| allowed.actions().map(str::to_owned).collect()).unwrap_or_default(),
            callers: allowed.map(|allowed| allowed.callers.clone()).unwrap_or_default(),
            owner: acceptance.owner.clone(),
            since: acceptance.since,
            until: acceptance.until,
        }
    }

    /// Whether a finding is this one, whatever the day.
    #[must_use]
    pub fn is(&self, control: &str, scenario: &str, finding: &Observation) -> bool {
        let same_place = self.control == control
            && self.scenario == scenario
            && self.subject == finding.subject.arn
            && lasting(self.place.as_deref().unwrap_or_default())
                == lasting(finding.place.as_deref().unwrap_or_default())
            && lasting(&self.expected) == lasting(&finding.expected);
        same_place
            && match &finding.allowed {
                // The example request may be another one each time; what counts is that nothing more is allowed.
                Some(allowed) => {
                    let actions: BTreeSet<&str> = self.actions.iter().map(String::as_str).collect();
                    allowed.actions().all(|action| actions.contains(action))
                        && allowed.callers.iter().all(|caller| self.callers.contains(caller))
                }
                None => lasting(&self.found) == lasting(&finding.found),
            }
    }

    /// Who answers for it, and until when.
    #[must_use]
    pub fn acceptance(&self) -> Acceptance {
        Acceptance { owner: self.owner.clone(), since: self.since, until: self.until }
    }

    fn named(&self) -> FindingRef {
        FindingRef {
            control: self.control.clone(),
            scenario: self.scenario.clone(),
            subject: self.subject.clone(),
            expected: self.expected.clone(),
        }
    }
}

/// Every finding of the scenarios that fail or that were accepted, with its control and scenario.
pub fn every_finding(assessment: &Assessment) -> impl Iterator<Item = (&str, &ScenarioResult, &Observation)> {
    assessment.controls.iter().flat_map(|control| {
        let failing = control.scenarios.iter().filter(|scenario| scenario.verdict != Verdict::Error);
        failing.flat_map(move |scenario| {
            scenario.record.findings().map(move |finding| (control.id.as_str(), scenario, finding))
        })
    })
}

impl BaselineState {
    /// In one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let counted = |number: usize| if number == 1 { "1 finding".to_owned() } else { format!("{number} findings") };
        let mended = match self.mended.len() {
            0 => String::new(),
            number => format!("; {number} mended, which `--update-baseline` takes out"),
        };
        format!("baseline: {} known, {} new{mended}", counted(self.known), counted(self.new))
    }

    /// What an assessment with its register applied found of a baseline.
    pub(super) fn of(assessment: &Assessment, baseline: &[Accepted]) -> Self {
        let findings = || every_finding(assessment).map(|(_, scenario, finding)| (scenario, finding));
        let known = findings().filter(|(_, finding)| finding.accepted.is_some()).count();
        let new =
            findings().filter(|(scenario, one)| scenario.verdict == Verdict::Fail && one.accepted.is_none()).count();
        let of_register =
            |accepted| assessment.register.iter().filter(|one| one.accepted.is_some() == accepted).count();
        Self {
            known: known + of_register(true),
            new: new + of_register(false),
            mended: baseline.iter().filter(|entry| is_mended(assessment, entry)).map(Accepted::named).collect(),
        }
    }
}

/// Whether what an entry accepts was looked for and not found. What could not be assessed is not mended.
fn is_mended(assessment: &Assessment, entry: &Accepted) -> bool {
    if entry.control == REGISTER {
        // It stands in the place of the entry, which is the control that the entry is for.
        let control = assessment.controls.iter().find(|control| Some(&control.id) == entry.place.as_ref());
        return control.is_some_and(|control| control.verdict != Verdict::Error)
            && !assessment.register.iter().any(|one| entry.is(REGISTER, &one.scenario(), &one.observation()));
    }
    let control = assessment.controls.iter().find(|control| control.id == entry.control);
    let mut scenarios = control.into_iter().flat_map(|control| &control.scenarios);
    let scenario = scenarios.find(|scenario| scenario.name == entry.scenario);
    scenario.is_some_and(|scenario| {
        scenario.verdict != Verdict::Error
            && !scenario.record.findings().any(|finding| entry.is(&entry.control, &scenario.name, finding))
    })
}

/// The baseline after a run: without what is mended and, when somebody answers for them, with all findings that fail now.
#[must_use]
pub fn updated(assessment: &Assessment, baseline: &[Accepted], accept: Option<&Acceptance>) -> Vec<Accepted> {
    let mut entries: Vec<Accepted> = baseline.iter().filter(|entry| !is_mended(assessment, entry)).cloned().collect();
    let Some(acceptance) = accept else { return entries };
    for (control, scenario, finding) in every_finding(assessment) {
        if scenario.verdict == Verdict::Fail && finding.accepted.is_none() {
            entries.retain(|entry| !entry.is(control, &scenario.name, finding));
            entries.push(Accepted::of(control, &scenario.name, finding, acceptance));
        }
    }
    // That an acceptance is over is accepted with what it was about.
    for finding in assessment.register.iter().filter(|one| one.accepted.is_none() && one.entry != "baseline") {
        let (scenario, found) = (finding.scenario(), finding.observation());
        entries.retain(|entry| !entry.is(REGISTER, &scenario, &found));
        entries.push(Accepted::of(REGISTER, &scenario, &found, acceptance));
    }
    entries
}

/// A text without what only the passing of time changes: instants, dates, months, how long ago, how many of how many.
fn lasting(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_owned();
    let at = |index: usize| words.get(index).map(|word| bare(word)).unwrap_or_default();
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let own = bare(word);
        let ago = at(index + 2) == "ago" && is_number(&own);
        let counted = is_number(&own)
            && ((at(index + 1) == "of" && is_number(&at(index + 2)))
                || (index >= 2 && at(index - 1) == "of" && is_number(&at(index - 2))));
        if is_day(&own) || ago || counted {
            kept.push(word.replace(&own, "#"));
        } else {
            kept.push((*word).to_owned());
        }
    }
    kept.join(" ")
}

/// `2026-01-15`, `2026-01-15T12:00:00Z`, `2026/01`.
fn is_day(word: &str) -> bool {
    let digits = |text: Option<&str>| text.is_some_and(|text| text.chars().all(|c| c.is_ascii_digit()));
    let is = |at: usize, c: char| word.chars().nth(at) == Some(c);
    digits(word.get(..4))
        && digits(word.get(5..7))
        && (is(4, '/') && word.len() == 7 || is(4, '-') && is(7, '-') && digits(word.get(8..10)))
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
mod tests;
