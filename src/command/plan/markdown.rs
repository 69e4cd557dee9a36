//! The answer for a pull request: what gets worse first, the rest folded away.

use std::io::{self, Write};

use logproof_estate::record::Verdict;

use super::{
    outcome::{ControlChange, Direction, Finding, Prediction},
    write::{cause, label, looked_at, newly_allowed, over, summary, was, without},
};
use crate::report::markdown::{code, escaped};

/// Findings shown of a control; the others are counted.
const SHOWN: usize = 5;

/// Most bytes: GitHub takes comments of 65,536 characters, and refuses longer ones.
const MOST: usize = 60_000;

/// Writes the answer, cut where a pull request would not take more.
pub(super) fn write(prediction: &Prediction, out: &mut dyn Write) -> io::Result<()> {
    let mut whole = Vec::new();
    body(prediction, &mut whole)?;
    out.write_all(&cut(String::from_utf8_lossy(&whole).as_ref()))
}

/// A text that is too long, up to the end of a line, and a line that says so.
fn cut(text: &str) -> Vec<u8> {
    if text.len() <= MOST {
        return text.as_bytes().to_vec();
    }
    let kept = text.get(..text.floor_char_boundary(MOST)).unwrap_or_default();
    let lines = kept.rsplit_once('\n').map_or("", |(lines, _)| lines);
    let more = text.lines().count().saturating_sub(lines.lines().count());
    format!("{lines}\n\n**Cut here: {more} more lines; `--out` keeps all of it in `plan.json`.**\n").into_bytes()
}

fn body(prediction: &Prediction, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## logproof plan: {}\n", escaped(&summary(prediction)))?;
    writeln!(out, "Laid over {}, as of {}.\n", escaped(&over(prediction)), prediction.as_of)?;
    for file in &prediction.files {
        writeln!(out, "- {}: {}", code(&file.file), escaped(&looked_at(file)))?;
        for why in &file.incomplete {
            writeln!(out, "  - **incomplete**: {}", escaped(why))?;
        }
    }
    writeln!(out)?;
    let moved: Vec<&ControlChange> = [Direction::Worse, Direction::Undecided, Direction::Better, Direction::Other]
        .into_iter()
        .flat_map(|direction| prediction.going(direction))
        .collect();
    if !moved.is_empty() {
        writeln!(out, "| | control | before | after | because of |\n|---|---|---|---|---|")?;
        for control in &moved {
            let because: Vec<String> =
                control.causes.iter().take(SHOWN).map(|origin| code(&origin.address).replace('|', "\\|")).collect();
            writeln!(
                out,
                "| {} | {} {} | {} | **{}** | {} |",
                label(control.direction),
                control.id,
                escaped(&control.title),
                control.before.word(),
                control.after.word(),
                because.join(", ")
            )?;
        }
        writeln!(out)?;
    }
    for control in moved.iter().filter(|control| !control.new.is_empty() || !control.undecided.is_empty()) {
        writeln!(out, "### {} {} {}\n", label(control.direction), control.id, escaped(&control.title))?;
        for finding in control.new.iter().take(SHOWN) {
            self::finding(finding, out)?;
        }
        if control.new.len() > SHOWN {
            writeln!(out, "- and {} more", control.new.len() - SHOWN)?;
        }
        for why in control.undecided.iter().take(SHOWN) {
            writeln!(out, "- undecided: {}", escaped(why))?;
        }
        if let Some(sentence) = without(control) {
            writeln!(out, "- **{}**", escaped(&sentence))?;
        }
        writeln!(out)?;
    }
    if !prediction.stale.is_empty() {
        writeln!(out, "### The plan was made against another state\n")?;
        for stale in &prediction.stale {
            writeln!(out, "- {}: {} is not as the plan believes", code(&stale.origin.address), code(&stale.subject))?;
        }
        writeln!(out)?;
    }
    let still: Vec<&ControlChange> =
        prediction.going(Direction::Same).filter(|control| control.after == Verdict::Fail).collect();
    if !still.is_empty() {
        writeln!(out, "<details><summary>{} controls fail before and after</summary>\n", still.len())?;
        for control in still {
            writeln!(out, "- {} {}", control.id, escaped(&control.title))?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "- {}: expected {}, found **{}**",
        code(&finding.subject),
        escaped(&finding.expected),
        escaped(&finding.found)
    )?;
    if let Some(before) = was(finding) {
        writeln!(out, "  - before: {}", escaped(before))?;
    }
    if let Some(witness) = &finding.witness {
        writeln!(out, "  - for example: {}", escaped(witness))?;
    }
    if let Some(text) = newly_allowed(finding) {
        writeln!(out, "  - newly allowed: {}", escaped(&text))?;
    }
    if let Some(hint) = &finding.hint {
        writeln!(out, "  - to fix: {}", escaped(hint))?;
    }
    for origin in finding.causes.iter().take(SHOWN) {
        writeln!(out, "  - because of {}", escaped(&cause(origin)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_at_a_line_and_says_so() {
        assert_eq!(cut("short\n"), b"short\n");
        let long = "a line \u{27e8}of a plan\u{27e9}\n".repeat(4000);
        let text = String::from_utf8(cut(&long)).unwrap();
        assert!(text.len() < 65_000 && text.contains("Cut here: "), "{} bytes", text.len());
        let whole =
            |line: &str| line == "a line \u{27e8}of a plan\u{27e9}" || line.is_empty() || line.contains("Cut here");
        assert!(text.lines().all(whole));
    }
}
