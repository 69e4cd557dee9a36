//! `logproof ask` as a user runs it: on files and on the sample landing zone, as text and as JSON, with bad input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs;

use serde_json::Value;
use support::{Ran, run};
use tempfile::TempDir;

const BOB: &str = "arn:aws:iam::111111111111:user/bob";
const LOG_BUCKET: &str = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1";
const LOG_OBJECTS: &str = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1/*";
const SAMPLE_LOG: &str = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1/AWSLogs/o-exampleorg1/a.gz";
const READER: &str = "arn:aws:iam::333333333333:role/LogsReadOnlyFrequencyRole";

const WRITES_OVER_TLS: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Write", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*"},
    {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#;
const WRITES: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Write", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*"}]}"#;
const EVERYTHING: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
const NO_WRITES: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "NoWrites", "Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}]}"#;

fn ask(files: &[(&str, &str)], args: &[&str]) -> Ran {
    let home = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(home.path().join(name), text).unwrap();
    }
    let ran = run(home.path(), &[&["ask"], args].concat());
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

#[track_caller]
fn answers(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    for word in words {
        assert!(ran.out.contains(word), "`{word}` is not in:\n{}", ran.out);
    }
}

#[track_caller]
fn refuses(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, 2, "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.out, "", "nothing is answered");
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in:\n{}", ran.err);
    }
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap()
}

fn bob_writes(more: &[&str]) -> Ran {
    let files = [("b.json", WRITES_OVER_TLS), ("id.json", EVERYTHING), ("scp.json", NO_WRITES)];
    let object = "arn:aws:s3:::logs/a";
    let request =
        ["can", "--principal", BOB, "--action", "s3:PutObject", "--resource", object, "--bucket-policy", "b.json"];
    ask(&files, &[&request, more].concat())
}

#[test]
fn a_request_is_decided_with_layer_and_statement() {
    let granted = ["--identity-policy", "id.json", "--resource-account", "222222222222"];
    answers(&bob_writes(&granted), 0, &["Allowed", BOB]);
    let http = [&granted[..], &["--context", "aws:SecureTransport=false"]].concat();
    answers(&bob_writes(&http), 0, &["ExplicitDeny by statement `TlsOnly` of `b.json` (resource policy)"]);
    let guarded = [&granted[..], &["--scp", "FullAWSAccess", "--scp", "scp.json"]].concat();
    answers(
        &bob_writes(&guarded),
        0,
        &["ExplicitDeny by statement `NoWrites` of `scp.json` (service control policy (level 1))"],
    );
    let bound_by_none = [&guarded[..], &["--principal-in-management-account"]].concat();
    answers(&bob_writes(&bound_by_none), 0, &["Allowed"]);
    let without = ["--resource-account", "222222222222"];
    answers(&bob_writes(&without), 0, &["ImplicitDeny (identity policy)"]);
}

#[test]
fn a_decision_is_also_for_machines() {
    let asked = ["--identity-policy", "id.json", "--context", "aws:SecureTransport=false", "--format", "json"];
    let found = json(&bob_writes(&asked));
    assert_eq!(found["decision"], "ExplicitDeny");
    assert_eq!(found["layer"], "resource policy");
    assert_eq!(found["statement"]["sid"], "TlsOnly");
    assert_eq!(found["statement"]["index"], 1);
}

#[test]
fn a_landing_zone_decides_with_its_real_policies() {
    let read = |who: &str, more: &[&str]| {
        let asked = ["can", "--mock", "--action", "s3:GetObject", "--resource", SAMPLE_LOG, "--principal", who];
        ask(&[], &[&asked, more].concat())
    };
    answers(&read(READER, &["--context", "aws:SecureTransport=true"]), 0, &["Allowed by statement `ReadAllLogs`"]);
    answers(&read(READER, &["--context", "aws:SecureTransport=false"]), 0, &["ExplicitDeny by statement `TlsOnly`"]);
    let administrator = "arn:aws:iam::111111111111:role/OrganizationAdmin";
    answers(&read(administrator, &[]), 0, &["ExplicitDeny by statement `OnlyNamedReaders`"]);
    refuses(&read("arn:aws:iam::333333333333:role/Nobody", &[]), &["role/Nobody` does not exist", "who-can"]);
    refuses(&read(READER, &["--scp", "FullAWSAccess"]), &["--scp", "cannot be used with"]);
}

#[test]
fn a_policy_can_be_tried_in_place_of_the_real_one() {
    let open = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1/*"}]}"#;
    let asked = ["never", "--mock", "--action", "s3:GetObject", "--resource", LOG_OBJECTS, "--when"];
    let over_http = r#"{"Bool": {"aws:SecureTransport": "false"}}"#;
    answers(&ask(&[], &[&asked[..], &[over_http]].concat()), 0, &["holds: no such request is allowed"]);
    let tried = ask(&[("open.json", open)], &[&asked[..], &[over_http, "--bucket-policy", "open.json"]].concat());
    answers(&tried, 1, &["violated: ", "statement `Open` of `open.json`", "`aws:SecureTransport` is `false`"]);
    let changed = ask(&[("open.json", open)], &["difference", "--mock", "--resource", LOG_OBJECTS, "open.json"]);
    answers(&changed, 1, &["violated: ", "statement `Open` of `open.json`"]);
}

/// Anybody's trail may write; nobody else may.
const TRAILS_WRITE: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Trails", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "*",
     "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}}}]}"#;

#[test]
fn a_question_is_asked_in_the_partition_of_its_arns() {
    for partition in ["aws", "aws-us-gov", "aws-cn", "aws-eusc"] {
        let there = |text: &str| text.replace("arn:aws:", &format!("arn:{partition}:"));
        let policy = there(TRAILS_WRITE);
        let trail = format!("arn:{partition}:cloudtrail:");
        for resource in [there("arn:aws:s3:::logs/*"), "*".to_owned()] {
            let asked = ["never", "--action", "s3:PutObject", "--resource", &resource, "--bucket-policy", "b.json"];
            let ran = ask(&[("b.json", &policy)], &[&asked[..], &["--resource-account", "222222222222"]].concat());
            answers(&ran, 1, &["violated: ", "statement `Trails` of `b.json`", &trail]);
        }
        let changed = ["difference", "old.json", "new.json", "--resource", &there("arn:aws:s3:::logs/*")];
        let everything = EVERYTHING.replace(r#""Effect""#, r#""Principal": "*", "Effect""#);
        let files = [("old.json", everything.as_str()), ("new.json", policy.as_str())];
        answers(&ask(&files, &changed), 0, &["allows nothing that the old one did not"]);
    }
    let mixed = ["never", "--action", "s3:*", "--resource", "arn:aws:s3:::a", "--resource", "arn:aws-cn:s3:::b"];
    refuses(&ask(&[], &mixed), &["`aws` and ARNs of `aws-cn` are of different partitions", "hint:"]);
    let caller = ["can", "--principal", BOB, "--action", "s3:GetObject", "--resource", "arn:aws-eusc:s3:::logs/x"];
    refuses(&ask(&[], &caller), &["different partitions", "hint:"]);
}

#[test]
fn who_can_names_the_real_principals() {
    let stop = ask(&[], &["who-can", "cloudtrail:StopLogging", "--mock"]);
    answers(&stop, 0, &["arn:aws:iam::111111111111:role/OrganizationAdmin", "the root user of account 111111111111"]);
    assert!(!stop.out.contains("444444444444"), "an SCP keeps the workload accounts from it:\n{}", stop.out);
    let read = ask(&[], &["who-can", "s3:GetObject", "--mock"]);
    answers(&read, 0, &["ReadAllLogs", "ReadWorkloadProd", "role/LogArchive-Administrator"]);
    let delete =
        json(&ask(&[], &["who-can", "s3:DeleteBucket", "--mock", "--resource", LOG_BUCKET, "--format", "json"]));
    let callers: Vec<&str> =
        delete["can"].as_array().unwrap().iter().filter_map(|one| one["caller"].as_str()).collect();
    assert_eq!(callers, ["role `arn:aws:iam::222222222222:role/LogArchive-Administrator`"]);
}

#[test]
fn who_can_looks_into_every_account() {
    let twin = "base: sample\npatch:\n  roles:\n    '555555555555': {Deployer: {trust: {Version: '2012-10-17', Statement: []}, policies: {all: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'ec2:*', Resource: '*'}]}}}}\n";
    let found = ask(&[("zone.yaml", twin)], &["who-can", "ec2:RunInstances", "--mock", "zone.yaml"]);
    answers(
        &found,
        0,
        &["arn:aws:iam::555555555555:role/Deployer", "arn:aws:iam::111111111111:role/OrganizationAdmin"],
    );
    let worst = ask(&[], &["who-can", "ec2:RunInstances", "--mock", "--assume-administrators"]);
    answers(&worst, 0, &["any other role of account"]);
}

#[test]
fn a_new_policy_is_compared_with_the_old_one() {
    let files = [("old.json", WRITES_OVER_TLS), ("new.json", WRITES)];
    let opened = ask(&files, &["difference", "old.json", "new.json", "--resource", "arn:aws:s3:::logs/*"]);
    answers(&opened, 1, &["violated: ", "on `arn:aws:s3:::logs/x` when `aws:SecureTransport` is `false`"]);
    let closed = ask(&files, &["difference", "new.json", "old.json", "--resource", "arn:aws:s3:::logs/*"]);
    answers(&closed, 0, &["holds: the new policy allows nothing that the old one did not"]);
    let found = json(&ask(
        &files,
        &["difference", "old.json", "new.json", "--resource", "arn:aws:s3:::logs/*", "--format", "json"],
    ));
    assert_eq!(found["answer"], "violated");
    assert_eq!(found["witness"]["matters"], serde_json::json!([["aws:SecureTransport", "false"]]));
}

#[test]
fn what_cannot_be_asked_is_refused_with_the_place_and_a_hint() {
    let files = [
        ("b.json", WRITES),
        ("cut.json", r#"{"Version": "2012-10-17", "Statement": [{"Effect": "#),
        ("latin.json", "{\"Sid\": \"\u{fffd}\""),
    ];
    let can = |principal: &str, action: &str, resource: &str, more: &[&str]| {
        let asked = ["can", "--principal", principal, "--action", action, "--resource", resource];
        ask(&files, &[&asked, more].concat())
    };
    let object = "arn:aws:s3:::logs/a";
    refuses(&can("bob", "s3:PutObject", object, &[]), &["`bob` is not a principal", "hint:"]);
    refuses(&can("arn:aws:iam::11:user/bob", "s3:PutObject", object, &[]), &["is not a principal"]);
    let proxied = "cloudtrail.amazonaws.com.example.net";
    refuses(&can(proxied, "s3:PutObject", object, &[]), &[proxied, "is not an AWS service principal"]);
    refuses(&can(BOB, "PutObject", object, &[]), &["`PutObject` is not an action", "s3:PutObject"]);
    refuses(&can(BOB, "s3:PutObject", "logs/a", &[]), &["`logs/a` is not the ARN of a resource"]);
    refuses(&can(BOB, "s3:PutObject", object, &["--context", "aws:SecureTransport"]), &["is not KEY=VALUE"]);
    refuses(&can(BOB, "s3:PutObject", object, &["--bucket-policy", "none.json"]), &["cannot read `none.json`"]);
    refuses(&can(BOB, "s3:PutObject", object, &["--bucket-policy", "cut.json"]), &["`cut.json`", "line 1 column"]);
    refuses(&can(BOB, "s3:PutObject", object, &["--scp", "FullAWSAccess,cut.json"]), &["`cut.json`", "line 1 column"]);
    let when =
        ["never", "--action", "s3:*", "--resource", object, "--when", r#"{"Bol": {"aws:SecureTransport": "false"}}"#];
    refuses(&ask(&files, &when), &["the question", "Bol"]);
    refuses(
        &ask(&files, &["difference", "b.json", "--resource", object]),
        &["1 policy files were given", "the old and the new"],
    );
    refuses(&ask(&files, &["difference", "b.json", "b.json", "--mock", "--resource", object]), &["the new one only"]);
    refuses(&ask(&files, &["who-can", "s3:GetObject"]), &["nothing to check", "hint:"]);
}
