//! `logproof lint`: the problems of features, without asking anybody anything.

use crate::{
    catalogue::{CatalogueError, FeatureArgs, lint, vocabulary::Vocabulary},
    console::print,
    exit::Exit,
};

/// `logproof lint`.
///
/// # Errors
/// [`CatalogueError`] when the features cannot be read.
pub fn run(args: &FeatureArgs) -> Result<Exit, CatalogueError> {
    let set = args.set();
    let files = set.read()?;
    let linted = lint::examine(&files, &Vocabulary::registered());
    if files.is_empty() {
        print(|out| writeln!(out, "{set}:1: holds no feature\nhint: name the folder of your controls"));
        return Ok(Exit::Usage);
    }
    if linted.problems.is_empty() {
        let scenarios: usize = linted.controls.iter().map(|control| control.scenarios.len()).sum();
        print(|out| writeln!(out, "{} controls, {scenarios} scenarios, no problems", linted.controls.len()));
        return Ok(Exit::Success);
    }
    print(|out| linted.problems.iter().try_for_each(|problem| writeln!(out, "{problem}")));
    Ok(Exit::Usage)
}
