//! `logproof new control`: the files it lays down, and what it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, path::Path};

use support::{Ran, run};
use tempfile::TempDir;

const LOGS: &str = "aws-acme-log-storage-222222222222-eu-central-1";

fn new(home: &Path, more: &[&str]) -> Ran {
    run(home, &[&["new", "control", "ACME-4.2", "--in", "ours"], more].concat())
}

/// A control about the versioning of a bucket of the sample.
fn versioned(home: &Path) -> Ran {
    let given = format!("the bucket \"{LOGS}\" of account \"log-archive\"");
    new(home, &["--title", "Logs are versioned.", "--given", &given, "--then", "its versioning is on"])
}

fn read(home: &TempDir, path: &str) -> String {
    fs::read_to_string(home.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn what_is_laid_down_is_accepted_and_is_not_green_before_it_is_completed() {
    let home = TempDir::new().unwrap();
    let ran = versioned(home.path());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let stem = "ours/ACME-4.2-logs-are-versioned";
    for file in ["feature", "fixtures/compliant.yaml", "fixtures/violating.yaml"] {
        assert!(ran.out.contains(&format!("wrote {stem}.{file}\n")), "{}", ran.out);
    }
    assert!(ran.out.contains("begin from it is PASS: "), "{}", ran.out);
    assert!(ran.out.contains("\n- logproof test ours --strict\n"), "{}", ran.out);
    let feature = read(&home, &format!("{stem}.feature"));
    let scenario = format!(
        "  Scenario: Logs are versioned\n    Given the bucket \"{LOGS}\" of account \"log-archive\"\n    Then its versioning is on\n"
    );
    assert!(feature.starts_with("@ACME-4.2 @severity:medium\nFeature: Logs are versioned\n"), "{feature}");
    assert!(feature.ends_with(&scenario), "{feature}");
    let linted = run(home.path(), &["lint", "--with", "ours"]);
    assert_eq!(linted.code, 0, "{}", linted.out);
    // The violating fixture violates nothing yet.
    let tested = run(home.path(), &["test", "ours"]);
    assert_eq!(tested.code, 1, "{}{}", tested.out, tested.err);
    assert!(tested.out.contains("ok     compliant.yaml: PASS"), "{}", tested.out);
    assert!(tested.out.contains("WRONG  violating.yaml: expected FAIL, is PASS"), "{}", tested.out);
    // Completed as it asks for.
    let path = format!("{stem}.fixtures/violating.yaml");
    let patch = format!("json_patch: [{{op: replace, path: /buckets/{LOGS}/versioning, value: Suspended}}]");
    let text = read(&home, &path).replace("json_patch: []", &patch);
    let text = text.replace("subject: \"...\"", &format!("subject: \"arn:aws:s3:::{LOGS}\""));
    fs::write(home.path().join(&path), text.replace("reason: \"...\"", "reason: Suspended")).unwrap();
    let tested = run(home.path(), &["test", "ours", "--strict"]);
    assert_eq!(tested.code, 0, "{}{}", tested.out, tested.err);
    let checked =
        run(home.path(), &["check", "--mock", &path, "--with", "ours", "--control", "ACME-4.2", "--no-progress"]);
    assert_eq!(checked.code, 1, "a fixture that begins from another can be checked: {}{}", checked.out, checked.err);
}

#[test]
fn tables_severity_frameworks_and_the_zone_of_the_folder_are_taken() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("ours")).unwrap();
    fs::write(home.path().join("ours/zone.yaml"), "base: sample\n").unwrap();
    let readers = "only these principals can read its objects\n| arn:aws:iam::444444444444:role/Payroll |";
    let words = [
        "--title",
        "Payroll is read by payroll",
        "--severity",
        "high",
        "--framework",
        "soc2:cc6.1",
        "--given",
        "every bucket of every active account that is tagged \"data\" = \"payroll\"",
        "--then",
        readers,
        "--then",
        "no request over plain HTTP is allowed",
    ];
    let ran = new(home.path(), &words);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("is NOT-APPLICABLE: ") && ran.out.contains("- describe a landing zone that meets it"),
        "{}",
        ran.out
    );
    let feature = read(&home, "ours/ACME-4.2-payroll-is-read-by-payroll.feature");
    assert!(feature.starts_with("@ACME-4.2 @severity:high @soc2:cc6.1\n"), "{feature}");
    let steps = "    Then only these principals can read its objects\n      | arn:aws:iam::444444444444:role/Payroll |\n    And no request over plain HTTP is allowed\n";
    assert!(feature.ends_with(steps), "{feature}");
    let compliant = read(&home, "ours/ACME-4.2-payroll-is-read-by-payroll.fixtures/compliant.yaml");
    assert!(compliant.contains("\nbase: ../zone.yaml\n"), "{compliant}");
}

#[test]
fn nothing_is_overwritten_and_nothing_written_that_could_not_be_used() {
    let home = TempDir::new().unwrap();
    assert_eq!(versioned(home.path()).code, 0);
    let twice = versioned(home.path());
    assert_eq!(twice.code, 2, "{}", twice.out);
    assert!(
        twice.err.contains("there is a control `ACME-4.2` already, in `ours/ACME-4.2-logs-are-versioned.feature`"),
        "{}",
        twice.err
    );
    // A fixture that nobody uses any more is not overwritten either.
    let fixture = home.path().join("ours/ACME-4.2-logs-are-versioned.fixtures/compliant.yaml");
    fs::write(&fixture, "kept\n").unwrap();
    fs::remove_file(home.path().join("ours/ACME-4.2-logs-are-versioned.feature")).unwrap();
    let ran = versioned(home.path());
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("compliant.yaml` is there already, nothing was written"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&fixture).unwrap(), "kept\n");
    assert!(!home.path().join("ours/ACME-4.2-logs-are-versioned.feature").exists());
    let home = TempDir::new().unwrap();
    let bucket = "the bucket \"b\" of account \"222222222222\"";
    for (words, expected) in [
        (vec!["--title", "T"], "--then missing"),
        (vec!["--then", "its versioning is on"], "--title missing"),
        (vec!["--title", "T", "--then", "its versioning is on"], "names a bucket for this sentence"),
        (
            vec!["--title", "T", "--given", bucket, "--then", "its versionning is on"],
            "did you mean `Then its versioning is on`",
        ),
        (
            vec!["--title", "T", "--given", bucket, "--then", "only these principals can read its objects"],
            "no table of principals",
        ),
        (
            vec![
                "--title",
                "T\n  Scenario: S",
                "--given",
                bucket,
                "--then",
                "its versioning is on",
                "--framework",
                "a b",
            ],
            "hint: ",
        ),
    ] {
        let ran = new(home.path(), &words);
        assert_eq!(ran.code, 2, "{words:?}: {}", ran.out);
        assert!(ran.err.contains(expected) && ran.err.contains("hint: "), "{words:?}: {}", ran.err);
        assert!(!home.path().join("ours").exists(), "{words:?} left something");
    }
    for id in ["acme-4.2", "ACME", "../ACME-1", "LS-3.4"] {
        let ran = run(
            home.path(),
            &["new", "control", id, "--title", "T", "--given", bucket, "--then", "its versioning is on"],
        );
        assert_eq!(ran.code, 2, "{id}: {}", ran.out);
        assert!(ran.err.contains(&format!("`{id}`")) && ran.err.contains("hint: "), "{}", ran.err);
        assert!(!home.path().join("controls").exists(), "{id} left something");
    }
}
