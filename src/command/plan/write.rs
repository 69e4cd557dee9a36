//! The answer for a terminal.

use std::io::{self, Write};

use logproof_estate::record::Verdict;
use logproof_plan::Origin;

use super::outcome::{ControlChange, Direction, Finding, Prediction};

/// Findings shown of a control; the others are counted.
const SHOWN: usize = 5;

/// Writes the answer.
pub(super) fn write(prediction: &Prediction, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "plan laid over {}, as of {}", over(prediction), prediction.as_of)?;
    for file in &prediction.files {
        writeln!(out, "  {}: {}", clean(&file.file), looked_at(file))?;
        for why in &file.incomplete {
            writeln!(out, "    incomplete: {}", clean(why))?;
        }
        for note in &file.notes {
            writeln!(out, "    note: {}", clean(note))?;
        }
    }
    writeln!(out)?;
    for direction in [Direction::Worse, Direction::Undecided, Direction::Better, Direction::Other] {
        for control in prediction.going(direction) {
            self::control(control, out)?;
        }
    }
    let failing = prediction.going(Direction::Same).filter(|control| control.after == Verdict::Fail);
    for control in failing {
        writeln!(
            out,
            "still {} {} {}: the plan does not change that",
            control.after.word(),
            control.id,
            control.title
        )?;
    }
    for stale in &prediction.stale {
        writeln!(
            out,
            "stale   {}: the plan was made against another state of `{}` than {} shows",
            clean(&stale.origin.address),
            clean(&stale.subject),
            stale.operation
        )?;
        if let (Some(believed), Some(observed)) = (&stale.believed, &stale.observed) {
            writeln!(out, "        plan: {}", short(&believed.to_string()))?;
            writeln!(out, "        observed: {}", short(&observed.to_string()))?;
        }
    }
    writeln!(out, "{}", summary(prediction))
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
    }
}

/// How many resources of a file were looked at.
pub(super) fn looked_at(file: &super::outcome::FileSummary) -> String {
    let not: Vec<String> = file.not_looked_at.iter().map(|(kind, count)| format!("{} {count}", clean(kind))).collect();
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

fn control(control: &ControlChange, out: &mut dyn Write) -> io::Result<()> {
    let label = label(control.direction);
    let (before, after) = (control.before.word(), control.after.word());
    writeln!(out, "{label:<9} {} {}: {before} -> {after}", control.id, control.title)?;
    for finding in control.new.iter().take(SHOWN) {
        self::finding(finding, out)?;
    }
    if control.new.len() > SHOWN {
        writeln!(out, "    and {} more", control.new.len() - SHOWN)?;
    }
    for finding in control.gone.iter().take(SHOWN) {
        writeln!(out, "    mended: {}", clean(&finding.subject))?;
    }
    for why in control.undecided.iter().take(SHOWN) {
        writeln!(out, "    undecided: {}", clean(why))?;
    }
    if control.new.is_empty() {
        causes(&control.causes, out)?;
    }
    writeln!(out)
}

fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {}", clean(&finding.subject))?;
    writeln!(out, "      expected: {}", clean(&finding.expected))?;
    writeln!(out, "      found: {}", clean(&finding.found))?;
    if let Some(witness) = &finding.witness {
        writeln!(out, "      for example: {}", clean(witness))?;
    }
    if let Some(hint) = &finding.hint {
        writeln!(out, "      to fix: {}", clean(hint))?;
    }
    causes(&finding.causes, out)
}

fn causes(causes: &[Origin], out: &mut dyn Write) -> io::Result<()> {
    for origin in causes.iter().take(SHOWN) {
        writeln!(out, "      because of: {}", cause(origin))?;
    }
    if causes.len() > SHOWN {
        writeln!(out, "      and {} more", causes.len() - SHOWN)?;
    }
    Ok(())
}

/// A resource of the plan, with the attribute that decides.
pub(super) fn cause(origin: &Origin) -> String {
    let attribute = if origin.attribute.is_empty() { String::new() } else { format!(" ({})", origin.attribute) };
    clean(&format!("{}{attribute}, {} in {}", origin.address, origin.action, origin.file))
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

/// Text of a plan without what a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn short(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut line: String = text.chars().take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        line.push_str(" ...");
    }
    clean(&line)
}
