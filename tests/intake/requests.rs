//! What is printed for a stream: it passes the controls, in both forms, by validators that are not ours.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use logproof_estate::{Config, record::Verdict};
use logproof_zone::MockZone;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{run, support};

/// The register of the sample zone with more streams; with a class for them and a place for access logs in any case.
fn register_with(streams: &[Value]) -> Value {
    let mut register = MockZone::sample().unwrap().register().clone();
    if register.is_null() {
        register = json!({});
    }
    let class = json!({
        "class": "change", "hot_days": 365, "archive_days": 2190, "delete_after_days": 2555, "legal_basis": "commercial law",
        "owner": "ada@example.org", "approved_by": "grace@example.org", "reviewed": "2025-10-01",
    });
    let access = json!({
        "name": "access-logs", "owner": "security@example.org", "environment": "organization", "kind": "access",
        "bucket": "aws-acme-access-log-storage-222222222222-eu-central-1", "prefix": "",
        "delivered_by": "logging.s3.amazonaws.com", "personal_data": false, "retention_class": "change", "request": "LOG-3",
    });
    for (file, entry, key) in [("retention", class, "class"), ("streams", access, "name")] {
        let mut entries = register[file].as_array().cloned().unwrap_or_default();
        if entries.iter().all(|one| one[key] != entry[key]) {
            entries.push(entry);
        }
        register[file] = Value::Array(entries);
    }
    register["streams"].as_array_mut().unwrap().extend(streams.iter().cloned());
    register
}

/// The sample zone's configuration and register as files, with more streams.
fn owner(streams: &[Value], services: &[&str]) -> TempDir {
    let home = TempDir::new().unwrap();
    let mut config: Config = serde_json::from_value(MockZone::sample().unwrap().config().clone()).unwrap();
    config.names.log_services.extend(services.iter().map(|&service| service.to_owned()));
    let mut config = serde_json::to_value(&config).unwrap();
    drop_nulls(&mut config);
    fs::write(home.path().join("logproof.toml"), toml::to_string(&config).unwrap()).unwrap();
    let mut register = register_with(streams);
    register.as_object_mut().unwrap().remove("evidence");
    fs::create_dir(home.path().join("register")).unwrap();
    for (name, text) in logproof_estate::register::texts(&register).unwrap() {
        fs::write(home.path().join("register").join(name), text).unwrap();
    }
    home
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, inner| !inner.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn stream(name: &str, by: &str) -> Value {
    json!({
        "name": name, "owner": "net@example.org", "environment": "organization", "kind": name,
        "bucket": format!("aws-acme-{name}-log-storage-222222222222-eu-central-1"), "prefix": "AWSLogs/",
        "delivered_by": by, "personal_data": false, "regulations": [], "retention_class": "change", "request": "LOG-9",
    })
}

/// A template as a bucket of a described landing zone.
fn served(template: &Value) -> (String, Value) {
    let bucket = &template["Resources"]["LogBucket"]["Properties"];
    let days = |rule: &Value, name: &str| rule.get(name).cloned().unwrap_or(Value::Null);
    let mut lifecycle = json!({});
    for rule in bucket["LifecycleConfiguration"]["Rules"].as_array().unwrap() {
        let transitions: Vec<Value> = rule["Transitions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|to| json!({"days": to["TransitionInDays"], "storage_class": to["StorageClass"]}))
            .collect();
        lifecycle[rule["Id"].as_str().unwrap()] = json!({
            "status": rule["Status"],
            "expiration_days": days(rule, "ExpirationInDays"),
            "noncurrent_expiration_days": rule["NoncurrentVersionExpiration"]["NoncurrentDays"],
            "expired_object_delete_marker": rule["ExpiredObjectDeleteMarker"] == true,
            "abort_multipart_days": rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
            "transitions": transitions,
        });
    }
    let block = &bucket["PublicAccessBlockConfiguration"];
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    let tags: BTreeMap<&str, &Value> =
        bucket["Tags"].as_array().unwrap().iter().map(|tag| (tag["Key"].as_str().unwrap(), &tag["Value"])).collect();
    let mut zone = json!({
        "account": template["Metadata"]["Account"],
        "region": template["Metadata"]["Region"],
        "created": "2026-01-02T00:00:00Z",
        "encryption": {
            "algorithm": encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
            "key": encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"],
            "bucket_key": encryption["BucketKeyEnabled"] == true,
        },
        "public_access_block": {
            "block_public_acls": block["BlockPublicAcls"], "ignore_public_acls": block["IgnorePublicAcls"],
            "block_public_policy": block["BlockPublicPolicy"], "restrict_public_buckets": block["RestrictPublicBuckets"],
        },
        "ownership": bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        "versioning": bucket["VersioningConfiguration"]["Status"],
        "lifecycle": lifecycle,
        "tags": tags,
        "policy": template["Resources"]["LogBucketPolicy"]["Properties"]["PolicyDocument"],
    });
    let lock = &bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"];
    if !lock.is_null() {
        zone["object_lock"] = json!({"mode": lock["Mode"], "days": lock["Days"]});
    }
    let logging = &bucket["LoggingConfiguration"];
    if !logging.is_null() {
        zone["logging"] = json!({"bucket": logging["DestinationBucketName"], "prefix": logging["LogFilePrefix"]});
    }
    (bucket["BucketName"].as_str().unwrap().to_owned(), zone)
}

fn request(home: &Path, stream: &str, format: &str) -> String {
    let ran = run(home, &["register", "request", stream, "--format", format]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out
}

/// Kinds of delivery: a service that checks the bucket first, one that does not, a role.
const DELIVERERS: [(&str, &str); 3] = [
    ("flow", "delivery.logs.amazonaws.com"),
    ("dns", "route53resolver.amazonaws.com"),
    ("change", "arn:aws:iam::444444444444:role/ChangeLogger"),
];

const LOG_KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

#[test]
fn what_is_printed_for_a_stream_passes_every_control_the_sample_passes() {
    let (controls, vocabulary) = support::catalogue();
    let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let (streams, services) = deliveries();
    let home = owner(&streams, &services);
    let mut patch = json!({"buckets": {}, "register": register_with(&streams)});
    let mut operations = Vec::new();
    for (name, _) in DELIVERERS {
        let template: Value = serde_json::from_str(&request(home.path(), name, "json")).unwrap();
        let (bucket, zone) = served(&template);
        patch["buckets"][bucket] = zone;
        for statement in template["Metadata"]["KeyPolicyStatements"].as_array().unwrap() {
            operations
                .push(json!({"op": "add", "path": format!("/keys/{LOG_KEY}/policy/Statement/-"), "value": statement}));
        }
    }
    let listed = [&["cloudtrail.amazonaws.com", "config.amazonaws.com"], &services[..]].concat();
    let names = json!({"names": {"log_services": listed}});
    let zone = json!({"base": "sample", "patch": patch, "config": names, "json_patch": operations}).to_string();
    let found = support::check(&zone, "requested", &controls, &vocabulary).unwrap();
    for (control, before) in found.controls.iter().zip(&sample.controls) {
        let said: Vec<&str> = control.scenarios.iter().map(|scenario| scenario.reason.as_str()).collect();
        assert!(
            control.verdict == before.verdict || control.verdict == Verdict::Pass,
            "{} is {}: {said:?}",
            control.id,
            control.verdict.word()
        );
    }
    // The same buckets without what the request asks for are noticed.
    for (id, from, to) in [
        (
            "LS-10.2",
            "\"delivered_by\":\"delivery.logs.amazonaws.com\"",
            "\"bucket\":\"another\",\"delivered_by\":\"delivery.logs.amazonaws.com\"",
        ),
        ("LS-10.3", "\"versioning\":\"Enabled\"", "\"versioning\":\"Suspended\""),
        ("LS-10.4", "\"managed-by\":\"cloudformation\"", "\"managed-by\":\"console\""),
    ] {
        assert!(zone.contains(from), "`{from}` is not in {zone}");
        let bent = support::check(&zone.replace(from, to), "bent", &controls, &vocabulary).unwrap();
        let control = bent.controls.iter().find(|control| control.id == id).unwrap();
        assert_eq!(control.verdict, Verdict::Fail, "{id}");
    }
}

fn deliveries() -> (Vec<Value>, Vec<&'static str>) {
    let streams = DELIVERERS.iter().map(|(name, by)| stream(name, by)).collect();
    let services = DELIVERERS.iter().map(|(_, by)| *by).filter(|by| !by.starts_with("arn:")).collect();
    (streams, services)
}

#[test]
fn both_forms_say_the_same_and_are_valid_by_validators_that_are_not_ours() {
    let (streams, services) = deliveries();
    let home = owner(&streams, &services);
    let python = support::python_with("deploy/requirements.txt", "venv-deploy");
    for (name, _) in DELIVERERS {
        let text = request(home.path(), name, "json");
        let path = home.path().join(format!("{name}.json"));
        fs::write(&path, &text).unwrap();
        let lint = Command::new(python.with_file_name("cfn-lint"))
            .args(["--regions", "eu-central-1", "--"])
            .arg(&path)
            .output();
        let lint = lint.unwrap();
        assert!(lint.status.success(), "{name}: {}", String::from_utf8_lossy(&[lint.stdout, lint.stderr].concat()));

        let template: Value = serde_json::from_str(&text).unwrap();
        let bucket = &template["Resources"]["LogBucket"]["Properties"];
        // Equals signs are aligned, so that only what is said is compared.
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let terraform = plain(&request(home.path(), name, "terraform"));
        let policy = template["Resources"]["LogBucketPolicy"]["Properties"]["PolicyDocument"].to_string();
        let key = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]["KMSMasterKeyID"].to_string();
        let statements = template["Metadata"]["KeyPolicyStatements"].to_string();
        let logging = &bucket["LoggingConfiguration"];
        for said in [
            format!("  bucket = {}\n", bucket["BucketName"]),
            format!("  policy = {}\n", Value::String(policy)),
            format!("kms_master_key_id = {key}\n"),
            format!("jsondecode({})\n", Value::String(statements)),
            format!(
                "  target_bucket = {}\n  target_prefix = {}\n",
                logging["DestinationBucketName"], logging["LogFilePrefix"]
            ),
            format!("days = {}\n", bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"]),
        ] {
            assert!(terraform.contains(&plain(&said)), "{name}: {said} is not in {terraform}");
        }
        for tag in bucket["Tags"].as_array().unwrap().iter().filter(|tag| tag["Key"] != "managed-by") {
            let said = plain(&format!("{} = {}", tag["Key"], tag["Value"]));
            assert!(terraform.contains(&said), "{tag} in {terraform}");
        }
    }
}

#[test]
fn a_request_that_cannot_be_made_says_why() {
    let mut other = stream("other", "delivery.logs.amazonaws.com");
    other["bucket"] = stream("flow", "x")["bucket"].clone();
    other["owner"] = json!("else@example.org");
    let home = owner(&[stream("flow", "delivery.logs.amazonaws.com"), other], &[]);
    for (args, expected) in [
        (vec!["register", "request", "none"], "stream none: there is no such stream"),
        (vec!["register", "request", "flow"], "shares a bucket with `other`, which has another owner"),
        (vec!["register", "request", "flow", "--config", "none.toml"], "none.toml"),
    ] {
        let ran = run(home.path(), &args);
        assert_eq!(ran.code, 2, "{args:?} {}", ran.out);
        assert!(ran.err.contains(expected) && ran.err.contains("\nhint: "), "{}", ran.err);
    }
    fs::remove_file(home.path().join("logproof.toml")).unwrap();
    let ran = run(home.path(), &["register", "request", "flow"]);
    assert!(ran.code == 2 && ran.err.contains("there is no `logproof.toml`"), "{}", ran.err);
}

#[test]
fn a_request_names_the_resources_of_its_partition() {
    let home = owner(&[stream("change", "arn:aws:iam::444444444444:role/ChangeLogger")], &[]);
    let there = |text: String| text.replace("arn:aws:", "arn:aws-us-gov:").replace("eu-central-1", "us-gov-west-1");
    let there = move |text: String| there(text).replace("eu-west-1", "us-gov-east-1");
    let register = fs::read_dir(home.path().join("register")).unwrap().map(|entry| entry.unwrap().path());
    for path in register.chain([home.path().join("logproof.toml")]).collect::<Vec<_>>() {
        fs::write(&path, there(fs::read_to_string(&path).unwrap())).unwrap();
    }
    for format in ["json", "terraform"] {
        let text = request(home.path(), "change", format);
        assert!(text.contains("arn:aws-us-gov:s3:::aws-acme-change-log-storage-222222222222-us-gov-west-1"), "{text}");
        assert!(text.contains("s3.us-gov-west-1.amazonaws.com") && !text.contains("arn:aws:"), "{text}");
    }
}
