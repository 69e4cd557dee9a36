//! `logproof test`: an owner's controls on the owner's fixtures, both ways: landing zones that meet a control, and some
//! that do not.
//!
//! The fixtures of `x.feature` are the files `x.fixtures/*.yaml` beside it: descriptions of landing zones as `--mock`
//! takes them, each with `expect`: for the control, its verdict, and of a verdict that has them the subject and the
//! reason.

mod error;
mod expect;
mod fixture;
mod junit;
mod weaken;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

pub use self::error::TestError;
use self::fixture::{Fixture, Noticed, Tried};
use crate::{
    catalogue::{FeatureSet, lint},
    console::print,
    error::Unwritable,
    exit::Exit,
};

/// Arguments of `test`.
#[derive(Debug, Clone, Args)]
pub struct TestArgs {
    /// Folder of feature files, with their fixtures beside them.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Also fail when a control has no fixture that meets it, or none that violates it, or does not notice when what it
    /// asks for is taken away.
    #[arg(long)]
    pub strict: bool,
    /// Write the results as JUnit to this file.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// A control with what its fixtures showed.
pub(crate) struct Tested {
    id: String,
    title: String,
    tried: Vec<Tried>,
    /// What is missing, one line each.
    missing: Vec<String>,
    weakened: Noticed,
}

/// `logproof test`: exit 1 when a fixture shows something else than expected.
///
/// # Errors
/// [`TestError`].
pub async fn run(args: &TestArgs) -> Result<Exit, TestError> {
    let set = FeatureSet::of(Some(&args.folder));
    let (controls, vocabulary) = lint::sound(&set)?;
    if controls.is_empty() {
        return Err(TestError::NoFeature { path: args.folder.clone() });
    }
    let mut all = Vec::new();
    for control in controls {
        let folder = args.folder.join(&control.path).with_extension("fixtures");
        let mut tried = Vec::new();
        for path in fixtures(&folder)? {
            tried.push(Fixture::read(&path)?.try_on(&control, &vocabulary).await);
        }
        let missing = missing(&tried);
        let weakened = match tried.iter().find_map(|tried| tried.met.as_ref()) {
            Some(met) => fixture::noticed(met, &control, &vocabulary).await,
            None => Noticed::default(),
        };
        all.push(Tested { id: control.id, title: control.title, tried, missing, weakened });
    }
    if let Some(path) = &args.junit {
        let mut document = Vec::new();
        junit::write(&all, &mut document).map_err(Unwritable::at(path))?;
        fs::write(path, document).map_err(Unwritable::at(path))?;
    }
    print(|out| all.iter().try_for_each(|one| report(one, out)));
    let wrong = all.iter().flat_map(|one| &one.tried).any(|tried| tried.problem.is_some());
    let incomplete = all.iter().any(|one| !one.missing.is_empty() || !one.weakened.not.is_empty());
    Ok(if wrong || (args.strict && incomplete) { Exit::Fail } else { Exit::Success })
}

/// The descriptions in a folder of fixtures, by name; none when there is no such folder.
fn fixtures(folder: &Path) -> Result<Vec<PathBuf>, TestError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |source| TestError::from(crate::error::Unreadable { path: folder.to_owned(), source });
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Which of the two ways no fixture goes.
fn missing(tried: &[Tried]) -> Vec<String> {
    use logproof_estate::record::Verdict;
    let any = |verdict: Verdict| tried.iter().any(|one| one.expected == Some(verdict));
    let mut missing = Vec::new();
    if !any(Verdict::Pass) {
        missing.push("no fixture meets it: a control that nothing can meet would go unnoticed".to_owned());
    }
    if !any(Verdict::Fail) {
        missing.push("no fixture violates it: a control that cannot fail would go unnoticed".to_owned());
    }
    missing
}

fn report(one: &Tested, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let right = one.tried.iter().filter(|tried| tried.problem.is_none()).count();
    writeln!(out, "{} {}: {right} of {} fixtures as expected", one.id, one.title, one.tried.len())?;
    for tried in &one.tried {
        match &tried.problem {
            None => writeln!(out, "  ok     {}: {}", tried.name, tried.found)?,
            Some(problem) => writeln!(out, "  WRONG  {}: {problem}", tried.name)?,
        }
    }
    let Noticed { ways, not } = &one.weakened;
    if *ways > 0 {
        writeln!(out, "  weakened in what it asks for: {} of {ways} noticed", ways - not.len())?;
    }
    not.iter().try_for_each(|line| writeln!(out, "  not noticed: {line}"))?;
    one.missing.iter().try_for_each(|line| writeln!(out, "  missing: {line}"))
}
