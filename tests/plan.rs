//! `logproof plan` on the sample: what it prints, how it ends, and that a bundle answers as the landing zone does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "plan/blame.rs"]
mod blame;
#[path = "plan/many.rs"]
mod many;
#[path = "plan/pull_request.rs"]
mod pull_request;
#[path = "plan/real.rs"]
mod real;
mod support;

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
fn a_terraform_plan_is_blamed_by_address() {
    let home = TempDir::new().unwrap();
    let (before, after) = policies(without_tls);
    let update = change("aws_s3_bucket_policy", &["update"], before, after, json!({}));
    let instance = change("aws_instance", &["create"], Value::Null, json!({"ami": "ami-1"}), json!({}));
    terraform(home.path(), "plan.json", &[update, instance], json!({"complete": true}));
    let ran = plan(home.path(), &["plan.json", "--mock"]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    for part in [
        "plan.json: 2 changes, 1 looked at; not looked at: aws_instance 1",
        "WORSE     LS-3.4",
        "because of: aws_s3_bucket_policy.logs (policy), update in plan.json",
        "1 of 2 changes looked at",
    ] {
        assert!(ran.out.contains(part), "{part} is not in:\n{}", ran.out);
    }
    assert!(!ran.out.contains("stale"), "{}", ran.out);
}

#[test]
fn a_plan_that_was_made_against_another_state_is_named() {
    let home = TempDir::new().unwrap();
    let (before, _) = policies(without_tls);
    let (_, after) = policies(without_tls);
    let (_, mended) = policies(|_| ());
    let mut believed = before;
    believed["policy"] = after["policy"].clone();
    let update = change("aws_s3_bucket_policy", &["update"], believed, mended, json!({}));
    terraform(home.path(), "plan.json", &[update], json!({}));
    let ran = plan(home.path(), &["plan.json", "--mock"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(
        ran.out.contains("stale   aws_s3_bucket_policy.logs: the plan was made against another state"),
        "{}",
        ran.out
    );
}

#[test]
fn what_only_the_apply_can_tell_is_undecided_with_its_address() {
    let home = TempDir::new().unwrap();
    let (before, mut after) = policies(|_| ());
    after.as_object_mut().unwrap().remove("policy");
    let update = change("aws_s3_bucket_policy", &["update"], before, after, json!({"policy": true}));
    terraform(home.path(), "plan.json", &[update], json!({}));
    let ran = plan(home.path(), &["plan.json", "--mock", "--format", "json"]);
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    let answer = json(&ran);
    let tls = control(&answer, "LS-3.4");
    assert_eq!((&tls["after"], &tls["direction"]), (&json!("ERROR"), &json!("undecided")));
    let why = tls["undecided"][0].as_str().unwrap();
    assert!(why.contains("known after apply") && why.contains("aws_s3_bucket_policy.logs"), "{why}");
    // What the policy of a bucket does not decide is as before.
    assert_eq!(control(&answer, "LS-6.5")["direction"], "same");
    assert!(answer["decided_twice"].as_bool().unwrap());
}

#[test]
fn an_unknown_part_that_decides_nothing_is_no_reason_to_stop() {
    let home = TempDir::new().unwrap();
    // One more Deny, for somebody who is known only after the apply.
    let (before, after) = policies(|_| ());
    let mut policy: Value = serde_json::from_str(after["policy"].as_str().unwrap()).unwrap();
    policy["Statement"].as_array_mut().unwrap().push(json!({"Effect": "Deny", "Principal": "*",
        "Action": "s3:DeleteObject", "Resource": format!("arn:aws:s3:::{BUCKET}/AWSLogs/*")}));
    let after = json!({"id": BUCKET, "bucket": BUCKET, "policy": policy.to_string()});
    let update = change("aws_s3_bucket_policy", &["update"], before, after, json!({}));
    terraform(home.path(), "plan.json", &[update], json!({}));
    let ran = plan(home.path(), &["plan.json", "--mock"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
}

#[test]
fn where_it_is_not_known_the_lines_to_add_are_printed_and_taken() {
    let home = TempDir::new().unwrap();
    let create = change(
        "aws_s3_bucket",
        &["create"],
        Value::Null,
        json!({"bucket": "nobody-knows", "force_destroy": false}),
        json!({"id": true, "arn": true}),
    );
    terraform(home.path(), "plan.json", &[create], json!({"configuration": {"root_module": {"resources": []}}}));
    let ran = plan(home.path(), &["plan.json", "--mock"]);
    assert_eq!(ran.code, 2, "{} {}", ran.out, ran.err);
    assert!(ran.err.contains("aws_s3_bucket.logs (aws_s3_bucket)") && ran.err.contains("[plan."), "{}", ran.err);
    let made =
        run(home.path(), &["check", "--mock", "--out", "run", "--quiet", "--no-progress", "--control", "LS-6.5"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let table = "[plan.modules]\n\"\" = { account = \"444444444444\", region = \"eu-central-1\" }\n";
    let rest = "[organization]\nmanagement_account = \"111111111111\"\nlog_archive_account = \"222222222222\"\n\
        home_region = \"eu-central-1\"\ngoverned_regions = [\"eu-central-1\"]\n[names]\nprefix = \"acme\"\nkey = \"alias/k\"\ntrail = \"t\"\n";
    fs::write(home.path().join("logproof.toml"), format!("{rest}{table}")).unwrap();
    let ran = plan(home.path(), &["plan.json", "--on", "run", "--control", "LS-6.5"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("nothing in this plan concerns the log store"), "{}", ran.out);
}

#[test]
fn a_plan_that_another_one_follows_is_never_the_whole() {
    let home = TempDir::new().unwrap();
    let instance = change("aws_instance", &["create"], Value::Null, json!({"ami": "ami-1"}), json!({}));
    terraform(home.path(), "plan.json", &[instance], json!({"complete": false}));
    let ran = plan(home.path(), &["plan.json", "--mock"]);
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    assert!(
        ran.out.contains("INCOMPLETE: another plan follows") && !ran.out.contains("nothing in this plan"),
        "{}",
        ran.out
    );
}

#[test]
fn the_same_thing_in_two_plans_is_refused() {
    let home = TempDir::new().unwrap();
    let (before, after) = policies(without_tls);
    let update = change("aws_s3_bucket_policy", &["update"], before, after, json!({}));
    for name in ["one.json", "other.json"] {
        terraform(home.path(), name, std::slice::from_ref(&update), json!({}));
    }
    let ran = plan(home.path(), &["one.json", "other.json", "--mock"]);
    assert_eq!(ran.code, 2, "{} {}", ran.out, ran.err);
    assert!(ran.err.contains("is changed by `aws_s3_bucket_policy.logs in one.json` and by"), "{}", ran.err);
}

#[test]
fn a_sensitive_value_decides_and_is_printed_nowhere() {
    let home = TempDir::new().unwrap();
    let secret = "arn:aws:iam::444444444444:role/SecretName";
    let (before, after) = policies(|statements| {
        statements.push(json!({"Sid": "HiddenGrant", "Effect": "Allow", "Principal": {"AWS": secret},
            "Action": "s3:*", "Resource": [format!("arn:aws:s3:::{BUCKET}"), format!("arn:aws:s3:::{BUCKET}/*")]}));
    });
    let mut update = change("aws_s3_bucket_policy", &["update"], before, after, json!({}));
    update["change"]["after_sensitive"] = json!({"policy": true});
    terraform(home.path(), "plan.json", &[update], json!({}));
    for format in ["text", "json", "markdown"] {
        let ran = plan(home.path(), &["plan.json", "--mock", "--format", format, "--out", "result"]);
        assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
        assert!(ran.out.contains("is marked sensitive"), "{}", ran.out);
        for word in ["SecretName", "HiddenGrant"] {
            assert!(!ran.out.contains(word) && !ran.err.contains(word), "{word} is in {format}: {}", ran.out);
        }
    }
    for entry in fs::read_dir(home.path().join("result")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in ["SecretName", "HiddenGrant"] {
            assert!(!text.contains(word), "{word} is in {}", path.display());
        }
    }
}

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
