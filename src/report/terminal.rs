//! The terminal: a line per control, what does not pass with its findings, a summary. Readable without colour.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use console::Style;
use logproof_estate::{
    Reason, Unseen,
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{AllowedActions, Observation, Proposal, Verdict},
    register::Attestation,
};

use super::{
    first::{self, Group},
    identity::{PROVED, effects, introduction, not_applicable, title, without_policy},
    owner::made_by_aws,
    wrap::wrapped,
};
use crate::files;

/// Findings shown per scenario; the others are counted.
const SHOWN: usize = 5;

/// Names of actions shown per effect where there are many; the others are counted.
const NAMES: usize = 4;
/// How many actions are many.
const MANY: usize = 40;

/// Proposed policies up to which each is printed with its finding; more are printed where what to do first is listed.
const PRINTED: usize = 3;

/// Verdicts in the order of the summary.
const ORDER: [Verdict; 6] =
    [Verdict::Pass, Verdict::Fail, Verdict::Error, Verdict::Waived, Verdict::Manual, Verdict::NotApplicable];

/// Columns of text that is read elsewhere than on a terminal.
pub const WIDTH: usize = 100;
/// Columns below which no line is wrapped: nobody reads a column of single words.
const NARROWEST: usize = 60;
/// Columns a label takes, with the blank after it.
const LABEL: usize = 11;

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// With colour.
    pub colour: bool,
    /// Only what does not pass.
    pub quiet: bool,
    /// Columns that lines are wrapped at.
    pub width: usize,
}

impl Default for Form {
    fn default() -> Self {
        Self { colour: false, quiet: false, width: WIDTH }
    }
}

impl Form {
    /// Text filled into what is left of the lines behind `indent` columns.
    fn filled(self, text: &str, indent: usize) -> Vec<String> {
        wrapped(&clean(text), self.width.max(NARROWEST).saturating_sub(indent))
    }

    /// Prints text behind a beginning that takes `indent` columns; further lines begin there.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub(crate) fn hanging(self, begin: &str, indent: usize, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for (index, line) in self.filled(text, indent).iter().enumerate() {
            if index == 0 { writeln!(out, "{begin}{line}")? } else { writeln!(out, "{:indent$}{line}", "")? }
        }
        Ok(())
    }
}

/// Prints the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, form: Form, out: &mut dyn Write) -> io::Result<()> {
    head(assessment, form, out)?;
    let width = assessment.controls.iter().map(|control| control.verdict.word().len()).max().unwrap_or(0);
    let ids = assessment.controls.iter().map(|control| control.id.len()).max().unwrap_or(0);
    let shown =
        |control: &&ControlResult| !form.quiet || !matches!(control.verdict, Verdict::Pass | Verdict::NotApplicable);
    let groups = first::groups(assessment);
    let elsewhere = groups.iter().map(|group| group.blocks.len()).sum::<usize>() > PRINTED;
    for control in assessment.controls.iter().filter(shown) {
        let word = paint(control.verdict, form).apply_to(format!("{:width$}", control.verdict.word()));
        let begin = format!("{word}  {:ids$}  ", control.id);
        let left_out = not_applicable(control).map(|text| format!("; {text}")).unwrap_or_default();
        form.hanging(&begin, width + ids + 4, &format!("{}{}{left_out}", control.title, examined(control)), out)?;
        if !matches!(control.verdict, Verdict::Pass) {
            scenarios(control, width + 2, form, elsewhere, out)?;
        }
        let attestations = control.scenarios.iter().filter_map(|scenario| scenario.attestation.as_ref());
        // Scenarios of a control may share one.
        let lines: BTreeSet<String> = attestations.map(attestation_line).collect();
        for line in lines {
            Details { indent: width + 2, form, elsewhere, out: &mut *out }.line("attested", &line)?;
        }
    }
    register(assessment, form, out)?;
    what_first(&groups, form, out)?;
    summary(assessment, form, out)
}

/// What to do first: a numbered line for each change, with what it clears.
fn what_first(groups: &[Group], form: Form, out: &mut dyn Write) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    const NUMBER: usize = 4;
    const NAMED: usize = 6;
    let bold = Style::new().bold().force_styling(form.colour);
    writeln!(out, "\n{}", bold.apply_to("What to do first"))?;
    let mut told: Vec<&str> = Vec::new();
    for (index, group) in groups.iter().take(first::SHOWN).enumerate() {
        let begin = format!("{:>2}. ", index + 1);
        form.hanging(&begin, NUMBER, &group.what, out)?;
        let helps = format!("{}, {}; {}", group.severity, group.effort.word(), group.clears(NAMED));
        form.hanging("    ", NUMBER, &helps, out)?;
        for owner in group.made_by.iter().filter(|owner| !told.contains(owner)) {
            form.hanging("    ", NUMBER, owner, out)?;
        }
        told.extend(group.made_by);
        match group.commands.as_slice() {
            [] => {}
            [only] => writeln!(out, "    {}", clean(only))?,
            [line, more @ ..] => {
                writeln!(out, "    {}\n    and {} more, in {}", clean(line), more.len(), files::MARKDOWN)?
            }
        }
    }
    let more = groups.len().saturating_sub(first::SHOWN);
    if more > 0 {
        writeln!(out, "    and {} more, in {} and {}", count(more, "change"), files::MARKDOWN, files::HTML)?;
    }
    if groups.iter().any(|group| !group.blocks.is_empty()) {
        let line =
            format!("The policies to paste are in {} and {}, under the same numbers.", files::MARKDOWN, files::HTML);
        form.hanging("", 0, &line, out)?;
    }
    Ok(())
}

/// What is wrong with the register.
fn register(assessment: &Assessment, form: Form, out: &mut dyn Write) -> io::Result<()> {
    for finding in &assessment.register {
        let verdict = if finding.accepted.is_some() { Verdict::Waived } else { Verdict::Fail };
        let word = paint(verdict, form).apply_to("REGISTER");
        writeln!(out, "{word}  {} of {}", finding.entry, clean(&finding.control))?;
        let mut details = Details { indent: 6, form, elsewhere: false, out: &mut *out };
        details.line("found", &finding.problem)?;
        finding.accepted.iter().try_for_each(|accepted| details.line("known", &accepted.sentence()))?;
        details.line("hint", &finding.hint)?;
    }
    Ok(())
}

/// Who stated what until when.
fn attestation_line(attestation: &Attestation) -> String {
    let Attestation { by, on, valid_until, statement, evidence, .. } = attestation;
    format!("by {by} on {on}, valid until {valid_until}: {statement} ({evidence})")
}

fn head(assessment: &Assessment, form: Form, out: &mut dyn Write) -> io::Result<()> {
    if form.quiet && assessment.run.target.caution().is_none() {
        return Ok(());
    }
    writeln!(out, "{}", Style::new().bold().force_styling(form.colour).apply_to(clean(&title(assessment))))?;
    let accounts = match &assessment.run.accounts {
        Some(accounts) => count(accounts.len(), "active account"),
        None => "accounts unknown".to_owned(),
    };
    let regions: Vec<&str> = assessment.run.regions.iter().map(|region| region.as_str()).collect();
    writeln!(out, "as of {}, {accounts}, {}", assessment.run.as_of, regions.join(" "))?;
    if !assessment.run.assumed.is_empty() {
        form.hanging("assumed: ", 9, &assessment.run.assumed.join("; "), out)?;
    }
    writeln!(out)
}

/// ` (6 of 6 active accounts)`, from the first population of the control.
fn examined(control: &ControlResult) -> String {
    let populations = control.scenarios.iter().flat_map(|scenario| &scenario.record.populations);
    let largest = populations.max_by_key(|population| population.expected);
    largest.map_or_else(String::new, |p| format!(" ({} of {} {})", p.examined, p.expected, clean(&p.of)))
}

fn scenarios(
    control: &ControlResult,
    indent: usize,
    form: Form,
    elsewhere: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut said: Vec<String> = Vec::new();
    for scenario in control.scenarios.iter().filter(|scenario| scenario.verdict != Verdict::Pass) {
        let severity = scenario.severity.as_ref().map(|own| format!(" (severity {own})")).unwrap_or_default();
        for line in form.filled(&format!("{}{severity}", scenario.name), indent) {
            writeln!(out, "{:indent$}{}", "", Style::new().bold().force_styling(form.colour).apply_to(line))?;
        }
        let mut text = Vec::new();
        Details { indent: indent + 2, form, elsewhere, out: &mut text }.of(scenario)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        // One denied call often stops every scenario of a control.
        if said.contains(&text) {
            Details { indent: indent + 2, form, elsewhere, out: &mut *out }.line("", "as above")?;
        } else {
            out.write_all(text.as_bytes())?;
            said.push(text);
        }
    }
    Ok(())
}

/// Prints what is behind one scenario.
struct Details<'a> {
    indent: usize,
    form: Form,
    /// Proposed policies are printed elsewhere.
    elsewhere: bool,
    out: &'a mut dyn Write,
}

impl Details<'_> {
    fn of(&mut self, scenario: &ScenarioResult) -> io::Result<()> {
        let record = &scenario.record;
        for waiver in &scenario.waivers {
            self.line("waiver", &waiver.sentence())?;
        }
        for unseen in record.unseen.iter().take(SHOWN) {
            self.unseen(unseen)?;
        }
        self.more(record.unseen.len(), "question without an answer", "questions without an answer")?;
        for (index, finding) in record.findings().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(self.out)?;
            }
            self.finding(finding)?;
        }
        self.more(record.findings().count(), "finding", "findings")?;
        if record.is_clean() {
            self.line("because", &scenario.reason)?;
        }
        for note in &record.notes {
            self.line("note", note)?;
        }
        Ok(())
    }

    fn unseen(&mut self, unseen: &Unseen) -> io::Result<()> {
        self.line("error", &unseen.to_string())?;
        match &unseen.reason {
            Reason::Denied { action } => self.line("missing", action)?,
            Reason::RoleNotAssumable { role } => self.line("role", role)?,
            _ => {}
        }
        self.line("hint", &unseen.hint)
    }

    fn finding(&mut self, finding: &Observation) -> io::Result<()> {
        self.line("expected", &finding.expected)?;
        self.line("found", &finding.found)?;
        let mut place = finding.subject.arn.clone();
        if let Some(account) = &finding.subject.account {
            let region = finding.subject.region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
            place.push_str(&format!(", in {account}{region}"));
        }
        if let Some(narrower) = &finding.place {
            place.push_str(&format!(", {narrower}"));
        }
        self.line("where", &place)?;
        if let Some(allowed) = &finding.allowed {
            self.allowed(allowed)?;
        }
        if let Some(witness) = &finding.witness {
            self.line("example", &witness.sentence)?;
            witness.statement.iter().try_for_each(|statement| self.line("allowed by", statement))?;
            witness.change.iter().try_for_each(|change| self.line("change", change))?;
        }
        finding.hint.iter().try_for_each(|hint| self.line("hint", hint))?;
        made_by_aws(&finding.subject.arn).iter().try_for_each(|owner| self.line("owner", owner))?;
        finding.accepted.iter().try_for_each(|accepted| self.line("known", &accepted.sentence()))?;
        finding.proposal.iter().try_for_each(|proposal| self.proposal(proposal))
    }

    /// Everything that is allowed, and by whom.
    fn allowed(&mut self, allowed: &AllowedActions) -> io::Result<()> {
        let lines = if allowed.count() > 1 {
            effects(allowed, if allowed.count() > MANY { NAMES } else { MANY })
        } else {
            Vec::new()
        };
        for (index, line) in lines.iter().enumerate() {
            self.line(if index == 0 { "allowed" } else { "" }, line)?;
        }
        for (index, caller) in allowed.callers.iter().enumerate() {
            self.line(if index == 0 { "to" } else { "" }, caller)?;
        }
        allowed.undecided.iter().try_for_each(|open| self.line("open", open))
    }

    /// The policies that would close it, each as a block to copy.
    fn proposal(&mut self, proposal: &Proposal) -> io::Result<()> {
        if let Some(instead) = without_policy(proposal) {
            return self.line("proposal", &instead);
        }
        let Proposal::Policies(policies) = proposal else { return Ok(()) };
        for policy in policies {
            self.line("proposal", &introduction(policy))?;
            if self.elsewhere {
                continue;
            }
            let indent = self.indent + 11;
            for line in policy.text.lines() {
                writeln!(self.out, "{:indent$}{}", "", clean(line))?;
            }
        }
        if self.elsewhere { Ok(()) } else { self.line("", PROVED) }
    }

    fn more(&mut self, total: usize, one: &str, many: &str) -> io::Result<()> {
        match total.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => self.line(
                "",
                &format!("and {more} more {}; all are in assessment.json", if more == 1 { one } else { many }),
            ),
        }
    }

    fn line(&mut self, label: &str, text: &str) -> io::Result<()> {
        let indent = self.indent;
        let lines = text.lines().flat_map(|line| self.form.filled(line, indent + LABEL));
        for (index, line) in lines.enumerate() {
            let label = if index == 0 { label } else { "" };
            writeln!(self.out, "{:indent$}{label:<10} {line}", "")?;
        }
        Ok(())
    }
}

fn summary(assessment: &Assessment, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let counts: Vec<String> = ORDER
        .iter()
        .filter(|verdict| assessment.controls_with(**verdict) > 0)
        .map(|verdict| {
            let text = format!("{} {}", assessment.controls_with(*verdict), verdict.word());
            paint(*verdict, form).apply_to(text).to_string()
        })
        .collect();
    let calls: u64 = assessment.run.calls.values().sum();
    let millis = assessment.run.ended.as_millisecond() - assessment.run.started.as_millisecond();
    let line = format!(
        "{}: {}; {}, {}, {}.{:03} s",
        count(assessment.controls.len(), "control"),
        counts.join(", "),
        count(usize::try_from(calls).unwrap_or(usize::MAX), "API call"),
        count(assessment.run.questions, "question"),
        millis / 1000,
        millis % 1000
    );
    writeln!(out)?;
    // Colours are no control characters to be cleaned away here, and take no columns.
    wrapped(&line, form.width.max(NARROWEST)).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if !assessment.register.is_empty() {
        let text = format!("{} on entries of the register", count(assessment.register.len(), "finding"));
        writeln!(out, "{}", paint(Verdict::Fail, form).apply_to(text))?;
    }
    if let Some(baseline) = &assessment.baseline {
        for line in form.filled(&baseline.sentence(), 0) {
            writeln!(out, "{line}")?;
        }
    }
    if let Some(why) = &assessment.run.incomplete {
        for line in form.filled(&format!("INCOMPLETE: {why}"), 0) {
            writeln!(out, "{}", paint(Verdict::Error, form).apply_to(line))?;
        }
    }
    Ok(())
}

fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn paint(verdict: Verdict, form: Form) -> Style {
    let style = match verdict {
        Verdict::Pass => Style::new().green(),
        Verdict::Fail => Style::new().red().bold(),
        Verdict::Error => Style::new().magenta().bold(),
        Verdict::Waived | Verdict::Manual => Style::new().yellow(),
        Verdict::NotApplicable => Style::new().dim(),
    };
    style.force_styling(form.colour)
}

/// Text from an account as a terminal may show it: without control characters.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
