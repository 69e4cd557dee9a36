//! EventBridge rules and targets, topics and subscriptions, queues, metric filters, alarms, analyzers.

use logproof_estate::facts::{
    AccessAnalyzer, Alarm, AlarmCondition, DEFAULT_BUS, EventBus, EventRule, FilterMetric, MetricCondition,
    MetricFilter, RuleTarget, Subscription,
};

use super::{Changes, Scene, one};
use crate::{
    edit::{AlertingChange, Change},
    planned::Unknown,
    tree::{Read, Tree, Unusable},
};

/// Name of the bus of a rule, a target or a policy, which may be given by its ARN; the default one where none is.
fn bus_of(tree: &Tree) -> Read<String> {
    let bus = tree.get("event_bus_name").text()?.unwrap_or_else(|| DEFAULT_BUS.to_owned());
    Ok(bus.split_once(":event-bus/").map_or(bus.clone(), |(_, name)| name.to_owned()))
}

/// ARN of the queue that is named by its URL, which ends with account and name.
///
/// See: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html>
fn queue_of(scene: &Scene<'_>, tree: &Tree) -> Read<String> {
    let url = tree.get("queue_url").need()?;
    let mut parts = url.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(name), Some(account)) if !url.starts_with("arn:") => {
            Ok(scene.partition.arn("sqs", scene.region.as_str(), account, name))
        }
        _ => Ok(url),
    }
}

fn alerting(attribute: &str, change: AlertingChange) -> Changes {
    one(attribute, Change::Alerting(change))
}

pub(super) fn set(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    Ok(match scene.kind {
        "aws_cloudwatch_event_bus" => {
            let name = tree.get("name").need()?;
            let to = Some(scene.planned("", bus(tree)));
            let mut changes = alerting("", AlertingChange::Bus { name: name.clone(), to });
            if let Some(policy) = tree.get("policy").document(scene.address) {
                changes.extend(alerting("policy", AlertingChange::BusPolicy { bus: name, to: Some(policy) }));
            }
            changes
        }
        "aws_cloudwatch_event_bus_policy" => {
            let to = tree.get("policy").document(scene.address);
            alerting("policy", AlertingChange::BusPolicy { bus: bus_of(tree)?, to })
        }
        "aws_cloudwatch_event_permission" => permission(scene, tree)?,
        "aws_cloudwatch_event_rule" => {
            let (bus, name) = (bus_of(tree)?, tree.get("name").need()?);
            let to = Some(scene.planned("event_pattern", rule(tree, &name)));
            alerting("event_pattern", AlertingChange::Rule { bus, name, to })
        }
        "aws_cloudwatch_event_target" => {
            let (bus, rule, id) = (bus_of(tree)?, tree.get("rule").need()?, tree.get("target_id").need()?);
            let to = Some(scene.planned("arn", target(tree, &id)));
            alerting("arn", AlertingChange::Target { bus, rule, id, to })
        }
        "aws_sns_topic" => {
            let arn = tree.get("arn").need()?;
            let kms_key = scene.planned("kms_master_key_id", tree.get("kms_master_key_id").text());
            let mut changes = alerting("kms_master_key_id", AlertingChange::Topic { arn: arn.clone(), kms_key });
            changes.extend(alerting("tags", AlertingChange::TopicTags { arn: arn.clone(), to: scene.tags(tree) }));
            if let Some(policy) = tree.get("policy").document(scene.address) {
                changes.extend(alerting("policy", AlertingChange::TopicPolicy { arn, to: Some(policy) }));
            }
            changes
        }
        "aws_sns_topic_policy" => {
            let to = tree.get("policy").document(scene.address);
            alerting("policy", AlertingChange::TopicPolicy { arn: tree.get("arn").need()?, to })
        }
        "aws_sns_topic_subscription" => {
            let to = scene.planned("endpoint", subscription(tree));
            alerting("endpoint", AlertingChange::Subscribed { topic: tree.get("topic_arn").need()?, to })
        }
        "aws_sqs_queue" => {
            let arn = tree.get("arn").need()?;
            let kms_key = scene.planned("kms_master_key_id", tree.get("kms_master_key_id").text());
            let kms_key = kms_key.map(|key| key.filter(|key| !key.is_empty()));
            let mut changes = alerting("kms_master_key_id", AlertingChange::Queue { arn: arn.clone(), kms_key });
            changes.extend(alerting("tags", AlertingChange::QueueTags { arn: arn.clone(), to: scene.tags(tree) }));
            if let Some(policy) = tree.get("policy").document(scene.address) {
                changes.extend(alerting("policy", AlertingChange::QueuePolicy { arn, to: Some(policy) }));
            }
            changes
        }
        "aws_sqs_queue_policy" => {
            let to = tree.get("policy").document(scene.address);
            alerting("policy", AlertingChange::QueuePolicy { arn: queue_of(scene, tree)?, to })
        }
        "aws_cloudwatch_log_metric_filter" => {
            let (log_group, name) = (tree.get("log_group_name").need()?, tree.get("name").need()?);
            let to = Some(scene.planned("pattern", filter(tree, &name)));
            alerting("pattern", AlertingChange::MetricFilter { log_group, name, to })
        }
        "aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm" => {
            let name = tree.get("alarm_name").need()?;
            let to = Some(scene.planned("", alarm(scene, tree, &name)));
            alerting("", AlertingChange::Alarm { name, to })
        }
        "aws_accessanalyzer_analyzer" => {
            let name = tree.get("analyzer_name").need()?;
            let to = Some(scene.planned("", analyzer(tree, &name)));
            alerting("", AlertingChange::Analyzer { name, to })
        }
        _ => Vec::new(),
    })
}

/// A log group takes its metric filters with it.
///
/// A topic without its policy resource has the default policy again. A subscription that was never confirmed cannot be
/// cancelled: it stays pending.
// See: https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
pub(super) fn removed(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    Ok(match scene.kind {
        "aws_cloudwatch_event_bus" => alerting("", AlertingChange::Bus { name: tree.get("name").need()?, to: None }),
        "aws_cloudwatch_event_bus_policy" => alerting("", AlertingChange::BusPolicy { bus: bus_of(tree)?, to: None }),
        "aws_cloudwatch_event_permission" => match tree.get("statement_id").text()? {
            Some(id) => alerting("", AlertingChange::BusStatementRemoved { bus: bus_of(tree)?, id }),
            None => permission(scene, tree)?,
        },
        "aws_cloudwatch_event_rule" => {
            alerting("", AlertingChange::Rule { bus: bus_of(tree)?, name: tree.get("name").need()?, to: None })
        }
        "aws_cloudwatch_event_target" => {
            let (bus, rule, id) = (bus_of(tree)?, tree.get("rule").need()?, tree.get("target_id").need()?);
            alerting("", AlertingChange::Target { bus, rule, id, to: None })
        }
        "aws_cloudwatch_log_group" if tree.get("skip_destroy").flag()? == Some(true) => Vec::new(),
        "aws_cloudwatch_log_group" => alerting("", AlertingChange::LogGroupDeleted { name: tree.get("name").need()? }),
        "aws_sns_topic" => alerting("", AlertingChange::TopicDeleted { arn: tree.get("arn").need()? }),
        "aws_sns_topic_policy" => alerting("", AlertingChange::TopicPolicy { arn: tree.get("arn").need()?, to: None }),
        "aws_sqs_queue" => alerting("", AlertingChange::QueueDeleted { arn: tree.get("arn").need()? }),
        "aws_sqs_queue_policy" => alerting("", AlertingChange::QueuePolicy { arn: queue_of(scene, tree)?, to: None }),
        "aws_sns_topic_subscription" => {
            if tree.get("pending_confirmation").flag()? == Some(true) {
                return Ok(Vec::new());
            }
            let topic = tree.get("topic_arn").need()?;
            match tree.get("arn").text()? {
                Some(arn) => alerting("", AlertingChange::Unsubscribed { topic, arn }),
                // Which of the topic's subscriptions goes is not said.
                None => one(
                    "",
                    Change::Unclear {
                        question: "topic_subscriptions".to_owned(),
                        subject: Some(topic),
                        unknown: Unknown {
                            address: scene.address.to_owned(),
                            attribute: "Subscription".to_owned(),
                            why: "the subscription that is removed has no ARN of its own there".to_owned(),
                        },
                    },
                ),
            }
        }
        "aws_cloudwatch_log_metric_filter" => {
            let (log_group, name) = (tree.get("log_group_name").need()?, tree.get("name").need()?);
            alerting("", AlertingChange::MetricFilter { log_group, name, to: None })
        }
        "aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm" => {
            alerting("", AlertingChange::Alarm { name: tree.get("alarm_name").need()?, to: None })
        }
        "aws_accessanalyzer_analyzer" => {
            alerting("", AlertingChange::Analyzer { name: tree.get("analyzer_name").need()?, to: None })
        }
        _ => Vec::new(),
    })
}

fn bus(tree: &Tree) -> Read<EventBus> {
    Ok(EventBus { arn: tree.get("arn").need()?, policy: None, kms_key: tree.get("kms_key_identifier").text()? })
}

/// One statement of the policy of a bus is set: what it says is known by its parts only, and is not put together.
fn permission(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    Ok(one(
        "",
        Change::Unclear {
            question: "event_bus".to_owned(),
            subject: Some(bus_of(tree)?),
            unknown: Unknown {
                address: scene.address.to_owned(),
                attribute: "policy".to_owned(),
                why: "it is one statement of the policy of the event bus, and the others are not planned with it"
                    .to_owned(),
            },
        },
    ))
}

fn rule(tree: &Tree, name: &str) -> Read<EventRule> {
    let by_flag = |on: bool| if on { "ENABLED" } else { "DISABLED" }.to_owned();
    // `state` replaced `is_enabled`; whichever is not set is computed from the other.
    let state = match (tree.get("state").text(), tree.get("is_enabled").flag()) {
        (Ok(Some(state)), _) => state,
        (_, Ok(Some(on))) => by_flag(on),
        (Ok(None), Ok(None)) => by_flag(true),
        (Err(why), _) | (_, Err(why)) => return Err(why),
    };
    Ok(EventRule {
        name: name.to_owned(),
        arn: tree.get("arn").need()?,
        state,
        pattern: match tree.get("event_pattern").open() {
            // CloudFormation takes the pattern as an object.
            Tree::Map(_) => match tree.get("event_pattern").document("") {
                Some(crate::Document::Text(text)) => Some(text),
                _ => tree.get("event_pattern").text()?,
            },
            _ => tree.get("event_pattern").text()?,
        },
    })
}

fn target(tree: &Tree, id: &str) -> Read<RuleTarget> {
    Ok(RuleTarget { id: id.to_owned(), arn: tree.get("arn").need()?, role: tree.get("role_arn").text()? })
}

fn subscription(tree: &Tree) -> Read<Subscription> {
    let (protocol, endpoint) = (tree.get("protocol").need()?, tree.get("endpoint").need()?);
    let arn = match tree.get("arn").text()? {
        Some(arn) => arn,
        // Its id is the service's choice; it is told from others by what it is.
        None => format!("{}:{protocol}:{endpoint}", tree.get("topic_arn").need()?),
    };
    Ok(Subscription { arn, protocol, endpoint })
}

fn filter(tree: &Tree, name: &str) -> Read<MetricFilter> {
    let metric = |block: &Tree| {
        Ok(FilterMetric {
            namespace: block.get("namespace").need()?,
            name: block.get("name").need()?,
            value: block.get("value").need()?,
            default: block.get("default_value").decimal()?,
            dimensions: block.get("dimensions").entries()?.into_iter().map(|(name, _)| name).collect(),
            unit: block.get("unit").text()?,
        })
    };
    let metrics = tree.get("metric_transformation").items()?.iter().map(metric).collect::<Read<_>>()?;
    Ok(MetricFilter { name: name.to_owned(), pattern: tree.get("pattern").text()?.unwrap_or_default(), metrics })
}

fn alarm(scene: &Scene<'_>, tree: &Tree, name: &str) -> Read<Alarm> {
    let condition = if scene.kind == "aws_cloudwatch_composite_alarm" {
        AlarmCondition::Composite {
            rule: tree.get("alarm_rule").need()?,
            suppressor: tree.block("actions_suppressor").get("alarm").text()?,
        }
    } else if tree.get("metric_query").is_absent() {
        AlarmCondition::Metric(condition(tree)?)
    } else {
        let metrics = tree.get("metric_query").items()?.iter().map(|query| query.block("metric"));
        let metric = |metric: &Tree| {
            let text = |name: &str| Ok(metric.get(name).text()?.unwrap_or_default());
            Ok((text("namespace")?, text("metric_name")?))
        };
        AlarmCondition::Expression(metrics.filter(|metric| !metric.is_absent()).map(metric).collect::<Read<_>>()?)
    };
    Ok(Alarm {
        name: name.to_owned(),
        arn: tree.get("arn").need()?,
        condition,
        actions_enabled: tree.get("actions_enabled").flag()?.unwrap_or(true),
        alarm_actions: tree.get("alarm_actions").texts()?,
    })
}

fn condition(tree: &Tree) -> Read<MetricCondition> {
    let statistic = match tree.get("statistic").text()? {
        Some(statistic) => statistic,
        None => tree.get("extended_statistic").need()?,
    };
    let periods = tree.get("evaluation_periods").small()?;
    Ok(MetricCondition {
        namespace: tree.get("namespace").need()?,
        metric: tree.get("metric_name").need()?,
        dimensions: tree.get("dimensions").entries()?.into_iter().map(|(name, _)| name).collect(),
        unit: tree.get("unit").text()?,
        statistic,
        comparison: tree.get("comparison_operator").need()?,
        threshold: tree.get("threshold").decimal()?,
        evaluation_periods: periods.ok_or(Unusable::Malformed { expected: "a number", found: "nothing" })?,
        datapoints_to_alarm: tree.get("datapoints_to_alarm").small().unwrap_or_default().filter(|points| *points > 0),
        missing_data: tree.get("treat_missing_data").text()?.unwrap_or_else(|| "missing".to_owned()),
    })
}

fn analyzer(tree: &Tree, name: &str) -> Read<AccessAnalyzer> {
    Ok(AccessAnalyzer {
        arn: tree.get("arn").need()?,
        name: name.to_owned(),
        kind: tree.get("type").text()?.unwrap_or_else(|| "ACCOUNT".to_owned()),
        status: "ACTIVE".to_owned(),
        findings: Vec::new(),
    })
}
