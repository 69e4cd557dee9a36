//! What waivers and attestations do to the verdicts of an assessment.
//!
//! For each scenario, by what the steps recorded:
//!
//! | steps | findings all waived | attestation needed | and holds | verdict |
//! |---|---|---|---|---|
//! | ERROR | - | - | - | ERROR |
//! | FAIL | no | - | - | FAIL |
//! | FAIL | yes | no | - | WAIVED |
//! | FAIL | yes | yes | no | MANUAL |
//! | FAIL | yes | yes | yes | WAIVED, with the attestation |
//! | MANUAL | - | yes | no | MANUAL |
//! | MANUAL | - | yes | yes | PASS, with the attestation |
//! | NOT-APPLICABLE, PASS | - | - | - | as it is |
//!
//! So a waiver never touches an ERROR and never replaces an attestation, and an attestation never covers a finding.
//! A finding that the baseline accepts counts as waived. Nothing is waived that was not examined: findings of a
//! population that was not examined as a whole or, but for the baseline, with checks after them that were not reached. A control has the worst verdict of its scenarios: ERROR, FAIL, MANUAL, WAIVED, PASS,
//! NOT-APPLICABLE. What is wrong with a waiver or an attestation (expired, unused, over-broad, evidence changed) is a
//! finding of the register's own, which the baseline accepts like any other, but for an acceptance that is over.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    baseline::{Acceptance, Accepted, BaselineState},
    model::{OpenEntry, REGISTER, Register, Waiver, day},
};
use crate::{
    assessment::{Assessment, ControlResult, ScenarioResult, StepResult, StepState},
    record::{Observation, Subject, Verdict},
};

/// Something wrong with the register itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterFinding {
    /// Kind of entry: `waiver`, `attestation`, `baseline`, or of one that nobody has signed.
    pub entry: String,
    /// Control the entry is for.
    pub control: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
    /// Who answers for it until when, where the baseline accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Box<Acceptance>>,
}

impl RegisterFinding {
    /// What it is called where findings are counted by scenario.
    #[must_use]
    pub fn scenario(&self) -> String {
        format!("{} for {}", self.entry, self.control)
    }

    /// The same as a finding of a control.
    #[must_use]
    pub fn observation(&self) -> Observation {
        let file = match self.entry.as_str() {
            "baseline" => "register/baseline.toml".to_owned(),
            "retention class" => "register/retention.toml".to_owned(),
            "use of the break-glass role" => "register/break-glass.toml".to_owned(),
            other => format!("register/{other}s.toml"),
        };
        let expected = format!("each {} of the register holds", self.entry);
        let found = Observation::new(Subject::arn(file), expected, self.problem.as_str(), false);
        Observation { accepted: self.accepted.clone(), ..found.place(self.control.as_str()).hint(self.hint.as_str()) }
    }

    /// Marks it as accepted where the baseline has it today. That an acceptance is over is never accepted itself.
    fn accept(&mut self, baseline: &[Accepted], today: Date) {
        if self.entry == "baseline" {
            return;
        }
        let (scenario, finding) = (self.scenario(), self.observation());
        let entry = baseline
            .iter()
            .find(|entry| entry.is(REGISTER, &scenario, &finding) && entry.since <= today && today <= entry.until);
        self.accepted = entry.map(|entry| Box::new(entry.acceptance()));
    }
}

/// Applies the register to an assessment: verdicts, what turned them, and what is wrong with the register itself.
pub fn apply(assessment: &mut Assessment, register: &Register, as_of: Timestamp) {
    let today = day(as_of);
    let mut findings = Vec::new();
    let mut used = vec![false; register.waivers.len()];
    for control in &mut assessment.controls {
        let mut changed = false;
        for scenario in &mut control.scenarios {
            let overdue = accept(&control.id, scenario, &register.baseline, today);
            findings.extend(overdue.into_iter().map(|(until, count)| overdue_finding(&control.id, &until, count)));
            changed |= waive(&control.id, scenario, &register.waivers, today, &mut used);
            changed |= attest(&control.id, scenario, register, today, &mut findings);
        }
        if changed && let Some(verdict) = Verdict::worst(control.scenarios.iter().map(|s| s.verdict)) {
            control.verdict = verdict;
        }
    }
    waiver_findings(assessment, register, today, &used, &mut findings);
    findings.extend(open_findings(assessment, &register.open));
    findings.iter_mut().for_each(|finding| finding.accept(&register.baseline, today));
    assessment.summary = Assessment::count(&assessment.controls);
    assessment.register = findings;
    assessment.baseline = (!register.baseline.is_empty()).then(|| BaselineState::of(assessment, &register.baseline));
}

/// Marks the findings of a scenario that fails as accepted, and counts those whose acceptance is over, by its last day.
fn accept(
    control: &str,
    scenario: &mut ScenarioResult,
    baseline: &[Accepted],
    today: Date,
) -> BTreeMap<Acceptance, usize> {
    let mut overdue = BTreeMap::new();
    if scenario.verdict != Verdict::Fail {
        return overdue;
    }
    let name = scenario.name.clone();
    for finding in scenario.record.observations.iter_mut().filter(|observation| !observation.met) {
        let entries: Vec<&Accepted> = baseline.iter().filter(|entry| entry.is(control, &name, finding)).collect();
        match entries.iter().find(|entry| entry.since <= today && today <= entry.until) {
            Some(entry) => finding.accepted = Some(Box::new(entry.acceptance())),
            None => {
                if let Some(over) = entries.iter().filter(|entry| entry.until < today).max_by_key(|entry| entry.until) {
                    *overdue.entry(over.acceptance()).or_insert(0) += 1;
                }
            }
        }
    }
    overdue
}

fn overdue_finding(control: &str, acceptance: &Acceptance, count: usize) -> RegisterFinding {
    let findings = if count == 1 { "1 finding is".to_owned() } else { format!("{count} findings are") };
    let Acceptance { owner, until, .. } = acceptance;
    RegisterFinding {
        entry: "baseline".to_owned(),
        control: control.to_owned(),
        problem: format!("{findings} there still, accepted until {until} for {owner}"),
        hint: "mend it, or have it accepted again with a waiver".to_owned(),
        accepted: None,
    }
}

fn waive(control: &str, scenario: &mut ScenarioResult, waivers: &[Waiver], today: Date, used: &mut [bool]) -> bool {
    // Who was not examined may not be waived: a short population would be ERROR without the finding.
    let short = scenario.record.populations.iter().any(|population| population.examined != population.expected);
    if scenario.verdict != Verdict::Fail || short {
        return false;
    }
    let accepted: BTreeSet<Acceptance> =
        scenario.record.findings().filter_map(|finding| finding.accepted.as_deref().cloned()).collect();
    let left_out = leaves_checks_out(&scenario.steps);
    let mut covering: Vec<usize> = Vec::new();
    for finding in scenario.record.findings() {
        let cover = waivers.iter().position(|waiver| {
            waiver.control == control
                && waiver.in_force(today)
                && waiver.over_broad().is_none()
                && waiver.covers(&finding.subject.arn)
        });
        match cover.filter(|_| !left_out) {
            Some(index) => covering.push(index),
            None if finding.accepted.is_some() => {}
            None => return false,
        }
    }
    // A failure without a finding has no subject that a waiver could name.
    if covering.is_empty() && accepted.is_empty() {
        return false;
    }
    covering.sort_unstable();
    covering.dedup();
    for index in covering {
        if let (Some(waiver), Some(flag)) = (waivers.get(index), used.get_mut(index)) {
            *flag = true;
            scenario.waivers.push(waiver.clone());
        }
    }
    let waived = scenario.waivers.iter().map(Waiver::sentence);
    let lines: Vec<String> = waived.chain(accepted.iter().map(Acceptance::sentence)).collect();
    scenario.reason = format!("{}; {}", lines.join("; "), scenario.reason);
    if scenario.steps.iter().any(|step| step.state == StepState::NotReached) {
        scenario
            .record
            .notes
            .push("what the waived finding is about is missing: nothing of it was examined".to_owned());
    }
    scenario.verdict = Verdict::Waived;
    true
}

/// Whether a check failed and another one after it was not reached: what it would have found cannot be waived. Where what
/// is to be examined is missing already (`Given`), there is nothing to find.
fn leaves_checks_out(steps: &[StepResult]) -> bool {
    let (mut is_check, mut checked) = (false, false);
    for step in steps {
        match step.keyword.trim() {
            "Given" | "When" => is_check = false,
            "And" | "But" | "*" => {}
            _ => is_check = true,
        }
        if is_check && step.state == StepState::NotReached {
            return checked;
        }
        checked |= is_check;
    }
    false
}

fn attest(
    control: &str,
    scenario: &mut ScenarioResult,
    register: &Register,
    today: Date,
    findings: &mut Vec<RegisterFinding>,
) -> bool {
    let waived = scenario.verdict == Verdict::Waived;
    let needed = match (scenario.verdict, &scenario.record.manual) {
        (Verdict::Manual, _) => String::new(),
        (Verdict::Waived, Some(statement)) => format!("needs an attestation: {statement}"),
        _ => return false,
    };
    let entries = || register.attestations.iter().filter(|attestation| attestation.control == control);
    if let Some(good) = entries().find(|attestation| register.objection(attestation, today).is_none()) {
        (scenario.verdict, scenario.reason) = if waived {
            (Verdict::Waived, format!("{}; {}", scenario.reason, good.sentence()))
        } else {
            (Verdict::Pass, good.sentence())
        };
        scenario.attestation = Some(good.clone());
        return true;
    }
    if waived {
        (scenario.verdict, scenario.reason) = (Verdict::Manual, format!("{needed}; {}", scenario.reason));
    }
    for attestation in entries() {
        let Some((problem, hint)) = register.objection(attestation, today) else { continue };
        let (entry, control) = ("attestation".to_owned(), control.to_owned());
        let finding = RegisterFinding { entry, control, problem, hint, accepted: None };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    waived
}

fn waiver_findings(
    assessment: &Assessment,
    register: &Register,
    today: Date,
    used: &[bool],
    findings: &mut Vec<RegisterFinding>,
) {
    for (waiver, used) in register.waivers.iter().zip(used) {
        let mut refuse = |problem: String, hint: &str| {
            findings.push(RegisterFinding {
                entry: "waiver".to_owned(),
                control: waiver.control.clone(),
                problem,
                hint: hint.to_owned(),
                accepted: None,
            });
        };
        let of = format!("{} for {}", waiver.ticket, waiver.subjects.join(", "));
        if let Some(problem) = waiver.over_broad() {
            refuse(format!("{of}: {problem}, so it waives nothing"), "name the resources the waiver is for");
        } else if waiver.until < today {
            refuse(format!("{of}: expired on {}", waiver.until), "remove it, or have it approved again");
        } else if waiver.in_force(today) && !used && was_assessed(assessment, &waiver.control) {
            let hint = "remove it, or name every subject that fails; what was not examined to its end is not waived";
            refuse(format!("{of}: turns no verdict"), hint);
        }
    }
}

/// Entries that wait for a signature, one finding for each kind and key.
fn open_findings(assessment: &Assessment, open: &[OpenEntry]) -> Vec<RegisterFinding> {
    const NAMED: usize = 3;
    let mut waiting: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for entry in open.iter().filter(|entry| assessment.controls.iter().any(|control| control.id == entry.control)) {
        waiting.entry((&entry.control, &entry.entry, &entry.key)).or_default().push(&entry.name);
    }
    let finding = |((control, entry, key), names): ((&str, &str, &str), Vec<&str>)| {
        let shown = names.get(..NAMED).unwrap_or(&names).join(", ");
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        RegisterFinding {
            entry: entry.to_owned(),
            control: control.to_owned(),
            problem: format!("`{key}` is `?`, which nobody has signed, so it has no effect: {shown}{more}"),
            hint: "read the entry, correct it and write who signs for it, or take it out".to_owned(),
            accepted: None,
        }
    };
    waiting.into_iter().map(finding).collect()
}

/// A waiver is only unused when its control was assessed and did not end in ERROR.
fn was_assessed(assessment: &Assessment, control: &str) -> bool {
    let found: Option<&ControlResult> = assessment.controls.iter().find(|c| c.id == control);
    found.is_some_and(|control| control.verdict != Verdict::Error)
}

#[cfg(test)]
#[path = "apply_tests.rs"]
pub(super) mod tests;
