//! AWS Config.

use aws_sdk_config::{
    Client,
    types::{ConfigExportDeliveryInfo, ConfigurationRecorder, ConfigurationRecorderStatus, ResourceType},
};
use logproof_estate::facts::{ConfigDelivery, ConfigDeliveryInfo, ConfigDeliveryStatus, ConfigRecorder};

use super::{optional, required, timestamp};
use crate::failure::Failure;

/// The customer managed recorder of the Region with its status, if there is one.
///
/// See: <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html>
pub(super) async fn recorders(config: &Client) -> Result<Vec<ConfigRecorder>, Failure> {
    let recorders = config.describe_configuration_recorders().send().await?;
    if recorders.configuration_recorders().is_empty() {
        return Ok(Vec::new());
    }
    let statuses = config.describe_configuration_recorder_status().send().await?;
    recorders
        .configuration_recorders()
        .iter()
        .map(|recorder| {
            let status =
                statuses.configuration_recorders_status().iter().find(|status| status.name() == recorder.name());
            to_recorder(recorder, status)
        })
        .collect()
}

fn to_recorder(
    recorder: &ConfigurationRecorder,
    status: Option<&ConfigurationRecorderStatus>,
) -> Result<ConfigRecorder, Failure> {
    let group = recorder.recording_group();
    let types = |types: &[ResourceType]| types.iter().map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>();
    let strategy = group.and_then(|group| group.recording_strategy()).and_then(|strategy| strategy.use_only());
    let excluded = group.and_then(|group| group.exclusion_by_resource_types());
    Ok(ConfigRecorder {
        name: required(recorder.name(), "recorder name")?,
        role_arn: optional(recorder.role_arn()),
        all_supported: group.is_some_and(|group| group.all_supported()),
        include_global: group.is_some_and(|group| group.include_global_resource_types()),
        strategy: strategy.map(|strategy| strategy.as_str().to_owned()),
        resource_types: group.map(|group| types(group.resource_types())).unwrap_or_default(),
        excluded_types: excluded.map(|excluded| types(excluded.resource_types())).unwrap_or_default(),
        recording_frequency: recorder.recording_mode().map(|mode| mode.recording_frequency().as_str().to_owned()),
        recording: status.is_some_and(|status| status.recording()),
        last_status: status.and_then(|status| status.last_status()).map(|status| status.as_str().to_owned()),
        last_error: status.and_then(|status| optional(status.last_error_message())),
        last_status_change: status.and_then(|status| status.last_status_change_time()).and_then(timestamp),
    })
}

/// See: <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeDeliveryChannels.html>
pub(super) async fn delivery(config: &Client) -> Result<Vec<ConfigDelivery>, Failure> {
    let output = config.describe_delivery_channels().send().await?;
    output
        .delivery_channels()
        .iter()
        .map(|channel| {
            let snapshots = channel.config_snapshot_delivery_properties();
            Ok(ConfigDelivery {
                name: required(channel.name(), "delivery channel name")?,
                bucket: required(channel.s3_bucket_name(), "delivery channel bucket")?,
                prefix: optional(channel.s3_key_prefix()),
                kms_key: optional(channel.s3_kms_key_arn()),
                sns_topic_arn: optional(channel.sns_topic_arn()),
                snapshot_frequency: snapshots
                    .and_then(|properties| properties.delivery_frequency())
                    .map(|frequency| frequency.as_str().to_owned()),
            })
        })
        .collect()
}

/// See: <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeDeliveryChannelStatus.html>
pub(super) async fn delivery_status(config: &Client) -> Result<Vec<ConfigDeliveryStatus>, Failure> {
    let output = config.describe_delivery_channel_status().send().await?;
    output
        .delivery_channels_status()
        .iter()
        .map(|channel| {
            Ok(ConfigDeliveryStatus {
                name: required(channel.name(), "delivery channel name")?,
                history: channel.config_history_delivery_info().map(to_info),
                snapshots: channel.config_snapshot_delivery_info().map(to_info),
            })
        })
        .collect()
}

fn to_info(info: &ConfigExportDeliveryInfo) -> ConfigDeliveryInfo {
    let said = [optional(info.last_error_code()), optional(info.last_error_message())];
    let said: Vec<String> = said.into_iter().flatten().collect();
    ConfigDeliveryInfo {
        status: info.last_status().map(|status| status.as_str().to_owned()),
        error: (!said.is_empty()).then(|| said.join(": ")),
        last_success: info.last_successful_time().and_then(timestamp),
    }
}
