//! Landing zones made from one that meets a control, each weakened in what one sentence of the control asks for: the
//! control must notice.

use cucumber::gherkin::StepType;
use logproof_estate::assessment::{ControlResult, ScenarioResult};
use logproof_steps::guide::{Entry, Kind};
use serde_json::{Value, json};

use crate::catalogue::{
    Control,
    vocabulary::{Resolved, Vocabulary},
};

/// A weakened landing zone, and what was done to it.
pub(super) struct Weakened {
    pub(super) what: String,
    pub(super) zone: Value,
}

/// A landing zone for each subject of each sentence of the control, as it was found in one that meets it.
pub(super) fn weakened(
    zone: &Value,
    control: &Control,
    result: &ControlResult,
    vocabulary: &Vocabulary,
) -> Vec<Weakened> {
    let everywhere: Vec<&ScenarioResult> = result.scenarios.iter().collect();
    let mut all: Vec<Weakened> = Vec::new();
    for (scenario, shown) in control.scenarios.iter().zip(&result.scenarios) {
        for step in scenario.steps.iter().filter(|step| step.ty == StepType::Then) {
            let Resolved::One(found) = vocabulary.resolve(step) else { continue };
            // What a sentence of an owner asks for is known to its author alone.
            let Some(entry) = found.entry.filter(|entry| vocabulary.crate_of(entry).is_none()) else { continue };
            let mut subjects = subjects(&[shown], entry, &step.value);
            if subjects.is_empty() {
                // Of a duty to work the principal is the subject.
                subjects = self::subjects(&everywhere, entry, &step.value);
            }
            for subject in subjects {
                let mut changed = zone.clone();
                let Some(done) = weaken(&mut changed, entry.sentence, subject) else { continue };
                let what = format!("{done}, at {subject}");
                if changed != *zone && all.iter().all(|one| one.what != what) {
                    all.push(Weakened { what, zone: changed });
                }
            }
        }
    }
    all
}

/// What was examined for a sentence.
fn subjects<'a>(shown: &[&'a ScenarioResult], entry: &Entry, step: &str) -> Vec<&'a str> {
    let of = |kind: Kind, service: &str| {
        entry.kinds == [kind] || (entry.kinds.contains(&kind) && step.contains(&format!("{service}:")))
    };
    let (buckets, keys) = (of(Kind::Bucket, "s3"), of(Kind::Key, "kms"));
    let fits = |arn: &&str| {
        (buckets && arn.contains(":s3:::"))
            || (keys && arn.contains(":key/"))
            || (entry.kinds.is_empty() && arn.contains(":account/"))
    };
    let observations = shown.iter().flat_map(|scenario| &scenario.record.observations);
    let mut found: Vec<&str> = observations.map(|observation| observation.subject.arn.as_str()).filter(fits).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Takes away from a subject what the sentence asks for; says what was done.
fn weaken(zone: &mut Value, sentence: &str, subject: &str) -> Option<&'static str> {
    if subject.contains(":account/") {
        allow_everything_above(zone);
        return Some("service and resource control policies refuse nothing");
    }
    match subject.split(":::").nth(1) {
        Some(name) => weaken_bucket(zone, sentence, name),
        None => weaken_key(zone, sentence, subject.split(":key/").nth(1)?),
    }
}

fn weaken_bucket(zone: &mut Value, sentence: &str, name: &str) -> Option<&'static str> {
    let resources = json!([format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")]);
    let account = zone.pointer("/buckets")?.get(name)?.get("account")?.as_str()?.to_owned();
    let bucket = |zone: &mut Value, key: &str, value: Value| {
        let found = zone.get_mut("buckets").and_then(|all| all.get_mut(name)).and_then(Value::as_object_mut);
        if let Some(bucket) = found {
            bucket.insert(key.to_owned(), value);
        }
    };
    Some(match sentence {
        "its default encryption is SSE-KMS" | "its default encryption uses the key {string}" => {
            bucket(zone, "encryption", json!({"algorithm": "AES256"}));
            "encrypted with SSE-S3"
        }
        "Block Public Access is on" => {
            bucket(zone, "public_access_block", Value::Null);
            if let Some(accounts) = zone.get_mut("account_public_access_block").and_then(Value::as_object_mut) {
                accounts.remove(&account);
            }
            "Block Public Access off, for the bucket and its account"
        }
        "its object ownership is {string}" => {
            bucket(zone, "ownership", Value::Null);
            "object ownership not set"
        }
        "MFA delete is on" => {
            bucket(zone, "mfa_delete", json!("Disabled"));
            "MFA delete is off"
        }
        "it is in one of these Regions" => {
            bucket(zone, "region", json!("af-south-1"));
            "the bucket is in Africa (Cape Town)"
        }
        "no replication rule copies objects out of the organization" => {
            let rule = json!({"bucket": "arn:aws:s3:::weakened-elsewhere", "priority": 1});
            let role = "arn:aws:iam::000000000000:role/Weakened";
            bucket(zone, "replication", json!({"role": role, "rules": {"weakened": rule}}));
            "a replication rule copies objects to a bucket that no account of the organization owns"
        }
        "its versioning is on" => {
            bucket(zone, "versioning", json!("Suspended"));
            "versioning suspended"
        }
        sentence if sentence.starts_with("Object Lock keeps") => {
            bucket(zone, "object_lock", json!({"mode": "GOVERNANCE", "days": 1}));
            "Object Lock for one day, in governance mode"
        }
        "no lifecycle rule deletes an object before {int} days" => {
            bucket(zone, "lifecycle", json!({"weakened": {"expiration_days": 1, "noncurrent_expiration_days": 1}}));
            "a lifecycle rule deletes objects after two days"
        }
        "its server access logs go to another bucket" => {
            bucket(zone, "logging", Value::Null);
            "server access logging off"
        }
        "a replication rule copies every object to another bucket" => {
            bucket(zone, "replication", Value::Null);
            "no replication"
        }
        "it has the tag {string}" | "it is tagged {string} = {string}" => {
            bucket(zone, "tags", json!({}));
            "no tags"
        }
        sentence if sentence.starts_with("{principals} can ") => {
            let deny =
                json!({"Sid": "Weakened", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources});
            bucket(zone, "policy", json!({"Version": "2012-10-17", "Statement": [deny]}));
            "the bucket policy denies everything"
        }
        _ => {
            let allow = json!({"Sid": "Weakened", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources});
            bucket(zone, "policy", json!({"Version": "2012-10-17", "Statement": [allow]}));
            allow_everything_above(zone);
            "bucket policy and organization allow everything to everybody"
        }
    })
}

fn weaken_key(zone: &mut Value, sentence: &str, id: &str) -> Option<&'static str> {
    let key = |zone: &mut Value, name: &str, value: Value| {
        let found = zone.get_mut("keys").and_then(|all| all.get_mut(id)).and_then(Value::as_object_mut);
        if let Some(key) = found {
            key.insert(name.to_owned(), value);
        }
    };
    zone.pointer("/keys")?.get(id)?;
    let whole = |effect: &str| {
        let statement =
            json!({"Sid": "Weakened", "Effect": effect, "Principal": "*", "Action": "kms:*", "Resource": "*"});
        json!({"Version": "2012-10-17", "Statement": [statement]})
    };
    Some(match sentence {
        "it is enabled" => {
            key(zone, "state", json!("Disabled"));
            "the key is disabled"
        }
        "it is a customer managed key" => {
            key(zone, "manager", json!("AWS"));
            "the key is managed by AWS"
        }
        "it is rotated automatically at least every {int} days" => {
            key(zone, "rotation", json!(false));
            "rotation is off"
        }
        sentence if sentence.starts_with("{principals} can ") => {
            key(zone, "policy", whole("Deny"));
            "the key policy denies everything"
        }
        _ => {
            key(zone, "policy", whole("Allow"));
            allow_everything_above(zone);
            "key policy and organization allow everything to everybody"
        }
    })
}

/// Leaves of the policies above accounts only those of AWS, which allow everything.
fn allow_everything_above(zone: &mut Value) {
    for layer in ["service_control_policies", "resource_control_policies"] {
        if let Some(policies) = zone.get_mut(layer).and_then(Value::as_object_mut) {
            policies.retain(|_, policy| policy.get("aws_managed").and_then(Value::as_bool) == Some(true));
        }
    }
}
