//! Amazon EventBridge, Amazon SQS, Amazon CloudWatch, CloudWatch Logs and IAM Access Analyzer.

use logproof_estate::{Partition, facts::DEFAULT_BUS};
use serde_json::{Value, json};

use logproof_wire::{CallTag, WireRequest};

use super::{
    format::{Alarm, CompositeAlarm, EventBus, MetricFilter, Rule, Zone},
    reply::{Reply, document, page},
    unknown,
};

const PAGE: usize = 10;

fn place(tag: &CallTag) -> String {
    format!("{}/{}", tag.account, tag.region)
}

fn paged_value(name: &str, items: &[Value], token_name: &str, token: Option<&str>) -> Value {
    let (part, next) = page(items, token, PAGE);
    let mut body = json!({ name: part });
    if let (Some(next), Some(object)) = (next, body.as_object_mut()) {
        object.insert(token_name.to_owned(), json!(next));
    }
    body
}

fn paged(name: &str, items: &[Value], token_name: &str, token: Option<&str>) -> Reply {
    Reply::json(&paged_value(name, items, token_name, token))
}

/// The object without what is null: an absent field is not in an answer.
fn without_null(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

fn metric_filter(group: &str, name: &str, filter: &MetricFilter) -> Value {
    let metrics = filter.metrics.iter().map(|(namespace, metric)| {
        without_null(json!({
            "metricNamespace": namespace,
            "metricName": metric,
            "metricValue": filter.value,
            "defaultValue": filter.default_value,
            "dimensions": (!filter.dimensions.is_empty()).then_some(&filter.dimensions),
            "unit": filter.unit,
        }))
    });
    let metrics: Vec<Value> = metrics.collect();
    json!({"filterName": name, "filterPattern": filter.pattern, "metricTransformations": metrics, "logGroupName": group})
}

fn metric_alarm(name: &str, arn: &str, alarm: &Alarm) -> Value {
    let dimensions: Vec<Value> =
        alarm.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    let mut shown = json!({
        "AlarmName": name,
        "AlarmArn": arn,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmActions": alarm.actions,
        "ComparisonOperator": alarm.comparison,
        "Threshold": alarm.threshold,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "TreatMissingData": alarm.missing_data,
    });
    let Some(fields) = shown.as_object_mut() else { return shown };
    let metric = json!({"Namespace": alarm.namespace, "MetricName": alarm.metric, "Dimensions": dimensions});
    if let Some(expression) = &alarm.expression {
        let read = json!({"Metric": metric, "Period": 300, "Stat": alarm.statistic});
        fields.insert(
            "Metrics".to_owned(),
            json!([
                {"Id": "m1", "MetricStat": read, "ReturnData": false},
                {"Id": "e1", "Expression": expression, "ReturnData": true}
            ]),
        );
    } else {
        let statistic = if alarm.statistic.starts_with(|c: char| c.is_ascii_uppercase()) {
            "Statistic"
        } else {
            "ExtendedStatistic"
        };
        fields.insert(statistic.to_owned(), json!(alarm.statistic));
        fields.insert("Period".to_owned(), json!(300));
        fields.insert("Unit".to_owned(), json!(alarm.unit));
        fields.extend(metric.as_object().cloned().unwrap_or_default());
    }
    without_null(shown)
}

fn composite_alarm(name: &str, arn: &str, alarm: &CompositeAlarm) -> Value {
    without_null(json!({
        "AlarmName": name,
        "AlarmArn": arn,
        "AlarmRule": alarm.rule,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmActions": alarm.actions,
        "ActionsSuppressor": alarm.suppressor,
    }))
}

/// The ARN of something in the account and Region that is asked.
fn arn(tag: &CallTag, service: &str, resource: &str) -> String {
    Partition::of_region(&tag.region).arn(service, &tag.region, &tag.account, resource)
}

/// Amazon EventBridge.
pub(super) fn events_answer(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let asked = if tag.operation == "DescribeEventBus" { "Name" } else { "EventBusName" };
    let name = text(asked).unwrap_or(DEFAULT_BUS);
    let described = zone.event_buses.get(&place(tag)).and_then(|buses| buses.get(name));
    if described.is_none() && name != DEFAULT_BUS {
        return Reply::error(400, "ResourceNotFoundException", format!("Event bus {name} does not exist."));
    }
    match tag.operation.as_str() {
        "DescribeEventBus" => {
            let set = described.cloned().unwrap_or_default();
            Reply::json(&without_null(json!({
                "Name": name,
                "Arn": arn(tag, "events", &format!("event-bus/{name}")),
                "Policy": set.policy.as_ref().map(document),
                "KmsKeyIdentifier": set.kms_key,
            })))
        }
        "ListRules" => {
            let rules = rules_of(zone, tag, name, described);
            let rules: Vec<Value> = rules.map(|(rule_name, rule)| listed(tag, name, rule_name, rule)).collect();
            paged("Rules", &rules, "NextToken", text("NextToken"))
        }
        "ListTargetsByRule" => {
            let asked = text("Rule").unwrap_or_default();
            let Some((_, rule)) = rules_of(zone, tag, name, described).find(|(rule, _)| *rule == asked) else {
                let message = format!("Rule {asked} does not exist on EventBus {name}.");
                return Reply::error(400, "ResourceNotFoundException", message);
            };
            let target = |(id, arn): (&String, &String)| {
                without_null(json!({"Id": id, "Arn": arn, "RoleArn": rule.target_roles.get(id)}))
            };
            let targets: Vec<Value> = rule.targets.iter().map(target).collect();
            paged("Targets", &targets, "NextToken", text("NextToken"))
        }
        _ => unknown(tag),
    }
}

/// The rules of a bus; those of the default one stand in two places.
fn rules_of<'z>(
    zone: &'z Zone,
    tag: &CallTag,
    bus: &str,
    described: Option<&'z EventBus>,
) -> impl Iterator<Item = (&'z String, &'z Rule)> {
    let default = zone.event_rules.get(&place(tag)).filter(|_| bus == DEFAULT_BUS);
    default.into_iter().flatten().chain(described.into_iter().flat_map(|bus| &bus.rules))
}

fn listed(tag: &CallTag, bus: &str, name: &str, rule: &Rule) -> Value {
    let resource = if bus == DEFAULT_BUS { format!("rule/{name}") } else { format!("rule/{bus}/{name}") };
    without_null(json!({
        "Name": name,
        "Arn": arn(tag, "events", &resource),
        "State": rule.state,
        "EventBusName": bus,
        "EventPattern": rule.pattern.as_ref().map(document),
    }))
}

/// Amazon SQS. A queue is asked for by its URL, which ends with account and name.
pub(super) fn queue_answer(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    match tag.operation.as_str() {
        "ListQueues" => return queues(zone, tag, body),
        "GetQueueAttributes" | "ListQueueTags" => {}
        _ => return unknown(tag),
    }
    let url = body.get("QueueUrl").and_then(Value::as_str).unwrap_or_default();
    let arn = arn(tag, "sqs", url.rsplit('/').next().unwrap_or_default());
    let Some(queue) = zone.queues.get(&arn) else {
        return Reply::error(400, "QueueDoesNotExist", "The specified queue does not exist.");
    };
    if tag.operation == "ListQueueTags" {
        return Reply::json(&json!({ "Tags": queue.tags }));
    }
    let attributes = without_null(json!({
        "QueueArn": arn,
        "Policy": queue.policy.as_ref().map(document),
        "KmsMasterKeyId": queue.kms_key,
    }));
    Reply::json(&json!({ "Attributes": attributes }))
}

/// The URLs of the queues. As in SQS, only who asks for a number of results is told that there are more.
///
/// See: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>
fn queues(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let suffix = Partition::of_region(&tag.region).dns_suffix();
    let here = arn(tag, "sqs", "");
    let names = zone.queues.keys().filter_map(|arn| arn.strip_prefix(&here));
    let url = |name| json!(format!("https://sqs.{}.{suffix}/{}/{name}", tag.region, tag.account));
    let urls: Vec<Value> = names.map(url).collect();
    match body.get("MaxResults") {
        Some(_) => paged("QueueUrls", &urls, "NextToken", body.get("NextToken").and_then(Value::as_str)),
        None => Reply::json(&json!({ "QueueUrls": urls.get(..1000).unwrap_or(&urls) })),
    }
}

/// Amazon CloudWatch and CloudWatch Logs.
pub(super) fn answer(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match tag.operation.as_str() {
        "DescribeMetricFilters" => {
            let group = text("logGroupName").unwrap_or_default();
            let filters: Vec<Value> = zone
                .metric_filters
                .get(&place(tag))
                .and_then(|groups| groups.get(group))
                .into_iter()
                .flatten()
                .map(|(name, filter)| metric_filter(group, name, filter))
                .collect();
            paged("metricFilters", &filters, "nextToken", text("nextToken"))
        }
        "DescribeAlarms" => {
            let listed = |kind: &str| match body.get("AlarmTypes").and_then(Value::as_array) {
                Some(kinds) => kinds.iter().any(|one| one == kind),
                None => kind == "MetricAlarm",
            };
            let arn = |name: &str| arn(tag, "cloudwatch", &format!("alarm:{name}"));
            let metric = zone.alarms.get(&place(tag)).into_iter().flatten().filter(|_| listed("MetricAlarm"));
            let metric: Vec<Value> = metric.map(|(name, alarm)| metric_alarm(name, &arn(name), alarm)).collect();
            let mut reply = paged_value("MetricAlarms", &metric, "NextToken", text("NextToken"));
            let composite = zone.composite_alarms.get(&place(tag)).into_iter().flatten();
            let composite: Vec<Value> = composite
                .filter(|_| listed("CompositeAlarm") && text("NextToken").is_none())
                .map(|(name, alarm)| composite_alarm(name, &arn(name), alarm))
                .collect();
            if let Some(fields) = reply.as_object_mut() {
                fields.insert("CompositeAlarms".to_owned(), json!(composite));
            }
            Reply::json(&reply)
        }
        _ => unknown(tag),
    }
}

/// IAM Access Analyzer: a REST service.
pub(super) fn analyzer_answer(zone: &Zone, tag: &CallTag, request: &WireRequest) -> Reply {
    let analyzers = zone.analyzers.get(&place(tag));
    let arn = |name: &str| arn(tag, "access-analyzer", &format!("analyzer/{name}"));
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    match tag.operation.as_str() {
        "ListAnalyzers" => {
            let kind = request.path.split_once("type=").map(|(_, rest)| rest.split('&').next().unwrap_or_default());
            let listed: Vec<Value> = analyzers
                .into_iter()
                .flatten()
                .filter(|(_, analyzer)| kind.is_none_or(|kind| analyzer.kind == kind))
                .map(|(name, analyzer)| {
                    json!({
                        "arn": arn(name),
                        "name": name,
                        "type": analyzer.kind,
                        "status": analyzer.status,
                        "createdAt": "2025-01-01T00:00:00Z",
                    })
                })
                .collect();
            Reply::json(&json!({"analyzers": listed}))
        }
        "ListFindingsV2" => {
            let asked = body.get("analyzerArn").and_then(Value::as_str).unwrap_or_default();
            let found = analyzers.into_iter().flatten().find(|(name, _)| arn(name) == asked);
            let Some((_, analyzer)) = found else {
                return Reply::error(404, "ResourceNotFoundException", "The analyzer does not exist");
            };
            let findings: Vec<Value> = analyzer
                .findings
                .iter()
                .map(|(id, finding)| {
                    json!({
                        "id": id,
                        "resource": finding.resource,
                        "resourceType": "AWS::S3::Bucket",
                        "resourceOwnerAccount": tag.account,
                        "status": finding.status,
                        "analyzedAt": "2026-01-15T00:00:00Z",
                        "createdAt": "2026-01-15T00:00:00Z",
                        "updatedAt": "2026-01-15T00:00:00Z",
                    })
                })
                .collect();
            paged("findings", &findings, "nextToken", body.get("nextToken").and_then(Value::as_str))
        }
        _ => unknown(tag),
    }
}
