//! Reads back every report that was written and compares it with the assessment: ids, verdicts and counts.
//!
//! The readers share nothing with the writers but the names of files, so that a defect of a writer, or a file that was
//! cut off or changed in between, is found before the run hands its bundle over.

mod documents;
mod markup;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use logproof_estate::{assessment::Assessment, record::Verdict};

use super::identity::{scenario_name, with_run};
use crate::report::Format;

/// Findings the HTML report shows per scenario.
const SHOWN_IN_HTML: usize = 50;

/// Characters of a name that are compared: some readers cut longer ones.
const COMPARED: usize = 400;

/// A report that does not say what the assessment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// File name of the report.
    pub report: &'static str,
    /// What differs.
    pub problem: String,
}

/// What a report says of the run.
#[derive(Debug, Default)]
struct Said {
    /// Run id, where the form has a place for it.
    run: Option<String>,
    /// Scenarios by name, with verdict and number of findings where the form has it.
    scenarios: Option<Vec<Cell>>,
    /// Controls by id, with verdict.
    controls: Option<Vec<Cell>>,
    /// Controls by verdict.
    counts: Option<BTreeMap<String, usize>>,
    /// What is wrong in the report itself: totals that are not the sum of their parts.
    problems: Vec<String>,
}

impl Said {
    /// The run a part of the report belongs to: the same for all of them.
    fn of_run(&mut self, run: &str) {
        if let Some(before) = &self.run
            && before != run
        {
            self.problems.push(format!("names run `{before}` and run `{run}`"));
        }
        self.run = Some(run.to_owned());
    }
}

/// One thing with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    name: String,
    verdict: String,
    findings: Option<usize>,
}

impl Cell {
    fn new(name: &str, verdict: &str, findings: Option<usize>) -> Self {
        Self { name: plain(name), verdict: verdict.to_owned(), findings }
    }
}

/// Reads every report with `read` and says what disagrees; nothing when all of them agree.
pub fn check(assessment: &Assessment, read: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Vec<Disagreement> {
    let mut all = Vec::new();
    for (format, report) in Format::ALL {
        let problems = match read(report) {
            Ok(bytes) => of(format, &bytes, assessment),
            Err(error) => vec![format!("cannot be read back: {error}")],
        };
        all.extend(problems.into_iter().map(|problem| Disagreement { report, problem }));
    }
    all
}

/// What one report says that the assessment does not.
fn of(format: Format, bytes: &[u8], assessment: &Assessment) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec!["is not UTF-8 text".to_owned()] };
    if format == Format::Json {
        return match serde_json::from_str::<Assessment>(text) {
            Ok(read) if read == *assessment => Vec::new(),
            Ok(_) => vec!["is not the assessment of this run".to_owned()],
            Err(error) => vec![format!("is not an assessment: {error}")],
        };
    }
    let said = match format {
        Format::Junit | Format::JunitRich => markup::junit(text),
        Format::Html => markup::html(text),
        Format::Oscal => documents::oscal(text),
        Format::Ocsf => documents::ocsf(text),
        Format::Sarif => documents::sarif(text),
        Format::Markdown => rows::markdown(text),
        Format::Csv | Format::Json => rows::csv(text),
    };
    match said {
        Ok(said) => compare(&said, &expected(format, assessment)),
        Err(error) => vec![format!("cannot be read back: {error}")],
    }
}

/// What a report of this form must say.
fn expected(format: Format, assessment: &Assessment) -> Said {
    // Forms for a person have a place of their own for the register.
    let shown = match format {
        Format::Html | Format::Markdown => std::borrow::Cow::Borrowed(assessment),
        _ => with_run(assessment),
    };
    let counted = |findings: usize| match format {
        Format::Html => Some(findings.min(SHOWN_IN_HTML)),
        Format::Csv | Format::Ocsf | Format::Sarif => Some(findings),
        _ => None,
    };
    let mut scenarios = Vec::new();
    for control in &shown.controls {
        for scenario in &control.scenarios {
            let mut findings = scenario.record.findings().count();
            if format == Format::Sarif {
                match scenario.verdict {
                    // What needs no attention is not in SARIF.
                    Verdict::Pass | Verdict::NotApplicable => continue,
                    Verdict::Error | Verdict::Manual => findings = 1,
                    Verdict::Fail | Verdict::Waived => {}
                }
            }
            let name = scenario_name(control, scenario);
            scenarios.push(Cell::new(&name, scenario.verdict.word(), counted(findings)));
        }
    }
    let controls = shown.controls.iter().map(|control| Cell::new(&control.id, control.verdict.word(), None)).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for control in &assessment.controls {
        *counts.entry(control.verdict.word().to_owned()).or_default() += 1;
    }
    Said {
        run: Some(plain(&assessment.run.id)),
        scenarios: Some(scenarios),
        controls: Some(controls),
        counts: Some(counts),
        problems: Vec::new(),
    }
}

fn compare(said: &Said, expected: &Said) -> Vec<String> {
    let mut problems = said.problems.clone();
    if let (Some(said), Some(expected)) = (&said.run, &expected.run)
        && plain(said) != *expected
    {
        problems.push(format!("names run `{}`, the assessment of `{expected}`", plain(said)));
    }
    for (said, expected) in [(&said.scenarios, &expected.scenarios), (&said.controls, &expected.controls)] {
        if let (Some(said), Some(expected)) = (said, expected) {
            problems.extend(differences(said, expected));
        }
    }
    if let (Some(said), Some(expected)) = (&said.counts, &expected.counts) {
        for verdict in said.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
            let of = |counts: &BTreeMap<String, usize>| counts.get(verdict).copied().unwrap_or(0);
            if of(said) != of(expected) {
                problems.push(format!("counts {} {verdict}, the assessment {}", of(said), of(expected)));
            }
        }
    }
    problems
}

/// Names may be there more than once, each time with a verdict.
fn differences(said: &[Cell], expected: &[Cell]) -> Vec<String> {
    let mut left: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in said {
        left.entry(&cell.name).or_default().push(cell);
    }
    let mut problems = Vec::new();
    for cell in expected {
        let others = left.entry(&cell.name).or_default();
        let same = others.iter().position(|other| other.verdict == cell.verdict).or((!others.is_empty()).then_some(0));
        let Some(other) = same.map(|index| others.remove(index)) else {
            problems.push(format!("`{}` is missing", cell.name));
            continue;
        };
        if other.verdict != cell.verdict {
            problems.push(format!("`{}` is {}, in the assessment {}", cell.name, other.verdict, cell.verdict));
        } else if let (Some(said), Some(expected)) = (other.findings, cell.findings)
            && said != expected
        {
            problems.push(format!("`{}` has {said} findings, in the assessment {expected}", cell.name));
        }
    }
    problems.extend(left.into_values().flatten().map(|cell| format!("`{}` is not in the assessment", cell.name)));
    problems
}

/// A name as every form can hold it: without the characters some forms cannot, blanks as one.
fn plain(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() && (!c.is_control() || matches!(c, '\t' | '\r' | '\n')) { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{fffd}'..='\u{ffff}'))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(COMPARED).collect()
}
