//! CloudWatch alarms: whether one event that a metric filter counts is enough to set an alarm off.
//!
//! Owns what a filter publishes for one event and what an alarm makes of it, three-valued: what depends on more than
//! that one event is [`Matched::Undecided`]. Knows nothing of patterns, or of where the alert goes.
//!
//! See: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringPolicyExamples.html>

use logproof_estate::facts::{Alarm, AlarmCondition, FilterMetric, MetricCondition};

use super::event_pattern::Matched;

/// What an alarm makes of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fires {
    /// It goes off.
    Yes,
    /// It stays as it is, and why.
    No(String),
    /// It cannot be said, and why.
    Undecided(String),
}

impl Fires {
    /// As far as it is decided.
    pub(crate) fn matched(&self) -> Matched {
        match self {
            Self::Yes => Matched::Yes,
            Self::No(_) => Matched::No,
            Self::Undecided(reason) => Matched::Undecided(reason.clone()),
        }
    }
}

/// What the alarm makes of one event that feeds the metrics; `None` when it is on none of them.
pub(crate) fn fires(alarm: &Alarm, metrics: &[FilterMetric]) -> Option<Fires> {
    match &alarm.condition {
        AlarmCondition::Metric(condition) => {
            let fed =
                |metric: &&FilterMetric| metric.namespace == condition.namespace && metric.name == condition.metric;
            metrics.iter().find(fed).map(|metric| on_one_event(condition, metric))
        }
        AlarmCondition::Expression(read) => {
            let fed = |(namespace, name): &(String, String)| {
                metrics.iter().any(|metric| metric.namespace == *namespace && metric.name == *name)
            };
            read.iter()
                .any(fed)
                .then(|| Fires::Undecided(format!("alarm `{}` is on a metric math expression", alarm.name)))
        }
        AlarmCondition::Composite { .. } => None,
    }
}

/// What a composite alarm makes of another that goes off; `None` when its rule does not name it. Only a rule that joins
/// alarms by OR needs no other alarm.
///
/// See: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>
pub(crate) fn passed_on(composite: &Alarm, first: &Alarm, fires: &Fires) -> Option<Fires> {
    let AlarmCondition::Composite { rule, suppressor } = &composite.condition else { return None };
    let named = alarms_in(rule);
    if !named
        .as_ref()
        .map_or(rule.contains(&first.name), |named| named.iter().any(|name| *name == first.name || *name == first.arn))
    {
        return None;
    }
    let undecided = |what: &str| Fires::Undecided(format!("composite alarm `{}` {what}", composite.name));
    Some(match (named, suppressor) {
        (None, _) => undecided("asks for more than one of several alarms"),
        (Some(_), Some(_)) => undecided("has an alarm that suppresses its actions"),
        (Some(_), None) => fires.clone(),
    })
}

/// The alarms of a rule such as `ALARM(a) OR ALARM("b")`; nothing for any other rule.
fn alarms_in(rule: &str) -> Option<Vec<&str>> {
    let plain = rule.trim();
    let named = plain.split(" OR ").map(|part| {
        let part = part.trim();
        let inside = part.strip_prefix("ALARM").map(str::trim_start)?.strip_prefix('(')?.strip_suffix(')')?.trim();
        let name = inside.trim_matches(['"', '\'']);
        (!name.contains(['(', ')', '"'])).then_some(name)
    });
    named.collect()
}

fn on_one_event(condition: &MetricCondition, metric: &FilterMetric) -> Fires {
    if condition.dimensions != metric.dimensions {
        return Fires::No(format!(
            "it asks for the metric under {}, and the filter publishes it under {}",
            dimensions_in_words(&condition.dimensions),
            dimensions_in_words(&metric.dimensions)
        ));
    }
    if !condition.dimensions.is_empty() {
        return Fires::No("it sees only events with certain values of its dimensions".to_owned());
    }
    let published = metric.unit.as_deref().unwrap_or("None");
    if let Some(unit) = condition.unit.as_deref().filter(|unit| *unit != published) {
        return Fires::No(format!("it asks for the unit {unit}, and the filter publishes {published}"));
    }
    let Some(threshold) = condition.threshold else { return Fires::Undecided("its threshold is computed".to_owned()) };
    let Ok(value) = metric.value.parse::<f64>() else {
        return Fires::Undecided(format!("the filter publishes `{}` of each event", metric.value));
    };
    let one_event = match at_one_event(&condition.statistic, value, metric.default) {
        Ok(number) => number,
        Err(reason) => return Fires::Undecided(reason),
    };
    let Some(crosses) = comparison(&condition.comparison) else {
        return Fires::Undecided(format!("its comparison is {}", condition.comparison));
    };
    if !crosses(one_event, threshold) {
        let what = format!("{} of one event is {one_event}", condition.statistic);
        return Fires::No(format!("{what}, which is not {} {threshold}", in_words(&condition.comparison)));
    }
    let always = match metric.default {
        Some(quiet) => crosses(quiet, threshold),
        None => condition.missing_data == "breaching",
    };
    if always {
        return Fires::No("it is in ALARM without any event already, so that an event changes nothing".to_owned());
    }
    after_one_datapoint(condition, metric.default.is_some())
}

/// An alarm acts when it goes into ALARM, which may take more than one period.
fn after_one_datapoint(condition: &MetricCondition, has_default: bool) -> Fires {
    let needed = condition.datapoints_to_alarm.unwrap_or(condition.evaluation_periods);
    if needed <= 1 {
        return Fires::Yes;
    }
    let of = format!("it needs {needed} of {} periods with an event", condition.evaluation_periods);
    if has_default || condition.missing_data == "notBreaching" {
        return Fires::No(of);
    }
    // Periods without data are not counted against it, or keep it as it is: when they do is not certain.
    Fires::Undecided(format!("{of}, and periods without one are treated as {}", condition.missing_data))
}

/// The statistic over a period with one event.
fn at_one_event(statistic: &str, value: f64, default: Option<f64>) -> Result<f64, String> {
    let alone = match default {
        None => true,
        Some(quiet) => quiet.abs() < f64::EPSILON,
    };
    match (statistic, default) {
        ("Sum", _) if alone => Ok(value),
        ("Maximum", Some(quiet)) => Ok(value.max(quiet)),
        ("SampleCount", None) => Ok(1.0),
        (_, None) if statistic != "SampleCount" => Ok(value),
        _ => Err(format!("{statistic} depends on how many minutes of the period have no event")),
    }
}

fn comparison(operator: &str) -> Option<fn(f64, f64) -> bool> {
    Some(match operator {
        "GreaterThanOrEqualToThreshold" => |value, threshold| value >= threshold,
        "GreaterThanThreshold" => |value, threshold| value > threshold,
        "LessThanThreshold" => |value, threshold| value < threshold,
        "LessThanOrEqualToThreshold" => |value, threshold| value <= threshold,
        _ => return None,
    })
}

fn in_words(operator: &str) -> &str {
    match operator {
        "GreaterThanOrEqualToThreshold" => "at least",
        "GreaterThanThreshold" => "more than",
        "LessThanThreshold" => "less than",
        "LessThanOrEqualToThreshold" => "at most",
        other => other,
    }
}

fn dimensions_in_words(names: &[String]) -> String {
    if names.is_empty() { "no dimension".to_owned() } else { format!("dimensions {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric() -> FilterMetric {
        FilterMetric {
            namespace: "LogStore".to_owned(),
            name: "Changes".to_owned(),
            value: "1".to_owned(),
            default: None,
            dimensions: Vec::new(),
            unit: None,
        }
    }

    fn condition() -> MetricCondition {
        MetricCondition {
            namespace: "LogStore".to_owned(),
            metric: "Changes".to_owned(),
            dimensions: Vec::new(),
            unit: None,
            statistic: "Sum".to_owned(),
            comparison: "GreaterThanOrEqualToThreshold".to_owned(),
            threshold: Some(1.0),
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            missing_data: "missing".to_owned(),
        }
    }

    fn alarm(condition: AlarmCondition) -> Alarm {
        Alarm {
            name: "changes".to_owned(),
            arn: "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:changes".to_owned(),
            condition,
            actions_enabled: true,
            alarm_actions: Vec::new(),
        }
    }

    /// `yes`, or what the answer says.
    fn outcome(condition: MetricCondition, metric: FilterMetric) -> String {
        match fires(&alarm(AlarmCondition::Metric(condition)), &[metric]).unwrap() {
            Fires::Yes => "yes".to_owned(),
            Fires::No(why) => format!("no: {why}"),
            Fires::Undecided(why) => format!("undecided: {why}"),
        }
    }

    #[test]
    fn one_event_is_enough_as_often_as_it_crosses_the_threshold() {
        let cases: [(&str, &str, f64, &str); 10] = [
            ("Sum", "GreaterThanOrEqualToThreshold", 1.0, "yes"),
            ("Sum", "GreaterThanThreshold", 0.0, "yes"),
            ("Sum", "GreaterThanThreshold", 1.0, "no: Sum of one event is 1, which is not more than 1"),
            ("Sum", "GreaterThanOrEqualToThreshold", 5.0, "no: Sum of one event is 1, which is not at least 5"),
            ("Maximum", "GreaterThanOrEqualToThreshold", 1.0, "yes"),
            ("Average", "GreaterThanOrEqualToThreshold", 1.0, "yes"),
            ("SampleCount", "GreaterThanOrEqualToThreshold", 2.0, "no: SampleCount of one event is 1"),
            ("Sum", "LessThanThreshold", 1.0, "no: Sum of one event is 1, which is not less than 1"),
            ("Sum", "LessThanThreshold", 2.0, "yes"),
            ("Sum", "GreaterThanUpperThreshold", 1.0, "undecided: its comparison"),
        ];
        for (statistic, comparison, threshold, expected) in cases {
            let one = MetricCondition {
                statistic: statistic.to_owned(),
                comparison: comparison.to_owned(),
                threshold: Some(threshold),
                ..condition()
            };
            let found = outcome(one, metric());
            assert!(found.starts_with(expected), "{statistic} {comparison} {threshold}: {found}");
        }
    }

    #[test]
    fn what_the_filter_publishes_counts() {
        let zero = FilterMetric { value: "0".to_owned(), ..metric() };
        assert!(outcome(condition(), zero).starts_with("no: Sum of one event is 0"));
        let field = FilterMetric { value: "$.count".to_owned(), ..metric() };
        assert!(outcome(condition(), field).starts_with("undecided: the filter publishes `$.count`"));
        let quiet = FilterMetric { default: Some(0.0), ..metric() };
        assert_eq!(outcome(condition(), quiet.clone()), "yes");
        let average = MetricCondition { statistic: "Average".to_owned(), ..condition() };
        assert!(outcome(average, quiet).starts_with("undecided: Average depends"));
        let loud = FilterMetric { default: Some(1.0), ..metric() };
        let most = MetricCondition { statistic: "Maximum".to_owned(), ..condition() };
        assert!(outcome(most, loud).starts_with("no: it is in ALARM without any event"));
        let always = MetricCondition { missing_data: "breaching".to_owned(), ..condition() };
        assert!(outcome(always, metric()).starts_with("no: it is in ALARM without any event"));
    }

    #[test]
    fn an_alarm_that_asks_for_something_else_than_is_published_sees_nothing() {
        let by_user = || vec!["user".to_owned()];
        let found = outcome(MetricCondition { dimensions: by_user(), ..condition() }, metric());
        assert!(found.contains("under dimensions user, and the filter publishes it under no dimension"), "{found}");
        let split = FilterMetric { dimensions: by_user(), ..metric() };
        assert!(
            outcome(condition(), split.clone())
                .contains("no dimension, and the filter publishes it under dimensions user")
        );
        let one_user = MetricCondition { dimensions: by_user(), ..condition() };
        assert!(outcome(one_user, split).contains("only events with certain values"));
        let counted = MetricCondition { unit: Some("Count".to_owned()), ..condition() };
        assert!(outcome(counted.clone(), metric()).contains("the unit Count, and the filter publishes None"));
        assert_eq!(outcome(counted, FilterMetric { unit: Some("Count".to_owned()), ..metric() }), "yes");
        assert_eq!(
            fires(&alarm(AlarmCondition::Metric(condition())), &[FilterMetric { name: "x".to_owned(), ..metric() }]),
            None
        );
    }

    #[test]
    fn more_than_one_period_needs_more_than_one_event() {
        let periods = |evaluation_periods, datapoints_to_alarm, missing: &str| MetricCondition {
            evaluation_periods,
            datapoints_to_alarm,
            missing_data: missing.to_owned(),
            ..condition()
        };
        assert_eq!(outcome(periods(3, Some(1), "notBreaching"), metric()), "yes");
        assert_eq!(outcome(periods(3, None, "notBreaching"), metric()), "no: it needs 3 of 3 periods with an event");
        assert!(outcome(periods(3, Some(2), "missing"), metric()).starts_with("undecided: it needs 2 of 3"));
        let quiet = FilterMetric { default: Some(0.0), ..metric() };
        assert!(outcome(periods(2, None, "missing"), quiet).starts_with("no: it needs 2 of 2"));
    }

    #[test]
    fn an_expression_is_not_evaluated() {
        let read = vec![("LogStore".to_owned(), "Changes".to_owned()), ("LogStore".to_owned(), "Reads".to_owned())];
        assert!(matches!(fires(&alarm(AlarmCondition::Expression(read)), &[metric()]), Some(Fires::Undecided(_))));
        assert_eq!(fires(&alarm(AlarmCondition::Expression(Vec::new())), &[metric()]), None);
    }

    #[test]
    fn a_composite_alarm_passes_on_what_it_joins_by_or() {
        let first = alarm(AlarmCondition::Metric(condition()));
        let passed = |rule: &str, suppressor: Option<&str>| {
            let suppressor = suppressor.map(str::to_owned);
            passed_on(&alarm(AlarmCondition::Composite { rule: rule.to_owned(), suppressor }), &first, &Fires::Yes)
        };
        assert_eq!(passed("ALARM(changes)", None), Some(Fires::Yes));
        assert_eq!(passed("ALARM(\"reads\") OR ALARM(\"changes\")", None), Some(Fires::Yes));
        assert_eq!(passed(&format!("ALARM({})", first.arn), None), Some(Fires::Yes));
        assert_eq!(passed("ALARM(reads)", None), None);
        assert!(matches!(passed("ALARM(changes) AND ALARM(reads)", None), Some(Fires::Undecided(_))));
        assert!(matches!(passed("NOT ALARM(changes)", None), Some(Fires::Undecided(_))));
        assert!(matches!(passed("ALARM(changes)", Some("maintenance")), Some(Fires::Undecided(_))));
    }
}
