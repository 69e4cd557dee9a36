//! Amazon CloudWatch, the one service that speaks CBOR.

use logproof_estate::facts::Alarm;
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
           "ActionsEnabled": true, "AlarmActions": ["arn:aws:sns:::t"]})
}

fn expected() -> Alarm {
    Alarm {
        name: "changes".to_owned(),
        arn: ARN.to_owned(),
        namespace: Some("LogStore".to_owned()),
        metric: Some("Changes".to_owned()),
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
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [expected()]);
    let several = Alarm { namespace: None, metric: None, ..expected() };
    assert_eq!(cloudwatch::alarms(&cloudwatch).await.unwrap(), [several]);
}

#[tokio::test]
async fn an_alarm_without_a_name_is_no_answer() {
    let cloudwatch = client!(aws_sdk_cloudwatch: describe_alarms => [alarms(json!({"AlarmArn": ARN}), None)]);
    assert_eq!(malformed(cloudwatch::alarms(&cloudwatch).await), "the answer has no alarm name");
}
