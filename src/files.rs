//! The names of the files of a bundle: the only list, for whoever writes them, reads them or refers to them.

/// The canonical result; also what makes a folder the folder of a run.
pub(crate) const ASSESSMENT: &str = "assessment.json";
/// JUnit that satisfies the strict schemas.
pub(crate) const JUNIT: &str = "junit.xml";
/// JUnit with properties and attachments.
pub(crate) const JUNIT_RICH: &str = "junit-rich.xml";
/// The page for a person.
pub(crate) const HTML: &str = "report.html";
/// OSCAL assessment-results.
pub(crate) const OSCAL: &str = "oscal-assessment-results.json";
/// OCSF Compliance Findings.
pub(crate) const OCSF: &str = "ocsf-findings.json";
/// SARIF 2.1.0.
pub(crate) const SARIF: &str = "results.sarif";
/// Summary for a pull request.
pub(crate) const MARKDOWN: &str = "summary.md";
/// Rows for a spreadsheet.
pub(crate) const CSV: &str = "findings.csv";

/// What was asked for, written when the run begins: an interrupted run resumes with the same.
pub(crate) const REQUEST: &str = "request.json";
/// The configuration the run used, complete with defaults.
pub(crate) const CONFIGURATION: &str = "configuration.json";
/// The edits that were laid over the landing zone, in the bundle of a plan.
pub(crate) const EDITS: &str = "edits.json";
/// The landing zone as it was before the edits, in the bundle of a plan.
pub(crate) const BASELINE: &str = "baseline.json";
/// Folder of the features the run used.
pub(crate) const FEATURES: &str = "features";
/// Folder of the register the run used; beside a configuration it has the same name.
pub(crate) const REGISTER: &str = "register";
/// Exchanges of a run, one JSON object per line, in the order answers arrived. A long recording goes on in other files.
pub(crate) const EXCHANGES: &str = "exchanges.jsonl";
/// What the files of the recording begin with.
pub(crate) const RECORDING: &str = "exchanges";
/// How many exchanges each file of a recording of several files has.
pub(crate) const RECORDING_INDEX: &str = "exchanges.json";
/// Observations that are counted and not listed, of every account in one of several files.
pub(crate) const CELLS: &str = "cells";
/// Which accounts are in which of those files.
pub(crate) const CELL_INDEX: &str = "cells.json";

/// Every other file of the bundle with its digest.
pub(crate) const MANIFEST: &str = "manifest.json";
/// DSSE envelope over an in-toto statement about the manifest.
pub(crate) const SEAL: &str = "seal.dsse.json";
/// RFC 3161 time-stamp response over the manifest's digest.
pub(crate) const TIMESTAMP_TOKEN: &str = "manifest.tsr";

/// The files that the manifest cannot list: itself, and what is made from it.
pub(crate) const UNLISTED: [&str; 3] = [MANIFEST, SEAL, TIMESTAMP_TOKEN];
