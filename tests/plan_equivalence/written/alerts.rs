//! Rules, topics, metric filters, alarms and analyzers.

use logproof_estate::facts::{Alarm, AlarmCondition, MetricFilter};
use logproof_plan::{Edit, Planned, edit::AlertingChange};
use serde_json::{Map, Value, json};

use super::{Fate, Writing, known, text};

impl Writing<'_> {
    pub(super) fn alerting(&mut self, edit: &Edit, change: &AlertingChange) -> Option<()> {
        match change {
            AlertingChange::Bus { name, to } => {
                let attributes =
                    maybe(to)?.map(|to| json!({"name": name, "arn": to.arn, "kms_key_identifier": to.kms_key}));
                self.set(edit, "aws_cloudwatch_event_bus", name, attributes, json!({"name": name}))
            }
            AlertingChange::BusPolicy { bus, to } => {
                let attributes = match to {
                    Some(to) => Some(json!({"event_bus_name": bus, "policy": text(to)?})),
                    None => None,
                };
                self.set(edit, "aws_cloudwatch_event_bus_policy", bus, attributes, json!({"event_bus_name": bus}))
            }
            AlertingChange::BusStatementRemoved { bus, id } => {
                let attributes = json!({"event_bus_name": bus, "statement_id": id});
                self.put(edit, "aws_cloudwatch_event_permission", &format!("{bus} {id}"), Fate::Deleted, attributes)
            }
            AlertingChange::LogGroupDeleted { name } => {
                self.put(edit, "aws_cloudwatch_log_group", name, Fate::Deleted, json!({"name": name}))
            }
            AlertingChange::Rule { bus, name, to } => {
                let names = json!({"event_bus_name": bus, "name": name});
                let attributes = maybe(to)?.map(|to| {
                    json!({"event_bus_name": bus, "name": name, "arn": to.arn, "state": to.state,
                        "event_pattern": to.pattern})
                });
                self.set(edit, "aws_cloudwatch_event_rule", &format!("{bus} {name}"), attributes, names)
            }
            AlertingChange::Target { bus, rule, id, to } => {
                let names = json!({"event_bus_name": bus, "rule": rule, "target_id": id});
                let attributes = maybe(to)?.map(|to| {
                    json!({"event_bus_name": bus, "rule": rule, "target_id": id, "arn": to.arn, "role_arn": to.role})
                });
                self.set(edit, "aws_cloudwatch_event_target", &format!("{bus} {rule} {id}"), attributes, names)
            }
            AlertingChange::Topic { arn, kms_key } => {
                let attributes = json!({"arn": arn, "kms_master_key_id": known(kms_key)?});
                self.put(edit, "aws_sns_topic", arn, Fate::Updated, attributes)
            }
            AlertingChange::TopicDeleted { arn } => {
                self.put(edit, "aws_sns_topic", arn, Fate::Deleted, json!({"arn": arn}))
            }
            AlertingChange::TopicPolicy { arn, to } => {
                let attributes = match to {
                    Some(to) => Some(json!({"arn": arn, "policy": text(to)?})),
                    None => None,
                };
                self.set(edit, "aws_sns_topic_policy", arn, attributes, json!({"arn": arn}))
            }
            AlertingChange::TopicTags { arn, to } => {
                self.put(edit, "aws_sns_topic", arn, Fate::Updated, json!({"arn": arn, "tags": known(to)?}))
            }
            AlertingChange::QueueTags { arn, to } => {
                self.put(edit, "aws_sqs_queue", arn, Fate::Updated, json!({"arn": arn, "tags": known(to)?}))
            }
            AlertingChange::Subscribed { topic, to } => {
                let to = known(to)?;
                let attributes = json!({"topic_arn": topic, "arn": to.arn, "protocol": to.protocol,
                    "endpoint": to.endpoint});
                self.put(edit, "aws_sns_topic_subscription", &to.arn, Fate::Created, attributes)
            }
            AlertingChange::Unsubscribed { topic, arn } => {
                let attributes = json!({"topic_arn": topic, "arn": arn, "pending_confirmation": false});
                self.put(edit, "aws_sns_topic_subscription", arn, Fate::Deleted, attributes)
            }
            AlertingChange::Queue { arn, kms_key } => {
                let attributes = json!({"arn": arn, "kms_master_key_id": known(kms_key)?});
                self.put(edit, "aws_sqs_queue", arn, Fate::Updated, attributes)
            }
            AlertingChange::QueueDeleted { arn } => {
                self.put(edit, "aws_sqs_queue", arn, Fate::Deleted, json!({"arn": arn}))
            }
            AlertingChange::QueuePolicy { arn, to } => {
                let attributes = match to {
                    Some(to) => Some(json!({"queue_url": arn, "policy": text(to)?})),
                    None => None,
                };
                self.set(edit, "aws_sqs_queue_policy", arn, attributes, json!({"queue_url": arn}))
            }
            AlertingChange::MetricFilter { log_group, name, to } => {
                let names = json!({"log_group_name": log_group, "name": name});
                let attributes = maybe(to)?.map(|to| filter(to, log_group));
                self.set(edit, "aws_cloudwatch_log_metric_filter", &format!("{log_group} {name}"), attributes, names)
            }
            AlertingChange::Alarm { name, to } => {
                let attributes = match maybe(to)? {
                    Some(to) => Some(alarm(to)?),
                    None => None,
                };
                self.set(edit, "aws_cloudwatch_metric_alarm", name, attributes, json!({"alarm_name": name}))
            }
            AlertingChange::Analyzer { name, to } => {
                let attributes = maybe(to)?.map(|to| json!({"analyzer_name": name, "arn": to.arn, "type": to.kind}));
                self.set(edit, "aws_accessanalyzer_analyzer", name, attributes, json!({"analyzer_name": name}))
            }
        }
    }

    fn set(
        &mut self,
        edit: &Edit,
        kind: &'static str,
        name: &str,
        attributes: Option<Value>,
        names: Value,
    ) -> Option<()> {
        let fate = if attributes.is_some() { Fate::Updated } else { Fate::Deleted };
        self.put(edit, kind, &format!("{name} in {}", edit.region), fate, attributes.unwrap_or(names))
    }
}

/// What a thing is set to, or that it goes; nothing when that is not known.
fn maybe<T>(to: &Option<Planned<T>>) -> Option<Option<&T>> {
    match to {
        Some(to) => known(to).map(Some),
        None => Some(None),
    }
}

fn dimensions(names: &[String]) -> Map<String, Value> {
    names.iter().map(|name| (name.clone(), json!("any"))).collect()
}

fn filter(to: &MetricFilter, log_group: &str) -> Value {
    let metrics = to.metrics.iter().map(|metric| {
        json!({"namespace": metric.namespace, "name": metric.name, "value": metric.value,
            "default_value": metric.default, "dimensions": dimensions(&metric.dimensions), "unit": metric.unit})
    });
    json!({"log_group_name": log_group, "name": to.name, "pattern": to.pattern,
        "metric_transformation": metrics.collect::<Vec<_>>()})
}

fn alarm(to: &Alarm) -> Option<Value> {
    let AlarmCondition::Metric(condition) = &to.condition else { return None };
    Some(json!({
        "alarm_name": to.name, "arn": to.arn, "actions_enabled": to.actions_enabled,
        "alarm_actions": to.alarm_actions, "namespace": condition.namespace, "metric_name": condition.metric,
        "dimensions": dimensions(&condition.dimensions), "unit": condition.unit, "statistic": condition.statistic,
        "comparison_operator": condition.comparison, "threshold": condition.threshold,
        "evaluation_periods": condition.evaluation_periods, "datapoints_to_alarm": condition.datapoints_to_alarm,
        "treat_missing_data": condition.missing_data,
    }))
}
