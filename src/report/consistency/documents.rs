//! Reads the reports that are JSON documents.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Cell, Said};

type Read = Result<Said, String>;

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn word<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, String> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| format!("`{pointer}` is not there"))
}

/// The value of a property of ours.
fn prop<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    list(value, "/props")
        .iter()
        .find(|prop| prop.get("name").is_some_and(|found| found == name))
        .and_then(|prop| prop.get("value")?.as_str())
        .ok_or_else(|| format!("property `{name}` is not there"))
}

pub(super) fn oscal(text: &str) -> Read {
    let document = parsed(text)?;
    let result = document.pointer("/assessment-results/results/0").ok_or("there is no result")?;
    let mut said = Said { run: Some(prop(result, "run")?.to_owned()), ..Said::default() };
    let mut scenarios = Vec::new();
    // The worst verdict of the observations is the control's; findings must say the same.
    for observation in list(result, "/observations") {
        scenarios.push(Cell::new(word(observation, "/title")?, prop(observation, "verdict")?, None));
    }
    for finding in list(result, "/findings") {
        let (title, verdict) = (word(finding, "/title")?, prop(finding, "verdict")?);
        let state = word(finding, "/target/status/state")?;
        if (state == "satisfied") != (verdict == "PASS") {
            said.problems.push(format!("`{title}` is {verdict} and {state}"));
        }
    }
    said.scenarios = Some(scenarios);
    Ok(said)
}

pub(super) fn ocsf(text: &str) -> Read {
    let document = parsed(text)?;
    let events = document.as_array().ok_or("it is no array of events")?;
    let mut said = Said::default();
    let (mut controls, mut scenarios) = (Vec::new(), Vec::new());
    for event in events {
        let (title, id) = (word(event, "/finding_info/title")?, word(event, "/compliance/control")?);
        let verdict = word(event, "/unmapped/verdict")?;
        said.problems.extend(unlike(title, verdict, word(event, "/compliance/status")?));
        controls.push(Cell::new(id, verdict, None));
        let (checks, known) = (list(event, "/compliance/checks"), list(event, "/unmapped/scenarios"));
        if checks.len() != known.len() {
            said.problems.push(format!("`{title}` has {} checks of {} scenarios", checks.len(), known.len()));
        }
        for (check, known) in checks.iter().zip(known) {
            let name = format!("{id} {}", word(check, "/name")?);
            let verdict = word(known, "/verdict")?;
            said.problems.extend(unlike(&name, verdict, word(check, "/status")?));
            let findings = known.get("findings").and_then(Value::as_u64);
            scenarios.push(Cell::new(&name, verdict, findings.and_then(|number| usize::try_from(number).ok())));
        }
        said.of_run(word(event, "/unmapped/run")?);
    }
    said.controls = Some(controls);
    said.scenarios = Some(scenarios);
    Ok(said)
}

/// A status that does not say what the verdict beside it says.
fn unlike(name: &str, verdict: &str, status: &str) -> Option<String> {
    let means = match verdict {
        "PASS" => "Pass",
        "FAIL" | "WAIVED" => "Fail",
        "ERROR" | "MANUAL" => "Warning",
        _ => "Not applicable",
    };
    (status != means).then(|| format!("`{name}` is {verdict} and its status {status}"))
}

pub(super) fn sarif(text: &str) -> Read {
    let document = parsed(text)?;
    let run = document.pointer("/runs/0").ok_or("there is no run")?;
    let id = word(run, "/automationDetails/id")?;
    let mut said = Said { run: Some(id.trim_start_matches("logproof/").to_owned()), ..Said::default() };
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    // What the baseline had and is mended is no result of this run.
    let present = |result: &&Value| result.get("baselineState").is_none_or(|state| state != "absent");
    for result in list(run, "/results").iter().filter(present) {
        let (rule, scenario) = (word(result, "/ruleId")?, word(result, "/properties/scenario")?);
        let verdict = word(result, "/properties/verdict")?;
        if !word(result, "/message/text")?.starts_with(&format!("{verdict}: ")) {
            said.problems.push(format!("a result of {rule} is {verdict} and says another"));
        }
        *found.entry((format!("{rule} {scenario}"), verdict.to_owned())).or_default() += 1;
    }
    let cells = found.iter().map(|((name, verdict), number)| Cell::new(name, verdict, Some(*number)));
    said.scenarios = Some(cells.collect());
    Ok(said)
}
