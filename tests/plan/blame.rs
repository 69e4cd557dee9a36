//! What the answer names of a control that gets worse: the newly allowed request, and what to leave out of the plan.

#[path = "../support/terraform.rs"]
mod written;

use std::fs;

use logproof_zone::MockZone;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::written::Terraform;
use crate::{
    BUCKET, bucket_policy, change, control, json as answer_of, plan, policies, support::run, terraform, without_tls,
};

/// The control of an answer as text, from its first line to the empty one.
fn block<'t>(text: &'t str, first: &str) -> &'t str {
    let from = text.find(first).unwrap_or_else(|| panic!("{first} is not in:\n{text}"));
    text[from..].split("\n\n").next().unwrap()
}

#[test]
fn a_newly_allowed_request_is_decided_on_both_sides_with_the_statement_that_goes() {
    let home = TempDir::new().unwrap();
    let given = bucket_policy(home.path(), without_tls);
    let args = ["--mock", "--bucket-policy", &given, "--control", "LS-3.4"];
    let answer = answer_of(&plan(home.path(), &[&args[..], &["--format", "json"]].concat()));
    let new = &control(&answer, "LS-3.4")["new"][0];
    let gained = &new["newly_allowed"];
    assert_eq!(gained["request"], new["witness"], "{new:#}");
    let denied = format!("statement `TlsOnly` of `the policy of bucket {BUCKET}` denies it (resource policy)");
    assert_eq!(gained["before"], denied.as_str());
    assert_eq!(gained["statement"], "the plan takes that statement out");
    for format in ["text", "markdown"] {
        let told = plan(home.path(), &[&args[..], &["--format", format]].concat()).out;
        assert!(
            told.contains("newly allowed: before the change statement ") && told.contains("takes that statement out"),
            "{told}"
        );
    }
}

#[test]
fn where_the_request_was_allowed_before_too_another_one_is_named() {
    let home = TempDir::new().unwrap();
    // Uploads over plain HTTP are allowed before as well; the plan allows everything else.
    let (_, before) = policies(|statements| {
        let tls = statements.iter_mut().find(|statement| statement["Sid"] == "TlsOnly").unwrap();
        tls.as_object_mut().unwrap().remove("Action");
        tls["NotAction"] = json!("s3:PutObject");
    });
    let policy: Value = serde_json::from_str(before["policy"].as_str().unwrap()).unwrap();
    let zone = json!({"base": "sample", "patch": {"buckets": {BUCKET: {"policy": policy}}}});
    fs::write(home.path().join("zone.yaml"), zone.to_string()).unwrap();
    let given = bucket_policy(home.path(), without_tls);
    let args = ["--mock", "zone.yaml", "--bucket-policy", &given, "--format", "json", "--control", "LS-3.4"];
    let answer = answer_of(&plan(home.path(), &args));
    let tls = control(&answer, "LS-3.4");
    assert_eq!((&tls["before"], &tls["after"]), (&json!("FAIL"), &json!("FAIL")));
    let new = &tls["new"][0];
    assert!(new["witness"].as_str().unwrap().contains("can call `s3:PutObject`"), "{new:#}");
    let gained = &new["newly_allowed"];
    assert!(!gained["request"].as_str().unwrap().contains("`s3:PutObject`"), "{new:#}");
    assert!(gained["before"].as_str().unwrap().starts_with("statement `TlsOnly` of "), "{new:#}");
    assert_eq!(tls["without"]["changes"][0]["attribute"], "policy");
    let text = plan(home.path(), &args[..4]).out;
    assert!(text.contains("LS-3.4 gets no worse"), "{text}");
}

#[test]
fn guardrails_and_keys_have_newly_allowed_requests_and_the_prediction_replays() {
    let home = TempDir::new().unwrap();
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let mut guard = zone["service_control_policies"]["p-protectlogs"]["document"].clone();
    guard["Statement"].as_array_mut().unwrap().retain(|statement| statement["Sid"] != "ProtectTrail");
    let mut key = zone["keys"]["1234abcd-12ab-34cd-56ef-1234567890ab"]["policy"].clone();
    key["Statement"].as_array_mut().unwrap().push(json!({"Sid": "Loose", "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444444444444:root"}, "Action": "kms:Decrypt", "Resource": "*"}));
    fs::write(home.path().join("guard.json"), guard.to_string()).unwrap();
    fs::write(home.path().join("key.json"), key.to_string()).unwrap();
    let args = [
        "--mock",
        "--scp",
        "ProtectLogStore=guard.json",
        "--key-policy",
        "alias/acme-log-storage=key.json",
        "--control",
        "LS-4.5",
        "--control",
        "LS-2.4",
        "--format",
        "json",
        "--out",
        "predicted",
    ];
    let ran = plan(home.path(), &args);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let answer = answer_of(&ran);
    for (id, before, statement, to_blame) in [
        (
            "LS-4.5",
            "`ProtectTrail` of `SCP ProtectLogStore` denies it",
            "takes that statement out",
            "--scp ProtectLogStore",
        ),
        ("LS-2.4", "does not allow this principal", "adds statement `Loose`", "--key-policy alias/acme-log-storage"),
    ] {
        let control = control(&answer, id);
        let gained = &control["new"][0]["newly_allowed"];
        assert!(gained["before"].as_str().is_some_and(|text| text.contains(before)), "{control:#}");
        assert!(gained["statement"].as_str().is_some_and(|text| text.contains(statement)), "{control:#}");
        assert_eq!(control["without"]["changes"][0]["address"], to_blame);
    }
    assert_eq!(run(home.path(), &["verify", "predicted"]).code, 0);
    let replayed = run(home.path(), &["replay", "predicted"]);
    assert!(replayed.code == 0 && replayed.out.contains("identical"), "{} {}", replayed.out, replayed.err);
}

#[test]
fn the_smallest_part_to_leave_out_is_named_by_address_and_attribute() {
    let home = TempDir::new().unwrap();
    // Three changes, of which one is to blame; the trail has three attributes, of which one is.
    let (before, after) = policies(|_| ());
    let policy = change("aws_s3_bucket_policy", &["update"], before, after, json!({}));
    let trail = |validated: bool| {
        json!({"name": "org-trail", "arn": "arn:aws:cloudtrail:eu-central-1:111111111111:trail/org-trail",
            "s3_bucket_name": BUCKET, "is_organization_trail": true, "is_multi_region_trail": true,
            "enable_log_file_validation": validated, "enable_logging": true,
            "kms_key_id": "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "cloud_watch_logs_group_arn": "arn:aws:logs:eu-central-1:111111111111:log-group:organization-trail:*"})
    };
    let trail = change("aws_cloudtrail", &["update"], trail(true), trail(false), json!({}));
    let suspended = |status: &str| json!({"bucket": BUCKET, "versioning_configuration": [{"status": status}]});
    let versioning =
        change("aws_s3_bucket_versioning", &["update"], suspended("Enabled"), suspended("Suspended"), json!({}));
    terraform(home.path(), "plan.json", &[policy, trail, versioning], json!({}));
    let args = ["plan.json", "--mock", "--control", "LS-4.4", "--control", "LS-6.5"];
    let ran = plan(home.path(), &[&args[..], &["--format", "json"]].concat());
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let answer = answer_of(&ran);
    let without = |id: &str| control(&answer, id)["without"]["changes"].clone();
    let named = |changes: Value| {
        let all = changes.as_array().unwrap_or_else(|| panic!("{answer:#}")).clone();
        all.iter().map(|one| (one["address"].clone(), one["attribute"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(named(without("LS-4.4")), [(json!("aws_cloudtrail.logs"), json!(""))]);
    let versioned = (json!("aws_s3_bucket_versioning.logs"), json!("versioning_configuration"));
    assert_eq!(named(without("LS-6.5")), [versioned]);
    let text = plan(home.path(), &args).out;
    let sentence = "without the change to aws_s3_bucket_versioning.logs (versioning_configuration), LS-6.5 stays PASS";
    assert!(block(&text, "WORSE     LS-6.5").contains(sentence), "{text}");
    let markdown = plan(home.path(), &[&args[..], &["--format", "markdown"]].concat()).out;
    assert!(markdown.contains("LS-6.5 stays PASS"), "{markdown}");
}

#[test]
fn of_changes_that_are_all_to_blame_all_are_named_and_of_two_that_need_each_other_one() {
    let home = TempDir::new().unwrap();
    let status = |on: bool| json!({"id": "default", "name": "default", "is_enabled": on});
    let recorder = "aws_config_configuration_recorder_status";
    let policy = |policy: Value| json!({"bucket": BUCKET, "policy": policy["policy"]});
    let (before, after) = policies(|_| ());
    let flags = json!({"block_public_acls": true, "ignore_public_acls": true, "block_public_policy": true,
        "restrict_public_buckets": true, "bucket": BUCKET, "account_id": "222222222222"});
    let archive = ("222222222222", "eu-central-1");
    let text = Terraform::default()
        .update(("444444444444", "eu-west-1"), recorder, status(true), status(false))
        .update(archive, "aws_s3_bucket_policy", policy(before), policy(after))
        .update(("555555555555", "eu-west-1"), recorder, status(true), status(false))
        .delete(archive, "aws_s3_bucket_public_access_block", flags.clone())
        .delete(archive, "aws_s3_account_public_access_block", flags)
        .text();
    fs::write(home.path().join("plan.json"), text).unwrap();
    let ran = plan(home.path(), &["plan.json", "--mock", "--control", "LS-5.1", "--control", "LS-3.1"]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let both = format!(
        "without the change to {recorder}.planned (is_enabled) and the change to {recorder}.planned2 (is_enabled), LS-5.1 stays PASS"
    );
    assert!(block(&ran.out, "WORSE     LS-5.1").contains(&both), "{}", ran.out);
    // S3 applies the stricter of both: leaving out either of them is enough.
    let either = ["account", "bucket"]
        .map(|whose| format!("without the removal of aws_s3_{whose}_public_access_block.planned, LS-3.1 stays PASS"));
    assert!(either.iter().any(|one| block(&ran.out, "WORSE     LS-3.1").contains(one)), "{}", ran.out);
}

#[test]
fn a_request_is_named_of_every_scenario_that_one_shows_and_a_delivery_as_it_was_before() {
    let home = TempDir::new().unwrap();
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    // Findings of what is attached where have no request, and come first in the feature.
    let args = ["--mock", "--detach", "p-protectlogs@r-exmp", "--control", "LS-6.1", "--format", "json"];
    let answer = answer_of(&plan(home.path(), &args));
    let new = control(&answer, "LS-6.1")["new"].as_array().unwrap().clone();
    let gained: Vec<&Value> = new.iter().filter(|finding| !finding["newly_allowed"].is_null()).collect();
    let scenarios: std::collections::BTreeSet<&str> =
        gained.iter().map(|finding| finding["scenario"].as_str().unwrap()).collect();
    assert_eq!(scenarios.len(), 7, "{scenarios:?}");
    assert!(new[0]["newly_allowed"]["before"].as_str().unwrap().contains("SCP ProtectLogStore"), "{:#}", new[0]);
    let told = plan(home.path(), &args[..5]).out;
    assert!(told.contains("newly allowed: before the change statement `ProtectTrail`"), "{told}");

    // An outsider, where no resource control policy keeps him away.
    let given = bucket_policy(home.path(), |statements| {
        let bucket = format!("arn:aws:s3:::{BUCKET}");
        statements.push(json!({"Sid": "Partner", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket,
            "Principal": {"AWS": "arn:aws:iam::888888888888:root"}}));
    });
    let alone = json!({"base": "sample", "patch": {"resource_control_policies": {"p-perimeter1": null}}});
    assert!(zone["resource_control_policies"]["p-perimeter1"].is_object());
    fs::write(home.path().join("zone.yaml"), alone.to_string()).unwrap();
    let args = ["--mock", "zone.yaml", "--bucket-policy", &given, "--control", "LS-3.7", "--format", "json"];
    let answer = answer_of(&plan(home.path(), &args));
    let gained = &control(&answer, "LS-3.7")["new"][0]["newly_allowed"];
    assert!(gained["request"].as_str().unwrap().contains("outside account 888888888888"), "{gained:#}");
    assert!(gained["statement"].as_str().unwrap().starts_with("the plan adds statement `Partner`"), "{gained:#}");

    // What is refused and must not be has no such request: it says how it was.
    let given = bucket_policy(home.path(), |statements| {
        statements.retain(|statement| statement["Sid"] != "CloudTrailWrite");
    });
    let args = ["--mock", "--bucket-policy", &given, "--control", "LS-3.3"];
    let answer = answer_of(&plan(home.path(), &[&args[..], &["--format", "json"]].concat()));
    let new = &control(&answer, "LS-3.3")["new"][0];
    assert_eq!((&new["was"], &new["newly_allowed"]), (&json!("accepted"), &Value::Null), "{new:#}");
    for format in ["text", "markdown"] {
        let told = plan(home.path(), &[&args[..], &["--format", format]].concat()).out;
        assert!(told.contains("before: accepted"), "{told}");
    }
}
