//! `logproof controls`: the list of controls, for people and for machines.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::{
    catalogue::{CatalogueError, Control, FeatureArgs, lint, oscal},
    clock,
    console::print,
    exit::Exit,
    report::outline,
};

/// Form of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CatalogueFormat {
    /// A table for a terminal.
    #[default]
    Text,
    /// A JSON array with the whole text of each control.
    Json,
    /// A Markdown page with the whole text of each control.
    Markdown,
    /// An OSCAL catalog.
    OscalCatalog,
}

/// Arguments of `controls`.
#[derive(Debug, Clone, Default, Args)]
pub struct ControlsArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
    /// Form of the list.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: CatalogueFormat,
}

/// `logproof controls`.
///
/// # Errors
/// [`CatalogueError`].
pub fn run(args: &ControlsArgs) -> Result<Exit, CatalogueError> {
    let (controls, _) = lint::sound(&args.features.set())?;
    print(|out| catalogue(&controls, args.format, out));
    Ok(Exit::Success)
}

/// Writes the catalogue.
fn catalogue(controls: &[Control], format: CatalogueFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        CatalogueFormat::Text => table(controls, out),
        CatalogueFormat::Json => {
            let all: Vec<Value> = controls.iter().map(object).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
        }
        CatalogueFormat::Markdown => page(controls, out),
        CatalogueFormat::OscalCatalog => outline::write(&oscal::document(controls, clock::now()), 6, out),
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
            writeln!(out, "- {}{}", scenario.name, control.own_severity(scenario))?;
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
