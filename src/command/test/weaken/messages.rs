//! Topics and queues, weakened.

use serde_json::{Value, json};

use super::{allow_everything_above, policy, set};

/// Takes away from a topic what the sentence asks for.
pub(super) fn topic(zone: &mut Value, sentence: &str, arn: &str) -> Option<&'static str> {
    let topic = zone.get_mut("topics")?.get_mut(arn)?;
    if sentence == "it has a confirmed subscriber" {
        set(Some(topic), "subscriptions", json!([]));
        return Some("nobody has subscribed");
    }
    if let Some(weakened) = of_either(topic, sentence, "sns:*", arn) {
        return Some(weakened);
    }
    set(Some(topic), "policy", policy("Allow", &json!(["sns:Publish", "sns:Subscribe"]), arn));
    Some("everybody can publish to the topic and subscribe")
}

/// Takes away from a queue what the sentence asks for.
pub(super) fn queue(zone: &mut Value, sentence: &str, arn: &str) -> Option<&'static str> {
    let queue = zone.get_mut("queues")?.get_mut(arn)?;
    if let Some(weakened) = of_either(queue, sentence, "sqs:*", arn) {
        return Some(weakened);
    }
    set(Some(queue), "policy", policy("Allow", &json!("sqs:*"), arn));
    allow_everything_above(zone);
    Some("queue and organization allow everything to everybody")
}

/// What sentences ask of topics and queues alike: nothing, where it is another sentence.
fn of_either(one: &mut Value, sentence: &str, everything: &str, arn: &str) -> Option<&'static str> {
    if sentence.starts_with("its messages are encrypted") {
        set(Some(one), "kms_key", Value::Null);
        return Some("messages are not encrypted with a KMS key");
    }
    if sentence.starts_with("{principals} can ") {
        set(Some(one), "policy", policy("Deny", &json!(everything), arn));
        return Some("the access policy denies everything");
    }
    None
}
