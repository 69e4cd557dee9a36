//! CONTRIBUTING's way to a new control, walked for a made-up one: the script lays the files down, a person fills them in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

const ID: &str = "LS-3.99";
const THEN: &str =
    "no request over plain HTTP is allowed, for any principal, any S3 action, the bucket and its objects";
const TLS_ONLY: &str = "/buckets/aws-acme-log-storage-222222222222-eu-central-1/policy/Statement/TlsOnly";

fn new_control(root: &Path, id: &str) -> std::process::Output {
    let script = support::root().join("scripts/new-control");
    let words = [id, "plain-http", "Every request travels over TLS", "--theme", "trial", "--then", THEN, "--root"];
    Command::new("python3").arg(script).args(words).arg(root).output().unwrap()
}

fn fill_in(path: &Path, replacements: &[(&str, &str)]) {
    let mut text = fs::read_to_string(path).unwrap();
    for (from, to) in replacements {
        assert!(text.contains(from), "{}: `{from}` is not there", path.display());
        text = text.replace(from, to);
    }
    fs::write(path, text).unwrap();
}

#[test]
fn a_control_made_of_known_sentences_costs_the_files_that_the_script_lays_down() {
    let home = TempDir::new().unwrap();
    let made = new_control(home.path(), ID);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let listed = String::from_utf8(made.stdout).unwrap();
    let files: Vec<&str> = listed.lines().collect();
    let guide = fs::read_to_string(support::root().join("CONTRIBUTING.md")).unwrap();
    let number = ["no", "one", "two", "three", "four", "five", "six"][files.len()];
    assert!(guide.contains(&format!("{number} files by hand")), "CONTRIBUTING.md counts other files than {files:?}");

    let path = |name: &str| home.path().join(files.iter().find(|file| file.contains(name)).unwrap());
    fill_in(&path(".feature"), &[("    ...", "    Some text.")]);
    let patch = format!("json_patch:\n  - {{op: remove, path: {TLS_ONLY}}}");
    fill_in(
        &path("violating"),
        &[
            ("...: what is wrong here, in one line", "The statement that refuses plain HTTP is gone"),
            ("patch: {}", &patch),
            ("subject: \"...\"", "subject: \"arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1\""),
            ("reason: \"...\"", "reason: \"s3:\""),
        ],
    );

    let features = home.path().join("features");
    let check = |zone: &Path| {
        let (features, zone) = (features.to_str().unwrap(), zone.to_str().unwrap());
        support::run(home.path(), &["check", "--features", features, "--mock", zone, "--no-progress"])
    };
    let passes = check(&path("compliant"));
    assert_eq!(passes.code, 0, "{}{}", passes.out, passes.err);
    assert!(passes.out.contains(ID), "{}", passes.out);
    let fails = check(&path("violating"));
    assert_eq!(fails.code, 1, "{}{}", fails.out, fails.err);
    assert!(fails.out.contains(ID) && fails.out.contains("FAIL"), "{}", fails.out);
}

#[test]
fn nothing_that_is_there_is_overwritten_and_a_bad_id_is_refused() {
    let home = TempDir::new().unwrap();
    assert!(new_control(home.path(), ID).status.success());
    let again = new_control(home.path(), ID);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    let bad = new_control(home.path(), "3.9");
    assert!(!bad.status.success());
    assert!(String::from_utf8_lossy(&bad.stderr).contains("not an id"));
}
