//! CSV: a row per scenario and finding, for spreadsheets. RFC 4180, with formula characters defused.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
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
    let mut rows = Rows::new(out);
    rows.write(COLUMNS)?;
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
                rows.write([&head[..], &vec![String::new(); 8], std::slice::from_ref(&assessment.run.id)].concat())?;
            }
            for finding in findings {
                // Lines of the recording, as every report for a person names them.
                let rests_on = finding.exchanges.iter().chain(&scenario.record.basis);
                let exchanges: Vec<String> =
                    rests_on.filter_map(|id| numbers.get(id)).map(|number| format!("E{number}")).collect();
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
                rows.write([&head[..], &tail[..]].concat())?;
            }
        }
    }
    rows.end()
}

/// What was found, with every action that is allowed.
fn found(finding: &Observation) -> String {
    match finding.allowed.as_ref().filter(|allowed| allowed.count() > 1) {
        Some(allowed) => format!("{}\n{}", finding.found, effects(allowed, usize::MAX).join("\n")),
        None => finding.found.clone(),
    }
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

/// Rows of RFC 4180 in which every cell is quoted.
pub(crate) struct Rows<'o>(Writer<&'o mut dyn Write>);

impl<'o> Rows<'o> {
    pub(crate) fn new(out: &'o mut dyn Write) -> Self {
        let mut builder = WriterBuilder::new();
        Self(builder.quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).from_writer(out))
    }

    pub(crate) fn write<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        let cells = cells.into_iter().map(|cell| defused(cell.as_ref()).into_owned());
        self.0.write_record(cells).map_err(io::Error::from)
    }

    /// Writes what is left in memory.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front.
fn defused(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let mut out = Vec::new();
        let mut rows = Rows::new(&mut out);
        rows.write(["a \"b\", c", "=1+1", "", "two\nlines"]).unwrap();
        rows.write(["1", "2", "3", "4"]).unwrap();
        rows.end().unwrap();
        let expected = "\"a \"\"b\"\", c\",\"'=1+1\",\"\",\"two\nlines\"\r\n\"1\",\"2\",\"3\",\"4\"\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
