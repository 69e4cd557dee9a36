//! The baseline of a run: read before it, written again after it when that was asked.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use logproof_estate::{
    assessment::Assessment,
    register::{Acceptance, Accepted, day, updated},
};

use super::register::{LoadError, Loaded};
use crate::{
    console::{print, say},
    error::{CommandError, Unwritable},
    exit::Exit,
};

/// Arguments about what is known and accepted.
#[derive(Debug, Clone, Default, Args)]
pub struct BaselineArgs {
    /// Findings that are known and do not fail the run; what is not among them does.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the baseline again without what is mended; with `--baseline-owner` also with all that fails now.
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// Who answers for the findings that are taken into the baseline.
    #[arg(long, value_name = "WHO", requires = "update_baseline")]
    pub baseline_owner: Option<String>,
    /// Last day on which the findings taken in are accepted, at most a year ahead [default: in 90 days].
    #[arg(long, value_name = "DAY", requires = "baseline_owner")]
    pub baseline_until: Option<Date>,
}

/// A baseline that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The baseline is not there.
    #[error("there is no baseline at `{path}`\nhint: make it with `--update-baseline --baseline-owner WHO`")]
    NoBaseline {
        /// The file.
        path: PathBuf,
    },
    /// What is to be taken into the baseline cannot be accepted so.
    #[error("cannot take findings into the baseline: {problem}\nhint: {hint}")]
    Acceptance {
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
}

impl CommandError for BaselineError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// Days a finding is accepted for when nobody says how long.
const DAYS: i32 = 90;

/// What begins the file.
const HEAD: &str = "\
# Findings that are known: `logproof check --baseline` shows them and does not fail for them, each until its last day.
# Written by `logproof check --update-baseline`, which takes out what is mended. Keep it under version control.

";

/// The baseline of a run.
pub(crate) struct Baseline<'a> {
    path: &'a Path,
    entries: Vec<Accepted>,
    update: bool,
    acceptance: Option<Acceptance>,
}

/// The register with the baseline of the arguments, and what to do with it afterwards.
pub(crate) fn read<'a>(
    args: &'a BaselineArgs,
    register: Loaded,
    as_of: Timestamp,
) -> Result<(Loaded, Option<Baseline<'a>>), BaselineError> {
    let Some(path) = args.baseline.as_deref() else { return Ok((register, None)) };
    let acceptance = args.baseline_owner.as_deref().map(|owner| acceptance(owner, args.baseline_until, as_of));
    let acceptance = acceptance.transpose()?;
    let register = match (path.exists(), &acceptance) {
        (true, _) => register.with_baseline(path)?,
        // The first one is made by the run.
        (false, Some(_)) => register,
        (false, None) => return Err(BaselineError::NoBaseline { path: path.to_owned() }),
    };
    let entries = register.register.baseline.clone();
    Ok((register, Some(Baseline { path, entries, update: args.update_baseline, acceptance })))
}

fn acceptance(owner: &str, until: Option<Date>, as_of: Timestamp) -> Result<Acceptance, BaselineError> {
    let refuse = |problem: String, hint: &str| Err(BaselineError::Acceptance { problem, hint: hint.to_owned() });
    let since = day(as_of);
    if ["", "?"].contains(&owner.trim()) {
        return refuse("nobody answers for them".to_owned(), "give a person or team with `--baseline-owner`");
    }
    let until = until.unwrap_or_else(|| since.saturating_add(DAYS.days()));
    if until < since || until > since.saturating_add(1.year()) {
        let problem = format!("{until} is not within the year that begins on {since}");
        return refuse(problem, "give a day within a year with `--baseline-until`");
    }
    Ok(Acceptance { owner: owner.to_owned(), since, until })
}

impl Baseline<'_> {
    /// Writes the file again, when that was asked. Returns whether what was asked is done.
    pub(crate) fn update(&self, assessment: &Assessment) -> bool {
        if !self.update {
            return true;
        }
        if let Some(why) = &assessment.run.incomplete {
            say(&format!("the baseline is as it was, because the run is incomplete: {why}"));
            return false;
        }
        let entries = updated(assessment, &self.entries, self.acceptance.as_ref());
        if entries == self.entries {
            return true;
        }
        let taken_in = entries.iter().filter(|entry| !self.entries.contains(entry)).count();
        let taken_out = self.entries.iter().filter(|entry| !entries.contains(entry)).count();
        if let Err(source) = write(self.path, &entries) {
            say(&Unwritable { path: self.path.to_owned(), source }.to_string());
            return false;
        }
        print(|out| {
            let (path, all) = (self.path.display(), entries.len());
            writeln!(out, "baseline: {path} has {all} findings, {taken_in} taken in and {taken_out} taken out")
        });
        true
    }
}

/// Beside itself first, so that an interrupted write leaves the former file.
fn write(path: &Path, entries: &[Accepted]) -> io::Result<()> {
    let table = BTreeMap::from([("accepted", entries)]);
    let text = toml::to_string(&table).map_err(io::Error::other)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(draft.path(), format!("{HEAD}{text}"))?;
    draft.persist(path).map_err(|error| error.error)?;
    Ok(())
}
