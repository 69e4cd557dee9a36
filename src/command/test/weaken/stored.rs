//! Buckets and keys, weakened.

use serde_json::{Value, json};

use super::{allow_everything_above, policy};

/// Takes away from a bucket what the sentence asks for.
pub(super) fn bucket(zone: &mut Value, sentence: &str, name: &str) -> Option<&'static str> {
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

/// Takes away from a key what the sentence asks for.
pub(super) fn key(zone: &mut Value, sentence: &str, id: &str) -> Option<&'static str> {
    let key = |zone: &mut Value, name: &str, value: Value| {
        let found = zone.get_mut("keys").and_then(|all| all.get_mut(id)).and_then(Value::as_object_mut);
        if let Some(key) = found {
            key.insert(name.to_owned(), value);
        }
    };
    zone.pointer("/keys")?.get(id)?;
    let whole = |effect: &str| policy(effect, &json!("kms:*"), "*");
    Some(match sentence {
        "it is enabled" => {
            key(zone, "state", json!("Disabled"));
            "the key is disabled"
        }
        "it is a customer managed key" => {
            key(zone, "manager", json!("AWS"));
            "the key is managed by AWS"
        }
        sentence if sentence.starts_with("it is rotated automatically at least every {int} days") => {
            key(zone, "rotation", json!(false));
            // Of a key that AWS KMS cannot rotate nothing is asked.
            key(zone, "spec", json!("SYMMETRIC_DEFAULT"));
            key(zone, "origin", json!("AWS_KMS"));
            "a symmetric key whose rotation is off"
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
