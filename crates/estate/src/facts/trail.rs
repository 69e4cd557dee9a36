//! AWS CloudTrail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A trail. See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// Trail name.
    pub name: String,
    /// Trail ARN (its account is the owner).
    pub arn: String,
    /// Home Region, where the service says.
    pub home_region: Option<String>,
    /// `IsOrganizationTrail`.
    pub is_organization_trail: bool,
    /// `IsMultiRegionTrail`.
    pub is_multi_region: bool,
    /// `IncludeGlobalServiceEvents`.
    pub include_global_service_events: bool,
    /// `LogFileValidationEnabled`.
    pub log_file_validation: bool,
    /// Bucket it delivers to.
    pub bucket: String,
    /// Key prefix in the bucket.
    pub prefix: Option<String>,
    /// Key that encrypts the log files.
    pub kms_key: Option<String>,
    /// CloudWatch Logs log group ARN.
    pub log_group_arn: Option<String>,
    /// SNS topic ARN.
    pub sns_topic_arn: Option<String>,
}

/// Status of a trail. See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrailStatus {
    /// Whether the trail is logging.
    pub is_logging: bool,
    /// Newest delivery of log files.
    pub latest_delivery: Option<Timestamp>,
    /// Error of the newest delivery.
    pub latest_delivery_error: Option<String>,
    /// Newest delivery of a digest.
    pub latest_digest_delivery: Option<Timestamp>,
    /// Error of the newest digest delivery.
    pub latest_digest_delivery_error: Option<String>,
    /// When logging was last started.
    pub started_logging: Option<Timestamp>,
    /// When logging was last stopped.
    pub stopped_logging: Option<Timestamp>,
}

/// Event selectors of a trail: basic or advanced, never both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventSelectors {
    /// Basic selectors.
    pub basic: Vec<BasicSelector>,
    /// Advanced selectors.
    pub advanced: Vec<AdvancedSelector>,
}

/// A basic event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasicSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write: String,
    /// Whether management events are recorded.
    pub management_events: bool,
    /// Management event sources left out, for example `kms.amazonaws.com`.
    pub excluded_sources: Vec<String>,
    /// Data resources as (type, ARN prefixes).
    pub data_resources: Vec<(String, Vec<String>)>,
}

/// An advanced event selector: all fields must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvancedSelector {
    /// Selector name.
    pub name: Option<String>,
    /// Field selectors.
    pub fields: Vec<FieldSelector>,
}

/// One field of an advanced selector. See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FieldSelector {
    /// `eventCategory`, `readOnly`, `eventSource`, `eventName`, `resources.type`, `resources.ARN` ...
    pub field: String,
    /// `Equals`.
    pub equals: Vec<String>,
    /// `StartsWith`.
    pub starts_with: Vec<String>,
    /// `EndsWith`.
    pub ends_with: Vec<String>,
    /// `NotEquals`.
    pub not_equals: Vec<String>,
    /// `NotStartsWith`.
    pub not_starts_with: Vec<String>,
    /// `NotEndsWith`.
    pub not_ends_with: Vec<String>,
}

/// Which recorded events to look up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrailEventQuery {
    /// Lookup attribute, for example `EventName` or `ResourceName`.
    pub attribute: String,
    /// Its value.
    pub value: String,
    /// Events from this instant on.
    pub from: Timestamp,
    /// Events before this instant.
    pub until: Timestamp,
}

/// One recorded management event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEvent {
    /// Event id.
    pub id: String,
    /// Event name, for example `AssumeRole`.
    pub name: String,
    /// When it happened.
    pub time: Timestamp,
    /// User name CloudTrail reports.
    pub username: Option<String>,
    /// The whole event record (`CloudTrailEvent`), JSON text.
    pub record: String,
}
