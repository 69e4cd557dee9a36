//! Weakens a zone one field at a time: flags flip, periods shorten, entries and elements go, names point elsewhere.

use serde_json::{Value, json};

use super::{
    policies,
    zone::{Edit, Mutant},
};

/// Values that have a weaker one.
const WEAKER: [(&str, &str); 17] = [
    ("Enabled", "Suspended"),
    ("COMPLIANCE", "GOVERNANCE"),
    ("aws:kms", "AES256"),
    ("AES256", "none-at-all"),
    ("BucketOwnerEnforced", "ObjectWriter"),
    ("ENABLED", "DISABLED"),
    ("ALL", "CONSOLIDATED_BILLING"),
    ("SUCCESS", "FAILURE"),
    ("ORGANIZATION", "ACCOUNT"),
    ("CONTINUOUS", "DAILY"),
    ("ALL_SUPPORTED_RESOURCE_TYPES", "INCLUSION_BY_RESOURCE_TYPES"),
    ("All", "WriteOnly"),
    ("AWS::S3::Object", "AWS::Lambda::Function"),
    ("https", "email"),
    ("AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"),
    ("aws.s3", "aws.ec2"),
    ("cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com"),
];

/// What people are called, what things are for, and where they came from: no verdict rests on these words. The register
/// refuses entries without them, which tests/register.rs holds.
const WORDS: [&str; 16] = [
    "name",
    "purpose",
    "owner",
    "legal_basis",
    "request",
    "statement",
    "by",
    "endpoint",
    "id",
    "root",
    "feature",
    "created",
    "joined",
    "size",
    "regulations",
    "approved_by",
];

/// Every way to weaken one thing that the zone says.
pub(crate) fn everything(zone: &Value) -> Vec<Mutant> {
    let mut found = Vec::new();
    let top = zone.as_object().expect("a zone is a mapping");
    for (section, value) in top.iter().filter(|(section, _)| !matches!(section.as_str(), "now" | "faults")) {
        below(&mut vec![section.clone()], value, &mut found);
    }
    found
}

fn below(place: &mut Vec<String>, value: &Value, found: &mut Vec<Mutant>) {
    if policies::is_policy(place, value) {
        return policies::weaken(place, value, found);
    }
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                place.push(key.clone());
                if !WORDS.contains(&key.as_str()) && is_removable(place, inner) {
                    found.push(Mutant::new(place, "is gone", Edit::Remove));
                }
                below(place, inner, found);
                place.pop();
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                place.push(index.to_string());
                // Fewer expectations are no weaker zone.
                if place[0] != "config" {
                    found.push(Mutant::new(place, &format!("is gone: {}", brief(inner)), Edit::Remove));
                }
                below(place, inner, found);
                place.pop();
            }
        }
        leaf => weaker(place, leaf, found),
    }
}

/// Whether taking the entry away weakens anything: what must be there is refused by the reader, an expectation that the
/// owner does not state falls back to its default, a flag that is not there is a flag that is off, and who has fewer
/// rights is no danger.
fn is_removable(place: &[String], value: &Value) -> bool {
    match place[0].as_str() {
        "config" | "organization" | "units" | "register" | "roles_everywhere" => false,
        "roles" => place.len() == 3,
        _ => !value.is_boolean(),
    }
}

fn weaker(place: &[String], leaf: &Value, found: &mut Vec<Mutant>) {
    // How accounts are reached is no property of the log store.
    if place.len() > 1 && place[0] == "config" && place[1] == "access" {
        return;
    }
    let key = place.iter().rev().find(|step| step.parse::<usize>().is_err()).map_or("", String::as_str);
    if WORDS.contains(&key) {
        return;
    }
    if let (Value::String(pattern), "pattern") = (leaf, key) {
        return misspell(place, pattern, found);
    }
    let mut add = |value: Value| {
        let what = format!("= {}", brief(&value));
        found.push(Mutant::new(place, &what, Edit::Set(value)));
    };
    match leaf {
        Value::Bool(flag) => add(json!(!flag)),
        Value::Number(number) => add(match number.as_i64() {
            Some(number) => json!(number_for(place, key, number)),
            None => json!(number.as_f64().unwrap() * 5.0),
        }),
        Value::String(text) => other_text(key, text).into_iter().for_each(|text| add(json!(text))),
        _ => {}
    }
}

/// A weaker number: periods of the zone get shorter, what the owner expects gets longer, and what must happen soon late.
fn number_for(place: &[String], key: &str, number: i64) -> i64 {
    let longer = place[0] == "config"
        || matches!(
            key,
            "abort_multipart_days" | "rotation_period_days" | "threshold" | "evaluation_periods" | "datapoints"
        );
    if longer || (place[0] == "register" && key == "delete_after_days") { number * 5 } else { number / 10 }
}

fn other_text(key: &str, text: &str) -> Vec<String> {
    if let Some((_, weaker)) = WEAKER.iter().find(|(strong, _)| *strong == text) {
        return vec![(*weaker).to_owned()];
    }
    match key {
        "account" | "management_account" | "log_archive_account" | "security_tooling_account" | "replica_account" => {
            vec!["555555555555".to_owned()]
        }
        "region" | "home_region" => vec![if text == "eu-west-1" { "eu-central-1" } else { "eu-west-1" }.to_owned()],
        "regions" | "governed_regions" => vec!["us-east-1".to_owned()],
        _ if key.ends_with("_sha256") => vec![text.chars().rev().collect()],
        _ => other_date(key, text).unwrap_or_else(|| vec![elsewhere(text)]),
    }
}

/// A metric filter that no longer finds one of its events.
fn misspell(place: &[String], pattern: &str, found: &mut Vec<Mutant>) {
    let events = pattern.split("$.eventName = ").skip(1);
    let events = events.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
    found.extend(events.map(|event| {
        let value = json!(pattern.replacen(&event, &format!("{event}X"), 1));
        Mutant::new(place, &format!("without {event}"), Edit::Set(value))
    }));
}

/// Dates: what is new gets old, what ends has ended, what began has not begun.
fn other_date(key: &str, text: &str) -> Option<Vec<String>> {
    let is_date = text.len() >= 10 && text.get(..10)?.parse::<jiff::civil::Date>().is_ok();
    if !is_date {
        return None;
    }
    Some(match key {
        "latest_delivery" | "latest_digest_delivery" | "last_modified" => vec!["2025-12-01T00:00:00Z".to_owned()],
        "last_used" => vec!["2026-01-15T11:00:00Z".to_owned()],
        "until" | "valid_until" => vec!["2026-01-14".to_owned()],
        "reviewed" | "last_reviewed" | "on" => vec!["2024-06-01".to_owned()],
        "from" => vec!["2026-02-01".to_owned()],
        _ => vec![],
    })
}

/// The same kind of name, for something else.
fn elsewhere(text: &str) -> String {
    if let Some(key) = text.strip_prefix("arn:aws:kms:") {
        let (place, _) = key.rsplit_once('/').unwrap_or((key, ""));
        return format!("arn:aws:kms:{place}/00000000-0000-0000-0000-000000000000");
    }
    match text {
        "" => "elsewhere/".to_owned(),
        "AWSLogs/" => "Elsewhere/".to_owned(),
        _ => format!("{text}x"),
    }
}

/// A value in a few words.
pub(crate) fn brief(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => map.values().find_map(Value::as_str).unwrap_or("an entry").to_owned(),
        other => other.to_string(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > 90 { text.chars().take(87).chain("...".chars()).collect() } else { text }
}
