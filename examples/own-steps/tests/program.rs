//! The program with our step: the whole of logproof, with one sentence and one control more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use logproof::bundle::replay;
use serde_json::Value;
use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn controls() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("controls")
}

fn fixture(name: &str) -> String {
    controls().join("ACME-9.1-cost-centres.fixtures").join(name).display().to_string()
}

/// Runs our program.
fn run(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acme-logproof"));
    command.args(args).current_dir(folder).env_clear().env("COLUMNS", "10000").stdin(Stdio::null());
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().expect("the program ended by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Checks a described landing zone; the result of our control.
fn checked(home: &TempDir, zone: &str, out: &str) -> (Value, Ran) {
    let zone = fixture(zone);
    let words = ["check", "--mock", &zone, "--control", "ACME-9.1", "--out", out, "--no-progress"];
    let ran = run(home.path(), &words);
    let text = fs::read(home.path().join(out).join("assessment.json"));
    let assessment: Value = serde_json::from_slice(&text.unwrap_or_else(|_| panic!("{}", ran.err))).unwrap();
    assert_eq!(assessment["controls"].as_array().unwrap().len(), 1, "{assessment}");
    (assessment["controls"][0].clone(), ran)
}

#[test]
fn our_control_passes_and_fails_for_the_right_reason() {
    let home = TempDir::new().unwrap();
    let (met, ran) = checked(&home, "compliant.yaml", "met");
    assert_eq!((met["verdict"].as_str(), ran.code), (Some("PASS"), 0), "{met}");
    let observed = &met["scenarios"][0]["record"]["observations"][0];
    assert_eq!(observed["found"], "`CC-471125`", "{met}");
    assert!(!observed["exchanges"].as_array().unwrap().is_empty(), "it names the answer of AWS it is based on");
    let (failed, ran) = checked(&home, "violating-check-digit.yaml", "failed");
    assert_eq!((failed["verdict"].as_str(), ran.code), (Some("FAIL"), 1), "{failed}");
    let observed = &failed["scenarios"][0]["record"]["observations"][0];
    assert_eq!(observed["subject"]["arn"], "arn:aws:s3:::acme-orders", "{failed}");
    assert_eq!(observed["found"], "`CC-471152`, whose check digit does not fit", "{failed}");
}

#[test]
fn our_fixtures_show_what_they_expect() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["test", &controls().display().to_string(), "--strict"]);
    // The control is one of this program, and stands in the folder as well.
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(ran.out.matches("  ok     ").count(), 5, "{}", ran.out);
    // Only what a sentence of logproof asks for is taken away by itself.
    assert!(ran.out.contains("weakened in what it asks for: 1 of 1 noticed"), "{}", ran.out);
}

#[test]
fn our_sentence_is_listed_and_belongs_to_us() {
    let home = TempDir::new().unwrap();
    let found = run(home.path(), &["steps", "--search", "cost centre"]);
    assert!(found.out.contains("Then its tag {string} is a cost centre\n"), "{}", found.out);
    assert!(found.out.contains("  for: bucket\n  from: acme-logproof\n"), "{}", found.out);
    assert!(found.out.contains("used by ACME-9.1"), "{}", found.out);
    let json = run(home.path(), &["steps", "--format", "json", "--search", "acme-logproof"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1, "{json}");
    assert_eq!((&json[0]["from"], &json[0]["subjects"][0]), (&"acme-logproof".into(), &"bucket".into()), "{json}");
    let listed = run(home.path(), &["controls"]);
    assert!(listed.out.contains("ACME-9.1") && listed.out.contains("LS-3.4"), "{}", listed.out);
    let version = run(home.path(), &["--version"]);
    assert!(version.out.contains(&format!("with acme-logproof {}", env!("CARGO_PKG_VERSION"))), "{}", version.out);
}

#[test]
fn a_scenario_that_names_no_bucket_for_our_sentence_is_refused() {
    let home = TempDir::new().unwrap();
    let feature = "@ACME-1 @severity:low @acme:1\nFeature: F\n\n  Requirement\n    It is so.\n\n  Scenario: S\n    ";
    for (steps, words) in [
        ("Then its tag \"a\" is a cost centre", "names a bucket for this sentence"),
        (
            "Given the log key\n    Then its tag \"a\" is a cost center",
            "did you mean `Then its tag {string} is a cost centre`",
        ),
    ] {
        fs::write(home.path().join("one.feature"), format!("{feature}{steps}\n")).unwrap();
        let ran = run(home.path(), &["lint", "--features", "."]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.out.contains(words), "{}", ran.out);
    }
}

#[tokio::test]
async fn the_evidence_verifies_replays_here_and_names_us_where_our_step_is_missing() {
    let home = TempDir::new().unwrap();
    checked(&home, "violating-no-tag.yaml", "run");
    let bundle = home.path().join("run");
    for file in ["manifest.json", "assessment.json"] {
        let document: Value = serde_json::from_slice(&fs::read(bundle.join(file)).unwrap()).unwrap();
        assert_eq!(document["tool"]["steps"][0]["name"], "acme-logproof", "{file}");
        assert_eq!(document["tool"]["steps"][0]["version"], env!("CARGO_PKG_VERSION"), "{file}");
    }
    let html = fs::read_to_string(bundle.join("report.html")).unwrap();
    assert!(html.contains(&format!("with acme-logproof {}", env!("CARGO_PKG_VERSION"))), "the report names us");
    let verified = run(home.path(), &["verify", "run"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let replayed = run(home.path(), &["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
    assert!(replayed.out.contains("identical: 1 controls replayed"), "{}", replayed.out);
    // This test is linked with logproof, and not with our step.
    let error = replay::replay(&bundle).await.unwrap_err().to_string();
    let ours = format!("made with steps of `acme-logproof {}`", env!("CARGO_PKG_VERSION"));
    assert!(error.contains(&ours) && error.contains("no step is registered for"), "{error}");
    assert!(error.contains("\nhint: replay it with the program that was built with them"), "{error}");
}
