//! Amazon EventBridge, Amazon CloudWatch, CloudWatch Logs and IAM Access Analyzer.

use serde_json::{Value, json};

use crate::exchange::{CallTag, WireRequest};

use super::{
    unknown,
    wire::{Reply, document, page},
    zone::Zone,
};

const PAGE: usize = 10;

fn place(tag: &CallTag) -> String {
    format!("{}/{}", tag.account, tag.region)
}

fn with_token(name: &str, items: Vec<Value>, token_name: &str, next: Option<String>) -> Reply {
    let mut body = json!({ name: items });
    if let (Some(next), Some(object)) = (next, body.as_object_mut()) {
        object.insert(token_name.to_owned(), json!(next));
    }
    Reply::json(&body)
}

fn paged(name: &str, items: &[Value], token_name: &str, token: Option<&str>) -> Reply {
    let (part, next) = page(items, token, PAGE);
    with_token(name, part, token_name, next)
}

pub(super) fn answer(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match tag.operation.as_str() {
        "ListRules" => {
            let rules: Vec<Value> = zone
                .event_rules
                .get(&place(tag))
                .into_iter()
                .flatten()
                .map(|(name, rule)| {
                    let mut listed = json!({
                        "Name": name,
                        "Arn": format!("arn:aws:events:{}:{}:rule/{name}", tag.region, tag.account),
                        "State": rule.state,
                        "EventBusName": "default",
                    });
                    if let (Some(pattern), Some(object)) = (&rule.pattern, listed.as_object_mut()) {
                        object.insert("EventPattern".to_owned(), json!(document(pattern)));
                    }
                    listed
                })
                .collect();
            paged("Rules", &rules, "NextToken", text("NextToken"))
        }
        "ListTargetsByRule" => {
            let rule = zone.event_rules.get(&place(tag)).and_then(|rules| rules.get(text("Rule").unwrap_or_default()));
            match rule {
                None => Reply::error(400, "ResourceNotFoundException", "Rule does not exist on EventBus default."),
                Some(rule) => {
                    let targets: Vec<Value> =
                        rule.targets.iter().map(|(id, arn)| json!({"Id": id, "Arn": arn})).collect();
                    paged("Targets", &targets, "NextToken", text("NextToken"))
                }
            }
        }
        "DescribeMetricFilters" => {
            let group = text("logGroupName").unwrap_or_default();
            let filters: Vec<Value> = zone
                .metric_filters
                .get(&place(tag))
                .and_then(|groups| groups.get(group))
                .into_iter()
                .flatten()
                .map(|(name, filter)| {
                    let metrics: Vec<Value> = filter
                        .metrics
                        .iter()
                        .map(|(namespace, metric)| json!({"metricNamespace": namespace, "metricName": metric, "metricValue": "1"}))
                        .collect();
                    json!({"filterName": name, "filterPattern": filter.pattern, "metricTransformations": metrics, "logGroupName": group})
                })
                .collect();
            paged("metricFilters", &filters, "nextToken", text("nextToken"))
        }
        "DescribeAlarms" => {
            let alarms: Vec<Value> = zone
                .alarms
                .get(&place(tag))
                .into_iter()
                .flatten()
                .map(|(name, alarm)| {
                    json!({
                        "AlarmName": name,
                        "AlarmArn": format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", tag.region, tag.account),
                        "Namespace": alarm.namespace,
                        "MetricName": alarm.metric,
                        "ActionsEnabled": alarm.actions_enabled,
                        "AlarmActions": alarm.actions,
                    })
                })
                .collect();
            paged("MetricAlarms", &alarms, "NextToken", text("NextToken"))
        }
        _ => unknown(tag),
    }
}

/// IAM Access Analyzer: a REST service.
pub(super) fn analyzer_answer(zone: &Zone, tag: &CallTag, request: &WireRequest) -> Reply {
    let analyzers = zone.analyzers.get(&place(tag));
    let arn = |name: &str| format!("arn:aws:access-analyzer:{}:{}:analyzer/{name}", tag.region, tag.account);
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
