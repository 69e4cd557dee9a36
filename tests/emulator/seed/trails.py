"""CloudTrail."""

import datetime

from . import chains
from .documents import text

TIMES = {
    "latest_delivery": "LatestDeliveryTime",
    "latest_digest_delivery": "LatestDigestDeliveryTime",
}
ERRORS = {
    "latest_delivery_error": "LatestDeliveryError",
    "latest_digest_delivery_error": "LatestDigestDeliveryError",
}


def seed(zone, aws, backdoor):
    for name, trail in zone["trails"].items():
        cloudtrail = aws("cloudtrail", trail["account"], trail["region"])
        with backdoor.trail_bucket_unchecked():
            create(cloudtrail, name, trail)
        if trail.get("logging"):
            cloudtrail.start_logging(Name=name)
        if trail.get("event_selectors"):
            cloudtrail.put_event_selectors(TrailName=name, EventSelectors=trail["event_selectors"])
        if trail.get("advanced_event_selectors"):
            cloudtrail.put_event_selectors(TrailName=name, AdvancedEventSelectors=trail["advanced_event_selectors"])
        delivery = {api: seconds(zone.time(trail[key])) for key, api in TIMES.items() if trail.get(key)}
        delivery.update({api: trail[key] for key, api in ERRORS.items() if trail.get(key)})
        backdoor.trail_delivered(trail["account"], trail["region"], name, delivery)
        backdoor.trail_hidden(trail["account"], trail["region"], name, trail.get("not_in_accounts", []))
    for account in zone["accounts"]:
        for region in zone.regions:
            backdoor.public_keys(account, region, chains.public_keys())
    for place, events in zone["trail_events"].items():
        account, region = place.split("/")
        backdoor.events_recorded(account, region, [event(zone, one) for one in events])


def create(cloudtrail, name, trail):
    optional = {
        "S3KeyPrefix": trail.get("prefix"),
        "KmsKeyId": trail.get("kms_key"),
        "CloudWatchLogsLogGroupArn": trail.get("log_group"),
        "SnsTopicName": (trail.get("sns_topic") or "").split(":")[-1] or None,
    }
    multi_region, global_events = trail.get("multi_region", False), trail.get("global_service_events", False)
    cloudtrail.create_trail(
        Name=name,
        S3BucketName=trail["bucket"],
        IsOrganizationTrail=trail.get("organization", False),
        IsMultiRegionTrail=multi_region,
        # CloudTrail refuses a multi-Region trail without; a zone may still say so, to try a control.
        IncludeGlobalServiceEvents=global_events or multi_region,
        EnableLogFileValidation=trail.get("log_file_validation", False),
        **{key: value for key, value in optional.items() if value},
    )
    if multi_region and not global_events:
        cloudtrail.update_trail(Name=name, IncludeGlobalServiceEvents=False)


def event(zone, one):
    when = zone.time(one["time"])
    return {
        "EventId": one["id"],
        "EventName": one["name"],
        "EventTime": seconds(when),
        "Username": one.get("username") or "",
        "Resources": [{"ResourceName": resource} for resource in one.get("resources", [])],
        "CloudTrailEvent": text(one.get("record", {})),
    }


def seconds(naive):
    return naive.replace(tzinfo=datetime.timezone.utc).timestamp()
