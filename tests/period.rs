//! The state of each control over a period, from the bundles of its runs: gaps and bundles that do not count are named.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, path::Path};

use serde_json::{Value, json};
use support::{Ran, run};
use tempfile::TempDir;

const UNROTATED: &str = "base: sample\npatch:\n  keys:\n    1234abcd-12ab-34cd-56ef-1234567890ab: {rotation: false}\n";

/// A run of a day in January, with two controls, or only the one named.
fn check(home: &Path, day: u32, zone: &str, only: Option<&str>, follows: Option<u32>) {
    fs::write(home.join("zone.yaml"), zone).unwrap();
    let (out, as_of) = (format!("runs/{day:02}"), format!("2026-01-{day:02}T12:00:00Z"));
    let before = follows.map(|day| format!("runs/{day:02}"));
    let mut args = vec!["check", "--mock", "zone.yaml", "--as-of", &as_of, "--out", &out, "-q", "--control"];
    args.extend(only.map_or(vec!["LS-2.6", "--control", "LS-1.3"], |only| vec![only]));
    if let Some(before) = &before {
        args.extend(["--follows", before.as_str()]);
    }
    let ran = run(home, &args);
    assert!(matches!(ran.code, 0 | 1), "{}{}", ran.out, ran.err);
}

fn period(home: &Path, more: &[&str]) -> Ran {
    run(home, &[&["period", "runs", "--from", "2026-01-10", "--to", "2026-01-20"], more].concat())
}

/// Daily runs, the key not rotated on two days, no run on two others, and LS-1.3 left out once.
fn ten_days() -> TempDir {
    let home = TempDir::new().unwrap();
    for day in 10..20 {
        let zone = if matches!(day, 13 | 14) { UNROTATED } else { "base: sample\n" };
        match day {
            16 | 17 => {}
            19 => check(home.path(), day, zone, Some("LS-2.6"), None),
            11..16 => check(home.path(), day, zone, None, Some(day - 1)),
            _ => check(home.path(), day, zone, None, None),
        }
    }
    home
}

#[test]
fn states_and_gaps_are_laid_along_the_period_in_every_form() {
    let home = ten_days();
    let ran = period(home.path(), &["--format", "json"]);
    assert_eq!(ran.code, 3, "a gap is not assessed: {}", ran.err);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let control =
        |id: &str| found["controls"].as_array().unwrap().iter().find(|control| control["id"] == id).unwrap().clone();
    let key = control("LS-2.6");
    let states: Vec<Value> = key["stretches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| json!([s["verdict"], s["from"], s["to"], s["runs"]]))
        .collect();
    assert_eq!(
        json!(states),
        json!([
            ["PASS", "2026-01-10T12:00:00Z", "2026-01-13T12:00:00Z", 3],
            ["FAIL", "2026-01-13T12:00:00Z", "2026-01-15T12:00:00Z", 2],
            ["PASS", "2026-01-15T12:00:00Z", "2026-01-16T14:00:00Z", 1],
            ["PASS", "2026-01-18T12:00:00Z", "2026-01-20T00:00:00Z", 2],
        ])
    );
    let gap = json!({"from": "2026-01-16T14:00:00Z", "to": "2026-01-18T12:00:00Z", "why": "no run"});
    assert_eq!(key["gaps"], json!([gap]));
    let left_out = json!({"from": "2026-01-19T14:00:00Z", "to": "2026-01-20T00:00:00Z", "why": "no run"});
    assert_eq!(control("LS-1.3")["gaps"], json!([gap, left_out]));
    let follows: Vec<bool> =
        found["runs"].as_array().unwrap().iter().map(|run| run["follows_previous"].as_bool().unwrap()).collect();
    assert_eq!(follows, [false, true, true, true, true, true, false, false]);

    let csv = period(home.path(), &[]).out;
    let row = "\"LS-2.6\",\"The log key is rotated\",\"2026-01-16T14:00:00Z\",\"2026-01-18T12:00:00Z\",\"NO EVIDENCE\",\"0\",\"no run\"";
    assert!(csv.contains(row) && csv.contains("\"FAIL\",\"2\","), "{csv}");

    let page = period(home.path(), &["--format", "html"]).out;
    for text in [
        "Met for the whole period, without a gap: 0 of 2 controls assessed.",
        "<td class=\"date\">2026-01-16T14:00:00Z</td><td class=\"date\">2026-01-18T12:00:00Z</td><td>no run</td><td>all</td>",
        "<td class=\"date\">2026-01-20T00:00:00Z</td><td>no run</td><td>LS-1.3</td>",
        "FAIL from 2026-01-13T12:00:00Z to 2026-01-15T12:00:00Z",
        "<b>8</b> <span class=\"word\">RUNS",
        "<b>1</b> <span class=\"word\">NOT MET",
        "<b>2</b> <span class=\"word\">WITH A GAP",
    ] {
        assert!(page.contains(text), "`{text}` is not in {page}");
    }
    assert_eq!(page.matches("<article ").count(), 2);
    // What did not look at live accounts says so, here as in every report.
    assert!(page.contains("<p class=\"caution\">MOCK LANDING ZONE zone.yaml, not live accounts</p>"), "{page}");
    assert_eq!(page.matches("NO EVIDENCE").count(), 3);
}

#[test]
fn a_bundle_that_does_not_verify_is_named_and_its_time_is_a_gap() {
    let home = TempDir::new().unwrap();
    (10..20).for_each(|day| check(home.path(), day, "base: sample\n", Some("LS-2.6"), None));
    let whole = period(home.path(), &["--format", "html"]);
    assert_eq!(whole.code, 0, "{}", whole.err);
    assert!(whole.out.contains("Every control was met for the whole period: 1 of 1."), "{}", whole.out);
    assert!(whole.out.contains("There is evidence for every control at every time"), "{}", whole.out);

    let path = home.path().join("runs/14/assessment.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("PASS", "FAIL")).unwrap();
    let bent = period(home.path(), &["--format", "html"]);
    assert_eq!(bent.code, 3);
    assert!(bent.err.contains("left out: runs/14: assessment.json"), "{}", bent.err);
    assert!(bent.out.contains("<li>runs/14: assessment.json"), "{}", bent.out);
    assert!(
        bent.out.contains("<td class=\"date\">2026-01-14T14:00:00Z</td><td class=\"date\">2026-01-15T12:00:00Z</td>")
    );

    fs::write(&path, text).unwrap();
    assert_eq!(period(home.path(), &[]).code, 0);
    assert_eq!(run(home.path(), &["key", "new", "audit.key"]).code, 0);
    let unsealed = period(home.path(), &["--key", "audit.key.pub"]);
    assert_eq!(unsealed.code, 3, "{}", unsealed.out);
    assert!(unsealed.err.contains("left out: runs/10: "), "{}", unsealed.err);
}

#[test]
fn a_period_without_a_run_is_no_evidence() {
    let home = TempDir::new().unwrap();
    check(home.path(), 5, "base: sample\n", Some("LS-2.6"), None);
    let none = period(home.path(), &["--format", "html"]);
    assert_eq!(none.code, 3, "{}", none.out);
    assert!(none.out.contains("There is no evidence for this period"), "{}", none.out);
    assert!(none.out.contains("No evidence from 2026-01-10 to 2026-01-20"), "{}", none.out);
    let ended = run(home.path(), &["period", "runs", "--from", "2026-01-20", "--to", "2026-01-10"]);
    assert_eq!(ended.code, 2, "a period that ends before it begins is a mistake: {}", ended.out);
}

/// Verdicts on another organization neither fill a gap nor open one, and controls stand in the order of the catalogue.
#[test]
fn a_run_of_another_organization_does_not_count() {
    let home = TempDir::new().unwrap();
    (10..12).for_each(|day| check(home.path(), day, "base: sample\n", None, None));
    check(home.path(), 12, "base: sample\n", Some("LS-10.1"), None);
    let other = "base: sample\nconfig: {organization: {id: o-otherorg99}}\npatch: {organization: {id: o-otherorg99}}\n";
    check(home.path(), 13, other, Some("LS-1.3"), None);
    let found: Value = serde_json::from_str(&period(home.path(), &["--format", "json"]).out).unwrap();
    let left_out = found["left_out"].as_array().unwrap();
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    assert_eq!(left_out[0], "runs/13: is of organization o-otherorg99, not o-exampleorg1");
    let ids: Vec<&Value> = found["controls"].as_array().unwrap().iter().map(|control| &control["id"]).collect();
    assert_eq!(ids, ["LS-1.3", "LS-2.6", "LS-10.1"]);
}
