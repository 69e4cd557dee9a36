//! `logproof plan` on the sample: what it prints, how it ends, and that a bundle answers as the landing zone does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "plan/blame.rs"]
mod blame;
#[path = "plan/kept.rs"]
mod kept;
#[path = "plan/many.rs"]
mod many;
#[path = "plan/pull_request.rs"]
mod pull_request;
#[path = "plan/real.rs"]
mod real;
mod support;
#[path = "plan/terraform.rs"]
mod terraform;

use std::{fs, path::Path};

use logproof_zone::MockZone;
use serde_json::{Value, json};
use support::{Ran, run};
use tempfile::TempDir;

const BUCKET: &str = "aws-acme-log-storage-222222222222-eu-central-1";

/// The policy of the log bucket of the sample, changed.
fn bucket_policy(folder: &Path, change: impl FnOnce(&mut Vec<Value>)) -> String {
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let mut policy = zone["buckets"][BUCKET]["policy"].clone();
    change(policy["Statement"].as_array_mut().unwrap());
    fs::write(folder.join("policy.json"), policy.to_string()).unwrap();
    format!("{BUCKET}=policy.json")
}

fn without_tls(statements: &mut Vec<Value>) {
    statements.retain(|statement| statement["Sid"] != "TlsOnly");
}

fn plan(folder: &Path, args: &[&str]) -> Ran {
    run(folder, &[&["plan"], args].concat())
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
}

fn control<'v>(answer: &'v Value, id: &str) -> &'v Value {
    answer["controls"].as_array().unwrap().iter().find(|control| control["id"] == id).unwrap()
}

#[test]
fn a_statement_that_goes_makes_its_control_worse_with_a_request_that_is_newly_allowed() {
    let home = TempDir::new().unwrap();
    let given = bucket_policy(home.path(), without_tls);
    let ran = plan(home.path(), &["--mock", "--bucket-policy", &given, "--format", "json"]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let answer = json(&ran);
    let worse: Vec<&str> = answer["controls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|control| control["direction"] == "worse")
        .map(|control| control["id"].as_str().unwrap())
        .collect();
    assert!(worse.contains(&"LS-3.4"), "{worse:?}");
    let tls = control(&answer, "LS-3.4");
    assert_eq!((&tls["before"], &tls["after"]), (&json!("PASS"), &json!("FAIL")));
    let new = &tls["new"][0];
    assert!(new["witness"].as_str().unwrap().contains("s3:"), "{new}");
    assert!(new["causes"][0]["address"].as_str().unwrap().starts_with("--bucket-policy aws-acme"), "{new}");
    assert_eq!(new["causes"][0]["attribute"], "policy");
    let text = plan(home.path(), &["--mock", "--bucket-policy", &given]);
    assert_eq!(text.code, 1);
    for part in
        ["WORSE     LS-3.4", "PASS -> FAIL", "for example:", "because of: --bucket-policy", " worse, 0 undecided"]
    {
        assert!(text.out.contains(part), "{part} is not in:\n{}", text.out);
    }
}

#[test]
fn lines_are_wrapped_at_words() {
    let home = TempDir::new().unwrap();
    let given = bucket_policy(home.path(), without_tls);
    let out = support::program(home.path(), &["plan", "--mock", "--bucket-policy", &given, "--control", "LS-3.4"])
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80 && line.trim().contains(' ')).collect();
    let unbroken = |line: &&str| line.split_whitespace().all(|word| word.len() < 40);
    assert!(!long.iter().any(unbroken), "{long:#?}");
    assert!(text.lines().count() > 12, "{text}");
}

#[test]
fn what_changes_nothing_ends_well_and_says_what_was_looked_at() {
    let home = TempDir::new().unwrap();
    let given = bucket_policy(home.path(), |_| ());
    let ran = plan(home.path(), &["--mock", "--bucket-policy", &given]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("0 worse, 0 undecided, 0 better"), "{}", ran.out);
    assert!(ran.out.contains("1 of 1 changes looked at"), "{}", ran.out);
    // A bucket that has nothing to do with the log store.
    fs::write(home.path().join("other.json"), r#"{"Version": "2012-10-17", "Statement": []}"#).unwrap();
    let ran = plan(home.path(), &["--mock", "--bucket-policy", "444444444444/app-data=other.json"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("nothing in this plan concerns the log store (64 controls"), "{}", ran.out);
}

#[test]
fn what_failed_before_is_shown_and_not_blamed_unless_strict() {
    let home = TempDir::new().unwrap();
    fs::write(
        home.path().join("zone.yaml"),
        format!("base: sample\npatch:\n  buckets:\n    {BUCKET}: {{versioning: Suspended}}\n"),
    )
    .unwrap();
    let given = bucket_policy(home.path(), |_| ());
    let args = ["--mock", "zone.yaml", "--bucket-policy", &given];
    let ran = plan(home.path(), &args);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("still FAIL "), "{}", ran.out);
    assert_eq!(plan(home.path(), &[&args[..], &["--strict"]].concat()).code, 1);
    let mended = plan(home.path(), &["--mock", "zone.yaml", "--set", "bucket", BUCKET, "versioning=Enabled"]);
    assert_eq!(mended.code, 0, "{} {}", mended.out, mended.err);
    assert!(mended.out.contains("BETTER") && mended.out.contains("FAIL -> PASS"), "{}", mended.out);
}

#[test]
fn settings_policies_and_attachments_each_reach_their_control() {
    let home = TempDir::new().unwrap();
    for (args, id) in [
        (&["--set", "bucket", BUCKET, "versioning=Suspended"][..], "LS-6.5"),
        (&["--set", "trail", "org-trail", "validation=off"], "LS-4.4"),
        (&["--set", "key", "alias/acme-log-storage", "rotation=off"], "LS-2.6"),
        (&["--detach", "ProtectLogStore@root"], "LS-6.1"),
        (&["--set", "recorder", "444444444444/eu-west-1", "recording=off"], "LS-5.1"),
    ] {
        let ran = plan(home.path(), &[&["--mock", "--format", "json"], args].concat());
        assert_eq!(ran.code, 1, "{args:?}: {} {}", ran.out, ran.err);
        let answer = json(&ran);
        let worse: Vec<&Value> = answer["controls"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|control| control["direction"] == "worse")
            .map(|control| &control["id"])
            .collect();
        assert!(worse.contains(&&json!(id)), "{args:?}: {worse:?}");
    }
}

#[test]
fn a_bundle_answers_as_the_landing_zone_it_was_made_of() {
    let home = TempDir::new().unwrap();
    let made = run(home.path(), &["check", "--mock", "--out", "run", "--quiet", "--no-progress"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let given = bucket_policy(home.path(), without_tls);
    let both = [["--on", "run"].as_slice(), &["--mock"]].map(|on| {
        let ran = plan(home.path(), &[on, &["--bucket-policy", &given, "--format", "json"]].concat());
        assert_eq!(ran.code, 1, "{}", ran.err);
        let mut answer = json(&ran);
        let target = answer.as_object_mut().unwrap().remove("target").unwrap();
        (target["kind"].clone(), answer)
    });
    assert_eq!((&both[0].0, &both[1].0), (&json!("replay"), &json!("mock")));
    assert_eq!(both[0].1, both[1].1);
}

#[test]
fn markdown_and_the_folder_of_reports() {
    let home = TempDir::new().unwrap();
    let given = bucket_policy(home.path(), without_tls);
    let ran = plan(home.path(), &["--mock", "--bucket-policy", &given, "--format", "markdown", "--out", "plan-out"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.starts_with("## logproof plan: "), "{}", ran.out);
    for part in ["| WORSE | LS-3.4 ", "| PASS | **FAIL** |", "for example:"] {
        assert!(ran.out.contains(part), "{part} is not in:\n{}", ran.out);
    }
    let read = |name: &str| fs::read_to_string(home.path().join("plan-out").join(name)).unwrap();
    assert_eq!(read("plan.md"), ran.out);
    assert_eq!(serde_json::from_str::<Value>(&read("plan.json")).unwrap()["schema"], "logproof-plan/1");
    assert!(read("plan.txt").contains("WORSE"));
    assert!(read("junit.xml").contains("<testsuites") && read("results.sarif").contains("2.1.0"));
    // Nobody may take what is planned for what is.
    for name in ["report.html", "junit.xml"] {
        assert!(read(name).contains("PLANNED, not applied"), "{name}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("bad.json"), "{]").unwrap();
    for (args, problem) in [
        (&["--mock"][..], "no change is given"),
        (&["--mock", "--bucket-policy", "no-equals"], "is not BUCKET=FILE"),
        (&["--mock", "--bucket-policy", "nobodys=bad.json"], "is not a policy in JSON"),
        (&["--mock", "--bucket-policy", "nobodys=-"], "the bucket `nobodys` is not known"),
        (&["--mock", "--detach", "nothing@root"], "the policy `nothing` does not exist"),
        (&["--mock", "--detach", "ProtectLogStore@nowhere"], "is not in the organization"),
        (&["--mock", "--set", "bucket", BUCKET, "colour=red"], "is not TYPE NAME FIELD=VALUE"),
        (&["--mock", "--set", "trail", "none", "logging=off"], "the trail `none` does not exist"),
        (&["--mock", "--key-policy", "alias/none=-"], "the key `alias/none` does not exist"),
    ] {
        let ran = plan(home.path(), args);
        assert_eq!(ran.code, 2, "{args:?}: {} {}", ran.out, ran.err);
        assert!(ran.err.contains(problem) && ran.err.contains("\nhint: "), "{args:?}: {}", ran.err);
    }
}

/// A plan of Terraform with these changes, in the account and Region that its provider names.
fn terraform(folder: &Path, name: &str, changes: &[Value], more: Value) {
    let resources: Vec<Value> = changes
        .iter()
        .map(|change| {
            json!({"address": change["address"], "mode": "managed", "type": change["type"], "name": change["name"],
                "provider_config_key": "aws", "expressions": {}})
        })
        .collect();
    let mut plan = json!({
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {
                "region": {"constant_value": "eu-central-1"},
                "allowed_account_ids": {"constant_value": ["222222222222"]},
            }}},
            "root_module": {"resources": resources},
        },
    });
    for (key, value) in more.as_object().unwrap() {
        plan[key] = value.clone();
    }
    fs::write(folder.join(name), plan.to_string()).unwrap();
}

fn change(kind: &str, actions: &[&str], before: Value, after: Value, unknown: Value) -> Value {
    json!({
        "address": format!("{kind}.logs"), "mode": "managed", "type": kind, "name": "logs",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": unknown,
            "before_sensitive": {}, "after_sensitive": {}},
    })
}

/// The policy of the log bucket before, and with something changed.
fn policies(change: impl FnOnce(&mut Vec<Value>)) -> (Value, Value) {
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let before = zone["buckets"][BUCKET]["policy"].clone();
    let mut after = before.clone();
    change(after["Statement"].as_array_mut().unwrap());
    let of = |policy: &Value| json!({"id": BUCKET, "bucket": BUCKET, "policy": policy.to_string()});
    (of(&before), of(&after))
}

#[test]
fn a_log_bucket_that_goes_is_worse_and_not_undecided() {
    let home = TempDir::new().unwrap();
    let before = json!({"id": BUCKET, "bucket": BUCKET, "arn": format!("arn:aws:s3:::{BUCKET}")});
    let delete = change("aws_s3_bucket", &["delete"], before, Value::Null, json!({}));
    terraform(home.path(), "plan.json", &[delete], json!({}));
    let ran = plan(home.path(), &["plan.json", "--mock", "--format", "json"]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let answer = json(&ran);
    let versioning = control(&answer, "LS-6.5");
    assert_eq!(versioning["direction"], "worse", "{versioning:#}");
    assert_eq!(versioning["new"][0]["causes"][0]["address"], "aws_s3_bucket.logs", "{versioning:#}");
}
