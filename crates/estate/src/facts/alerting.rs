//! Amazon EventBridge, Amazon SNS, Amazon CloudWatch and IAM Access Analyzer.

use serde::{Deserialize, Serialize};

/// An EventBridge rule of the default bus.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricFilter {
    /// Filter name.
    pub name: String,
    /// Filter pattern.
    pub pattern: String,
    /// Metrics it feeds, as (namespace, name).
    pub metrics: Vec<(String, String)>,
}

/// A CloudWatch metric alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Alarm name.
    pub name: String,
    /// Alarm ARN.
    pub arn: String,
    /// Metric namespace.
    pub namespace: Option<String>,
    /// Metric name.
    pub metric: Option<String>,
    /// Whether actions are enabled.
    pub actions_enabled: bool,
    /// ARNs of the actions on ALARM.
    pub alarm_actions: Vec<String>,
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
