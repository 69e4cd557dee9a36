//! Topics and queues, weakened.

use serde_json::{Value, json};

use super::{allow_everything_above, set};

/// What leaves messages as they come.
const PLAIN: &str = "messages are not encrypted with a KMS key";

const DENIED: &str = "the access policy denies everything";

fn denying(actions: &str, arn: &str) -> Value {
    let statement = json!({"Sid": "Weakened", "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": arn});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// Takes away from a topic what the sentence asks for.
pub(super) fn topic(zone: &mut Value, sentence: &str, arn: &str) -> Option<&'static str> {
    let topic = zone.get_mut("topics").and_then(|all| all.get_mut(arn));
    topic.as_ref()?;
    if sentence == "it has a confirmed subscriber" {
        set(topic, "subscriptions", json!([]));
        return Some("nobody has subscribed");
    }
    if sentence.starts_with("its messages are encrypted") {
        set(topic, "kms_key", Value::Null);
        return Some(PLAIN);
    }
    if sentence.starts_with("{principals} can ") {
        set(topic, "policy", denying("sns:*", arn));
        return Some(DENIED);
    }
    let statement = json!({"Sid": "Weakened", "Effect": "Allow", "Principal": "*", "Action": ["sns:Publish", "sns:Subscribe"], "Resource": arn});
    set(topic, "policy", json!({"Version": "2012-10-17", "Statement": [statement]}));
    Some("everybody can publish to the topic and subscribe")
}

/// Takes away from a queue what the sentence asks for.
pub(super) fn queue(zone: &mut Value, sentence: &str, arn: &str) -> Option<&'static str> {
    let queue = zone.get_mut("queues").and_then(|all| all.get_mut(arn));
    queue.as_ref()?;
    if sentence.starts_with("its messages are encrypted") {
        set(queue, "kms_key", Value::Null);
        return Some(PLAIN);
    }
    if sentence.starts_with("{principals} can ") {
        set(queue, "policy", denying("sqs:*", arn));
        return Some(DENIED);
    }
    let statement = json!({"Sid": "Weakened", "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": arn});
    set(queue, "policy", json!({"Version": "2012-10-17", "Statement": [statement]}));
    allow_everything_above(zone);
    Some("queue and organization allow everything to everybody")
}
