"""AWS Config: recorders and delivery channels."""

from .trails import seconds

# What a channel of the zone says of deliveries, and the member of the API that says it.
DELIVERIES = {"history": "configHistoryDeliveryInfo", "snapshots": "configSnapshotDeliveryInfo"}


def seed(zone, aws, backdoor):
    recorders = {(account, region): one for account, region, one in zone.cells("config_recorders")}
    channels = {(account, region): one for account, region, one in zone.cells("delivery_channels")}
    for place in sorted({*recorders, *channels}):
        cell(aws("config", *place), place, recorders.get(place), channels.get(place), backdoor)
        if place in channels:
            backdoor.channel_delivered(*place, delivered(zone, channels[place]))


def cell(config, place, recorder, channel, backdoor):
    # A channel can be put only beside a recorder, and stays when that goes.
    config.put_configuration_recorder(ConfigurationRecorder=configuration(recorder or {"all_supported": True}))
    if channel:
        config.put_delivery_channel(DeliveryChannel=delivery(channel))
    if not recorder:
        config.delete_configuration_recorder(ConfigurationRecorderName="default")
        return
    if recorder.get("recording") and channel:
        config.start_configuration_recorder(ConfigurationRecorderName=recorder.get("name", "default"))
    elif recorder.get("recording"):
        backdoor.recorder_recording(*place)
    if recorder.get("last_status", "Success").upper() != "SUCCESS":
        backdoor.recorder_status(*place, recorder["last_status"].upper(), recorder.get("last_error"))


def configuration(recorder):
    group = {"allSupported": recorder.get("all_supported", False)}
    if group["allSupported"]:
        group["includeGlobalResourceTypes"] = recorder.get("include_global", False)
    if recorder.get("resource_types"):
        group["resourceTypes"] = recorder["resource_types"]
    if recorder.get("excluded_types"):
        group["exclusionByResourceTypes"] = {"resourceTypes": recorder["excluded_types"]}
    if recorder.get("strategy"):
        group["recordingStrategy"] = {"useOnly": recorder["strategy"]}
    return {
        "name": recorder.get("name", "default"),
        "roleARN": recorder.get("role") or "arn:aws:iam::000000000000:role/none",
        "recordingGroup": group,
        "recordingMode": {"recordingFrequency": recorder.get("frequency") or "CONTINUOUS"},
    }


def delivered(zone, channel):
    return {api: ended(zone, channel[key]) for key, api in DELIVERIES.items() if channel.get(key)}


def ended(zone, one):
    described = {
        "lastStatus": one["status"].upper(),
        "lastErrorCode": one.get("error_code"),
        "lastErrorMessage": one.get("error"),
        "lastSuccessfulTime": seconds(zone.time(one["successful"])) if one.get("successful") else None,
    }
    return {key: value for key, value in described.items() if value is not None}


def delivery(channel):
    described = {
        "name": channel.get("name", "default"),
        "s3BucketName": channel["bucket"],
        "s3KeyPrefix": channel.get("prefix"),
        "s3KmsKeyArn": channel.get("kms_key"),
        "snsTopicARN": channel.get("sns_topic"),
    }
    if channel.get("frequency"):
        described["configSnapshotDeliveryProperties"] = {"deliveryFrequency": channel["frequency"]}
    return {key: value for key, value in described.items() if value}
