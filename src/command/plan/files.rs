//! The files of a plan: found out what each is, read, and checked against each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use logproof_plan::{
    Context, Plan,
    cloudformation::{self, Stack},
    terraform,
};

use super::error::PlanError;
use crate::{console::say, error::Unreadable};

/// Reads every file. What each is, it says itself.
pub(super) fn read(files: &[PathBuf], stack: &Stack, context: &Context) -> Result<Vec<(String, Plan)>, PlanError> {
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).map_err(Unreadable::at(path))?;
        let name = path.display().to_string();
        let plan = if is_terraform(&bytes) {
            terraform::read(&name, &bytes, context)?
        } else {
            cloudformation::read(&name, &bytes, stack, context)?
        };
        Ok((name, plan))
    };
    files.iter().map(read).collect()
}

/// Whether a file is of Terraform or OpenTofu, or is meant to be: a plan that is binary or in UTF-16 is named as such by
/// its reader.
fn is_terraform(bytes: &[u8]) -> bool {
    const NAMES: [&[u8]; 3] = [b"\"format_version\"", b"\"resource_changes\"", b"\"terraform_version\""];
    let head = bytes.get(..64 * 1024).unwrap_or(bytes);
    let tail = bytes.get(bytes.len().saturating_sub(64 * 1024)..).unwrap_or_default();
    let holds = |part: &[u8], name: &[u8]| part.windows(name.len()).any(|found| found == name);
    [b"PK".as_slice(), &[0xFF, 0xFE], &[0xFE, 0xFF]].iter().any(|mark| bytes.starts_with(mark))
        || NAMES.iter().any(|name| holds(head, name) || holds(tail, name))
}

/// The parameters of templates, as given.
pub(super) fn stack(parameters: &[String]) -> Result<Stack, PlanError> {
    let mut stack = Stack::default();
    for given in parameters {
        let (name, value) = given.split_once('=').ok_or_else(|| PlanError::Form {
            given: given.clone(),
            form: "NAME=VALUE",
            hint: "write the name of the parameter, then `=`, then its value".to_owned(),
        })?;
        stack.parameters.insert(name.to_owned(), value.to_owned());
    }
    Ok(stack)
}

/// Resources shown that cannot be placed; the others are counted.
const SHOWN: usize = 10;

/// Refuses plans that do not say where their resources are, and prints what to add to the configuration.
pub(super) fn placed(plans: &[(String, Plan)]) -> Result<(), PlanError> {
    let unplaced: Vec<_> = plans.iter().flat_map(|(_, plan)| &plan.unplaced).collect();
    if unplaced.is_empty() {
        return Ok(());
    }
    for one in unplaced.iter().take(SHOWN) {
        say(&format!("{} ({}): the {} is not known", one.address, one.kind, one.lacks));
    }
    if unplaced.len() > SHOWN {
        say(&format!("and {} more", unplaced.len() - SHOWN));
    }
    let lines: BTreeSet<&str> = unplaced.iter().map(|one| one.add.as_str()).collect();
    lines.into_iter().for_each(say);
    Err(PlanError::Unplaced { number: unplaced.len() })
}

/// Refuses plans of which two change the same thing.
pub(super) fn once(plans: &[(String, Plan)]) -> Result<(), PlanError> {
    let mut seen: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (number, (file, plan)) in plans.iter().enumerate() {
        for edit in &plan.edits {
            let here = format!("{} in {file}", edit.origin.address);
            let (other, there) = seen.entry(edit.subject()).or_insert_with(|| (number, here.clone()));
            if *other != number {
                return Err(PlanError::Twice { subject: edit.subject(), one: there.clone(), other: here });
            }
        }
    }
    Ok(())
}
