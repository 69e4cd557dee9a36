//! EventBridge rules, SNS topics, SQS queues, metric filters and alarms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An EventBridge rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default = "enabled_upper")]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) pattern: Option<Value>,
    /// Targets as id to ARN.
    #[serde(default)]
    pub(crate) targets: BTreeMap<String, String>,
    /// Roles that EventBridge takes to call targets, as id to ARN.
    #[serde(default)]
    pub(crate) target_roles: BTreeMap<String, String>,
}

/// An EventBridge event bus.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventBus {
    /// Who may put events there besides the account.
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    /// Customer managed key that encrypts the events.
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    /// Rules by name; those of the default bus may stand in `event_rules` as well.
    #[serde(default)]
    pub(crate) rules: BTreeMap<String, Rule>,
}

fn enabled_upper() -> String {
    "ENABLED".to_owned()
}

/// An SNS topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Topic {
    /// Access policy; the one that SNS gives a new topic when absent.
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    /// Key that encrypts the messages: id, ARN or alias.
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    #[serde(default)]
    pub(crate) subscriptions: Vec<Subscription>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// An SQS queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Queue {
    /// Access policy.
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    /// Key that encrypts the messages: id, ARN or alias.
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// A subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    #[serde(default)]
    pub(crate) confirmed: bool,
}

/// A metric filter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricFilter {
    pub(crate) pattern: String,
    /// Metrics as namespace and name.
    pub(crate) metrics: Vec<(String, String)>,
    /// What each event adds to them.
    #[serde(default = "one_text")]
    pub(crate) value: String,
    #[serde(default)]
    pub(crate) default_value: Option<f64>,
    /// Selectors by dimension.
    #[serde(default)]
    pub(crate) dimensions: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) unit: Option<String>,
}

fn one_text() -> String {
    "1".to_owned()
}

/// A metric alarm; what is absent is as the benchmark asks: one event is enough.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    pub(crate) namespace: String,
    pub(crate) metric: String,
    #[serde(default)]
    pub(crate) actions_enabled: bool,
    #[serde(default)]
    pub(crate) actions: Vec<String>,
    /// Values by dimension.
    #[serde(default)]
    pub(crate) dimensions: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) unit: Option<String>,
    #[serde(default = "sum")]
    pub(crate) statistic: String,
    #[serde(default = "at_least")]
    pub(crate) comparison: String,
    #[serde(default = "one")]
    pub(crate) threshold: f64,
    #[serde(default = "one_period")]
    pub(crate) evaluation_periods: i32,
    #[serde(default)]
    pub(crate) datapoints_to_alarm: Option<i32>,
    #[serde(default)]
    pub(crate) missing_data: Option<String>,
    /// An expression over the metric; then threshold and statistic are those of the expression.
    #[serde(default)]
    pub(crate) expression: Option<String>,
}

fn sum() -> String {
    "Sum".to_owned()
}
fn at_least() -> String {
    "GreaterThanOrEqualToThreshold".to_owned()
}
fn one() -> f64 {
    1.0
}
fn one_period() -> i32 {
    1
}

/// An alarm on other alarms.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompositeAlarm {
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) suppressor: Option<String>,
    #[serde(default)]
    pub(crate) actions_enabled: bool,
    #[serde(default)]
    pub(crate) actions: Vec<String>,
}
