//! The forms a report can be written in: the only list of them.

use std::io;

use logproof_estate::assessment::Assessment;

use super::{csv, html, json, junit, markdown, ocsf, oscal, sarif};
use crate::files;

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
        (Self::Json, files::ASSESSMENT),
        (Self::Junit, files::JUNIT),
        (Self::JunitRich, files::JUNIT_RICH),
        (Self::Html, files::HTML),
        (Self::Oscal, files::OSCAL),
        (Self::Ocsf, files::OCSF),
        (Self::Sarif, files::SARIF),
        (Self::Markdown, files::MARKDOWN),
        (Self::Csv, files::CSV),
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
