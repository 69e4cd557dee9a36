//! Files that are no plans, damaged ones, and large ones: a clear error or an answer, never a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Instant,
};

use logproof_estate::Partition;
use logproof_plan::{
    Context, Plan, ReadError,
    cloudformation::{self, Stack},
    context::{Placed, Places},
    terraform,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn context() -> Context {
    let placed = Placed { account: "222222222222".parse().unwrap(), region: Some("eu-central-1".parse().unwrap()) };
    Context {
        partition: Partition::Commercial,
        home_region: "eu-central-1".parse().unwrap(),
        management_account: "111111111111".parse().unwrap(),
        buckets: BTreeMap::new(),
        places: Places {
            providers: BTreeMap::new(),
            modules: BTreeMap::from([(String::new(), placed.clone())]),
            stacks: BTreeMap::from([("stack".to_owned(), placed)]),
        },
    }
}

fn terraform(bytes: &[u8]) -> Result<Plan, ReadError> {
    terraform::read("plan.json", bytes, &context())
}

fn cloudformation(bytes: &[u8]) -> Result<Plan, ReadError> {
    cloudformation::read("stack", bytes, &Stack::default(), &context())
}

fn plan(changes: &Value) -> Vec<u8> {
    json!({"format_version": "1.2", "resource_changes": changes}).to_string().into_bytes()
}

fn change(address: &str, actions: &[&str], after: &Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": kind, "name": name, "change": {
        "actions": actions, "before": null, "after": after, "after_unknown": {}}})
}

/// The plans of this crate, and those that `logproof plan` is tried with: name and bytes.
static FIXTURES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folders = ["tests/plans", "../../tests/plan/real"];
    let folders = folders.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind != "expected" && kind != "md"));
    files.sort();
    let named = |file: &PathBuf| (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(file).unwrap());
    files.iter().map(named).collect()
});

fn fixtures(head: &str) -> impl Iterator<Item = &(String, Vec<u8>)> {
    FIXTURES.iter().filter(move |(name, _)| name.starts_with(head))
}

/// Every refusal says what, and what to do.
fn refused(read: Result<Plan, ReadError>, problem: &str, hint: &str) {
    let error = read.expect_err("it was taken");
    assert!(error.problem.contains(problem), "{error}");
    assert!(error.hint.contains(hint), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn what_is_no_plan_is_refused_with_what_to_do() {
    refused(terraform(b"PK\x03\x04..."), "binary plan", "terraform show -json");
    refused(terraform(b""), "empty", "terraform show -json");
    refused(terraform(b"{\"format_version\": \"1.2\", \"resource_chang"), "ends in the middle", "terraform show -json");
    refused(terraform(b"Terraform will perform the following actions"), "no JSON", "terraform show -json");
    refused(terraform(b"{}"), "no `format_version`", "terraform show -json");
    refused(terraform(b"{\"format_version\": \"2.0\", \"resource_changes\": []}"), "`2.0`", "older Terraform");
    refused(terraform(b"{\"format_version\": \"1.0\", \"values\": {}}"), "no `resource_changes`", "plan");
    let errored = json!({"format_version": "1.2", "errored": true, "resource_changes": []}).to_string();
    refused(terraform(errored.as_bytes()), "failed", "terraform plan");
    refused(terraform(&plan(&json!("hunter2"))), "resource changes", "terraform show -json");
    refused(terraform(&plan(&json!([{"address": "hunter2"}]))), "missing field", "terraform show -json");
    let twice = change("aws_s3_bucket.x", &["create"], &json!({"bucket": "x"}));
    refused(terraform(&plan(&json!([twice, twice]))), "twice", "terraform show -json");
    let strange = change("aws_s3_bucket.x", &["create", "explode"], &json!({}));
    refused(terraform(&plan(&json!([strange]))), "not known", "terraform show -json");
    let deep = format!("{{\"format_version\":\"1.2\",\"resource_changes\":[{}]}}", "[".repeat(100_000));
    refused(terraform(deep.as_bytes()), "line 1", "terraform show -json");
    refused(cloudformation(b"{\"a\": 1}"), "neither `Changes` nor `Resources`", "describe-change-set");
    refused(cloudformation(b"a: [b"), "no YAML", "describe-change-set");
    refused(cloudformation(b"{\"Changes\": 1}"), "no list", "include-property-values");
    refused(cloudformation(b"{\"Resources\": 1}"), "no object", "template");
    let failed = json!({"Status": "FAILED", "StatusReason": "hunter2", "Changes": []}).to_string();
    refused(cloudformation(failed.as_bytes()), "failed to be made", "describe-change-set");
}

#[test]
fn a_newer_minor_version_with_more_in_it_is_read() {
    let file = json!({"format_version": "1.9", "novelty": {"deep": [1]}, "resource_changes": [
        change("aws_s3_bucket.x", &["create"], &json!({"bucket": "x", "novelty": {"a": 1}}))]});
    let plan = terraform(file.to_string().as_bytes()).unwrap();
    assert_eq!(plan.changed, 1);
    assert_eq!(plan.edits.len(), 2);
}

#[test]
fn an_attribute_of_another_form_is_not_known_and_its_value_is_not_told() {
    let odd = json!([
        change(
            "aws_s3_bucket_versioning.x",
            &["create"],
            &json!({"bucket": "x", "versioning_configuration": "hunter2"})
        ),
        change("aws_s3_bucket_policy.x", &["create"], &json!({"bucket": ["hunter2"], "policy": 7})),
        change("aws_s3_bucket_policy.y", &["create"], &json!({"bucket": "y", "policy": "{not json"})),
        change(
            "aws_s3_bucket_lifecycle_configuration.x",
            &["create"],
            &json!({"bucket": "x", "rule": [
            {"id": 5, "expiration": [{"days": "hunter2"}]}]})
        ),
        change("aws_organizations_account.x", &["create"], &json!({"id": "hunter2", "name": "x"})),
    ]);
    let plan = terraform(&plan(&odd)).unwrap();
    let told = serde_json::to_string(&plan).unwrap();
    assert!(!told.contains("hunter2"), "{told}");
    assert!(told.contains("expected a text, found a list") && told.contains("expected a whole number, found a text"));
    assert!(told.contains("{not json"), "what the policy says is for who decides it");
}

#[test]
fn what_one_address_removes_and_another_sets_is_not_known() {
    let gone = json!({"address": "aws_s3_bucket_policy.old", "type": "aws_s3_bucket_policy", "name": "old", "change": {
        "actions": ["delete"], "before": {"bucket": "x", "policy": "{}"}, "after": null}});
    let made = change("aws_s3_bucket_policy.new", &["create"], &json!({"bucket": "x", "policy": "{}"}));
    let plan = terraform(&plan(&json!([gone, made]))).unwrap();
    let told = serde_json::to_string(&plan.edits).unwrap();
    assert!(told.contains("Unclear") && told.contains("an order that the plan does not fix"), "{told}");
}

#[test]
fn a_file_cut_anywhere_is_refused_or_read() {
    for (name, bytes) in fixtures("tf-") {
        for at in (0..bytes.len().saturating_sub(2)).step_by(bytes.len() / 60 + 1) {
            assert!(terraform(&bytes[..at]).is_err(), "{name} cut at {at}");
        }
    }
    for (_, bytes) in fixtures("c") {
        for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            drop(cloudformation(&bytes[..at]));
        }
    }
}

/// A plan of 20,000 resources in 50 megabytes, half of them of types that matter.
#[test]
fn a_large_plan_is_read_in_bounded_time() {
    let filler = "x".repeat(2_200);
    let mut changes = Vec::new();
    for at in 0..10_000 {
        let name = format!("bucket-{at}");
        let mut policy = change("aws_s3_bucket_policy.p", &["create"], &json!({"filler": filler}));
        policy["address"] = json!(format!("aws_s3_bucket_policy.p[\"{name}\"]"));
        policy["index"] = json!(name);
        policy["change"]["after_unknown"] = json!({"bucket": true, "policy": true});
        changes.push(policy);
        if at % 2 == 0 {
            let mut bucket = change("aws_s3_bucket.b", &["create"], &json!({"bucket": name, "filler": filler}));
            bucket["address"] = json!(format!("aws_s3_bucket.b[\"{name}\"]"));
            bucket["index"] = json!(name);
            changes.push(bucket);
        }
        if at % 2 == 1 {
            let mut other = change("aws_instance.i", &["create"], &json!({"filler": filler}));
            other["address"] = json!(format!("aws_instance.i[{at}]"));
            changes.push(other);
        }
    }
    let file = json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": [filler.repeat(2_000)]}},
        "resource_changes": changes, "configuration": {"root_module": {"resources": [
            {"mode": "managed", "type": "aws_s3_bucket_policy", "name": "p", "expressions": {
                "bucket": {"references": ["aws_s3_bucket.b", "each.key"]}}}]}}});
    let bytes = file.to_string().into_bytes();
    drop(file);
    assert!(bytes.len() > 48_000_000);
    let start = Instant::now();
    let plan = terraform(&bytes).unwrap();
    let took = start.elapsed();
    assert_eq!(plan.changed, 20_000);
    assert_eq!(plan.not_looked_at["aws_instance"].len(), 5_000);
    assert_eq!(plan.edits.iter().filter(|edit| edit.origin.attribute == "policy").count(), 5_000);
    // A hundred times what it takes when optimized.
    assert!(took.as_secs() < 120, "{took:?}");
}

/// References that lead in circles, each time several ways.
#[test]
fn what_grows_without_end_is_cut_off() {
    let many = |reference: &str| json!({"references": vec![reference; 40]});
    let call = json!({"expressions": {"x": many("module.m.o")}, "module": {
        "outputs": {"o": {"expression": many("var.x")}}, "variables": {"x": {}}}});
    let mut policy = change("aws_s3_bucket_policy.p", &["create"], &json!({"bucket": "b"}));
    policy["change"]["after_unknown"] = json!({"policy": true});
    let file = json!({"format_version": "1.2", "resource_changes": [policy], "configuration": {"root_module": {
        "module_calls": {"m": call},
        "resources": [{"mode": "managed", "type": "aws_s3_bucket_policy", "name": "p", "expressions": {
            "policy": many("module.m.o")}}]}}});
    let start = Instant::now();
    let plan = terraform(file.to_string().as_bytes()).unwrap();
    assert!(serde_json::to_string(&plan.edits).unwrap().contains("known after apply"));

    let mut resources = serde_json::Map::new();
    for at in 0..60 {
        let next = format!("${{B{0}}}${{B{0}}}${{B{0}}}${{B{0}}}", at + 1);
        let bucket = json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": next}}});
        resources.insert(format!("B{at}"), bucket);
    }
    let template = json!({"Resources": resources}).to_string();
    assert_eq!(cloudformation(template.as_bytes()).unwrap().changed, 60);
    assert!(start.elapsed().as_secs() < 120);
}

/// Any JSON, of the shapes that plans have.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1e300)),
        "[a-z.\\[\\]\"${}!:/*]{0,24}".prop_map(Value::from),
        Just(json!("module.a[\"b\"].aws_s3_bucket.x[0].arn")),
        Just(json!("{{changeSet:KNOWN_AFTER_APPLY}}")),
        Just(json!({"references": ["var.x", "module.a[0].out", "data.aws_iam_policy_document.x.json", "each.key"]})),
        Just(json!({"Fn::Sub": "${A.Arn}${AWS::Region}${!x}${", "Fn::If": [1]})),
        Just(json!({"Fn::Select": [99_999_999_999_i64, {"Fn::Split": ["", "a"]}]})),
        Just(json!({"Ref": "LogBucket"})),
        Just(json!("a{{resolve:ssm:/x:1}}b{{resolve:")),
        Just(json!({"Fn::Transform": {"Name": "AWS::Include"}})),
        Just(json!({"Fn::GetAtt": "A.B.C", "Condition": "x"})),
        Just(json!(["delete", "create"])),
        Just(json!(["forget"])),
        Just(json!({"default_tags": [{"tags": {"constant_value": {"a": "b"}}}]})),
        Just(json!("https://sqs.eu-central-1.amazonaws.com/222222222222/store")),
        Just(json!("arn:aws:sns:::")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,8}", inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// What is somewhere in a tree.
fn part(mut tree: &Value, way: &[usize]) -> Value {
    for step in way {
        tree = match tree {
            Value::Array(items) if !items.is_empty() => &items[step % items.len()],
            Value::Object(map) if !map.is_empty() => map.values().nth(step % map.len()).unwrap(),
            _ => break,
        };
    }
    tree.clone()
}

/// How many damaged files: more with `LOGPROOF_HOSTILE_CASES`.
fn cases() -> u32 {
    std::env::var("LOGPROOF_HOSTILE_CASES").map_or(300, |cases| cases.parse().unwrap())
}

/// Puts a value somewhere into a tree.
fn put(tree: &mut Value, mut way: &[usize], value: Value) {
    let mut at = tree;
    loop {
        let length = match at {
            Value::Array(items) => items.len(),
            Value::Object(map) => map.len(),
            _ => 0,
        };
        let Some((step, rest)) = way.split_first().filter(|_| length > 0) else { break };
        way = rest;
        at = match at {
            Value::Array(items) => &mut items[step % length],
            Value::Object(map) => map.values_mut().nth(step % length).unwrap(),
            _ => unreachable!(),
        };
    }
    *at = value;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn no_damage_makes_a_reader_panic(
        which in any::<usize>(),
        other in any::<usize>(),
        damage in prop::collection::vec((prop::collection::vec(any::<usize>(), 0..9), any_json()), 0..4),
        moved in prop::collection::vec(
            (prop::collection::vec(any::<usize>(), 2..9), prop::collection::vec(any::<usize>(), 1..9)), 0..3),
    ) {
        let (name, bytes) = &FIXTURES[which % FIXTURES.len()];
        let read: fn(&[u8]) -> Result<Plan, ReadError> =
            if name.starts_with("tf-") { terraform } else { cloudformation };
        let damaged = if let Ok(mut tree) = serde_json::from_slice::<Value>(bytes) {
            // A part of this file, or of another one, where something else belongs.
            let other = serde_json::from_slice(&FIXTURES[other % FIXTURES.len()].1).unwrap_or_else(|_| tree.clone());
            for (from, to) in &moved {
                put(&mut tree, to, part(&other, from));
            }
            for (way, value) in &damage {
                put(&mut tree, way, value.clone());
            }
            tree.to_string().into_bytes()
        } else {
            // YAML, or another encoding: through the text.
            let mut damaged = bytes.clone();
            let at = other % damaged.len();
            let into = ["!Sub [ &a *a : -", "{{resolve:", "<<: *a", "\0", "!Transform {", "  - ", ": |", "? "];
            damaged.splice(at..at + other % 3 % (damaged.len() - at), into[which / 7 % into.len()].bytes());
            damaged
        };
        let start = Instant::now();
        let read = read(&damaged);
        prop_assert!(start.elapsed().as_secs() < 20, "{name}");
        if let Err(error) = read {
            prop_assert!(!error.hint.is_empty() && !error.problem.is_empty());
        }
    }
}
