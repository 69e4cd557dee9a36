//! Amazon CloudWatch Logs.

use aws_sdk_cloudwatchlogs::Client;
use logproof_estate::facts::{FilterMetric, MetricFilter};

use super::{optional, pages::all_pages, required};
use crate::failure::{Failure, absent};

/// Metric filters of a log group; a log group that does not exist has none.
///
/// See: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html>
pub(super) async fn metric_filters(logs: &Client, log_group: &str) -> Result<Vec<MetricFilter>, Failure> {
    all_pages(|token| async move {
        let answer = logs.describe_metric_filters().log_group_name(log_group).set_next_token(token).send().await;
        let Some(output) = absent(answer, &["ResourceNotFoundException"])? else { return Ok((Vec::new(), None)) };
        let filters = output.metric_filters().iter().map(|filter| {
            let metrics = filter.metric_transformations().iter().map(|metric| {
                let mut dimensions: Vec<String> =
                    metric.dimensions().into_iter().flatten().map(|(name, _)| name.clone()).collect();
                dimensions.sort();
                Ok(FilterMetric {
                    namespace: required(metric.metric_namespace(), "metric namespace")?,
                    name: required(metric.metric_name(), "metric name")?,
                    value: required(metric.metric_value(), "metric value")?,
                    default: metric.default_value(),
                    dimensions,
                    unit: optional(metric.unit().map(|unit| unit.as_str())),
                })
            });
            Ok(MetricFilter {
                name: required(filter.filter_name(), "filter name")?,
                // An empty pattern is a pattern: it matches every event.
                pattern: filter.filter_pattern().unwrap_or_default().to_owned(),
                metrics: metrics.collect::<Result<_, Failure>>()?,
            })
        });
        Ok((filters.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}
