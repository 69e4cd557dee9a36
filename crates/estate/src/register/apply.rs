//! What waivers and attestations do to the verdicts of an assessment.
//!
//! A waiver turns FAIL into WAIVED when every finding of the scenario is covered; it never touches ERROR. An
//! attestation turns MANUAL into PASS; it never covers a failing check. What is wrong with a waiver or an attestation
//! (expired, unused, over-broad, evidence changed) is a finding of the register's own.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::model::{Attestation, Register, Waiver, day};
use crate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::Verdict,
};

/// Something wrong with the register itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterFinding {
    /// Kind of entry: `waiver` or `attestation`.
    pub entry: String,
    /// Control the entry is for.
    pub control: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

/// Whether the evidence file of an attestation is the one that was attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceState {
    /// Its digest is the registered one.
    Intact,
    /// Its digest is another one.
    Changed,
    /// It is not there.
    Missing,
}

/// Applies the register to an assessment; `evidence` says in which state an attestation's file is.
pub fn apply(
    assessment: &mut Assessment,
    register: &Register,
    as_of: Timestamp,
    evidence: &dyn Fn(&Attestation) -> EvidenceState,
) -> Vec<RegisterFinding> {
    let today = day(as_of);
    let mut findings = Vec::new();
    let mut used = vec![false; register.waivers.len()];
    for control in &mut assessment.controls {
        let mut changed = false;
        for scenario in &mut control.scenarios {
            changed |= waive(&control.id, scenario, &register.waivers, today, &mut used);
            changed |= attest(&control.id, scenario, register, today, evidence, &mut findings);
        }
        if changed && let Some(verdict) = Verdict::worst(control.scenarios.iter().map(|s| s.verdict)) {
            control.verdict = verdict;
        }
    }
    waiver_findings(assessment, register, today, &used, &mut findings);
    assessment.summary = Assessment::count(&assessment.controls);
    findings
}

fn waive(control: &str, scenario: &mut ScenarioResult, waivers: &[Waiver], today: Date, used: &mut [bool]) -> bool {
    if scenario.verdict != Verdict::Fail {
        return false;
    }
    let mut covering: Vec<usize> = Vec::new();
    for finding in scenario.record.findings() {
        let cover = waivers.iter().position(|waiver| {
            waiver.control == control
                && waiver.in_force(today)
                && waiver.over_broad().is_none()
                && waiver.covers(&finding.subject.arn)
        });
        match cover {
            Some(index) => covering.push(index),
            None => return false,
        }
    }
    covering.sort_unstable();
    covering.dedup();
    let mut lines = Vec::new();
    for index in covering {
        if let (Some(waiver), Some(flag)) = (waivers.get(index), used.get_mut(index)) {
            *flag = true;
            lines.push(format!(
                "waived until {} by {} for {} ({}): {}",
                waiver.until, waiver.approved_by, waiver.owner, waiver.ticket, waiver.reason
            ));
        }
    }
    scenario.reason = format!("{}; {}", lines.join("; "), scenario.reason);
    scenario.verdict = Verdict::Waived;
    true
}

fn attest(
    control: &str,
    scenario: &mut ScenarioResult,
    register: &Register,
    today: Date,
    evidence: &dyn Fn(&Attestation) -> EvidenceState,
    findings: &mut Vec<RegisterFinding>,
) -> bool {
    if scenario.verdict != Verdict::Manual {
        return false;
    }
    for attestation in register.attestations.iter().filter(|a| a.control == control) {
        let mut refuse = |problem: String, hint: &str| {
            let finding = RegisterFinding {
                entry: "attestation".to_owned(),
                control: control.to_owned(),
                problem,
                hint: hint.to_owned(),
            };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        };
        if today < attestation.on || today > attestation.valid_until {
            let problem = format!("valid from {} to {}, not on {today}", attestation.on, attestation.valid_until);
            refuse(problem, "attest again, or remove the entry");
            continue;
        }
        match evidence(attestation) {
            EvidenceState::Intact => {
                scenario.verdict = Verdict::Pass;
                scenario.reason = format!(
                    "attested by {} on {}, valid until {}: {}",
                    attestation.by, attestation.on, attestation.valid_until, attestation.statement
                );
                return true;
            }
            EvidenceState::Changed => {
                refuse(format!("evidence `{}` is not the attested file", attestation.evidence), "attest the new file");
            }
            EvidenceState::Missing => {
                refuse(format!("evidence `{}` is missing", attestation.evidence), "put the file back, or attest again");
            }
        }
    }
    false
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
            });
        };
        if let Some(problem) = waiver.over_broad() {
            refuse(problem, "name the resources the waiver is for");
        } else if waiver.until < today {
            refuse(format!("expired on {}", waiver.until), "remove it, or have it approved again");
        } else if waiver.in_force(today) && !used && was_assessed(assessment, &waiver.control) {
            refuse("covers no finding".to_owned(), "remove it: the control no longer needs it");
        }
    }
}

/// A waiver is only unused when its control was assessed and did not end in ERROR.
fn was_assessed(assessment: &Assessment, control: &str) -> bool {
    let found: Option<&ControlResult> = assessment.controls.iter().find(|c| c.id == control);
    found.is_some_and(|control| control.verdict != Verdict::Error)
}
