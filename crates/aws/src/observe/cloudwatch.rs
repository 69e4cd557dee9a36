//! Amazon CloudWatch alarms.

use aws_sdk_cloudwatch::{Client, types::MetricAlarm};
use logproof_estate::facts::Alarm;

use super::{optional, pages::all_pages, required};
use crate::failure::Failure;

/// Metric alarms of the Region; composite alarms are not asked for.
///
/// See: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>
pub(super) async fn alarms(cloudwatch: &Client) -> Result<Vec<Alarm>, Failure> {
    all_pages(|token| async move {
        let output = cloudwatch.describe_alarms().set_next_token(token).send().await?;
        let alarms = output.metric_alarms().iter().map(to_alarm);
        Ok((alarms.collect::<Result<_, _>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

fn to_alarm(alarm: &MetricAlarm) -> Result<Alarm, Failure> {
    let (namespace, metric) = metric(alarm);
    Ok(Alarm {
        name: required(alarm.alarm_name(), "alarm name")?,
        arn: required(alarm.alarm_arn(), "alarm ARN")?,
        namespace,
        metric,
        actions_enabled: alarm.actions_enabled().unwrap_or(false),
        alarm_actions: alarm.alarm_actions().to_vec(),
    })
}

/// The metric an alarm is on: named by the alarm, or the only one its expression reads. An alarm over several metrics
/// has none.
fn metric(alarm: &MetricAlarm) -> (Option<String>, Option<String>) {
    let mut read = alarm.metrics().iter().filter_map(|query| query.metric_stat()).filter_map(|stat| stat.metric());
    match (alarm.metric_name(), read.next(), read.next()) {
        (None, Some(only), None) => (optional(only.namespace()), optional(only.metric_name())),
        _ => (optional(alarm.namespace()), optional(alarm.metric_name())),
    }
}
