//! AWS Config: recorders, whether they record, delivery channels.

use logproof_estate::facts::{ConfigDelivery, ConfigRecorder};

use super::{Changes, Scene, one};
use crate::{
    edit::{Change, ConfigChange},
    planned::Planned,
    tree::{Read, Tree},
};

/// The name AWS Config and the provider give to what is not named.
fn name(tree: &Tree) -> Read<String> {
    Ok(tree.get("name").text()?.unwrap_or_else(|| "default".to_owned()))
}

pub(super) fn set(scene: &Scene<'_>, tree: &Tree, new: bool) -> Read<Changes> {
    let name = name(tree)?;
    let (attribute, change) = match scene.kind {
        "aws_config_configuration_recorder" => {
            // CloudFormation starts a recorder that it makes, once its delivery channel is there.
            let recorder = ConfigChange::Recorder(scene.planned("", recorder(tree, &name)));
            let mut changes = one("", Change::Config(recorder));
            if new && tree.get("started").flag()? == Some(true) {
                let on = ConfigChange::Recording { name, on: Planned::Known(true) };
                changes.extend(one("started", Change::Config(on)));
            }
            return Ok(changes);
        }
        "aws_config_configuration_recorder_status" => {
            let on = tree.get("is_enabled").flag().map(Option::unwrap_or_default);
            ("is_enabled", ConfigChange::Recording { name, on: scene.planned("is_enabled", on) })
        }
        _ => ("", ConfigChange::Delivery(scene.planned("", delivery(tree, &name)))),
    };
    Ok(one(attribute, Change::Config(change)))
}

/// A recorder without its status resource is stopped: nothing else starts it.
pub(super) fn removed(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    let name = name(tree)?;
    let change = match scene.kind {
        "aws_config_configuration_recorder" => ConfigChange::RecorderDeleted { name },
        "aws_config_configuration_recorder_status" => ConfigChange::Recording { name, on: Planned::Known(false) },
        _ => ConfigChange::DeliveryDeleted { name },
    };
    Ok(one("", Change::Config(change)))
}

fn recorder(tree: &Tree, name: &str) -> Read<ConfigRecorder> {
    let group = tree.block("recording_group");
    let all = if group.is_absent() { true } else { group.get("all_supported").flag()?.unwrap_or(true) };
    let excluded = group.block("exclusion_by_resource_types").get("resource_types").texts()?;
    let types = group.get("resource_types").texts()?;
    let strategy = match group.block("recording_strategy").get("use_only").text()? {
        Some(strategy) => strategy,
        // Left to AWS Config, it follows from the rest.
        // See: https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingStrategy.html
        None if all => "ALL_SUPPORTED_RESOURCE_TYPES".to_owned(),
        None if !excluded.is_empty() => "EXCLUSION_BY_RESOURCE_TYPES".to_owned(),
        None => "INCLUSION_BY_RESOURCE_TYPES".to_owned(),
    };
    let frequency = tree.block("recording_mode").get("recording_frequency").text()?;
    Ok(ConfigRecorder {
        name: name.to_owned(),
        role_arn: tree.get("role_arn").text()?,
        all_supported: all,
        include_global: group.get("include_global_resource_types").flag()?.unwrap_or_default(),
        strategy: Some(strategy),
        resource_types: types,
        excluded_types: excluded,
        recording_frequency: Some(frequency.unwrap_or_else(|| "CONTINUOUS".to_owned())),
        recording: false,
        last_status: None,
        last_error: None,
        last_status_change: None,
    })
}

fn delivery(tree: &Tree, name: &str) -> Read<ConfigDelivery> {
    Ok(ConfigDelivery {
        name: name.to_owned(),
        bucket: tree.get("s3_bucket_name").need()?,
        prefix: tree.get("s3_key_prefix").text()?,
        kms_key: tree.get("s3_kms_key_arn").text()?,
        sns_topic_arn: tree.get("sns_topic_arn").text()?,
        snapshot_frequency: tree.block("snapshot_delivery_properties").get("delivery_frequency").text()?,
    })
}
