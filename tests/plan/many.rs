//! Ten thousand new roles in the account of the log store: decided, and the one that differs is named.

use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::{BUCKET, control, json, plan, policies, support::run, terraform};

const ROLES: usize = 10_000;
/// The one that differs.
const ODD: usize = 7_000;

fn created(kind: &str, number: usize, after: Value) -> Value {
    json!({
        "address": format!("{kind}.r[{number}]"), "mode": "managed", "type": kind, "name": "r", "index": number,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {"id": true, "arn": true},
            "before_sensitive": false, "after_sensitive": {}},
    })
}

/// The roles, and the log bucket without the statement that keeps others from reading.
fn changes(odd: &[&str]) -> Vec<Value> {
    let document = |actions: &[&str]| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
            .to_string()
    };
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let (trust, usual, odd) = (trust.to_string(), document(&["ec2:Describe*"]), document(odd));
    let (before, after) = policies(|statements| statements.retain(|one| one["Sid"] != "OnlyNamedReaders"));
    let mut changes = vec![crate::change("aws_s3_bucket_policy", &["update"], before, after, json!({}))];
    for number in 0..ROLES {
        let name = format!("app-{number}");
        let role = json!({"name": name, "path": "/", "assume_role_policy": trust, "tags_all": {}});
        let policy = if number == ODD { &odd } else { &usual };
        changes.push(created("aws_iam_role", number, role));
        changes.push(created("aws_iam_role_policy", number, json!({"name": "use", "role": name, "policy": policy})));
    }
    changes
}

#[test]
fn the_one_role_that_differs_is_found_among_ten_thousand() {
    let home = TempDir::new().unwrap();
    let made = run(home.path(), &["check", "--mock", "--out", "run", "--quiet", "--no-progress"]);
    assert_eq!(made.code, 0, "{}", made.err);
    // All alike, they are decided, and nobody may read.
    terraform(home.path(), "alike.json", &changes(&["ec2:Describe*"]), json!({"complete": true}));
    let begun = Instant::now();
    let ran = plan(home.path(), &["alike.json", "--on", "run"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("20001 of 20001 changes looked at") && ran.out.contains(" 0 undecided"), "{}", ran.out);
    // Some seconds without optimization; hours where each is asked about.
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
    terraform(home.path(), "odd.json", &changes(&["s3:GetObject"]), json!({"complete": true}));
    let ran = plan(home.path(), &["odd.json", "--on", "run", "--format", "json", "--control", "LS-8.6"]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    let answer = json(&ran);
    let found = control(&answer, "LS-8.6")["new"].as_array().unwrap();
    let role = format!("role `arn:aws:iam::222222222222:role/app-{ODD}` can call s3:GetObject");
    assert!(found.iter().any(|finding| finding["found"] == json!(role)), "{found:#?}");
    let text = found.iter().map(|finding| finding["found"].to_string()).collect::<String>();
    assert_eq!(text.matches(":role/app-").count(), 1, "{text}");
    assert!(found.iter().all(|finding| finding["subject"] == json!(format!("arn:aws:s3:::{BUCKET}"))), "{found:#?}");
}
