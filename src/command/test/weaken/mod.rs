//! Landing zones made from one that meets a control, each weakened in what one sentence of the control asks for: the
//! control must notice.

mod identity;
mod messages;
mod recorded;
mod stored;

use cucumber::gherkin::StepType;
use logproof_estate::assessment::{ControlResult, ScenarioResult};
use logproof_steps::guide::{Entry, Kind};
use serde_json::{Map, Value, json};

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
    let (roles, trails) = (of(Kind::Role, "sts"), of(Kind::Trail, "cloudtrail"));
    // A sentence about messages is the same of topics and queues.
    let accounts = entry.kinds.is_empty() || entry.kinds == [Kind::Account];
    let (topics, queues) = (entry.kinds.contains(&Kind::Topic), entry.kinds.contains(&Kind::Queue));
    let fits = |arn: &&str| {
        (buckets && arn.contains(":s3:::"))
            || (keys && arn.contains(":key/"))
            || (roles && (arn.contains(":role/") || arn.contains(":user/")))
            || (trails && arn.contains(":trail/"))
            || (topics && arn.contains(":sns:"))
            || (queues && arn.contains(":sqs:"))
            || (accounts && arn.contains(":account/"))
    };
    let observations = shown.iter().flat_map(|scenario| &scenario.record.observations);
    let mut found: Vec<&str> = observations.map(|observation| observation.subject.arn.as_str()).filter(fits).collect();
    // Who must be able to assume a role is named in the sentence; the role is examined too.
    found.retain(|arn| entry.sentence != "{principals} can assume it" || step.contains(arn));
    found.sort_unstable();
    found.dedup();
    found
}

/// Takes away from a subject what the sentence asks for; says what was done.
fn weaken(zone: &mut Value, sentence: &str, subject: &str) -> Option<&'static str> {
    if sentence.ends_with(" raises an alert") {
        set(Some(zone), "metric_filters", Value::Object(Map::new()));
        set(Some(zone), "event_rules", Value::Object(Map::new()));
        return Some("no metric filter and no EventBridge rule");
    }
    if subject.contains(":account/") {
        allow_everything_above(zone);
        return Some("service and resource control policies refuse nothing");
    }
    if let Some(name) = subject.split(":::").nth(1) {
        return stored::bucket(zone, sentence, name);
    }
    match subject.split(':').nth(2)? {
        "kms" => stored::key(zone, sentence, subject.split(":key/").nth(1)?),
        "iam" => identity::role(zone, sentence, subject),
        "cloudtrail" => recorded::trail(zone, sentence, subject.split(":trail/").nth(1)?),
        "sns" => messages::topic(zone, sentence, subject),
        "sqs" => messages::queue(zone, sentence, subject),
        _ => None,
    }
}

/// Sets a property of something in a landing zone.
fn set(of: Option<&mut Value>, key: &str, value: Value) {
    if let Some(properties) = of.and_then(Value::as_object_mut) {
        properties.insert(key.to_owned(), value);
    }
}

/// A policy that allows or denies these actions to everybody.
fn policy(effect: &str, actions: &Value, resource: &str) -> Value {
    let statement =
        json!({"Sid": "Weakened", "Effect": effect, "Principal": "*", "Action": actions, "Resource": resource});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// Leaves of the policies above accounts only those of AWS, which allow everything.
fn allow_everything_above(zone: &mut Value) {
    for layer in ["service_control_policies", "resource_control_policies"] {
        if let Some(policies) = zone.get_mut(layer).and_then(Value::as_object_mut) {
            policies.retain(|_, policy| policy.get("aws_managed").and_then(Value::as_bool) == Some(true));
        }
    }
}
