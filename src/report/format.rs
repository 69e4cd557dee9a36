//! The forms a report can be written in: the only list of them.

use std::io;

use logproof_estate::assessment::Assessment;

use super::{csv, html, json, junit, markdown, ocsf, oscal, sarif};
use crate::bundle::ASSESSMENT;

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// The canonical result.
    Json,
    /// JUnit that satisfies the strict schemas.
    Junit,
    /// JUnit with properties and attachments.
    JunitRich,
    /// A page for a person.
    Html,
    /// OSCAL assessment-results.
    Oscal,
    /// OCSF Compliance Finding.
    Ocsf,
    /// SARIF 2.1.0.
    Sarif,
    /// Summary for a pull request.
    Markdown,
    /// Rows for a spreadsheet.
    Csv,
}

impl Format {
    /// Every form with its file name.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Json, ASSESSMENT),
        (Self::Junit, "junit.xml"),
        (Self::JunitRich, "junit-rich.xml"),
        (Self::Html, "report.html"),
        (Self::Oscal, "oscal-assessment-results.json"),
        (Self::Ocsf, "ocsf-findings.json"),
        (Self::Sarif, "results.sarif"),
        (Self::Markdown, "summary.md"),
        (Self::Csv, "findings.csv"),
    ];

    /// Writes the report. Nothing but the assessment goes into it, so that it can be made again.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(self, assessment: &Assessment, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Json => json::write(assessment, out),
            Self::Junit => junit::write_strict(assessment, out),
            Self::JunitRich => junit::write_rich(assessment, &format!("reports/{}", assessment.run.id), out),
            Self::Html => html::write(assessment, out),
            Self::Oscal => oscal::write(assessment, out),
            Self::Ocsf => ocsf::write(assessment, out),
            Self::Sarif => sarif::write(assessment, out),
            Self::Markdown => markdown::write(assessment, out),
            Self::Csv => csv::write(assessment, out),
        }
    }
}
