//! The catalogue in words: `controls` and `explain`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    sync::Arc,
};

use jiff::Timestamp;
use logproof_aws::Options;
use logproof_estate::Estate;
use serde_json::{Value, json};

use crate::{
    catalogue::{Control, oscal, vocabulary::Vocabulary},
    cli::CatalogueFormat,
    run::{runner, target},
};

/// Width of running text.
const WIDTH: usize = 100;

/// Prints the catalogue.
///
/// # Errors
/// When `out` cannot be written.
pub fn catalogue(controls: &[Control], format: CatalogueFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        CatalogueFormat::Text => table(controls, out),
        CatalogueFormat::Json => {
            let all: Vec<Value> = controls.iter().map(object).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
        }
        CatalogueFormat::Markdown => page(controls, out),
        CatalogueFormat::OscalCatalog => {
            crate::report::outline::write(&oscal::document(controls, Timestamp::now()), 6, out)
        }
    }
}

fn table(controls: &[Control], out: &mut dyn Write) -> io::Result<()> {
    let widest = |text: fn(&Control) -> usize| controls.iter().map(text).max().unwrap_or(0);
    let (ids, severities) = (widest(|c| c.id.len()), widest(|c| c.severity.len()));
    for control in controls {
        let hardening = if control.hardening { " [hardening]" } else { "" };
        writeln!(out, "{:ids$}  {:severities$}  {}{hardening}", control.id, control.severity, control.title)?;
        let names: BTreeSet<&str> =
            control.frameworks.iter().filter_map(|reference| reference.split(':').next()).collect();
        if !names.is_empty() {
            let names: Vec<&str> = names.into_iter().collect();
            writeln!(out, "{:ids$}  {:severities$}  {}", "", "", names.join(" "))?;
        }
    }
    Ok(())
}

fn object(control: &Control) -> Value {
    let scenarios: Vec<Value> = control
        .scenarios
        .iter()
        .map(|scenario| {
            let steps: Vec<String> =
                scenario.steps.iter().map(|step| format!("{} {}", step.keyword.trim(), step.value)).collect();
            json!({"name": scenario.name, "rule": scenario.rule, "steps": steps})
        })
        .collect();
    let text: serde_json::Map<String, Value> =
        control.text.iter().map(|(heading, body)| (heading.clone(), json!(body))).collect();
    json!({
        "id": control.id,
        "title": control.title,
        "severity": control.severity,
        "hardening": control.hardening,
        "frameworks": control.frameworks,
        "feature": control.path,
        "feature_sha256": control.sha256,
        "text": text,
        "scenarios": scenarios,
    })
}

fn page(controls: &[Control], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Controls\n\nWritten by `logproof controls --format markdown` from the features; do not edit.")?;
    writeln!(out, "\n| control | severity | requirement |\n|---|---|---|")?;
    for control in controls {
        let title = control.title.replace('|', "\\|");
        writeln!(out, "| {} | {} | {title} |", control.id, control.severity)?;
    }
    for control in controls {
        writeln!(out, "\n## {} {}\n", control.id, control.title)?;
        let hardening = if control.hardening { ", hardening" } else { "" };
        writeln!(out, "Severity: {}{hardening}. Feature: `features/{}`.", control.severity, control.path)?;
        for (heading, body) in &control.text {
            if !heading.is_empty() {
                writeln!(out, "\n### {heading}")?;
            }
            let body = if heading == "References" { listed(body) } else { body.clone() };
            writeln!(out, "\n{body}")?;
        }
        writeln!(out, "\n### Scenarios\n")?;
        for scenario in &control.scenarios {
            writeln!(out, "- {}", scenario.name)?;
        }
        if !control.frameworks.is_empty() {
            let frameworks: Vec<String> = control.frameworks.iter().map(|f| format!("`{f}`")).collect();
            writeln!(out, "\nFrameworks: {}", frameworks.join(", "))?;
        }
    }
    Ok(())
}

/// One Markdown list item per reference.
fn listed(body: &str) -> String {
    let items: Vec<String> = body
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| if line.starts_with("http") { format!("- <{line}>") } else { format!("- {line}") })
        .collect();
    items.join("\n")
}

/// The API calls of one control, learnt by running it on the sample landing zone; `None` when that fails.
pub async fn calls(control: &Control, vocabulary: &Vocabulary) -> Option<BTreeMap<String, u64>> {
    let connected = target::described(target::sample().ok()?, "sample", Options::default()).ok()?;
    let now = connected.now.unwrap_or(Timestamp::UNIX_EPOCH);
    let estate = Arc::new(Estate::new(Arc::clone(&connected.config), connected.source(), now));
    let scenarios: Vec<_> = control.scenarios.iter().collect();
    runner::run(&scenarios, vocabulary, &estate, std::future::pending(), |_, _| {}).await;
    Some(connected.calls())
}

/// Prints one control.
///
/// # Errors
/// When `out` cannot be written.
pub fn control(control: &Control, calls: &Option<BTreeMap<String, u64>>, out: &mut dyn Write) -> io::Result<()> {
    let hardening = if control.hardening { ", hardening" } else { "" };
    writeln!(out, "{} {}", control.id, control.title)?;
    writeln!(out, "severity {}{hardening}; features/{}", control.severity, control.path)?;
    for (heading, body) in &control.text {
        writeln!(out, "\n{heading}")?;
        for line in paragraphs(body) {
            writeln!(out, "  {line}")?;
        }
    }
    writeln!(out, "\nFrameworks")?;
    for line in wrapped(&control.frameworks.join(" "), WIDTH - 2) {
        writeln!(out, "  {line}")?;
    }
    for scenario in &control.scenarios {
        writeln!(out, "\nScenario: {}", scenario.name)?;
        for step in &scenario.steps {
            writeln!(out, "  {} {}", step.keyword.trim(), step.value)?;
        }
    }
    writeln!(out, "\nAPI calls, as made on the sample landing zone")?;
    match calls {
        None => writeln!(out, "  unknown: the sample landing zone could not be asked"),
        Some(calls) if calls.is_empty() => writeln!(out, "  none"),
        Some(calls) => calls.iter().try_for_each(|(operation, times)| writeln!(out, "  {operation} x{times}")),
    }
}

/// Paragraphs filled to the width; lines that stand alone (links, lists) stay alone.
fn paragraphs(body: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, paragraph) in body.split("\n\n").enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        let alone = |line: &str| line.starts_with("http") || line.starts_with("- ") || line.starts_with("* ");
        if paragraph.lines().any(alone) {
            lines.extend(paragraph.lines().map(str::to_owned));
        } else {
            lines.extend(wrapped(paragraph, WIDTH - 2));
        }
    }
    lines
}

/// Words filled into lines no wider than `width` where they fit.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
