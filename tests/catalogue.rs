//! The catalogue: that it is whole, that its page in `docs/` is the one the features give, and that the OSCAL catalog is
//! valid by programs that are not ours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;
use support::run;
use tempfile::TempDir;

/// Controls that no landing zone violates by itself, with the reason. Each must have a fixture without the attestation.
const NEVER_FAIL: [(&str, &str); 1] =
    [("LS-7.5", "that a runbook corrects a change is for the owner to say where no automation does it")];

/// Whether a control has a fixture whose name begins so.
fn has(id: &str, kind: &str) -> bool {
    let folder = support::root().join("tests/fixtures").join(id);
    fs::read_dir(folder)
        .is_ok_and(|mut files| files.any(|file| file.unwrap().file_name().into_string().unwrap().starts_with(kind)))
}

#[test]
fn sections_and_their_controls_are_numbered_without_a_gap() {
    let (controls, _) = support::catalogue();
    let mut sections: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for control in &controls {
        let numbers = control.id.strip_prefix("LS-").and_then(|id| id.split_once('.')).unwrap();
        let new = sections.entry(numbers.0.parse().unwrap()).or_default().insert(numbers.1.parse().unwrap());
        assert!(new, "two features are {}", control.id);
    }
    let upto = |last: usize| (1..=u32::try_from(last).unwrap()).collect::<BTreeSet<u32>>();
    assert_eq!(sections.keys().copied().collect::<BTreeSet<u32>>(), upto(sections.len()));
    for (section, numbers) in sections {
        assert_eq!(numbers, upto(numbers.len()), "LS-{section}");
    }
}

#[test]
fn each_control_has_a_compliant_and_a_violating_fixture() {
    let (controls, _) = support::catalogue();
    let mut lacking = Vec::new();
    for id in controls.iter().map(|control| &control.id) {
        let needed: &[&str] = if NEVER_FAIL.iter().any(|(never, _)| never == id) {
            &["compliant", "manual"]
        } else {
            &["compliant", "violating"]
        };
        lacking.extend(needed.iter().filter(|kind| !has(id, kind)).map(|kind| format!("{id} has no {kind} fixture")));
    }
    assert_eq!(lacking, Vec::<String>::new());
    for (id, _) in NEVER_FAIL {
        assert!(!has(id, "violating"), "{id} can be violated after all: take it off the list");
    }
}

#[test]
fn every_control_says_what_an_auditor_asks() {
    let (controls, _) = support::catalogue();
    for control in controls {
        let id = &control.id;
        let headings: Vec<&str> = control.text.iter().map(|(heading, _)| heading.as_str()).collect();
        for heading in ["Requirement", "Why", "How it is examined", "Remediation", "References"] {
            assert!(headings.contains(&heading), "{id} has no `{heading}`, only {headings:?}");
        }
        assert!(logproof::catalogue::SEVERITIES.contains(&control.severity.as_str()), "{id}: {}", control.severity);
    }
}

#[test]
fn the_page_of_the_controls_is_the_one_the_features_give() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["controls", "--format", "markdown"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = fs::read_to_string(support::root().join("docs/controls.md")).unwrap_or_default();
    let differs = page.lines().zip(ran.out.lines()).position(|(old, new)| old != new);
    assert!(
        page == ran.out,
        "docs/controls.md is stale from line {}: run `scripts/regenerate`",
        differs.unwrap_or_else(|| page.lines().count().min(ran.out.lines().count())) + 1
    );
}

/// What the validators say of a catalog.
fn validated(path: &Path) -> Vec<String> {
    let mut command = Command::new(support::python());
    let output =
        command.arg(support::root().join("tests/schema/validate.py")).arg("catalog").arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Vec<Vec<String>>>(&output.stdout).unwrap().concat()
}

#[test]
fn the_oscal_catalog_is_valid_by_a_third_party_which_refuses_a_bent_one() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["controls", "--format", "oscal-catalog"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let path = home.path().join("catalog.json");
    fs::write(&path, &ran.out).unwrap();
    assert_eq!(validated(&path), Vec::<String>::new());
    for (from, to) in [
        ("\"id\":\"ls-1.2_obj\"", "\"id\":\"ls-1.1_obj\""),
        ("\"last-modified\"", "\"modified\""),
        ("\"id\":\"ls-2.1_smt\"", "\"id\":\"2.1 smt\""),
    ] {
        let bent = ran.out.replace("\": ", "\":").replacen(from, to, 1);
        assert_ne!(bent, ran.out.replace("\": ", "\":"), "`{from}` is there");
        fs::write(&path, bent).unwrap();
        assert_ne!(validated(&path), Vec::<String>::new(), "{from} -> {to}");
    }
}

#[test]
fn the_oscal_catalog_holds_every_control_with_its_text_its_scenarios_and_its_frameworks() {
    let home = TempDir::new().unwrap();
    let document: Value =
        serde_json::from_str(&run(home.path(), &["controls", "--format", "oscal-catalog"]).out).unwrap();
    let groups = document["catalog"]["groups"].as_array().unwrap();
    let found: Vec<&Value> = groups.iter().flat_map(|group| group["controls"].as_array().unwrap()).collect();
    let (controls, _) = support::catalogue();
    assert_eq!(found.len(), controls.len());
    for control in controls {
        let one = found.iter().find(|one| one["props"][0]["value"] == control.id.as_str()).unwrap();
        assert_eq!(one["title"], control.title.as_str());
        let props = one["props"].as_array().unwrap();
        let frameworks =
            props.iter().filter(|prop| prop["name"] == "framework").map(|prop| prop["value"].as_str().unwrap());
        assert_eq!(frameworks.collect::<Vec<_>>(), control.frameworks);
        let parts = one["parts"].as_array().unwrap();
        // A finding of a run is about this objective.
        let id = format!("{}_obj", control.id.to_lowercase());
        let objective = parts.iter().find(|part| part["id"] == id.as_str()).unwrap();
        assert_eq!(objective["parts"].as_array().unwrap().len(), control.scenarios.len());
        let statement = parts.iter().find(|part| part["name"] == "statement").unwrap();
        let requirement = control.text.iter().find(|(heading, _)| heading == "Requirement").unwrap();
        assert_eq!(statement["prose"], requirement.1.as_str());
    }
    let again: Value = serde_json::from_str(&run(home.path(), &["controls", "--format", "oscal-catalog"]).out).unwrap();
    assert_eq!(again["catalog"]["uuid"], document["catalog"]["uuid"], "the same features are the same catalog");
}
