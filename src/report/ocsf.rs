//! OCSF Compliance Finding (class 2003): one event per control, its scenarios as checks, a JSON array.
//!
//! ERROR is status 2 (warning: no result for want of information), WAIVED is a suppressed failure.
//! See: <https://schema.ocsf.io/1.5.0/classes/compliance_finding>

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use logproof_estate::{
    AccountId,
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{Observation, Verdict},
};
use serde_json::{Value, json};

use super::identity::{finding_text, references, section, title, uuid, with_run};

/// Resources listed per event; the event says how many there are.
const RESOURCES: usize = 100;

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    let shown = with_run(assessment);
    let events: Vec<Value> = shown.controls.iter().map(|control| without_nulls(event(assessment, control))).collect();
    crate::report::outline::write(&events, 1, out)
}

/// OCSF knows attributes that are there and attributes that are not, but none that are null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name, without_nulls(member))).collect())
        }
        Value::Array(members) => Value::Array(members.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn event(assessment: &Assessment, control: &ControlResult) -> Value {
    let (severity_id, severity) = severity(control, control.verdict);
    let (status_id, status) = if control.verdict == Verdict::Waived { (3, "Suppressed") } else { (1, "New") };
    let account = assessment.run.caller.as_ref().map(|caller| account(&caller.account));
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_301,
        "type_name": "Compliance Finding: Create",
        "time": assessment.run.as_of.as_millisecond(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": format!("{}: {}", control.verdict.word(), deciding(control).first().copied().unwrap_or_default()),
        "metadata": {
            "version": "1.5.0",
            "profiles": ["cloud"],
            "uid": uuid(assessment, &["ocsf", &control.id]),
            "event_code": control.id,
            "log_name": title(assessment),
            "product": {"name": assessment.tool.name, "vendor_name": "logproof", "version": assessment.tool.version},
        },
        "finding_info": {
            "uid": format!("{}/{}", assessment.run.id, control.id),
            "title": format!("{} {}", control.id, control.title),
            "desc": section(control, "Requirement"),
            "created_time": assessment.run.as_of.as_millisecond(),
            "types": ["log-storage"],
        },
        "compliance": compliance(control),
        "remediation": remediation(control),
        "cloud": {"provider": "AWS", "account": account, "org": org(assessment)},
        "resources": resources(control),
        "unmapped": {
            "verdict": control.verdict.word(),
            "run": assessment.run.id,
            // In the order of the checks.
            "scenarios": control.scenarios.iter().map(unmapped).collect::<Vec<_>>(),
        },
    })
}

/// What OCSF has no place for.
fn unmapped(scenario: &ScenarioResult) -> Value {
    json!({
        "verdict": scenario.verdict.word(),
        "observations": scenario.record.observed(),
        "findings": scenario.record.findings().count(),
        "populations": unless_empty(&scenario.record.populations),
        "waivers": unless_empty(&scenario.waivers),
        "attestation": scenario.attestation,
    })
}

fn unless_empty<T: serde::Serialize>(list: &[T]) -> Option<Value> {
    (!list.is_empty()).then(|| json!(list))
}

/// The reasons of the scenarios that have the control's verdict.
fn deciding(control: &ControlResult) -> Vec<&str> {
    let deciding = control.scenarios.iter().filter(|scenario| scenario.verdict == control.verdict);
    deciding.map(|scenario| scenario.reason.as_str()).collect()
}

/// What to do, where there is something to do.
fn remediation(control: &ControlResult) -> Option<Value> {
    let nothing = matches!(control.verdict, Verdict::Pass | Verdict::NotApplicable);
    (!nothing).then(|| json!({"desc": section(control, "Remediation"), "references": references(control)}))
}

/// Accounts are known by number; nothing in a run asks for their names.
fn account(id: &AccountId) -> Value {
    json!({"uid": id, "name": id, "type": "AWS Account", "type_id": 10})
}

fn org(assessment: &Assessment) -> Option<Value> {
    assessment.run.organization.as_ref().map(|id| json!({"uid": id, "name": id}))
}

fn compliance(control: &ControlResult) -> Value {
    let (status_id, status) = status(control.verdict);
    let standards: BTreeSet<&str> =
        control.frameworks.iter().filter_map(|reference| reference.split(':').next()).collect();
    // What could not be judged, and what was found beside it; the checks say how each scenario passed.
    let mut details: Vec<String> = match control.verdict {
        Verdict::Pass | Verdict::Fail | Verdict::Waived => Vec::new(),
        Verdict::Error | Verdict::Manual | Verdict::NotApplicable => {
            deciding(control).into_iter().map(str::to_owned).collect()
        }
    };
    let found = control.scenarios.iter().flat_map(|scenario| scenario.record.findings());
    details.extend(found.take(RESOURCES).map(finding_text));
    json!({
        "control": control.id,
        "desc": control.title,
        "standards": standards,
        "requirements": control.frameworks,
        "status": status,
        "status_id": status_id,
        "status_details": unless_empty(&details),
        "checks": control.scenarios.iter().map(check).collect::<Vec<_>>(),
    })
}

fn check(scenario: &ScenarioResult) -> Value {
    let (status_id, status) = status(scenario.verdict);
    json!({"name": scenario.name, "desc": scenario.reason, "status": status, "status_id": status_id})
}

fn status(verdict: Verdict) -> (u8, &'static str) {
    match verdict {
        Verdict::Pass => (1, "Pass"),
        Verdict::Error | Verdict::Manual => (2, "Warning"),
        Verdict::Fail | Verdict::Waived => (3, "Fail"),
        Verdict::NotApplicable => (99, "Not applicable"),
    }
}

/// Failing subjects first, then those examined.
fn resources(control: &ControlResult) -> Vec<Value> {
    let mut observations: Vec<&Observation> =
        control.scenarios.iter().flat_map(|scenario| &scenario.record.observations).collect();
    observations.sort_by_key(|observation| observation.met);
    let mut seen = BTreeSet::new();
    observations
        .into_iter()
        .filter(|observation| seen.insert(&observation.subject))
        .take(RESOURCES)
        .map(|observation| {
            let subject = &observation.subject;
            json!({
                "uid": subject.arn,
                "type": subject.arn.split(':').nth(2).unwrap_or("aws"),
                "region": subject.region,
                "labels": labels(observation),
            })
        })
        .collect()
}

/// Whether the resource is as it must be, and the account it is in, which not every ARN says.
fn labels(observation: &Observation) -> Vec<String> {
    let met = if observation.met { "met" } else { "not met" };
    let account = observation.subject.account.as_ref().map(|account| format!("account:{account}"));
    [Some(met.to_owned()), account].into_iter().flatten().collect()
}

fn severity(control: &ControlResult, verdict: Verdict) -> (u8, &'static str) {
    if matches!(verdict, Verdict::Pass | Verdict::NotApplicable) {
        return (1, "Informational");
    }
    match control.severity_of_verdict() {
        "critical" => (5, "Critical"),
        "high" => (4, "High"),
        "medium" => (3, "Medium"),
        _ => (2, "Low"),
    }
}
