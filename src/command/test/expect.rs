//! What a fixture expects of its control, and whether the control shows it.

use logproof_estate::{assessment::ControlResult, record::Verdict};
use serde::Deserialize;
use serde_json::Value;

/// What is expected of a control.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) verdict: Verdict,
    subject: Option<String>,
    reason: Option<String>,
}

/// The expectation of one control; the error says what is wrong with it.
pub(super) fn of_control(expect: Option<&Value>, id: &str) -> Result<Expected, String> {
    let all = expect.and_then(Value::as_object);
    let one = all.and_then(|all| all.get(id));
    let one = one.ok_or_else(|| {
        format!("it expects nothing of {id}; write `expect: {{{id}: {{verdict: FAIL, subject: ..., reason: ...}}}}`")
    })?;
    let expected: Expected =
        serde_json::from_value(one.clone()).map_err(|error| format!("its `expect` cannot be read: {error}"))?;
    let says_too_little = match expected.verdict {
        Verdict::Fail => expected.subject.is_none() || expected.reason.is_none(),
        Verdict::Error => expected.reason.is_none(),
        _ => false,
    };
    if says_too_little {
        return Err(format!(
            "it expects {} of no stated subject or reason, which another defect would give too",
            expected.verdict.word()
        ));
    }
    Ok(expected)
}

/// The verdict, and the first reason for it.
pub(super) fn in_words(result: &ControlResult) -> String {
    let reason = result.scenarios.iter().find(|scenario| scenario.verdict == result.verdict);
    let reason = reason.map(|scenario| scenario.reason.as_str()).unwrap_or_default();
    format!("{}, {reason}", result.verdict.word())
}

/// What is not as expected.
pub(super) fn problem(expected: &Expected, result: &ControlResult) -> Option<String> {
    if result.verdict != expected.verdict {
        return Some(format!("expected {}, is {}", expected.verdict.word(), in_words(result)));
    }
    let statements = statements(result);
    let fits = |(subject, text): &(String, String)| {
        expected.subject.as_ref().is_none_or(|wanted| subject == wanted)
            && expected.reason.as_ref().is_none_or(|wanted| text.contains(wanted.as_str()))
    };
    if (expected.subject.is_none() && expected.reason.is_none()) || statements.iter().any(fits) {
        return None;
    }
    let found: Vec<String> = statements.iter().map(|(subject, text)| format!("{subject}: {text}")).collect();
    Some(format!("{} as expected, but for other reasons: {}", result.verdict.word(), found.join("; ")))
}

/// What the control reports with its verdict: subject and text.
fn statements(result: &ControlResult) -> Vec<(String, String)> {
    let mut statements = Vec::new();
    for scenario in result.scenarios.iter().filter(|scenario| scenario.verdict == result.verdict) {
        match result.verdict {
            Verdict::Fail => statements.extend(scenario.record.findings().map(|finding| {
                let witness = finding.witness.as_ref().map(|witness| witness.sentence.as_str()).unwrap_or_default();
                let place = finding.place.as_deref().unwrap_or_default();
                let text = format!("expected {}, found {} {place} {witness}", finding.expected, finding.found);
                (finding.subject.arn.clone(), text)
            })),
            Verdict::Error if !scenario.record.unseen.is_empty() => {
                let unseen = scenario.record.unseen.iter();
                statements.extend(unseen.map(|unseen| (unseen.subject.clone(), unseen.to_string())));
            }
            _ => statements.push((String::new(), scenario.reason.clone())),
        }
    }
    statements
}
