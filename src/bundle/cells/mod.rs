//! Every observation of a large population, in files by account: `cells-0001.jsonl.gz` and `cells.json`, which says which
//! account is in which file.
//!
//! The assessment lists the first observations that meet an expectation and counts the others. Here they all are, one
//! JSON object a line, with the lines of the recording each is based on; the assessment holds the sum of their digests,
//! in which exchanges have their content addresses.

mod numbers;
mod proof;
mod spool;

use std::{fmt::Display, path::Path};

use logproof_estate::{AccountId, record::Observation};
use serde::{Deserialize, Serialize};

pub use numbers::Numbers;
pub use proof::{Held, are_counted, problems};
pub use spool::Spool;

use super::{
    chunks::{self, LineError},
    manifest,
};
use crate::files::{CELL_INDEX, CELLS};

/// What observations without an account are under.
const NO_ACCOUNT: &str = "-";

/// One observation of one scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Cell {
    /// Control id.
    pub control: String,
    /// Scenario.
    pub scenario: String,
    /// What was observed. Its exchanges are those of [`lines`](Self::lines); bundles of `logproof/manifest/1` name them by
    /// id instead, and so does one that the recording lacks.
    pub observation: Observation,
    /// Lines of the recording that it is based on, from 1.
    #[serde(default)]
    pub lines: Vec<u64>,
}

/// `cells.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The files, in their order.
    pub files: Vec<CellFile>,
}

/// One file of cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFile {
    /// Its name.
    pub file: String,
    /// The accounts in it.
    pub accounts: Vec<String>,
    /// How many observations are in it.
    pub observations: usize,
}

/// The index of the cells of a bundle; `None` when it has none.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn index(bundle: &Path) -> Result<Option<Index>, String> {
    manifest::optional(bundle, CELL_INDEX)
}

/// Goes through one file of cells; one line is in memory at a time.
///
/// # Errors
/// What is wrong with it, in one line that names the file.
pub fn each_cell(bundle: &Path, file: &str, mut seen: impl FnMut(Cell)) -> Result<(), String> {
    each_line(bundle, file, |line| {
        seen(serde_json::from_str(line).map_err(|error| error.to_string())?);
        Ok(())
    })
}

fn each_line(bundle: &Path, file: &str, mut seen: impl FnMut(&str) -> Result<(), String>) -> Result<(), String> {
    let refuse = |problem: &dyn Display| format!("{file}: {problem}");
    let chunks = chunks::of(bundle, CELLS).map_err(|error| refuse(&error))?;
    let chunk = chunks.iter().find(|chunk| chunk.name() == file);
    let chunk = chunk.ok_or_else(|| refuse(&"is not there"))?;
    let read = chunk.each_line(|_, _, line| seen(String::from_utf8_lossy(line).trim_end()));
    read.map_err(|error| match error {
        LineError::Io(error) => refuse(&error),
        LineError::Line { number, problem } => refuse(&format!("line {number}: {problem}")),
    })
}

/// Goes through the cells of one control in a file, of one account where it is given. Other lines are not parsed: a file
/// of many thousand takes some milliseconds.
///
/// # Errors
/// As [`each_cell`].
pub fn each_cell_of(
    bundle: &Path,
    file: &str,
    control: &str,
    account: Option<&AccountId>,
    mut seen: impl FnMut(Cell),
) -> Result<(), String> {
    let head = format!(r#"{{"control":{},"#, serde_json::to_string(control).unwrap_or_default());
    let account = account.map(AccountId::to_string);
    each_line(bundle, file, |line| {
        if line.starts_with(&head) && account.as_ref().is_none_or(|account| line.contains(account.as_str())) {
            seen(serde_json::from_str(line).map_err(|error| error.to_string())?);
        }
        Ok(())
    })
}
