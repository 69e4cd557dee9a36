//! A register to begin with, from what can be seen: streams from buckets and their policies, classes from lifecycle rules,
//! readers from policies and grants. Nobody has approved any of it: `?` stands wherever somebody must sign.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use logproof_estate::{
    facts::{KeyGrant, LifecycleRule},
    register::{Environment, Reader, RetentionClass, Stream, UNSIGNED},
};
use serde::Serialize;
use serde_json::Value;

/// A bucket of the log archive as it was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SeenBucket {
    pub(super) name: String,
    pub(super) policy: Option<String>,
    pub(super) lifecycle: Vec<LifecycleRule>,
}

/// What a register can be begun from.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    /// Name of the trail's bucket.
    pub(super) log_bucket: String,
    pub(super) buckets: Vec<SeenBucket>,
    pub(super) key_policy: Option<String>,
    pub(super) grants: Vec<KeyGrant>,
}

/// Days that are proposed where no rule says how long something is kept.
const UNKNOWN: u32 = 365;

/// The kind of log a service delivers, where it delivers one kind only.
fn kind(service: &str) -> &'static str {
    match service.split('.').next().unwrap_or_default() {
        "cloudtrail" => "cloudtrail",
        "config" => "config",
        "logging" => "access",
        // Flow logs, DNS queries and many others come from the same service.
        _ => UNSIGNED,
    }
}

/// The files of the register by name.
pub(super) fn files(seen: &Seen, today: Date) -> BTreeMap<&'static str, String> {
    let (mut streams, mut classes) = (Vec::new(), Vec::new());
    for bucket in &seen.buckets {
        let delivered = deliveries(bucket);
        if delivered.is_empty() {
            continue;
        }
        let class = class(bucket, today);
        for (service, prefix) in delivered {
            streams.push(stream(bucket, &service, prefix, &class.class));
        }
        classes.push(class);
    }
    let readers: Vec<Reader> =
        readers(seen).into_iter().map(|((arn, bucket), path)| reader(arn, bucket, path, today)).collect();
    let mut files = BTreeMap::new();
    let mut put = |name: &'static str, about: &str, text: Option<String>| {
        if let Some(text) = text {
            files.insert(name, format!("{}{text}", head(about)));
        }
    };
    put(
        "retention.toml",
        "How long each class of logs is kept: as the lifecycle rules of the buckets say now.",
        listed("retention", &classes),
    );
    put(
        "streams.toml",
        "What is delivered into the buckets: as their policies allow it now.",
        listed("stream", &streams),
    );
    put(
        "readers.toml",
        "Who may read log files: whom the policies of the buckets and the key name now.",
        listed("reader", &readers),
    );
    files
}

fn head(about: &str) -> String {
    format!(
        "# {about}\n# Written by `logproof init`. An entry has no effect before somebody has signed it: write who in place of \
         each \"?\",\n# correct what is not meant to be so, and take out what should not be there.\n\n"
    )
}

fn listed<T: Serialize>(entry: &str, entries: &[T]) -> Option<String> {
    if entries.is_empty() {
        return None;
    }
    toml::to_string(&BTreeMap::from([(entry, entries)])).ok()
}

fn stream(bucket: &SeenBucket, service: &str, prefix: String, class: &str) -> Stream {
    let short = service.split('.').next().unwrap_or(service);
    Stream {
        name: format!("{short}-{}", bucket.name),
        owner: UNSIGNED.to_owned(),
        environment: Environment::Organization,
        kind: kind(service).to_owned(),
        bucket: bucket.name.clone(),
        prefix,
        delivered_by: service.to_owned(),
        personal_data: true,
        regulations: Vec::new(),
        retention_class: class.to_owned(),
        request: UNSIGNED.to_owned(),
    }
}

/// The class that the rules of a bucket make.
fn class(bucket: &SeenBucket, today: Date) -> RetentionClass {
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    let enabled = || bucket.lifecycle.iter().filter(|rule| rule.enabled && rule.tags.is_empty());
    let delete = enabled().filter_map(|rule| days(rule.expiration_days)).min().unwrap_or(UNKNOWN);
    let archive = enabled().flat_map(|rule| &rule.transitions).filter_map(|transition| days(transition.days)).min();
    let hot = archive.unwrap_or(delete).min(delete);
    RetentionClass {
        class: bucket.name.clone(),
        hot_days: hot,
        archive_days: delete - hot,
        delete_after_days: delete,
        legal_basis: UNSIGNED.to_owned(),
        owner: UNSIGNED.to_owned(),
        approved_by: UNSIGNED.to_owned(),
        reviewed: today,
    }
}

fn reader(principal: String, bucket: Option<String>, path: String, today: Date) -> Reader {
    Reader {
        principal,
        bucket,
        path,
        purpose: UNSIGNED.to_owned(),
        from: today,
        until: None,
        approved_by: UNSIGNED.to_owned(),
        last_reviewed: today,
    }
}

/// Services that may write into a bucket, each with the prefix it writes below.
fn deliveries(bucket: &SeenBucket) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in allowing(bucket.policy.as_deref()) {
        if !acts(&statement, "s3:PutObject") {
            continue;
        }
        for service in texts(statement.pointer("/Principal/Service")) {
            found.entry(service).or_insert_with(|| prefix(&statement, &bucket.name));
        }
    }
    found
}

/// Roles and users whom policies or grants name for reading, with the bucket and the prefix it may read below.
fn readers(seen: &Seen) -> BTreeMap<(String, Option<String>), String> {
    let named = |statement: &Value| -> BTreeSet<String> {
        texts(statement.pointer("/Principal/AWS")).into_iter().filter(|arn| is_person(arn)).collect()
    };
    let mut found: BTreeMap<(String, Option<String>), String> = BTreeMap::new();
    for bucket in &seen.buckets {
        for statement in allowing(bucket.policy.as_deref()).iter().filter(|statement| acts(statement, "s3:GetObject")) {
            for arn in named(statement) {
                let own = (bucket.name != seen.log_bucket).then(|| bucket.name.clone());
                found.entry((arn, own)).or_insert_with(|| prefix(statement, &bucket.name));
            }
        }
    }
    let decrypting = allowing(seen.key_policy.as_deref());
    let mut by_key: BTreeSet<String> =
        decrypting.iter().filter(|statement| only_decrypts(statement)).flat_map(named).collect();
    let granted = seen.grants.iter().filter(|grant| grant.operations.iter().any(|operation| operation == "Decrypt"));
    by_key.extend(granted.map(|grant| grant.grantee.clone()).filter(|arn| is_person(arn)));
    for arn in by_key {
        if !found.keys().any(|(known, _)| *known == arn) {
            found.insert((arn, None), String::new());
        }
    }
    found
}

/// A role or a user, not a service, an account or everybody.
fn is_person(arn: &str) -> bool {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    (resource.starts_with("role/") || resource.starts_with("user/")) && !resource.contains('*')
}

/// The statements of a policy that allow something.
fn allowing(policy: Option<&str>) -> Vec<Value> {
    let policy: Value = policy.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    statements.into_iter().filter(|statement| statement.get("Effect").is_some_and(|effect| effect == "Allow")).collect()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn acts(statement: &Value, action: &str) -> bool {
    texts(statement.get("Action"))
        .iter()
        .any(|named| named.eq_ignore_ascii_case(action) || named.eq_ignore_ascii_case(&format!("{action}*")))
}

/// Whoever may do all with a key administers it and reads nothing by that.
fn only_decrypts(statement: &Value) -> bool {
    let actions = texts(statement.get("Action"));
    !actions.is_empty()
        && actions.iter().all(|action| {
            action.eq_ignore_ascii_case("kms:Decrypt") || action.to_lowercase().starts_with("kms:describe")
        })
}

/// The keys a statement refers to, as far as they begin alike.
fn prefix(statement: &Value, bucket: &str) -> String {
    let paths = texts(statement.get("Resource"));
    let begin = format!(":{bucket}/");
    let mut prefixes = paths.iter().filter_map(|arn| arn.split_once(begin.as_str()).map(|(_, path)| path));
    let first = prefixes.next().unwrap_or_default().split(['*', '?', '$']).next().unwrap_or_default().to_owned();
    let common = prefixes.fold(first, |common, path| {
        common.chars().zip(path.chars()).take_while(|(one, other)| one == other).map(|(one, _)| one).collect()
    });
    // Up to the folder, not into the middle of an account's id.
    common.rfind('/').map_or_else(String::new, |end| common.get(..=end).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use logproof_estate::{facts::Transition, register::Register};

    use super::*;

    fn today() -> Date {
        "2026-01-15".parse().unwrap()
    }

    const POLICY: &str = r#"{"Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource":
            ["arn:aws:s3:::logs/o-1/AWSLogs/111111111111/*", "arn:aws:s3:::logs/o-1/AWSLogs/o-1/*"]},
        {"Effect": "Allow", "Principal": {"Service": ["delivery.logs.amazonaws.com"]}, "Action": ["s3:PutObject"],
            "Resource": "arn:aws:s3:::logs/flow/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::333333333333:role/Reader", "arn:aws:iam::333333333333:root"]},
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/o-1/AWSLogs/*"}]}"#;

    fn seen() -> Seen {
        let rule = LifecycleRule {
            enabled: true,
            expiration_days: Some(365),
            transitions: vec![Transition { days: Some(90), date: None, storage_class: "GLACIER".to_owned() }],
            ..LifecycleRule::default()
        };
        Seen {
            log_bucket: "logs".to_owned(),
            buckets: vec![
                SeenBucket { name: "logs".to_owned(), policy: Some(POLICY.to_owned()), lifecycle: vec![rule] },
                SeenBucket { name: "other".to_owned(), ..SeenBucket::default() },
            ],
            key_policy: Some(
                r#"{"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Principal": {"AWS":
                    "arn:aws:iam::444444444444:role/Analyst"}, "Resource": "*"},
                    {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": "arn:aws:iam::1:role/Admin"}, "Resource": "*"}]}"#
                    .to_owned(),
            ),
            grants: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_a_register_in_which_nothing_is_signed() {
        let files = files(&seen(), today());
        let register = Register::parse(files.iter().map(|(name, text)| (*name, text.as_str()))).unwrap();
        assert!(register.streams.is_empty() && register.readers.is_empty() && register.retention.is_empty());
        let named: BTreeSet<&str> = register.open.iter().map(|entry| entry.name.as_str()).collect();
        let expected = [
            "logs",
            "cloudtrail-logs",
            "delivery-logs",
            "arn:aws:iam::333333333333:role/Reader",
            "arn:aws:iam::444444444444:role/Analyst",
        ];
        assert_eq!(named, BTreeSet::from(expected));
    }

    #[test]
    fn signed_it_says_what_was_seen() {
        let files = files(&seen(), today());
        let signed: Vec<(&str, String)> =
            files.iter().map(|(name, text)| (*name, text.replace("\"?\"", "\"ada@example.org\""))).collect();
        let register = Register::parse(signed.iter().map(|(name, text)| (*name, text.as_str()))).unwrap();
        let trail = register.streams.iter().find(|stream| stream.delivered_by.starts_with("cloudtrail")).unwrap();
        assert_eq!((trail.prefix.as_str(), trail.kind.as_str()), ("o-1/AWSLogs/", "cloudtrail"));
        let class = &register.retention[0];
        assert_eq!((class.hot_days, class.archive_days, class.delete_after_days), (90, 275, 365));
        let paths: BTreeMap<&str, &str> =
            register.readers.iter().map(|reader| (reader.principal.as_str(), reader.path.as_str())).collect();
        assert_eq!(paths["arn:aws:iam::333333333333:role/Reader"], "o-1/AWSLogs/");
        assert_eq!(paths["arn:aws:iam::444444444444:role/Analyst"], "");
    }

    #[test]
    fn where_nothing_is_seen_nothing_is_written() {
        assert!(files(&Seen::default(), today()).is_empty());
    }
}
