//! Markdown summary for a pull request: counts, then what does not pass, then the rest folded away.

use std::io::{self, Write};

use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::Verdict,
};

use super::identity::title;

/// Verdicts in the order a reader wants them.
const ORDER: [Verdict; 6] =
    [Verdict::Error, Verdict::Fail, Verdict::Waived, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable];

/// Findings shown per scenario; the others are counted.
const SHOWN: usize = 5;

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&title(assessment)))?;
    let counts: Vec<String> = ORDER
        .iter()
        .filter(|verdict| assessment.controls_with(**verdict) > 0)
        .map(|verdict| format!("**{}** {}", assessment.controls_with(*verdict), verdict.word()))
        .collect();
    writeln!(out, "{} · run `{}` · as of {}\n", counts.join(" · "), assessment.run.id, assessment.run.as_of)?;
    if let Some(why) = &assessment.run.incomplete {
        writeln!(out, "> **Incomplete run:** {}\n", escaped(why))?;
    }
    for control in assessment.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)) {
        open_control(control, out)?;
    }
    let quiet: Vec<&ControlResult> =
        assessment.controls.iter().filter(|c| matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)).collect();
    if !quiet.is_empty() {
        writeln!(out, "<details><summary>{} controls without findings</summary>\n", quiet.len())?;
        writeln!(out, "| control | verdict | examined |\n|---|---|---|")?;
        for control in quiet {
            let reason = control.scenarios.first().map_or("", |scenario| scenario.reason.as_str());
            let verdict = control.verdict.word();
            writeln!(out, "| {} {} | {verdict} | {} |", control.id, escaped(&control.title), escaped(reason))?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

fn open_control(control: &ControlResult, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, severity) = (control.verdict.word(), &control.severity);
    writeln!(out, "### {verdict} {} {} ({severity})\n", control.id, escaped(&control.title))?;
    for scenario in control.scenarios.iter().filter(|s| !matches!(s.verdict, Verdict::Pass | Verdict::NotApplicable)) {
        writeln!(out, "- **{}**", escaped(&scenario.name))?;
        let findings: Vec<_> = scenario.record.findings().collect();
        if findings.is_empty() {
            writeln!(out, "  - {}: {}", scenario.verdict.word(), escaped(&scenario.reason))?;
        }
        for finding in findings.iter().take(SHOWN) {
            writeln!(
                out,
                "  - `{}`: expected {}, found **{}**",
                finding.subject.arn,
                escaped(&finding.expected),
                escaped(&finding.found)
            )?;
            if let Some(witness) = &finding.witness {
                writeln!(out, "    - for example: {}", escaped(&witness.sentence))?;
            }
            if let Some(hint) = &finding.hint {
                writeln!(out, "    - to fix: {}", escaped(hint))?;
            }
        }
        if findings.len() > SHOWN {
            writeln!(out, "  - and {} more", findings.len() - SHOWN)?;
        }
    }
    writeln!(out)
}

/// Text that cannot become markup, a table cell or a mention.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
    }
    safe
}
