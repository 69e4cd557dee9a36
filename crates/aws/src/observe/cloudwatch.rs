//! Amazon CloudWatch alarms.

use aws_sdk_cloudwatch::{
    Client,
    types::{AlarmType, CompositeAlarm, MetricAlarm},
};
use logproof_estate::facts::{Alarm, AlarmCondition, MetricCondition};

use super::{optional, pages::all_pages, present, required};
use crate::failure::Failure;

/// Alarms of the Region. Composite alarms are left out of the answer unless they are asked for.
///
/// See: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>
pub(super) async fn alarms(cloudwatch: &Client) -> Result<Vec<Alarm>, Failure> {
    all_pages(|token| async move {
        let request = cloudwatch.describe_alarms();
        let request = request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let output = request.set_next_token(token).send().await?;
        let metric = output.metric_alarms().iter().map(to_alarm);
        let alarms = metric.chain(output.composite_alarms().iter().map(to_composite));
        Ok((alarms.collect::<Result<_, _>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

fn to_alarm(alarm: &MetricAlarm) -> Result<Alarm, Failure> {
    Ok(Alarm {
        name: required(alarm.alarm_name(), "alarm name")?,
        arn: required(alarm.alarm_arn(), "alarm ARN")?,
        condition: condition(alarm)?,
        actions_enabled: alarm.actions_enabled().unwrap_or(false),
        alarm_actions: alarm.alarm_actions().to_vec(),
    })
}

fn to_composite(alarm: &CompositeAlarm) -> Result<Alarm, Failure> {
    Ok(Alarm {
        name: required(alarm.alarm_name(), "alarm name")?,
        arn: required(alarm.alarm_arn(), "alarm ARN")?,
        condition: AlarmCondition::Composite {
            rule: required(alarm.alarm_rule(), "alarm rule")?,
            suppressor: optional(alarm.actions_suppressor()),
        },
        actions_enabled: alarm.actions_enabled().unwrap_or(false),
        alarm_actions: alarm.alarm_actions().to_vec(),
    })
}

/// The metric an alarm is on, named by the alarm itself, or those its expression reads.
fn condition(alarm: &MetricAlarm) -> Result<AlarmCondition, Failure> {
    let Some(metric) = alarm.metric_name() else {
        let read = alarm.metrics().iter().filter_map(|query| query.metric_stat()).filter_map(|stat| stat.metric());
        let name = |text: Option<&str>| text.unwrap_or_default().to_owned();
        return Ok(AlarmCondition::Expression(
            read.map(|metric| (name(metric.namespace()), name(metric.metric_name()))).collect(),
        ));
    };
    let statistic = alarm.statistic().map(|statistic| statistic.as_str()).or(alarm.extended_statistic());
    Ok(AlarmCondition::Metric(MetricCondition {
        namespace: required(alarm.namespace(), "alarm namespace")?,
        metric: metric.to_owned(),
        dimensions: alarm.dimensions().iter().filter_map(|one| optional(one.name())).collect(),
        unit: optional(alarm.unit().map(|unit| unit.as_str())),
        statistic: required(statistic, "alarm statistic")?,
        comparison: required(alarm.comparison_operator().map(|one| one.as_str()), "comparison of the alarm")?,
        threshold: alarm.threshold(),
        evaluation_periods: present(alarm.evaluation_periods(), "evaluation periods")?,
        datapoints_to_alarm: alarm.datapoints_to_alarm(),
        // See: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
        missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
    }))
}
