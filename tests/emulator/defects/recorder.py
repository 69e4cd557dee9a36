"""Defects of AWS Config in one account and Region out of twelve."""

from . import defect

ACCOUNT, REGION = "555555555555", "eu-west-1"
CELL = f":{REGION}:{ACCOUNT}"


def config_of(aws):
    return aws("config", ACCOUNT, REGION)


def recorder(aws):
    return config_of(aws).describe_configuration_recorders()["ConfigurationRecorders"][0]


def change_channel(aws, change):
    channel = config_of(aws).describe_delivery_channels()["DeliveryChannels"][0]
    change(channel)
    config_of(aws).put_delivery_channel(DeliveryChannel=channel)


@defect({"LS-5.1": CELL})
def recorder_stopped(_zone, aws, _):
    """The recorder of one account and Region is stopped."""
    config_of(aws).stop_configuration_recorder(ConfigurationRecorderName=recorder(aws)["name"])


@defect({"LS-5.1": CELL, "LS-5.2": CELL, "LS-5.3": CELL})
def config_absent(_zone, aws, _):
    """AWS Config is not set up in one account and Region."""
    config = config_of(aws)
    config.stop_configuration_recorder(ConfigurationRecorderName=recorder(aws)["name"])
    for channel in config.describe_delivery_channels()["DeliveryChannels"]:
        config.delete_delivery_channel(DeliveryChannelName=channel["name"])
    config.delete_configuration_recorder(ConfigurationRecorderName=recorder(aws)["name"])


@defect({"LS-5.1": CELL})
def recorder_leaves_types_out(_zone, aws, _):
    """The recorder of one account and Region records S3 buckets only."""
    group = {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}
    found = recorder(aws)
    config_of(aws).put_configuration_recorder(
        ConfigurationRecorder={"name": found["name"], "roleARN": found["roleARN"], "recordingGroup": group}
    )


@defect({"LS-5.1": CELL})
def recorder_fails(_zone, _aws, backdoor):
    """The recorder of one account and Region reports failure."""
    backdoor.recorder_status(ACCOUNT, REGION, "FAILURE", "the role of the recorder cannot be assumed")


@defect({"LS-5.2": CELL})
def configuration_delivered_elsewhere(_zone, aws, _):
    """One account and Region delivers to a bucket of its own."""
    change_channel(aws, lambda channel: channel.update(s3BucketName="config-bucket-555555555555"))


@defect({"LS-5.3": CELL})
def no_snapshots(_zone, aws, _):
    """One account and Region takes no snapshots."""
    change_channel(aws, lambda channel: channel.pop("configSnapshotDeliveryProperties"))
