//! What `plan` predicts of a change is what `check` finds once it is made: first the plan over the emulated organization as
//! it is, then the same change through the SDK, then a check.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{
    ON_THE_REGISTER, Others,
    changes::{self, Change},
    harness::{Checked, Defect, Emulator, Sample, in_parallel, live},
};

/// Looked at with every change, whether it concerns them or not.
const BESIDES: [&str; 4] = ["LS-1.1", "LS-2.2", "LS-3.4", "LS-6.1"];

/// Controls that a change concerns, and a few that it does not.
fn examined(defect: &Defect, others: &Others) -> Vec<String> {
    let concerned = defect.fails.keys().chain(&defect.errors).chain(&others.fails).chain(&others.errors);
    let besides = BESIDES.iter().map(|id| (*id).to_owned());
    let ids: BTreeSet<String> = concerned.cloned().chain(besides).collect();
    ids.into_iter().flat_map(|id| ["--control".to_owned(), id]).collect()
}

/// The prediction, what is found after the change, and their difference.
struct Both {
    predicted: Checked,
    found: Checked,
    diff: serde_json::Value,
}

fn both(port: u16, change: &Change, controls: &[String]) -> Result<Both, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = Sample::read();
    sample.write(folder.path());
    for (name, text) in &change.files {
        fs::write(folder.path().join(name), text).expect("writable");
    }
    let run = |arguments: &[&str], out: &str| {
        let mut command = live(port, folder.path());
        command
            .args(arguments)
            .args(["--as-of", &sample.now, "--config", "logproof.toml", "--out", out])
            .args(controls);
        Checked::run_into(command, &folder.path().join(out))
    };
    let args: Vec<&str> = ["plan"].into_iter().chain(change.args.iter().map(String::as_str)).collect();
    let predicted = run(&args, "predicted");
    Emulator::shared().change(port, change.defect)?;
    let found = run(&["check"], "found");
    let diff = difference(port, folder.path());
    Ok(Both { predicted, found, diff })
}

fn difference(port: u16, folder: &Path) -> serde_json::Value {
    let mut command = live(port, folder);
    command.args(["diff", "predicted", "found", "--format", "json"]);
    let done = command.output().expect("the binary runs");
    serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)))
}

/// How a prediction is not what was found; empty when it is.
fn complaints(change: &Change, defect: &Defect, both: &Both) -> Vec<String> {
    let (is, will): (BTreeMap<_, _>, BTreeMap<_, _>) = (both.found.verdicts(), both.predicted.verdicts());
    let mut complaints = Vec::new();
    if will.is_empty() || !will.keys().eq(is.keys()) {
        complaints.push(format!("other controls: {:?} and {:?}", will.keys(), is.keys()));
    }
    for (id, found) in is.iter().filter(|(id, found)| will.get(*id) != Some(found)) {
        complaints.push(format!("{id} was predicted as {:?} and is {found}", will.get(id)));
    }
    // A change that is not seen at all is predicted by nobody.
    for id in defect.fails.keys().filter(|id| is.get(*id).is_none_or(|found| found != "FAIL")) {
        complaints.push(format!("{id} does not fail after the change"));
    }
    let parts: &[&str] = if change.unplanned.is_some() { &["verdicts"] } else { &["verdicts", "subjects"] };
    for part in parts {
        let differing = both.diff[*part].as_array().expect("a list");
        if !differing.is_empty() {
            complaints.push(format!("{part} differ: {differing:#?}"));
        }
    }
    complaints
}

#[test]
fn what_is_planned_is_what_is_found_after_the_change() {
    let zone = crate::harness::sample_zone();
    let changes = changes::all(&zone);
    let defects = Emulator::shared().defects();
    assert!(changes.len() >= 20, "only {} changes", changes.len());
    let names: BTreeSet<&str> = changes.iter().map(|change| change.defect).collect();
    assert_eq!(names.len(), changes.len(), "a change is there twice");

    let others = Others::read();
    let wrong = in_parallel(&changes, |change| {
        let defect = &defects[change.defect];
        assert!(
            !defect.fails.keys().all(|id| ON_THE_REGISTER.contains(&id.as_str())),
            "{} shows nothing",
            change.defect
        );
        let controls = examined(defect, &others.get(change.defect).cloned().unwrap_or_default());
        let port = Emulator::shared().copy();
        let both = both(port, change, &controls);
        Emulator::shared().stop(port);
        let both = match both {
            Ok(both) => both,
            Err(why) => return Some(format!("== {}: {why}", change.defect)),
        };
        let complaints = complaints(change, defect, &both);
        let told = || format!("-- planned: {}\n-- found: {}", both.predicted, both.found);
        (!complaints.is_empty()).then(|| format!("== {}: {}\n{}", change.defect, complaints.join("; "), told()))
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), changes.len(), wrong.join("\n"));
}
