//! SARIF 2.1.0: one rule per control that has results, one result per finding, located in the feature file.
//!
//! PASS and NOT-APPLICABLE are not emitted. ERROR is a result of its own *and* a notification, so that no viewer can
//! take a run that could not look for a clean one. See: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::io::{self, Write};

use logproof_digest::sha256_hex;
use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult, StepsOf},
    record::{Observation, Verdict},
};
use serde_json::{Value, json};

use super::identity::{finding_text, references, section, title, with_run};

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    crate::report::outline::write(&document(assessment), 4, out)
}

fn document(assessment: &Assessment) -> Value {
    let assessment = &*with_run(assessment);
    // A rule is named where a result refers to it; what was examined in all is in the other reports.
    let mut rules: Vec<Value> = Vec::new();
    let mut results: Vec<Value> = Vec::new();
    let compared = assessment.baseline.is_some();
    for control in &assessment.controls {
        let of_control: Vec<Value> = control
            .scenarios
            .iter()
            .flat_map(|scenario| self::results(rules.len(), control, scenario, compared))
            .collect();
        if !of_control.is_empty() {
            rules.push(rule(control));
            results.extend(of_control);
        }
    }
    results.extend(absent(assessment));
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": tool(assessment, rules),
            "automationDetails": {"id": format!("logproof/{}", assessment.run.id), "description": {"text": title(assessment)}},
            "invocations": [{
                "executionSuccessful": assessment.controls_with(Verdict::Error) == 0 && assessment.run.incomplete.is_none(),
                "startTimeUtc": assessment.run.started.to_string(),
                "endTimeUtc": assessment.run.ended.to_string(),
                "toolExecutionNotifications": notifications(assessment),
            }],
            "originalUriBaseIds": {"FEATURES": {"description": {"text": "the folder of features the run used"}}},
            "results": results,
        }]
    })
}

/// This program, with the crates of owners it was built with as its extensions.
fn tool(assessment: &Assessment, rules: Vec<Value>) -> Value {
    let program = &assessment.tool;
    let mut tool = json!({
        "driver": {"name": program.name, "semanticVersion": program.version, "rules": rules},
    });
    let of = |steps: &StepsOf| json!({"name": steps.name, "version": steps.version});
    let extensions: Vec<Value> = program.steps.iter().map(of).collect();
    if let Some(tool) = tool.as_object_mut().filter(|_| !extensions.is_empty()) {
        tool.insert("extensions".to_owned(), extensions.into());
    }
    tool
}

/// Findings of the baseline that are mended, for viewers that show them as fixed.
fn absent(assessment: &Assessment) -> Vec<Value> {
    let mended = assessment.baseline.iter().flat_map(|baseline| &baseline.mended);
    mended
        .map(|finding| {
            json!({
                "ruleId": finding.control,
                "level": "none",
                "kind": "pass",
                "baselineState": "absent",
                "message": {"text": format!("mended: expected {}, at {}", finding.expected, finding.subject)},
                "locations": [{"logicalLocations": [{"fullyQualifiedName": finding.subject, "kind": "resource"}]}],
                "properties": {"scenario": finding.scenario},
            })
        })
        .collect()
}

fn rule(control: &ControlResult) -> Value {
    // Beside the full description, which is the requirement.
    let help = or(section(control, "Remediation"), &control.title);
    let mut rule = json!({
        "id": control.id,
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": or(section(control, "Requirement"), &control.title)},
        "help": {"text": help},
        "defaultConfiguration": {"level": level(&control.severity)},
        "properties": {
            "tags": control.frameworks,
            "security-severity": security_severity(&control.severity),
            "problem.severity": level(&control.severity),
        },
    });
    if let (Some(first), Some(object)) = (references(control).into_iter().next(), rule.as_object_mut()) {
        object.insert("helpUri".to_owned(), json!(first));
    }
    rule
}

fn results(index: usize, control: &ControlResult, scenario: &ScenarioResult, compared: bool) -> Vec<Value> {
    let one = |text: String, subject: &str, finding: Option<&Observation>| {
        let mut result = json!({
            "ruleId": control.id,
            "ruleIndex": index,
            "level": level(control.severity_of(scenario)),
            "message": {"text": format!("{}: {text}", scenario.verdict.word())},
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": {"uri": control.feature, "uriBaseId": "FEATURES"},
                    "region": {"startLine": scenario.line.max(1)},
                },
                "logicalLocations": [{"fullyQualifiedName": subject, "kind": "resource"}],
            }],
            "partialFingerprints": {"logproofSubject/v1": fingerprint(control, scenario, subject)},
            "properties": {"verdict": scenario.verdict.word(), "scenario": scenario.name},
        });
        if let Some(object) = result.as_object_mut() {
            let accepted = finding.and_then(|finding| finding.accepted.as_ref());
            if scenario.verdict == Verdict::Waived || accepted.is_some() {
                object
                    .insert("suppressions".to_owned(), suppressions(scenario, accepted.map(|known| known.sentence())));
            }
            if compared {
                // What was accepted is the previous run of which SARIF speaks.
                let state = if accepted.is_some() { "unchanged" } else { "new" };
                object.insert("baselineState".to_owned(), json!(state));
            }
            if scenario.verdict == Verdict::Manual {
                // A result that is not a failure has no level.
                object.insert("kind".to_owned(), json!("review"));
                object.insert("level".to_owned(), json!("none"));
            }
            if let Some(finding) = finding {
                let exchanges: Vec<&str> = finding
                    .exchanges
                    .iter()
                    .chain(&scenario.record.basis)
                    .map(logproof_estate::ExchangeId::as_str)
                    .collect();
                if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
                    properties.insert("exchanges".to_owned(), json!(exchanges));
                    if let Some(allowed) = &finding.allowed {
                        properties.insert("allowed".to_owned(), json!(allowed));
                    }
                    if let Some(proposal) = &finding.proposal {
                        properties.insert("proposal".to_owned(), json!(proposal));
                    }
                }
            }
        }
        result
    };
    match scenario.verdict {
        Verdict::Pass | Verdict::NotApplicable => Vec::new(),
        Verdict::Fail | Verdict::Waived => {
            scenario.record.findings().map(|f| one(finding_text(f), &f.subject.arn, Some(f))).collect()
        }
        Verdict::Error | Verdict::Manual => vec![one(scenario.reason.clone(), &control.id, None)],
    }
}

/// The waivers or the entry of the baseline that accept a finding; the reason names them too.
fn suppressions(scenario: &ScenarioResult, known: Option<String>) -> Value {
    let accepted =
        |justification: String| json!({"kind": "external", "status": "accepted", "justification": justification});
    if let Some(sentence) = known {
        return json!([accepted(sentence)]);
    }
    if scenario.waivers.is_empty() {
        return json!([accepted(scenario.reason.clone())]);
    }
    scenario.waivers.iter().map(|waiver| accepted(waiver.sentence())).collect()
}

fn notifications(assessment: &Assessment) -> Vec<Value> {
    let mut notifications: Vec<Value> = assessment
        .controls
        .iter()
        .flat_map(|control| control.scenarios.iter().map(move |scenario| (control, scenario)))
        .filter(|(_, scenario)| scenario.verdict == Verdict::Error)
        .map(|(control, scenario)| {
            json!({
                "level": "error",
                "message": {"text": format!("{} could not be assessed: {}", control.id, scenario.reason)},
                "associatedRule": {"id": control.id},
            })
        })
        .collect();
    if let Some(why) = &assessment.run.incomplete {
        notifications.push(json!({"level": "error", "message": {"text": format!("incomplete run: {why}")}}));
    }
    notifications
}

fn fingerprint(control: &ControlResult, scenario: &ScenarioResult, subject: &str) -> String {
    sha256_hex([control.id.as_str(), &scenario.name, subject].join("\n").as_bytes())
}

fn level(severity: &str) -> &'static str {
    match severity {
        "critical" | "high" => "error",
        "medium" => "warning",
        _ => "note",
    }
}

/// The score GitHub sorts by. See: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
fn security_severity(severity: &str) -> &'static str {
    match severity {
        "critical" => "9.5",
        "high" => "8.0",
        "medium" => "5.5",
        _ => "2.0",
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}
