//! The bundle of a prediction: it verifies, replays, is compared with what came, and is no run.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{BUCKET, change, json, plan, policies, run, terraform, without_tls};

#[test]
fn the_bundle_of_a_prediction_verifies_replays_and_is_compared_with_what_came() {
    let home = TempDir::new().unwrap();
    let set = ["--set", "bucket", BUCKET, "versioning=Suspended"];
    let ran = plan(home.path(), &[&["--mock", "--out", "predicted"], &set[..]].concat());
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let verified = run(home.path(), &["verify", "predicted"]);
    assert_eq!(verified.code, 0, "{} {}", verified.out, verified.err);
    let replayed = run(home.path(), &["replay", "predicted"]);
    assert_eq!(replayed.code, 0, "{} {}", replayed.out, replayed.err);
    assert!(replayed.out.contains("identical: 64 controls"), "{}", replayed.out);
    let lines = fs::read_to_string(home.path().join("predicted/exchanges.jsonl")).unwrap();
    let laid =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|line| line["service"] == "plan");
    let laid = laid.expect("what was laid is an exchange of its own");
    assert_eq!((&laid["operation"], &laid["request"]["method"]), (&json!("bucket_versioning"), &json!("PLAN")));
    assert!(laid["request"]["body"].as_str().unwrap().contains("--set bucket"), "{laid}");
    // The change is made as planned.
    let zone = |change: &str| format!("base: sample\npatch:\n  buckets:\n    {BUCKET}: {{{change}}}\n");
    fs::write(home.path().join("zone.yaml"), zone("versioning: Suspended")).unwrap();
    let after = run(home.path(), &["check", "--mock", "zone.yaml", "--out", "after", "--quiet", "--no-progress"]);
    assert_eq!(after.code, 1, "{}", after.err);
    let diff = |to: &str| {
        let ran = run(home.path(), &["diff", "predicted", to, "--format", "json"]);
        (ran.code, json(&ran))
    };
    let (code, same) = diff("after");
    assert_eq!((code, &same["verdicts"], &same["subjects"]), (0, &json!([]), &json!([])), "{same:#}");
    // And with something that nobody planned.
    fs::write(home.path().join("zone.yaml"), zone("versioning: Suspended, logging: null")).unwrap();
    run(home.path(), &["check", "--mock", "zone.yaml", "--out", "other", "--quiet", "--no-progress"]);
    let (code, other) = diff("other");
    let named: Vec<&Value> = other["verdicts"].as_array().unwrap().iter().map(|change| &change["control"]).collect();
    assert!(code == 1 && named.contains(&&json!("LS-7.1")), "{named:?}");
}

#[test]
fn a_prediction_with_a_sensitive_value_keeps_no_edits_and_does_not_replay() {
    let home = TempDir::new().unwrap();
    let (before, after) = policies(without_tls);
    let mut update = change("aws_s3_bucket_policy", &["update"], before, after, json!({}));
    update["change"]["after_sensitive"] = json!({"policy": true});
    terraform(home.path(), "plan.json", &[update], json!({}));
    let ran = plan(home.path(), &["plan.json", "--mock", "--out", "predicted"]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    assert!(!home.path().join("predicted/edits.json").exists());
    assert_eq!(run(home.path(), &["verify", "predicted"]).code, 0);
    let replayed = run(home.path(), &["replay", "predicted"]);
    assert!(replayed.code != 0 && replayed.err.contains("sensitive values"), "{}", replayed.err);
}

#[test]
fn a_prediction_is_no_run_of_a_period() {
    let home = TempDir::new().unwrap();
    let set = ["--set", "bucket", BUCKET, "versioning=Suspended", "--control", "LS-6.5"];
    let ran = plan(home.path(), &[&["--mock", "--out", "reports/predicted"], &set[..]].concat());
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let made = run(
        home.path(),
        &["check", "--mock", "--out", "reports/run", "--quiet", "--no-progress", "--control", "LS-6.5"],
    );
    assert_eq!(made.code, 0, "{}", made.err);
    let period =
        run(home.path(), &["period", "reports", "--from", "2026-01-01", "--to", "2026-02-01", "--format", "json"]);
    let found = json(&period);
    assert_eq!(found["runs"].as_array().unwrap().len(), 1, "{found:#}");
    assert!(found["left_out"].to_string().contains("is the prediction of a plan"), "{found:#}");
}
