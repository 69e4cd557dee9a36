//! OSCAL assessment-results.
//!
//! PASS is satisfied; FAIL is not satisfied with a risk; WAIVED is not satisfied with a risk that is accepted; ERROR
//! is never satisfied: an observation that says so and a finding with reason `other`; MANUAL is an observation by
//! interview or examination without a finding. All UUIDs are version 5, so the same run gives the same document.
//! See: <https://pages.nist.gov/OSCAL/resources/concepts/layer/assessment/assessment-results/>

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::Verdict,
    register::{Acceptance, Waiver},
};
use serde_json::{Map, Value, json};

use super::identity::{finding_text, frameworks, scenario_name, section, title, uuid, with_run};
use crate::files::{ASSESSMENT, EXCHANGES};

/// Namespace of our properties.
const NAMESPACE: &str = "https://logproof.dev/ns/oscal";
/// Version of OSCAL.
pub(crate) const OSCAL: &str = "1.2.1";

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    crate::report::outline::write(&document(assessment), 5, out)
}

fn document(assessment: &Assessment) -> Value {
    let assessment = &*with_run(assessment);
    let plan = uuid(assessment, &["plan"]);
    let tool = uuid(assessment, &["tool"]);
    let numbers = assessment.numbered();
    let mut result = json!({
        "uuid": uuid(assessment, &["result"]),
        "title": line(&title(assessment)),
        "description": format!("Run {} of {}", assessment.run.id, assessment.tool),
        "start": assessment.run.started.to_string(),
        "end": assessment.run.ended.to_string(),
        "props": [prop("run", &assessment.run.id), prop("as-of", &assessment.run.as_of.to_string())],
        "local-definitions": {"assessment-assets": {
            "components": [{
                "uuid": tool,
                "type": "software",
                "title": assessment.tool.name,
                "description": "Compliance checks of the AWS log store",
                "props": [{"name": "version", "value": assessment.tool.version}],
                "status": {"state": "operational"},
            }],
            "assessment-platforms": [{
                "uuid": uuid(assessment, &["platform"]),
                "title": assessment.tool.name,
                "uses-components": [{"component-uuid": tool}],
            }],
        }},
        "reviewed-controls": {"control-selections": [selection(assessment)]},
    });
    let mut observations = Vec::new();
    let (mut findings, mut risks) = (Vec::new(), Vec::new());
    for control in &assessment.controls {
        for scenario in &control.scenarios {
            observations.push(observation(assessment, control, scenario, &tool, &numbers));
        }
        if let Some(risk) = risk(assessment, control) {
            risks.push(risk);
        }
        findings.extend(finding(assessment, control));
    }
    insert_unless_empty(&mut result, "attestations", attestations(assessment));
    insert_unless_empty(&mut result, "observations", observations);
    insert_unless_empty(&mut result, "risks", risks);
    insert_unless_empty(&mut result, "findings", findings);
    json!({"assessment-results": {
        "uuid": uuid(assessment, &["assessment-results"]),
        "metadata": {
            "title": line(&title(assessment)),
            "last-modified": assessment.run.ended.to_string(),
            "version": assessment.run.id,
            "oscal-version": OSCAL,
        },
        "import-ap": {"href": format!("#{plan}")},
        "results": [result],
        "back-matter": {"resources": resources(assessment, &plan, &numbers)},
    }})
}

/// What the rest refers to: the plan, the canonical result, and every exchange once, with its digest.
fn resources(assessment: &Assessment, plan: &str, numbers: &BTreeMap<ExchangeId, u64>) -> Vec<Value> {
    let mut named: Vec<(&u64, &ExchangeId)> = numbers.iter().map(|(id, number)| (number, id)).collect();
    named.sort();
    let mut exchanges = json!({
        "uuid": uuid(assessment, &[EXCHANGES]),
        "title": "Exchanges",
        "description": "The recorded API exchanges. E12 is the one at line 12 of the file; the remarks give the SHA-256 of each.",
    });
    let digests: Vec<String> = named.into_iter().map(|(number, id)| format!("E{number} {id}")).collect();
    if let (Some(members), false) = (exchanges.as_object_mut(), digests.is_empty()) {
        members.insert("remarks".to_owned(), json!(digests.join("\n")));
    }
    insert_unless_empty(&mut exchanges, "rlinks", vec![json!({"href": EXCHANGES})]);
    vec![
        json!({
            "uuid": plan,
            "title": "Assessment plan",
            "description": "The plan is the set of features of the run: each feature states what is examined and how.",
            "rlinks": [{"href": "features"}],
        }),
        json!({
            "uuid": uuid(assessment, &[ASSESSMENT]),
            "title": "Assessment",
            "description": "The canonical result with every observation and the exchanges it is based on.",
            "rlinks": [{"href": ASSESSMENT}],
        }),
        exchanges,
    ]
}

/// Empty arrays are not valid OSCAL.
pub(crate) fn insert_unless_empty(object: &mut Value, name: &str, values: Vec<Value>) {
    if let Some(object) = object.as_object_mut().filter(|_| !values.is_empty()) {
        object.insert(name.to_owned(), Value::Array(values));
    }
}

/// Statements of persons a verdict rests on.
fn attestations(assessment: &Assessment) -> Vec<Value> {
    let mut all = Vec::new();
    for control in &assessment.controls {
        for scenario in &control.scenarios {
            let Some(attestation) = &scenario.attestation else { continue };
            all.push(json!({"parts": [{
                "name": "attestation",
                "ns": NAMESPACE,
                "title": line(&scenario_name(control, scenario)),
                "prose": attestation.sentence(),
                "props": [
                    prop("by", &attestation.by),
                    prop("on", &attestation.on.to_string()),
                    prop("valid-until", &attestation.valid_until.to_string()),
                    prop("evidence", &attestation.evidence),
                    prop("evidence-sha256", &attestation.evidence_sha256),
                ],
            }]}));
        }
    }
    all
}

fn selection(assessment: &Assessment) -> Value {
    if assessment.controls.is_empty() {
        return json!({"include-all": {}});
    }
    json!({"include-controls": assessment.controls.iter().map(|c| json!({"control-id": token(&c.id)})).collect::<Vec<_>>()})
}

fn observation(
    assessment: &Assessment,
    control: &ControlResult,
    scenario: &ScenarioResult,
    tool: &str,
    numbers: &BTreeMap<ExchangeId, u64>,
) -> Value {
    let methods = if scenario.verdict == Verdict::Manual { vec!["EXAMINE", "INTERVIEW"] } else { vec!["TEST"] };
    let mut description = format!("{}: {}", scenario.verdict.word(), scenario.reason);
    for finding in scenario.record.findings() {
        description.push_str("\n- ");
        description.push_str(&finding_text(finding));
    }
    let mut props = vec![prop("verdict", scenario.verdict.word())];
    // A finding names its control as its target.
    if matches!(control.verdict, Verdict::Manual | Verdict::NotApplicable) {
        props.push(prop("control", &control.id));
    }
    for population in &scenario.record.populations {
        props
            .push(prop("population", &format!("{} of {} {}", population.examined, population.expected, population.of)));
    }
    for group in &scenario.record.counted {
        props.push(prop("counted", &line(&format!("{} met: {}", group.members, group.expected))));
    }
    let mut observation = json!({
        "uuid": observation_uuid(assessment, control, scenario),
        "title": line(&scenario_name(control, scenario)),
        "description": description.trim(),
        "props": props,
        "methods": methods,
        "origins": [{"actors": [{"type": "tool", "actor-uuid": tool}]}],
        "collected": scenario.started.to_string(),
    });
    insert_unless_empty(&mut observation, "relevant-evidence", evidence(assessment, scenario, numbers));
    observation
}

/// The exchanges a scenario rests on, by the names they have in the back matter.
fn evidence(assessment: &Assessment, scenario: &ScenarioResult, numbers: &BTreeMap<ExchangeId, u64>) -> Vec<Value> {
    let ids: BTreeSet<u64> = scenario.record.exchanges().filter_map(|id| numbers.get(id).copied()).collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = ids.iter().map(|number| format!("E{number}")).collect();
    vec![json!({
        "href": format!("#{}", uuid(assessment, &[EXCHANGES])),
        "description": format!("Exchanges {}", names.join(" ")),
    })]
}

fn finding(assessment: &Assessment, control: &ControlResult) -> Option<Value> {
    let (state, reason) = match control.verdict {
        Verdict::Pass => ("satisfied", "pass"),
        Verdict::Fail | Verdict::Waived => ("not-satisfied", "fail"),
        Verdict::Error => ("not-satisfied", "other"),
        Verdict::Manual | Verdict::NotApplicable => return None,
    };
    let related: Vec<Value> = control
        .scenarios
        .iter()
        .map(|scenario| json!({"observation-uuid": observation_uuid(assessment, control, scenario)}))
        .collect();
    let mut finding = json!({
        "uuid": uuid(assessment, &["finding", &control.id]),
        "title": format!("{} {}", control.id, control.title),
        "description": or(section(control, "Requirement"), &control.title),
        "props": framework_props(control),
        "target": {
            "type": "objective-id",
            "target-id": format!("{}_obj", token(&control.id)),
            "status": {"state": state, "reason": reason},
        },
    });
    insert_unless_empty(&mut finding, "related-observations", related);
    if has_risk(control) {
        let risk = json!({"risk-uuid": uuid(assessment, &["risk", &control.id])});
        insert_unless_empty(&mut finding, "related-risks", vec![risk]);
    }
    Some(finding)
}

fn framework_props(control: &ControlResult) -> Vec<Value> {
    let mut props = vec![prop("verdict", control.verdict.word()), prop("severity", &control.severity)];
    if !control.frameworks.is_empty() {
        props.push(prop("frameworks", &frameworks(control)));
    }
    props
}

fn has_risk(control: &ControlResult) -> bool {
    matches!(control.verdict, Verdict::Fail | Verdict::Waived | Verdict::Error)
}

fn risk(assessment: &Assessment, control: &ControlResult) -> Option<Value> {
    if !has_risk(control) {
        return None;
    }
    let status = if control.verdict == Verdict::Waived { "deviation-approved" } else { "open" };
    let reasons: Vec<&str> = control
        .scenarios
        .iter()
        .filter(|scenario| scenario.verdict == control.verdict)
        .map(|scenario| scenario.reason.as_str())
        .collect();
    let mut risk = Map::new();
    risk.insert("uuid".to_owned(), json!(uuid(assessment, &["risk", &control.id])));
    risk.insert("title".to_owned(), json!(format!("{} {}", control.id, control.title)));
    risk.insert("description".to_owned(), json!(or(section(control, "Why"), &control.title)));
    risk.insert("statement".to_owned(), json!(or(reasons.join("; ").trim(), control.verdict.word())));
    risk.insert("status".to_owned(), json!(status));
    let waivers: Vec<&Waiver> = control.scenarios.iter().flat_map(|scenario| &scenario.waivers).collect();
    let findings = control.scenarios.iter().flat_map(|scenario| scenario.record.findings());
    let accepted: BTreeSet<&Acceptance> = findings.filter_map(|finding| finding.accepted.as_deref()).collect();
    let ends = waivers.iter().map(|waiver| waiver.until).chain(accepted.iter().map(|known| known.until));
    if control.verdict == Verdict::Waived
        && let Some(until) = ends.min()
    {
        let props = waivers.iter().flat_map(|waiver| waiver_props(waiver));
        let props = props.chain(accepted.iter().flat_map(|known| baseline_props(known)));
        risk.insert("props".to_owned(), props.collect());
        risk.insert("deadline".to_owned(), json!(format!("{until}T23:59:59Z")));
    }
    Some(Value::Object(risk))
}

/// Who answers for what the baseline accepts, until when.
fn baseline_props(known: &Acceptance) -> [Value; 3] {
    [
        prop("baseline-owner", &known.owner),
        prop("baseline-since", &known.since.to_string()),
        prop("baseline-until", &known.until.to_string()),
    ]
}

/// Who accepted a risk, until when.
fn waiver_props(waiver: &Waiver) -> [Value; 4] {
    [
        prop("waiver-owner", &waiver.owner),
        prop("waiver-approved-by", &waiver.approved_by),
        prop("waiver-ticket", &waiver.ticket),
        prop("waiver-until", &waiver.until.to_string()),
    ]
}

fn observation_uuid(assessment: &Assessment, control: &ControlResult, scenario: &ScenarioResult) -> String {
    uuid(assessment, &["observation", &control.id, &scenario.name])
}

/// A property; values may be neither empty nor begin or end with a blank.
pub(crate) fn prop(name: &str, value: &str) -> Value {
    json!({"name": name, "ns": NAMESPACE, "value": or(&line(value), "none")})
}

/// Titles and values stand on one line.
pub(crate) fn line(text: &str) -> String {
    text.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An OSCAL token: the characters a control id may have.
pub(crate) fn token(id: &str) -> String {
    id.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c.to_ascii_lowercase() } else { '-' })
        .collect()
}

/// The text, or what stands for an empty one.
pub(crate) fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text.trim() }
}
