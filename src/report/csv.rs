//! CSV: a row per scenario and finding, for spreadsheets. RFC 4180, with formula characters defused.

use std::io::{self, Write};

use logproof_estate::{
    assessment::Assessment,
    record::{Observation, Proposal},
};

use super::identity::{effects, frameworks, introduction, with_run};

/// Columns, in order.
pub const COLUMNS: [&str; 16] = [
    "control",
    "title",
    "severity",
    "frameworks",
    "scenario",
    "verdict",
    "reason",
    "subject",
    "account",
    "region",
    "expected",
    "found",
    "where",
    "hint",
    "exchanges",
    "run",
];

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    let assessment = &*with_run(assessment);
    let numbers = assessment.numbered();
    row(out, &COLUMNS.map(str::to_owned))?;
    for control in &assessment.controls {
        // They are the control's, and longer than all the rest: its first row has them.
        let mut references = frameworks(control);
        for scenario in &control.scenarios {
            let head = [
                control.id.clone(),
                control.title.clone(),
                control.severity_of(scenario).to_owned(),
                std::mem::take(&mut references),
                scenario.name.clone(),
                scenario.verdict.word().to_owned(),
                scenario.reason.clone(),
            ];
            let findings: Vec<_> = scenario.record.findings().collect();
            if findings.is_empty() {
                row(out, &[&head[..], &vec![String::new(); 8], std::slice::from_ref(&assessment.run.id)].concat())?;
            }
            for finding in findings {
                // Lines of the recording, as every report for a person names them.
                let based_on = finding.exchanges.iter().chain(&scenario.record.basis);
                let exchanges: Vec<String> =
                    based_on.filter_map(|id| numbers.get(id)).map(|number| format!("E{number}")).collect();
                let tail = [
                    finding.subject.arn.clone(),
                    finding.subject.account.as_ref().map(ToString::to_string).unwrap_or_default(),
                    finding.subject.region.as_ref().map(ToString::to_string).unwrap_or_default(),
                    finding.expected.to_string(),
                    found(finding),
                    finding.place.clone().unwrap_or_default(),
                    fix(finding),
                    exchanges.join(" "),
                    assessment.run.id.clone(),
                ];
                row(out, &[&head[..], &tail[..]].concat())?;
            }
        }
    }
    Ok(())
}

/// What was found, with every action that is allowed.
fn found(finding: &Observation) -> String {
    let mut text = finding.found.clone();
    if let Some(allowed) = finding.allowed.as_ref().filter(|allowed| allowed.count() > 1) {
        text.push_str(&format!("\n{}", effects(allowed, usize::MAX).join("\n")));
    }
    if let Some(accepted) = &finding.accepted {
        text.push_str(&format!("\n{}", accepted.sentence()));
    }
    text
}

/// What to change, with the policy that would do it.
fn fix(finding: &Observation) -> String {
    let mut text = finding.hint.clone().unwrap_or_default();
    if let Some(Proposal::Policies(policies)) = &finding.proposal {
        for policy in policies {
            text.push_str(&format!("\n{}\n{}", introduction(policy), policy.text));
        }
    }
    text
}

fn row(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    let line: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    write!(out, "{}\r\n", line.join(","))
}

/// Quoted; a cell a spreadsheet would run as a formula gets an apostrophe in front.
pub(crate) fn quoted(cell: &str) -> String {
    let defused = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    format!("\"{}\"", defused.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
    }
}
