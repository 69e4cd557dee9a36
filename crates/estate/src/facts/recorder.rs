//! AWS Config.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A configuration recorder with its status. See: <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigRecorder {
    /// Recorder name.
    pub name: String,
    /// Role it records with.
    pub role_arn: Option<String>,
    /// `allSupported`.
    pub all_supported: bool,
    /// `includeGlobalResourceTypes`.
    pub include_global: bool,
    /// `recordingStrategy.useOnly`, for example `ALL_SUPPORTED_RESOURCE_TYPES`.
    pub strategy: Option<String>,
    /// Resource types recorded, when not all.
    pub resource_types: Vec<String>,
    /// Resource types left out.
    pub excluded_types: Vec<String>,
    /// `CONTINUOUS` or `DAILY`.
    pub recording_frequency: Option<String>,
    /// Whether it records now; `false` too when the service reports no status for it.
    pub recording: bool,
    /// `Pending`, `Success`, `Failure`, `NotApplicable`.
    pub last_status: Option<String>,
    /// Error message of the last status.
    pub last_error: Option<String>,
    /// When the status last changed.
    pub last_status_change: Option<Timestamp>,
}

/// A delivery channel. See: <https://docs.aws.amazon.com/config/latest/APIReference/API_DeliveryChannel.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDelivery {
    /// Channel name.
    pub name: String,
    /// Bucket it delivers to.
    pub bucket: String,
    /// Key prefix.
    pub prefix: Option<String>,
    /// Key that encrypts the objects.
    pub kms_key: Option<String>,
    /// SNS topic ARN.
    pub sns_topic_arn: Option<String>,
    /// `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours`, `TwentyFour_Hours`; `None` means no snapshots.
    pub snapshot_frequency: Option<String>,
}

/// What a delivery channel last delivered to its bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDeliveryStatus {
    /// Channel name.
    pub name: String,
    /// Configuration history files: every six hours, of what changed.
    pub history: Option<ConfigDeliveryInfo>,
    /// Configuration snapshots.
    pub snapshots: Option<ConfigDeliveryInfo>,
}

/// How the last delivery of one kind ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDeliveryInfo {
    /// `Success`, `Failure` or `Not_Applicable`, in whatever case the service writes it; `None` before the first one.
    pub status: Option<String>,
    /// Error code and message of the last attempt, when it failed.
    pub error: Option<String>,
    /// When one last succeeded.
    pub last_success: Option<Timestamp>,
}
