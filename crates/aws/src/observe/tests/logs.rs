//! Amazon CloudWatch Logs.

use logproof_estate::facts::{FilterMetric, MetricFilter};
use serde_json::json;

use super::support::{Protocol, Wire, client, fails_apart, json as answer};
use crate::observe::logs;

fn filters(name: &str, next: Option<&str>) -> Wire {
    let metrics = json!([{"metricNamespace": "LogStore", "metricName": "Changes", "metricValue": "1", "defaultValue": 0.0,
        "dimensions": {"user": "$.userIdentity.arn"}, "unit": "Count"}]);
    let filter = json!({"filterName": name, "filterPattern": "{$.eventName=*}", "metricTransformations": metrics});
    answer(json!({"metricFilters": [filter], "nextToken": next}))
}

fails_apart!(filters_of_a_group: aws_sdk_cloudwatchlogs::describe_metric_filters, Json,
    "logs:DescribeMetricFilters" needs "logs:DescribeMetricFilters",
    filters("one", None), |logs| logs::metric_filters(logs, "trail"));

#[tokio::test]
async fn filters_of_two_pages_and_of_no_group() {
    let absent = Protocol::Json.error(400, "ResourceNotFoundException");
    let logs = client!(aws_sdk_cloudwatchlogs: describe_metric_filters =>
        [filters("one", Some("page-2")), filters("two", None), absent]);
    let expected = |name: &str| MetricFilter {
        name: name.to_owned(),
        pattern: "{$.eventName=*}".to_owned(),
        metrics: vec![FilterMetric {
            namespace: "LogStore".to_owned(),
            name: "Changes".to_owned(),
            value: "1".to_owned(),
            default: Some(0.0),
            dimensions: vec!["user".to_owned()],
            unit: Some("Count".to_owned()),
        }],
    };
    assert_eq!(logs::metric_filters(&logs, "trail").await.unwrap(), [expected("one"), expected("two")]);
    assert_eq!(logs::metric_filters(&logs, "trail").await.unwrap(), []);
}
