//! Rules, targets, topics, subscriptions, queues, metric filters, alarms and analyzers.

use logproof_estate::facts::{
    AccessAnalyzer, Alarm, EventBus, EventRule, MetricFilter, Queue, RuleTarget, Subscription, Tags, Topic,
};
use serde_json::{Value, json};

use super::{
    Overlay,
    lay::{Pen, State},
    tags::replaced,
};
use crate::{
    document::Kind,
    edit::{AlertingChange, Change, Edit},
    planned::Planned,
};

/// The change, when it is one of alerting.
pub(super) fn of(change: &Change) -> Option<&AlertingChange> {
    match change {
        Change::Alerting(change) => Some(change),
        _ => None,
    }
}

/// One of a list is set, or removed when nothing is planned.
fn put<T: Clone>(state: &mut State<Vec<T>>, to: Option<&Planned<T>>, is: impl Fn(&T) -> bool) {
    match to {
        Some(to) => state.change_by(to, |all, to| match all.iter_mut().find(|one| is(one)) {
            Some(one) => *one = to.clone(),
            None => all.push(to.clone()),
        }),
        None => state.change(|all| all.retain(|one| !is(one))),
    }
}

/// Whether a change is one of this bus itself.
pub(super) fn is_bus(change: &AlertingChange, bus: &str) -> bool {
    matches!(
        change,
        AlertingChange::Bus { name, .. }
        | AlertingChange::BusPolicy { bus: name, .. }
        | AlertingChange::BusStatementRemoved { bus: name, .. }
            if name == bus
    )
}

/// A bus that is there keeps its policy when its properties are set.
pub(super) fn bus(state: &mut State<Option<EventBus>>, change: &Change, pen: &mut Pen) {
    match of(change) {
        Some(AlertingChange::Bus { to: Some(to), .. }) => state.change_by(to, |bus, to| {
            let policy = bus.take().and_then(|bus| bus.policy);
            *bus = Some(EventBus { policy, ..to.clone() });
        }),
        Some(AlertingChange::Bus { to: None, .. }) => *state = State::Is(None),
        Some(AlertingChange::BusPolicy { to, .. }) => {
            let policy = to.as_ref().map(|document| pen.text(document, Kind::Resource));
            state.change(|bus| {
                if let Some(bus) = bus {
                    bus.policy = policy;
                }
            });
        }
        Some(AlertingChange::BusStatementRemoved { id, .. }) => state.change(|bus| {
            if let Some(bus) = bus {
                bus.policy = bus.policy.take().and_then(|policy| without_statement(policy, id));
            }
        }),
        _ => {}
    }
}

/// A policy without the statement of this id; none when it was the only one.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html>
fn without_statement(policy: String, id: &str) -> Option<String> {
    let Ok(mut document) = serde_json::from_str::<Value>(&policy) else { return Some(policy) };
    let statements = match document.get_mut("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(one) if one["Sid"] == id => return None,
        _ => return Some(policy),
    };
    statements.retain(|statement| statement["Sid"] != id);
    (!statements.is_empty()).then(|| document.to_string())
}

pub(super) fn rules(state: &mut State<Vec<EventRule>>, change: &Change) {
    if let Some(AlertingChange::Rule { name, to, .. }) = of(change) {
        put(state, to.as_ref(), |rule| &rule.name == name);
    }
}

pub(super) fn targets(state: &mut State<Vec<RuleTarget>>, change: &Change) {
    if let Some(AlertingChange::Target { id, to, .. }) = of(change) {
        put(state, to.as_ref(), |target| &target.id == id);
    }
}

/// A log group that is deleted has no metric filters. What is planned for one that is made again comes after it.
///
/// See: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html>
pub(super) fn filters(state: &mut State<Vec<MetricFilter>>, change: &Change) {
    match of(change) {
        Some(AlertingChange::LogGroupDeleted { .. }) => *state = State::Is(Vec::new()),
        Some(AlertingChange::MetricFilter { name, to, .. }) => put(state, to.as_ref(), |filter| &filter.name == name),
        _ => {}
    }
}

/// Whether a change is one of the metric filters of this log group.
pub(super) fn is_of_log_group(change: &AlertingChange, log_group: &str) -> bool {
    matches!(
        change,
        AlertingChange::LogGroupDeleted { name } | AlertingChange::MetricFilter { log_group: name, .. }
            if name == log_group
    )
}

pub(super) fn alarms(state: &mut State<Vec<Alarm>>, change: &Change) {
    if let Some(AlertingChange::Alarm { name, to }) = of(change) {
        put(state, to.as_ref(), |alarm| &alarm.name == name);
    }
}

/// Findings are AWS's: those of an analyzer that stays are kept.
pub(super) fn analyzers(state: &mut State<Vec<AccessAnalyzer>>, change: &Change) {
    let Some(AlertingChange::Analyzer { name, to }) = of(change) else { return };
    match to {
        Some(to) => state.change_by(to, |all, to| match all.iter_mut().find(|one| &one.name == name) {
            Some(one) => {
                *one = AccessAnalyzer { findings: one.findings.clone(), status: one.status.clone(), ..to.clone() };
            }
            None => all.push(AccessAnalyzer { findings: Vec::new(), ..to.clone() }),
        }),
        None => state.change(|all| all.retain(|one| &one.name != name)),
    }
}

/// A topic that is there is not listed twice.
pub(super) fn topics(state: &mut State<Vec<String>>, change: &Change) {
    match of(change) {
        Some(AlertingChange::Topic { arn, .. }) => listed(state, arn),
        Some(AlertingChange::TopicDeleted { arn }) => state.change(|all| all.retain(|one| one != arn)),
        _ => {}
    }
}

/// A queue that is there is not listed twice.
pub(super) fn queues(state: &mut State<Vec<String>>, change: &Change) {
    match of(change) {
        Some(AlertingChange::Queue { arn, .. }) => listed(state, arn),
        Some(AlertingChange::QueueDeleted { arn }) => state.change(|all| all.retain(|one| one != arn)),
        _ => {}
    }
}

fn listed(state: &mut State<Vec<String>>, arn: &String) {
    state.change(|all| {
        if !all.contains(arn) {
            all.push(arn.clone());
        }
    });
}

/// Tags of a topic or queue; one that is created has none besides those of the plan.
pub(super) fn tags(state: &mut State<Option<Tags>>, change: &Change) {
    match of(change) {
        Some(AlertingChange::Topic { .. } | AlertingChange::Queue { .. }) => state.change(|tags| {
            tags.get_or_insert_default();
        }),
        Some(AlertingChange::TopicTags { to, .. } | AlertingChange::QueueTags { to, .. }) => {
            state.change_by(to, |tags, to| *tags = Some(replaced(&tags.take().unwrap_or_default(), to)));
        }
        Some(AlertingChange::TopicDeleted { .. } | AlertingChange::QueueDeleted { .. }) => *state = State::Is(None),
        _ => {}
    }
}

pub(super) fn topic(state: &mut State<Option<Topic>>, change: &Change, pen: &mut Pen) {
    match of(change) {
        Some(AlertingChange::Topic { arn, kms_key }) => state.change_by(kms_key, |topic, key| {
            let topic = topic.get_or_insert_with(|| Topic { policy: default_policy(arn), kms_key: None });
            topic.kms_key.clone_from(key);
        }),
        Some(AlertingChange::TopicDeleted { .. }) => *state = State::Is(None),
        Some(AlertingChange::TopicPolicy { arn, to }) => {
            let policy = match to {
                Some(document) => pen.text(document, Kind::Resource),
                None => default_policy(arn),
            };
            state.change(|topic| {
                topic.get_or_insert_with(|| Topic { policy: String::new(), kms_key: None }).policy = policy;
            });
        }
        _ => {}
    }
}

/// Whether a change is one of this queue.
pub(super) fn is_queue(change: &AlertingChange, queue: &str) -> bool {
    matches!(
        change,
        AlertingChange::Queue { arn, .. } | AlertingChange::QueueDeleted { arn } | AlertingChange::QueuePolicy { arn, .. }
            if arn == queue
    )
}

/// A queue that is there keeps its policy when its properties are set.
pub(super) fn queue(state: &mut State<Option<Queue>>, change: &Change, pen: &mut Pen) {
    match of(change) {
        Some(AlertingChange::Queue { kms_key, .. }) => state.change_by(kms_key, |queue, key| {
            let queue = queue.get_or_insert_with(|| Queue { policy: None, kms_key: None });
            queue.kms_key.clone_from(key);
        }),
        Some(AlertingChange::QueueDeleted { .. }) => *state = State::Is(None),
        Some(AlertingChange::QueuePolicy { to, .. }) => {
            let policy = to.as_ref().map(|document| pen.text(document, Kind::Resource));
            state.change(|queue| {
                if let Some(queue) = queue {
                    queue.policy = policy;
                }
            });
        }
        _ => {}
    }
}

/// A new e-mail or HTTP endpoint has to confirm; what is confirmed stays so while the endpoint is the same.
///
/// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html>
pub(super) fn subscriptions(state: &mut State<Option<Vec<Subscription>>>, change: &Change) {
    match of(change) {
        Some(AlertingChange::Topic { .. }) => state.change(|all| {
            all.get_or_insert_default();
        }),
        Some(AlertingChange::TopicDeleted { .. }) => *state = State::Is(None),
        Some(AlertingChange::Subscribed { to, .. }) => state.change_by(to, |all, to| {
            let all = all.get_or_insert_default();
            let same = |one: &Subscription| one.protocol == to.protocol && one.endpoint == to.endpoint;
            if all.iter().any(same) {
                return;
            }
            all.retain(|one| one.arn != to.arn || !one.confirmed());
            let asked = ["email", "email-json", "http", "https", "sms"].contains(&to.protocol.as_str());
            let arn = if asked && to.protocol != "sms" { "PendingConfirmation".to_owned() } else { to.arn.clone() };
            all.push(Subscription { arn, ..to.clone() });
        }),
        Some(AlertingChange::Unsubscribed { arn, .. }) => state.change(|all| {
            if let Some(all) = all {
                all.retain(|one| &one.arn != arn);
            }
        }),
        _ => {}
    }
}

impl Overlay {
    /// Edits of a topic, by its ARN.
    pub(super) fn of_topic(&self, topic: &str) -> Vec<&Edit> {
        self.chosen(|edit| match of(&edit.change) {
            Some(
                AlertingChange::Topic { arn, .. }
                | AlertingChange::TopicDeleted { arn }
                | AlertingChange::TopicPolicy { arn, .. }
                | AlertingChange::TopicTags { arn, .. }
                | AlertingChange::Subscribed { topic: arn, .. }
                | AlertingChange::Unsubscribed { topic: arn, .. },
            ) => arn == topic,
            _ => false,
        })
    }
}

/// The policy of a topic for which none is given: its account may do everything with it.
///
/// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>
fn default_policy(arn: &str) -> String {
    let account = arn.split(':').nth(4).unwrap_or_default();
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [
                "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
                "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
            ],
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
        }],
    })
    .to_string()
}
