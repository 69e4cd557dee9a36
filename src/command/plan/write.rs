//! The answer for a terminal.

use std::io::{self, Write};

use logproof_estate::record::Verdict;
use logproof_plan::{Origin, Stale};

use super::outcome::{ControlChange, Direction, Finding, Prediction, Without};
use crate::report::terminal::Form;

/// Findings shown of a control; the others are counted.
const SHOWN: usize = 5;

/// Writes the answer.
pub(super) fn write(prediction: &Prediction, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { form, out };
    page.line("", &format!("plan laid over {}, as of {}", over(prediction), prediction.as_of))?;
    for file in &prediction.files {
        page.line("  ", &format!("{}: {}", file.file, looked_at(file)))?;
        file.incomplete.iter().try_for_each(|why| page.line("    incomplete: ", why))?;
        file.notes.iter().try_for_each(|note| page.line("    note: ", note))?;
        file.unknown.iter().take(SHOWN).try_for_each(|unknown| page.line("    not known: ", unknown))?;
        if file.unknown.len() > SHOWN {
            page.line("    ", &format!("and {} more that are not known", file.unknown.len() - SHOWN))?;
        }
    }
    page.end()?;
    for direction in [Direction::Worse, Direction::Undecided, Direction::Better, Direction::Other] {
        prediction.going(direction).try_for_each(|control| page.control(control))?;
    }
    for control in prediction.going(Direction::Same).filter(|control| control.after == Verdict::Fail) {
        let begin = format!("still {} ", control.after.word());
        page.line(&begin, &format!("{} {}: the plan does not change that", control.id, control.title))?;
    }
    prediction.stale.iter().try_for_each(|stale| page.stale(stale))?;
    page.line("", &summary(prediction))
}

/// Lines that are wrapped at words.
struct Page<'a> {
    form: Form,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    /// Text behind a beginning; further lines begin below the text.
    fn line(&mut self, begin: &str, text: &str) -> io::Result<()> {
        self.form.hanging(begin, begin.chars().count(), text, self.out)
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    fn control(&mut self, control: &ControlChange) -> io::Result<()> {
        let (before, after) = (control.before.word(), control.after.word());
        let begin = format!("{:<9} ", label(control.direction));
        self.line(&begin, &format!("{} {}: {before} -> {after}", control.id, control.title))?;
        control.new.iter().take(SHOWN).try_for_each(|finding| self.finding(finding))?;
        if control.new.len() > SHOWN {
            self.line("    ", &format!("and {} more", control.new.len() - SHOWN))?;
        }
        control.gone.iter().take(SHOWN).try_for_each(|finding| self.line("    mended: ", &finding.subject))?;
        control.undecided.iter().take(SHOWN).try_for_each(|why| self.line("    undecided: ", why))?;
        if control.new.is_empty() {
            self.causes(&control.causes)?;
        }
        without(control).iter().try_for_each(|sentence| self.line("    ", sentence))?;
        self.end()
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.line("    ", &finding.subject)?;
        self.line("      expected: ", &finding.expected)?;
        self.line("      found: ", &finding.found)?;
        was(finding).iter().try_for_each(|before| self.line("      before: ", before))?;
        finding.witness.iter().try_for_each(|witness| self.line("      for example: ", witness))?;
        newly_allowed(finding).iter().try_for_each(|text| self.line("      newly allowed: ", text))?;
        finding.hint.iter().try_for_each(|hint| self.line("      to fix: ", hint))?;
        self.causes(&finding.causes)
    }

    fn causes(&mut self, causes: &[Origin]) -> io::Result<()> {
        causes.iter().take(SHOWN).try_for_each(|origin| self.line("      because of: ", &cause(origin)))?;
        if causes.len() > SHOWN {
            self.line("      ", &format!("and {} more", causes.len() - SHOWN))?;
        }
        Ok(())
    }

    fn stale(&mut self, stale: &Stale) -> io::Result<()> {
        let (address, subject, operation) = (&stale.origin.address, &stale.subject, &stale.operation);
        let text = format!("{address}: the plan was made against another state of `{subject}` than {operation} shows");
        self.line("stale   ", &text)?;
        if let (Some(believed), Some(observed)) = (&stale.believed, &stale.observed) {
            self.line("        plan: ", &short(&believed.to_string()))?;
            self.line("        observed: ", &short(&observed.to_string()))?;
        }
        Ok(())
    }
}

/// What was there before, of a finding that no request shows: a delivery that was accepted, a setting that was right.
pub(super) fn was(finding: &Finding) -> Option<&str> {
    finding.was.as_deref().filter(|_| finding.witness.is_none())
}

/// The request that the plan newly allows, where it is not the one that shows the finding, and what refuses it before.
pub(super) fn newly_allowed(finding: &Finding) -> Option<String> {
    let gained = finding.newly_allowed.as_ref()?;
    let statement = gained.statement.iter().map(|statement| format!("; {statement}")).collect::<String>();
    let before = format!("before the change {}{statement}", gained.before);
    let shown = finding.witness.as_ref() == Some(&gained.request);
    Some(if shown { before } else { format!("{}; {before}", gained.request) })
}

/// What to leave out of the plan so that a control gets no worse, as a sentence.
pub(super) fn without(control: &ControlChange) -> Option<String> {
    let stays = if control.before == Verdict::Fail { "gets no worse" } else { "stays" };
    let then = match control.before {
        Verdict::Fail => format!("{} {stays}", control.id),
        before => format!("{} {stays} {}", control.id, before.word()),
    };
    match control.without.as_ref()? {
        Without::Changes(origins) => {
            let parts: Vec<String> = origins.iter().map(part).collect();
            Some(format!("without {}, {then}", parts.join(" and ")))
        }
        Without::NotFound => None,
        Without::NotLookedFor => {
            Some("what of the plan to leave out was not looked for: too much had to be tried".to_owned())
        }
    }
}

/// A change of the plan, as what is left out.
fn part(origin: &Origin) -> String {
    let what = match origin.action.as_str() {
        "create" => "the creation of",
        "delete" => "the removal of",
        "replace" => "the replacement of",
        "import" => "the import of",
        _ => "the change to",
    };
    format!("{what} {}{}", origin.address, attribute(origin))
}

/// What the plan was laid over, in words.
pub(super) fn over(prediction: &Prediction) -> String {
    use logproof_estate::assessment::Target;
    match &prediction.target {
        Target::Live => "the live landing zone".to_owned(),
        Target::Mock { zone } if zone == "sample" => "the sample landing zone, not your accounts".to_owned(),
        Target::Mock { zone } => format!("the described landing zone {zone}, not live accounts"),
        Target::Replay { bundle } => format!("the bundle {bundle}"),
        Target::Planned { .. } => "another plan".to_owned(),
        Target::Share { share, .. } => format!("share {share} of a run"),
    }
}

/// How many resources of a file were looked at.
pub(super) fn looked_at(file: &super::outcome::FileSummary) -> String {
    let not: Vec<String> = file.not_looked_at.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let not = if not.is_empty() { String::new() } else { format!("; not looked at: {}", not.join(", ")) };
    format!("{} changes, {} looked at{not}", file.changed, file.looked_at())
}

/// The last line: what it comes to.
pub(super) fn summary(prediction: &Prediction) -> String {
    let count = |direction| prediction.going(direction).count();
    let (changed, looked) = prediction.counts();
    let (worse, undecided, better) = (count(Direction::Worse), count(Direction::Undecided), count(Direction::Better));
    let same = prediction.controls.len() - worse - undecided - better;
    let examined = format!("{} controls, {looked} of {changed} changes looked at", prediction.controls.len());
    if prediction.is_incomplete() {
        return format!(
            "INCOMPLETE: another plan follows; so far {worse} worse, {undecided} undecided, {better} better ({examined})"
        );
    }
    if worse + undecided + better == 0 && prediction.concerned == 0 {
        return format!("nothing in this plan concerns the log store ({examined})");
    }
    format!("{worse} worse, {undecided} undecided, {better} better, {same} as before ({examined})")
}

/// A resource of the plan, with the attribute that decides.
pub(super) fn cause(origin: &Origin) -> String {
    format!("{}{}, {} in {}", origin.address, attribute(origin), origin.action, origin.file)
}

fn attribute(origin: &Origin) -> String {
    if origin.attribute.is_empty() { String::new() } else { format!(" ({})", origin.attribute) }
}

/// How a direction is printed.
pub(super) fn label(direction: Direction) -> &'static str {
    match direction {
        Direction::Worse => "WORSE",
        Direction::Undecided => "UNDECIDED",
        Direction::Better => "BETTER",
        Direction::Other => "CHANGED",
        Direction::Same => "SAME",
    }
}

fn short(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut line: String = text.chars().take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        line.push_str(" ...");
    }
    line
}
