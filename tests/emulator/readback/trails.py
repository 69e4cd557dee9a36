"""CloudTrail, from wherever it must be visible, and AWS Config."""

from seed.recorders import DELIVERIES
from seed.trails import ERRORS, TIMES

from .reading import seconds_after


def sections(zone, aws):
    for name, written in zone["trails"].items():
        arn = f"arn:aws:cloudtrail:{written['region']}:{written['account']}:trail/{name}"
        expected = {key: value for key, value in written.items() if key not in (*TIMES, "not_in_accounts")}
        # CloudTrail answers with the ARN of the key, whatever named it.
        expected["kms_key"] = key_arn(zone, written.get("kms_key"))
        yield f"trails / {name}", expected, read_trail(aws("cloudtrail", written["account"], written["region"]), arn)
        status = aws("cloudtrail", written["account"], written["region"]).get_trail_status(Name=arn)
        for key, api in TIMES.items():
            yield f"trails / {name} / {key}", *seconds_after(zone, written.get(key), status.get(api))
        yield f"trails / {name} / visible", *visible(zone, aws, written, arn)
    recorders = {f"{account}/{region}": one for account, region, one in zone.cells("config_recorders")}
    channels = {f"{account}/{region}": one for account, region, one in zone.cells("delivery_channels")}
    for place in sorted({*recorders, *channels}):
        config = aws("config", *place.split("/"))
        written = recorders.get(place)
        yield f"config_recorders / {place}", written and expected_recorder(written), read_recorder(config)
        written = channels.get(place)
        yield f"delivery_channels / {place}", written and expected_channel(written), read_channel(config)
        for key, api in DELIVERIES.items():
            told = ((written or {}).get(key) or {}).get("successful")
            yield f"delivery_channels / {place} / {key}", *seconds_after(zone, told, last_success(config, api))


def key_arn(zone, written):
    for id, key in zone["keys"].items():
        place = f"arn:aws:kms:{key['region']}:{key['account']}"
        if written in [f"{place}:{alias}" for alias in key.get("aliases", [])]:
            return f"{place}:key/{id}"
    return written


def read_trail(cloudtrail, arn):
    (found,) = [one for one in cloudtrail.describe_trails()["trailList"] if one["TrailARN"] == arn]
    status = cloudtrail.get_trail_status(Name=arn)
    selectors = cloudtrail.get_event_selectors(TrailName=arn)
    return {
        "account": found["TrailARN"].split(":")[4],
        "region": found["HomeRegion"],
        "organization": found["IsOrganizationTrail"],
        "multi_region": found["IsMultiRegionTrail"],
        "global_service_events": found["IncludeGlobalServiceEvents"],
        "log_file_validation": found["LogFileValidationEnabled"],
        "bucket": found["S3BucketName"],
        "prefix": found.get("S3KeyPrefix"),
        "kms_key": found.get("KmsKeyId"),
        "log_group": found.get("CloudWatchLogsLogGroupArn"),
        "sns_topic": found.get("SnsTopicARN"),
        "logging": status["IsLogging"],
        "event_selectors": selectors.get("EventSelectors"),
        "advanced_event_selectors": selectors.get("AdvancedEventSelectors"),
        **{key: status.get(api) for key, api in ERRORS.items()},
    }


def visible(zone, aws, written, arn):
    """Where an organization trail of all Regions is seen, and where it should be."""
    if not (written.get("organization") and written.get("multi_region")):
        return None, None
    hidden = written.get("not_in_accounts", [])
    expected = {f"{account}/{region}": account not in hidden for account in zone["accounts"] for region in zone.regions}
    seen = {}
    for place in expected:
        found = aws("cloudtrail", *place.split("/")).describe_trails()["trailList"]
        seen[place] = any(trail["TrailARN"] == arn for trail in found)
    return expected, seen


def expected_recorder(written):
    return {
        "name": "default",
        **written,
        "strategy": written.get("strategy")
        or ("ALL_SUPPORTED_RESOURCE_TYPES" if written.get("all_supported") else None),
        "frequency": written.get("frequency") or "CONTINUOUS",
        "last_status": (written.get("last_status") or "Success").upper() if written.get("recording") else None,
    }


def read_recorder(config):
    found = config.describe_configuration_recorders()["ConfigurationRecorders"]
    if not found:
        return None
    (recorder,), (status,) = found, config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    group = recorder["recordingGroup"]
    return {
        "name": recorder["name"],
        "role": recorder["roleARN"],
        "all_supported": group["allSupported"],
        "include_global": group.get("includeGlobalResourceTypes"),
        "strategy": group.get("recordingStrategy", {}).get("useOnly"),
        "resource_types": group.get("resourceTypes"),
        "excluded_types": group.get("exclusionByResourceTypes", {}).get("resourceTypes"),
        "frequency": recorder["recordingMode"]["recordingFrequency"],
        "recording": status["recording"],
        "last_status": status.get("lastStatus"),
        "last_error": status.get("lastErrorMessage"),
    }


def expected_channel(written):
    return {"name": "default", **{key: value for key, value in written.items() if key not in DELIVERIES}}


def last_success(config, api):
    for status in config.describe_delivery_channel_status()["DeliveryChannelsStatus"]:
        return status.get(api, {}).get("lastSuccessfulTime")


def read_channel(config):
    found = config.describe_delivery_channels()["DeliveryChannels"]
    if not found:
        return None
    (channel,) = found
    return {
        "name": channel["name"],
        "bucket": channel["s3BucketName"],
        "prefix": channel.get("s3KeyPrefix"),
        "kms_key": channel.get("s3KmsKeyArn"),
        "sns_topic": channel.get("snsTopicARN"),
        "frequency": channel.get("configSnapshotDeliveryProperties", {}).get("deliveryFrequency"),
    }
