//! A difference as text for a terminal and as Markdown for a pull request.

use std::io::{self, Write};

use logproof_estate::record::Verdict;

use super::{
    difference::{Diff, Found, Side, SubjectChange, VerdictChange},
    facts::FactChange,
    policies::Effect,
};

/// Writes it as text.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn text(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "from {}\nto   {}", side(&diff.from), side(&diff.to))?;
    for caution in &diff.cautions {
        writeln!(out, "caution: {caution}")?;
    }
    if diff.is_empty() {
        return writeln!(out, "nothing changed");
    }
    heading(out, "verdicts", diff.verdicts.len())?;
    for change in &diff.verdicts {
        writeln!(out, "  {}", verdict(change))?;
    }
    heading(out, "subjects", diff.subjects.len())?;
    for change in &diff.subjects {
        let (was, is) = (found(change.was.as_ref()), found(change.is.as_ref()));
        writeln!(
            out,
            "  {} {}\n    expected {}\n    was      {was}\n    is       {is}",
            change.control, change.subject, change.expected
        )?;
    }
    heading(out, "facts", diff.facts.len())?;
    for change in &diff.facts {
        writeln!(out, "  {} in {}: {} {}", change.operation, change.place, change.request, how(change))?;
    }
    heading(out, "policies", diff.policies.len())?;
    for change in &diff.policies {
        writeln!(out, "  {}{}", change.policy, presence(change.existed, change.exists))?;
        writeln!(out, "    newly allowed:     {}", effect(&change.newly_allowed))?;
        writeln!(out, "    no longer allowed: {}", effect(&change.no_longer_allowed))?;
    }
    Ok(())
}

fn heading(out: &mut dyn Write, what: &str, count: usize) -> io::Result<()> {
    if count == 0 { writeln!(out, "{what}: no change") } else { writeln!(out, "{what}: {count} changed") }
}

fn side(side: &Side) -> String {
    let organization = side.organization.as_deref().unwrap_or("an unknown organization");
    let sealed = side.sealed_by.as_ref().map_or("not sealed".to_owned(), |key| format!("sealed by key {key}"));
    format!("run {} as of {} of {organization}, {sealed}", side.run, side.as_of)
}

fn word(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or("(none)", Verdict::word)
}

fn verdict(change: &VerdictChange) -> String {
    let scenario = change.scenario.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
    format!("{}{scenario}: {} -> {}: {}", change.control, word(change.was), word(change.is), change.reason)
}

fn found(found: Option<&Found>) -> String {
    match found {
        None => "(not examined)".to_owned(),
        Some(Found { found, met: true }) => found.clone(),
        Some(Found { found, met: false }) => format!("{found} (not as expected)"),
    }
}

fn how(change: &FactChange) -> String {
    let status = |status: Option<u16>| status.map_or("no answer".to_owned(), |status| status.to_string());
    match (&change.was, &change.is) {
        (None, _) => "was not asked before".to_owned(),
        (_, None) => "is not asked any more".to_owned(),
        (Some(was), Some(is)) if was.status != is.status => {
            format!("answered {}, now {}", status(was.status), status(is.status))
        }
        _ if change.members.is_empty() => "is answered differently".to_owned(),
        _ => format!("differs at {}", change.members.join(", ")),
    }
}

fn presence(existed: bool, exists: bool) -> &'static str {
    match (existed, exists) {
        (false, true) => " (new)",
        (true, false) => " (gone)",
        _ => "",
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Nothing => "nothing".to_owned(),
        Effect::Request { sentence, .. } => sentence.clone(),
        Effect::Undecided { reason } => format!("undecided: {reason}"),
    }
}

/// Writes it as Markdown.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn markdown(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# What changed\n\n- from {}\n- to {}", escaped(&side(&diff.from)), escaped(&side(&diff.to)))?;
    for caution in &diff.cautions {
        writeln!(out, "- caution: {}", escaped(caution))?;
    }
    if diff.is_empty() {
        return writeln!(out, "\nNothing changed.");
    }
    if !diff.verdicts.is_empty() {
        table(out, "Verdicts", &["Control", "Was", "Is", "Why"])?;
        for change in &diff.verdicts {
            let name = change.scenario.as_ref().map_or(change.control.clone(), |s| format!("{} {s}", change.control));
            row(out, &[&name, word(change.was), word(change.is), &change.reason])?;
        }
    }
    if !diff.policies.is_empty() {
        table(out, "Policies", &["Policy", "Newly allowed", "No longer allowed"])?;
        for change in &diff.policies {
            let name = format!("{}{}", change.policy, presence(change.existed, change.exists));
            row(out, &[&name, &effect(&change.newly_allowed), &effect(&change.no_longer_allowed)])?;
        }
    }
    if !diff.subjects.is_empty() {
        table(out, "Subjects", &["Control", "Subject", "Expected", "Was", "Is"])?;
        for SubjectChange { control, subject, expected, was, is } in &diff.subjects {
            row(out, &[control, subject, expected, &found(was.as_ref()), &found(is.as_ref())])?;
        }
    }
    if !diff.facts.is_empty() {
        table(out, "Facts", &["Call", "Where", "Asked", "Change"])?;
        for change in &diff.facts {
            row(out, &[&change.operation, &change.place, &change.request, &how(change)])?;
        }
    }
    Ok(())
}

fn table(out: &mut dyn Write, title: &str, columns: &[&str]) -> io::Result<()> {
    writeln!(out, "\n## {title}\n\n| {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len()))
}

fn row(out: &mut dyn Write, cells: &[&str]) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

/// Text that is text in a table cell, whatever it holds.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\r' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
                safe.push('\\');
                safe.push(character);
            }
            other => safe.push(other),
        }
    }
    safe
}
