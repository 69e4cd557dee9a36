//! AWS Config.

use logproof_estate::facts::{ConfigDelivery, ConfigDeliveryInfo, ConfigDeliveryStatus, ConfigRecorder};
use serde_json::json;

use super::support::{Protocol, Wire, at, client, fails_apart, json as answer, refused};
use crate::observe::config;

fn recorders() -> Wire {
    answer(json!({"ConfigurationRecorders": [{
        "name": "default", "roleARN": "arn:aws:iam::222222222222:role/config",
        "recordingGroup": {
            "allSupported": false, "includeGlobalResourceTypes": true, "resourceTypes": ["AWS::Future::Thing"],
            "exclusionByResourceTypes": {"resourceTypes": ["AWS::S3::Bucket"]},
            "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
        },
        "recordingMode": {"recordingFrequency": "CONTINUOUS"},
    }]}))
}

fn status(name: &str) -> Wire {
    answer(json!({"ConfigurationRecordersStatus": [{
        "name": name, "recording": true, "lastStatus": "PENDING", "lastErrorMessage": "late",
        "lastStatusChangeTime": 1_768_478_400,
    }]}))
}

fn channels() -> Wire {
    answer(json!({"DeliveryChannels": [{
        "name": "default", "s3BucketName": "config-logs", "s3KeyPrefix": "acme", "s3KmsKeyArn": "arn:aws:kms:::key/1",
        "snsTopicARN": "arn:aws:sns:::t", "configSnapshotDeliveryProperties": {"deliveryFrequency": "One_Hour"},
    }]}))
}

fails_apart!(recorder: aws_sdk_config::describe_configuration_recorders, Json,
    "config:DescribeConfigurationRecorders" needs "config:DescribeConfigurationRecorders",
    answer(json!({"ConfigurationRecorders": []})), |config| config::recorders(config));
fails_apart!(delivery: aws_sdk_config::describe_delivery_channels, Json,
    "config:DescribeDeliveryChannels" needs "config:DescribeDeliveryChannels",
    channels(), |config| config::delivery(config));
fails_apart!(delivery_status: aws_sdk_config::describe_delivery_channel_status, Json,
    "config:DescribeDeliveryChannelStatus" needs "config:DescribeDeliveryChannelStatus",
    statuses(), |config| config::delivery_status(config));

fn statuses() -> Wire {
    answer(json!({"DeliveryChannelsStatus": [{
        "name": "default",
        "configHistoryDeliveryInfo": {"lastStatus": "SUCCESS", "lastSuccessfulTime": 1_768_478_400},
        "configSnapshotDeliveryInfo": {
            "lastStatus": "FAILURE", "lastErrorCode": "AccessDenied", "lastErrorMessage": "refused",
            "lastAttemptTime": 1_768_478_400,
        },
        "configStreamDeliveryInfo": {"lastStatus": "Not_Applicable"},
    }]}))
}

fn expected() -> ConfigRecorder {
    ConfigRecorder {
        name: "default".to_owned(),
        role_arn: Some("arn:aws:iam::222222222222:role/config".to_owned()),
        all_supported: false,
        include_global: true,
        strategy: Some("EXCLUSION_BY_RESOURCE_TYPES".to_owned()),
        resource_types: vec!["AWS::Future::Thing".to_owned()],
        excluded_types: vec!["AWS::S3::Bucket".to_owned()],
        recording_frequency: Some("CONTINUOUS".to_owned()),
        recording: true,
        last_status: Some("PENDING".to_owned()),
        last_error: Some("late".to_owned()),
        last_status_change: Some(at("2026-01-15T12:00:00Z")),
    }
}

#[tokio::test]
async fn a_recorder_with_its_status() {
    let config = client!(aws_sdk_config:
        describe_configuration_recorders => [recorders()],
        describe_configuration_recorder_status => [status("default")],
    );
    assert_eq!(config::recorders(&config).await.unwrap(), [expected()]);
}

#[tokio::test]
async fn a_recorder_without_a_status_does_not_record() {
    let config = client!(aws_sdk_config:
        describe_configuration_recorders => [recorders()],
        describe_configuration_recorder_status => [status("another")],
    );
    let expected = ConfigRecorder {
        recording: false,
        last_status: None,
        last_error: None,
        last_status_change: None,
        ..expected()
    };
    assert_eq!(config::recorders(&config).await.unwrap(), [expected]);
}

#[tokio::test]
async fn no_recorder_needs_no_status() {
    let config = client!(aws_sdk_config:
        describe_configuration_recorders => [answer(json!({"ConfigurationRecorders": []}))]);
    assert_eq!(config::recorders(&config).await.unwrap(), []);
}

#[tokio::test]
async fn a_status_that_may_not_be_read_is_no_recorder_that_stands_still() {
    let config = client!(aws_sdk_config:
        describe_configuration_recorders => [recorders()],
        describe_configuration_recorder_status => [Protocol::Json.error(400, "AccessDeniedException")],
    );
    assert_eq!(refused(config::recorders(&config).await), "AccessDeniedException");
}

#[tokio::test]
async fn a_delivery_channel_and_none() {
    let little = answer(json!({"DeliveryChannels": [{"name": "default", "s3BucketName": "b"}]}));
    let config = client!(aws_sdk_config:
        describe_delivery_channels => [channels(), answer(json!({"DeliveryChannels": []})), little]);
    let expected = ConfigDelivery {
        name: "default".to_owned(),
        bucket: "config-logs".to_owned(),
        prefix: Some("acme".to_owned()),
        kms_key: Some("arn:aws:kms:::key/1".to_owned()),
        sns_topic_arn: Some("arn:aws:sns:::t".to_owned()),
        snapshot_frequency: Some("One_Hour".to_owned()),
    };
    assert_eq!(config::delivery(&config).await.unwrap(), [expected]);
    assert_eq!(config::delivery(&config).await.unwrap(), []);
    assert_eq!(config::delivery(&config).await.unwrap()[0].snapshot_frequency, None);
}

#[tokio::test]
async fn how_deliveries_ended_and_a_channel_that_delivered_nothing() {
    let new = answer(json!({"DeliveryChannelsStatus": [{"name": "new"}]}));
    let nameless = answer(json!({"DeliveryChannelsStatus": [{}]}));
    let config = client!(aws_sdk_config: describe_delivery_channel_status => [statuses(), new, nameless]);
    let info = |status: &str, error: Option<&str>, last_success: Option<&str>| ConfigDeliveryInfo {
        status: Some(status.to_owned()),
        error: error.map(str::to_owned),
        last_success: last_success.map(at),
    };
    let expected = ConfigDeliveryStatus {
        name: "default".to_owned(),
        history: Some(info("SUCCESS", None, Some("2026-01-15T12:00:00Z"))),
        snapshots: Some(info("FAILURE", Some("AccessDenied: refused"), None)),
    };
    assert_eq!(config::delivery_status(&config).await.unwrap(), [expected]);
    let new = ConfigDeliveryStatus { name: "new".to_owned(), history: None, snapshots: None };
    assert_eq!(config::delivery_status(&config).await.unwrap(), [new]);
    assert!(config::delivery_status(&config).await.is_err(), "a channel has a name");
}
