//! Amazon CloudWatch, the one service that speaks CBOR.

use logproof_estate::facts::{Alarm, AlarmCondition, MetricCondition};
use serde_json::{Value, json};

use super::support::{Wire, cbor, client, fails_apart, malformed};
use crate::observe::cloudwatch;

const ARN: &str = "arn:aws:cloudwatch:eu-central-1:222222222222:alarm:changes";

fn alarms(alarm: Value, next: Option<&str>) -> Wire {
    let mut page = json!({"MetricAlarms": [alarm], "CompositeAlarms": []});
    if let Some(next) = next {
        page["NextToken"] = json!(next);
    }
    cbor(&page)
}

fn alarm() -> Value {
    json!({"AlarmName": "changes", "AlarmArn": ARN, "Namespace": "LogStore", "MetricName": "Changes",
           "Dimensions": [{"Name": "user", "Value": "ada"}], "Unit": "Count", "Statistic": "Sum", "Threshold": 5.0,
           "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3, "DatapointsToAlarm": 2,
           "TreatMissingData": "notBreaching", "ActionsEnabled": true, "AlarmActions": ["arn:aws:sns:::t"]})
}

fn condition() -> MetricCondition {
    MetricCondition {
        namespace: "LogStore".to_owned(),
        metric: "Changes".to_owned(),
        dimensions: vec!["user".to_owned()],
        unit: Some("Count".to_owned()),
        statistic: "Sum".to_owned(),
        comparison: "GreaterThanThreshold".to_owned(),
        threshold: Some(5.0),
        evaluation_periods: 3,
        datapoints_to_alarm: Some(2),
        missing_data: "notBreaching".to_owned(),
    }
}

fn expected() -> Alarm {
    Alarm {
        name: "changes".to_owned(),
        arn: ARN.to_owned(),
        condition: AlarmCondition::Metric(condition()),
        actions_enabled: true,
        alarm_actions: vec!["arn:aws:sns:::t".to_owned()],
    }
}

fails_apart!(all_alarms: aws_sdk_cloudwatch::describe_alarms, Cbor,
    "cloudwatch:DescribeAlarms" needs "cloudwatch:DescribeAlarms",
    alarms(alarm(), None), |cloudwatch| cloudwatch::alarms(cloudwatch));

#[tokio::test]
async fn alarms_of_two_pages() {
    let cloudwatch =
        client!(aws_sdk_cloudwatch: describe_alarms => [alarms(alarm(), Some("page-2")), alarms(alarm(), None)]);
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [expected(), expected()]);
}

/// An anomaly alarm names its metric only inside its expression.
#[tokio::test]
async fn the_metric_an_expression_reads() {
    let reads = |id: &str, name: &str| {
        let metric = json!({"Namespace": "LogStore", "MetricName": name});
        json!({"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}})
    };
    let band = json!({"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1)"});
    let over = |metrics: Value| {
        json!({"AlarmName": "changes", "AlarmArn": ARN, "ActionsEnabled": true, "AlarmActions": ["arn:aws:sns:::t"],
               "Metrics": metrics})
    };
    let one = alarms(over(json!([reads("m1", "Changes"), band])), None);
    let two = alarms(over(json!([reads("m1", "Changes"), reads("m2", "Reads")])), None);
    let cloudwatch = client!(aws_sdk_cloudwatch: describe_alarms => [one, two]);
    let over = |names: &[&str]| {
        let read = names.iter().map(|name| ("LogStore".to_owned(), (*name).to_owned())).collect();
        Alarm { condition: AlarmCondition::Expression(read), ..expected() }
    };
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [over(&["Changes"])]);
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [over(&["Changes", "Reads"])]);
}

#[tokio::test]
async fn what_is_left_out_has_the_documented_default() {
    let mut plain = alarm();
    for name in ["Dimensions", "Unit", "DatapointsToAlarm", "TreatMissingData"] {
        plain.as_object_mut().unwrap().remove(name);
    }
    plain["ExtendedStatistic"] = json!("p99");
    plain.as_object_mut().unwrap().remove("Statistic");
    let cloudwatch = client!(aws_sdk_cloudwatch: describe_alarms => [alarms(plain, None)]);
    let condition = MetricCondition {
        dimensions: Vec::new(),
        unit: None,
        statistic: "p99".to_owned(),
        datapoints_to_alarm: None,
        missing_data: "missing".to_owned(),
        ..condition()
    };
    let expected = Alarm { condition: AlarmCondition::Metric(condition), ..expected() };
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [expected]);
}

#[tokio::test]
async fn composite_alarms_come_with_their_rule() {
    let composite = json!({"AlarmName": "changes", "AlarmArn": ARN, "AlarmRule": "ALARM(one)",
        "ActionsSuppressor": "maintenance", "ActionsEnabled": true, "AlarmActions": ["arn:aws:sns:::t"]});
    let answer = cbor(&json!({"MetricAlarms": [], "CompositeAlarms": [composite]}));
    let cloudwatch = client!(aws_sdk_cloudwatch: describe_alarms => [answer]);
    let condition =
        AlarmCondition::Composite { rule: "ALARM(one)".to_owned(), suppressor: Some("maintenance".to_owned()) };
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [Alarm { condition, ..expected() }]);
}

#[tokio::test]
async fn an_alarm_without_a_name_is_no_answer() {
    let cloudwatch = client!(aws_sdk_cloudwatch: describe_alarms => [alarms(json!({"AlarmArn": ARN}), None)]);
    assert_eq!(malformed(cloudwatch::alarms(&cloudwatch).await), "the answer has no alarm name");
}
