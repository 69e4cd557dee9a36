//! Plans of Terraform: blamed by address, unknown until the apply, sensitive, placed.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{BUCKET, change, control, json, plan, policies, run, terraform, without_tls};

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
