//! Markdown summary for a pull request: counts, then what does not pass, then the rest folded away.

use std::io::{self, Write};

use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{Observation, Proposal, Verdict},
};

use super::{
    first::{self, Group},
    identity::{PROVED, effects, introduction, not_applicable, title, without_policy},
    owner::made_by_aws,
};

/// Verdicts in the order a reader wants them.
const ORDER: [Verdict; 6] =
    [Verdict::Error, Verdict::Fail, Verdict::Waived, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable];

/// Findings shown per scenario; the others are counted.
const SHOWN: usize = 5;
/// Names of actions shown per effect; the others are counted.
const NAMES: usize = 12;

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
    if let Some(baseline) = &assessment.baseline {
        writeln!(out, "{}\n", escaped(&baseline.sentence()))?;
    }
    what_first(&first::groups(assessment), out)?;
    for control in assessment.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)) {
        open_control(control, out)?;
    }
    register(assessment, out)?;
    let quiet: Vec<&ControlResult> =
        assessment.controls.iter().filter(|c| matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)).collect();
    if !quiet.is_empty() {
        writeln!(out, "<details><summary>{} controls without findings</summary>\n", quiet.len())?;
        writeln!(out, "| control | verdict | examined |\n|---|---|---|")?;
        for control in quiet {
            let mut reason = control.scenarios.first().map_or("", |scenario| scenario.reason.as_str()).to_owned();
            reason.extend(not_applicable(control).map(|text| format!("; {text}")));
            let verdict = control.verdict.word();
            writeln!(out, "| {} {} | {verdict} | {} |", control.id, escaped(&control.title), escaped(&reason))?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

/// What to do first, each change with what to paste.
fn what_first(groups: &[Group], out: &mut dyn Write) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details open><summary>What to do first</summary>\n")?;
    for (index, group) in groups.iter().enumerate() {
        if index == first::SHOWN {
            writeln!(out, "\n</details>\n\n<details><summary>What to do after that</summary>\n")?;
        }
        let number = index + 1;
        writeln!(out, "{number}. {}", escaped(&group.what))?;
        let (severity, effort) = (&group.severity, group.effort.word());
        writeln!(out, "   - {severity}, {effort}; {}", escaped(&group.clears(usize::MAX)))?;
        group.made_by.iter().try_for_each(|owner| writeln!(out, "   - {}", escaped(owner)))?;
        if !group.commands.is_empty() {
            fenced("sh", &group.commands.join("\n"), 3, out)?;
        }
        for block in &group.blocks {
            writeln!(out, "   - {}; each statement is proved by itself", escaped(&block.what))?;
            block.texts.iter().try_for_each(|text| fenced("json", text, 5, out))?;
        }
    }
    writeln!(out, "\n</details>\n")
}

/// A block of code behind a margin, in a fence longer than any run of backticks in it, so that the text cannot end it.
fn fenced(language: &str, text: &str, margin: usize, out: &mut dyn Write) -> io::Result<()> {
    let fence = "`".repeat(3.max(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or(0)));
    writeln!(out, "\n{:margin$}{fence}{language}", "")?;
    for line in text.lines() {
        writeln!(out, "{:margin$}{line}", "")?;
    }
    writeln!(out, "{:margin$}{fence}\n", "")
}

/// What is wrong with the register, and the persons whose word a verdict rests on.
fn register(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    if !assessment.register.is_empty() {
        let known = assessment.register.iter().all(|finding| finding.accepted.is_some());
        let word = if known { Verdict::Waived } else { Verdict::Fail }.word();
        writeln!(out, "### {word} Waivers and attestations\n")?;
        for finding in &assessment.register {
            let (entry, control) = (escaped(&finding.entry), escaped(&finding.control));
            writeln!(out, "- {entry} of {control}: {}", escaped(&finding.problem))?;
            if let Some(accepted) = &finding.accepted {
                writeln!(out, "  - {}", escaped(&accepted.sentence()))?;
            }
            writeln!(out, "  - to fix: {}", escaped(&finding.hint))?;
        }
        writeln!(out)?;
    }
    let attested: Vec<(&ControlResult, String)> = assessment
        .controls
        .iter()
        .flat_map(|control| control.scenarios.iter().map(move |scenario| (control, scenario)))
        .filter_map(|(control, scenario)| Some((control, scenario.attestation.as_ref()?.sentence())))
        .fold(Vec::new(), |mut once, (control, sentence)| {
            // One attestation may cover several scenarios of its control.
            if !once.iter().any(|(other, said): &(&ControlResult, String)| other.id == control.id && *said == sentence)
            {
                once.push((control, sentence));
            }
            once
        });
    if !attested.is_empty() {
        writeln!(out, "### Passed on somebody's word\n")?;
        for (control, sentence) in attested {
            writeln!(out, "- {} {}: {}", escaped(&control.id), escaped(&control.title), escaped(&sentence))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn open_control(control: &ControlResult, out: &mut dyn Write) -> io::Result<()> {
    let (verdict, severity) = (control.verdict.word(), &control.severity);
    writeln!(out, "### {verdict} {} {} ({severity})\n", control.id, escaped(&control.title))?;
    for scenario in control.scenarios.iter().filter(|s| !matches!(s.verdict, Verdict::Pass | Verdict::NotApplicable)) {
        let severity = scenario.severity.as_ref().map(|own| format!(" ({})", escaped(own))).unwrap_or_default();
        writeln!(out, "- **{}**{severity}", escaped(&scenario.name))?;
        let findings: Vec<_> = scenario.record.findings().collect();
        if findings.is_empty() && scenario.record.unseen.is_empty() {
            writeln!(out, "  - {}: {}", scenario.verdict.word(), escaped(&scenario.reason))?;
        }
        for waiver in &scenario.waivers {
            writeln!(out, "  - {}", escaped(&waiver.sentence()))?;
        }
        unseen(scenario, out)?;
        for finding in findings.iter().take(SHOWN) {
            writeln!(
                out,
                "  - {}: expected {}, found **{}**",
                code(&finding.subject.arn),
                escaped(&finding.expected),
                escaped(&finding.found)
            )?;
            allowed(finding, out)?;
            if let Some(witness) = &finding.witness {
                writeln!(out, "    - for example: {}", escaped(&witness.sentence))?;
            }
            if let Some(hint) = &finding.hint {
                writeln!(out, "    - to fix: {}", escaped(hint))?;
            }
            if let Some(owner) = made_by_aws(&finding.subject.arn) {
                writeln!(out, "    - {}", escaped(owner))?;
            }
            if let Some(accepted) = &finding.accepted {
                writeln!(out, "    - {}", escaped(&accepted.sentence()))?;
            }
            if let Some(proposal) = &finding.proposal {
                self::proposal(proposal, out)?;
            }
        }
        if findings.len() > SHOWN {
            writeln!(out, "  - and {} more", findings.len() - SHOWN)?;
        }
    }
    writeln!(out)
}

/// Everything that is allowed, and by whom.
fn allowed(finding: &Observation, out: &mut dyn Write) -> io::Result<()> {
    let Some(allowed) = &finding.allowed else { return Ok(()) };
    if allowed.count() > 1 {
        for effect in effects(allowed, NAMES) {
            writeln!(out, "    - allowed, {}", escaped(&effect))?;
        }
    }
    writeln!(out, "    - by {}", escaped(&allowed.callers.join(", ")))?;
    allowed.undecided.iter().try_for_each(|open| writeln!(out, "    - {}", escaped(open)))
}

/// The policies that would close it, each as a block to copy.
fn proposal(proposal: &Proposal, out: &mut dyn Write) -> io::Result<()> {
    if let Some(instead) = without_policy(proposal) {
        return writeln!(out, "    - proposed policy: {}", escaped(&instead));
    }
    let Proposal::Policies(policies) = proposal else { return Ok(()) };
    for policy in policies {
        writeln!(out, "    - proposed {} ({PROVED})", escaped(&introduction(policy)))?;
        fenced("json", &policy.text, 6, out)?;
    }
    Ok(())
}

/// What could not be seen, which outranks what was found.
fn unseen(scenario: &ScenarioResult, out: &mut dyn Write) -> io::Result<()> {
    let all = &scenario.record.unseen;
    for unseen in all.iter().take(SHOWN) {
        writeln!(out, "  - ERROR: {}", escaped(&unseen.to_string()))?;
        writeln!(out, "    - to do: {}", escaped(&unseen.hint))?;
    }
    if all.len() > SHOWN {
        writeln!(out, "  - and {} more that could not be seen", all.len() - SHOWN)?;
    }
    Ok(())
}

/// Breaks up what a forge would make a mention, a reference or a link of, and shows nothing itself.
const BREAK: &str = "<!-- -->";

/// Text that cannot become markup, a table cell, a mention or a link.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // An escape is undone before mentions and links are looked for, so it does not keep them from being made.
            '@' | '#' => {
                safe.push('\\');
                safe.push(c);
                safe.push_str(BREAK);
            }
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
    }
    for scheme in ["://", "www.", "WWW."] {
        let (head, tail) = scheme.split_at(scheme.len() - 1);
        safe = safe.replace(scheme, &format!("{head}{BREAK}{tail}"));
    }
    safe
}

/// Text as code, between more backticks than it holds.
pub(crate) fn code(text: &str) -> String {
    let fence = "`".repeat(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or(0));
    let blank = if text.contains('`') { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", text.replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn code_holds_backticks() {
        assert_eq!(code("arn:aws:s3:::logs"), "`arn:aws:s3:::logs`");
        assert_eq!(code("a``b"), "``` a``b ```");
    }
}
