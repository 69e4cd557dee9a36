//! Amazon EventBridge, Amazon SNS, Amazon SQS, Amazon CloudWatch and IAM Access Analyzer.

use serde::{Deserialize, Serialize};

/// Name of the event bus that every account has in every Region, and that AWS services write to.
pub const DEFAULT_BUS: &str = "default";

/// An EventBridge event bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBus {
    /// Bus ARN.
    pub arn: String,
    /// Text of its policy; `None` when it has none: then only its own account puts events there.
    pub policy: Option<String>,
    /// Customer managed key that encrypts its events, as configured; `None` when AWS's own key does.
    pub kms_key: Option<String>,
}

/// An EventBridge rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRule {
    /// Rule name.
    pub name: String,
    /// Rule ARN.
    pub arn: String,
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
    pub state: String,
    /// Event pattern text; `None` for scheduled rules.
    pub pattern: Option<String>,
}

/// A target of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTarget {
    /// Target id.
    pub id: String,
    /// ARN of the target.
    pub arn: String,
    /// Role that EventBridge takes to call the target; it calls as itself when absent.
    pub role: Option<String>,
}

/// An SNS topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Text of its access policy. Every topic has one.
    pub policy: String,
    /// Key that encrypts its messages, as configured: id, ARN or alias; `None` when no KMS key does.
    pub kms_key: Option<String>,
}

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Text of its access policy; `None` when it has none, and only its own account gets in.
    pub policy: Option<String>,
    /// Key that encrypts its messages, as configured: id, ARN or alias; `None` when no KMS key does.
    pub kms_key: Option<String>,
}

/// A subscription of an SNS topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Subscription ARN; `PendingConfirmation` or `Deleted` when it is none.
    pub arn: String,
    /// `email`, `https`, `sqs`, `lambda` ...
    pub protocol: String,
    /// Where messages go.
    pub endpoint: String,
}

impl Subscription {
    /// Whether the endpoint has confirmed. See: <https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html>
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.arn.starts_with("arn:")
    }
}

/// A CloudWatch Logs metric filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricFilter {
    /// Filter name.
    pub name: String,
    /// Filter pattern.
    pub pattern: String,
    /// What it publishes for each log event it counts.
    pub metrics: Vec<FilterMetric>,
}

/// A metric that a filter feeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilterMetric {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// What is published for each log event: a number, or the selector of a field of it.
    pub value: String,
    /// What is published while log events arrive and none of them counts; nothing when absent.
    pub default: Option<f64>,
    /// Names of the dimensions it is published under.
    pub dimensions: Vec<String>,
    /// Unit; absent means `None`.
    pub unit: Option<String>,
}

/// A CloudWatch alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Alarm name.
    pub name: String,
    /// Alarm ARN.
    pub arn: String,
    /// What puts it into `ALARM`.
    pub condition: AlarmCondition,
    /// Whether actions are enabled.
    pub actions_enabled: bool,
    /// ARNs of the actions on ALARM.
    pub alarm_actions: Vec<String>,
}

/// What puts an alarm into `ALARM`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AlarmCondition {
    /// One metric crosses a threshold.
    Metric(MetricCondition),
    /// Something is computed from these metrics, as (namespace, name).
    Expression(Vec<(String, String)>),
    /// Other alarms are in certain states.
    Composite {
        /// The rule.
        rule: String,
        /// The alarm that keeps the actions from being taken while it is in `ALARM`.
        suppressor: Option<String>,
    },
}

/// A threshold on one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricCondition {
    /// Metric namespace.
    pub namespace: String,
    /// Metric name.
    pub metric: String,
    /// Names of the dimensions it is asked for under.
    pub dimensions: Vec<String>,
    /// Unit it is asked for in; absent means any.
    pub unit: Option<String>,
    /// `Sum`, `Average`, `p90` ...
    pub statistic: String,
    /// `GreaterThanThreshold` ...
    pub comparison: String,
    /// Threshold; absent when it is computed.
    pub threshold: Option<f64>,
    /// How many of the last periods are looked at.
    pub evaluation_periods: i32,
    /// How many of these must cross the threshold; absent means all.
    pub datapoints_to_alarm: Option<i32>,
    /// `missing`, `ignore`, `breaching` or `notBreaching`.
    pub missing_data: String,
}

/// An IAM Access Analyzer analyzer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessAnalyzer {
    /// Analyzer ARN.
    pub arn: String,
    /// Analyzer name.
    pub name: String,
    /// `ORGANIZATION`, `ACCOUNT` ...
    pub kind: String,
    /// `ACTIVE`, `DISABLED` ...
    pub status: String,
    /// Findings, archived ones included.
    pub findings: Vec<AnalyzerFinding>,
}

/// A finding of an analyzer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalyzerFinding {
    /// Finding id.
    pub id: String,
    /// Resource ARN.
    pub resource: String,
    /// `ACTIVE`, `ARCHIVED` or `RESOLVED`.
    pub status: String,
}
