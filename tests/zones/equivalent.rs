//! The same landing zone with other names: what an owner calls things must not decide a verdict.

use std::collections::BTreeMap;

use logproof::catalogue::{Control, vocabulary::Vocabulary};
use logproof_estate::record::Verdict;
use logproof_zone::MockZone;
use serde_json::{Value, json};

use crate::support;

/// A zone that is the sample in everything that counts.
struct Renaming {
    name: &'static str,
    apply: fn(Value) -> Value,
}

/// Every occurrence of a word in the zone's text.
fn replaced(zone: &Value, old: &str, new: &str) -> Value {
    let text = zone.to_string();
    assert!(text.contains(old), "`{old}` is in the zone");
    serde_json::from_str(&text.replace(old, new)).unwrap()
}

/// The tag of every bucket under another key, with other values.
fn retagged(mut zone: Value, key: &str, new: &str, value: impl Fn(&str) -> String) -> Value {
    let mut changed = 0;
    for bucket in zone["buckets"].as_object_mut().unwrap().values_mut() {
        let Some(tags) = bucket.get_mut("tags").and_then(Value::as_object_mut) else { continue };
        let Some(old) = tags.remove(key) else { continue };
        tags.insert(new.to_owned(), json!(value(old.as_str().unwrap())));
        changed += 1;
    }
    assert!(changed > 0, "a bucket has the tag {key}");
    zone
}

/// A retention class by another name, in the register and for its kind of log.
fn reclassed(mut zone: Value, kind: &str, new: &str) -> Value {
    let rename = |entries: &mut Value, key: &str| {
        for entry in entries.as_array_mut().unwrap() {
            if entry[key] == kind {
                entry[key] = json!(new);
            }
        }
    };
    rename(&mut zone["register"]["retention"], "class");
    rename(&mut zone["register"]["streams"], "retention_class");
    zone["config"]["conventions"]["retention_classes"][kind] = json!(new);
    zone
}

const RENAMINGS: [Renaming; 11] = [
    Renaming {
        name: "the tag of the environment",
        apply: |zone| {
            let mut zone = retagged(zone, "environment", "Environment", |value| format!("env-{value}"));
            let environments = ["production", "staging", "development", "organization"];
            let values: BTreeMap<&str, Vec<String>> =
                environments.iter().map(|one| (*one, vec![format!("env-{one}")])).collect();
            zone["config"]["conventions"]["environment_tag"] = json!("Environment");
            zone["config"]["conventions"]["environment_values"] = json!(values);
            zone
        },
    },
    Renaming {
        name: "the tag of automation",
        apply: |zone| {
            let mut zone = retagged(zone, "managed-by", "Owner:Tool", |_| "stack".to_owned());
            zone["config"]["conventions"]["automation_tag"] = json!("Owner:Tool");
            zone["config"]["conventions"]["automation_values"] = json!(["stack"]);
            zone
        },
    },
    Renaming { name: "the retention class of network logs", apply: |zone| reclassed(zone, "network", "net-1y") },
    Renaming { name: "the retention class of access logs", apply: |zone| reclassed(zone, "access", "s3-access") },
    Renaming {
        name: "the administrator role",
        apply: |zone| {
            let mut zone = replaced(&zone, "LogArchive-Administrator", "Platform-LogOwner");
            zone["config"]["names"]["admin_role"] = json!("Platform-LogOwner");
            zone
        },
    },
    Renaming {
        name: "the read-only role",
        apply: |zone| {
            let mut zone = replaced(&zone, "LogsReadOnlyFrequencyRole", "SecurityReports");
            zone["config"]["names"]["reader_role"] = json!("SecurityReports");
            zone
        },
    },
    Renaming {
        name: "the prefix of the buckets",
        apply: |zone| {
            let mut zone = replaced(&zone, "aws-acme-", "aws-northwind-");
            zone["config"]["names"]["prefix"] = json!("northwind");
            zone
        },
    },
    Renaming { name: "the trail", apply: |zone| replaced(&zone, "org-trail", "everything") },
    Renaming { name: "the alias of the key", apply: |zone| replaced(&zone, "alias/acme-log-storage", "alias/logs") },
    Renaming { name: "the log archive account", apply: |zone| replaced(&zone, "222222222222", "210987654321") },
    Renaming { name: "the organization", apply: |zone| replaced(&zone, "o-exampleorg1", "o-a1b2c3d4e5") },
];

fn verdicts(zone: &Value, name: &str, controls: &[Control], vocabulary: &Vocabulary) -> BTreeMap<String, String> {
    let found =
        support::check(&zone.to_string(), name, controls, vocabulary).unwrap_or_else(|why| panic!("{name}: {why}"));
    let reason = |control: &logproof_estate::assessment::ControlResult| {
        let deciding = control.scenarios.iter().find(|scenario| scenario.verdict == control.verdict);
        deciding.map(|scenario| scenario.reason.clone()).unwrap_or_default()
    };
    let line = |control: &logproof_estate::assessment::ControlResult| match control.verdict {
        Verdict::Pass => "PASS".to_owned(),
        other => format!("{}: {}", other.word(), reason(control)),
    };
    found.controls.iter().map(|control| (control.id.clone(), line(control))).collect()
}

#[test]
fn other_names_change_no_verdict() {
    let (controls, vocabulary) = support::catalogue();
    let sample = || MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let expected = verdicts(&sample(), "sample", &controls, &vocabulary);
    for renaming in &RENAMINGS {
        let found = verdicts(&(renaming.apply)(sample()), renaming.name, &controls, &vocabulary);
        assert_eq!(found, expected, "{}", renaming.name);
    }
    // Together, and in some of their combinations.
    for set in [0b111_1111_1111_u32, 0b101_0101_0101, 0b010_1010_1010, 0b110_0110_0110, 0b001_1100_1101] {
        let chosen = RENAMINGS.iter().enumerate().filter(|(number, _)| set & (1 << number) != 0);
        let zone = chosen.fold(sample(), |zone, (_, renaming)| (renaming.apply)(zone));
        assert_eq!(verdicts(&zone, "several renamings", &controls, &vocabulary), expected, "{set:011b}");
    }
}
