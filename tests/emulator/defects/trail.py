"""Defects of the organization trail."""

from . import defect
from .key import another_key
from .subjects import LOG_BUCKET, TRAIL


def update(zone, aws, **changes):
    aws("cloudtrail").update_trail(Name=zone.trail, **changes)


@defect({"LS-2.3": TRAIL})
def trail_encrypted_by_another_key(zone, aws, _):
    """The trail encrypts with another key of the log archive."""
    update(zone, aws, KmsKeyId=another_key(zone, aws))


@defect({"LS-4.1": ":", "LS-4.4": ":"})
def trail_of_one_account(zone, aws, _):
    """The trail records the management account only."""
    update(zone, aws, IsOrganizationTrail=False)


@defect({"LS-4.2": TRAIL})
def trail_stopped(zone, aws, _):
    """The trail does not log."""
    aws("cloudtrail").stop_logging(Name=zone.trail)


@defect({"LS-4.2": TRAIL})
def read_events_left_out(zone, aws, _):
    """Only management events that write are recorded."""
    selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}
    aws("cloudtrail").put_event_selectors(TrailName=zone.trail, EventSelectors=[selector])


@defect({"LS-4.2": TRAIL})
def key_events_left_out(zone, aws, _):
    """Management events of KMS are not recorded, by an advanced selector."""
    fields = [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
    ]
    selector = {"Name": "management", "FieldSelectors": fields}
    aws("cloudtrail").put_event_selectors(TrailName=zone.trail, AdvancedEventSelectors=[selector])


@defect({"LS-4.1": ":eu-west-1:", "LS-4.2": TRAIL, "LS-4.6": TRAIL})
def one_region_recorded(zone, aws, _):
    """The trail records its own Region only."""
    update(zone, aws, IsMultiRegionTrail=False)


@defect({"LS-4.3": TRAIL, "LS-4.4": ":"})
def trail_delivers_elsewhere(zone, aws, _):
    """The trail delivers to another bucket of the log archive."""
    update(zone, aws, S3BucketName=zone.config_bucket)


@defect({"LS-4.6": TRAIL})
def delivery_fails(zone, _aws, backdoor):
    """The last delivery failed: the key refuses CloudTrail."""
    backdoor.trail_delivered(
        zone.management,
        zone.home_region,
        zone.trail,
        {"LatestDeliveryTime": zone.now.timestamp() - 600, "LatestDeliveryError": "KMS.AccessDeniedException"},
    )


@defect({"LS-4.6": TRAIL})
def delivery_is_stale(zone, _aws, backdoor):
    """Nothing has been delivered for three days."""
    backdoor.trail_delivered(
        zone.management, zone.home_region, zone.trail, {"LatestDeliveryTime": zone.now.timestamp() - 3 * 86400}
    )


def data_trail(zone, aws):
    """The trail that records data events of the log bucket, outside that bucket: its client and its name."""
    for name, trail in zone["trails"].items():
        if name != zone.trail:
            return aws("cloudtrail", trail["account"], trail["region"]), name
    raise LookupError("the zone has no second trail")


@defect({"LS-4.7": LOG_BUCKET})
def data_events_left_out(zone, aws, _):
    """No data events are recorded."""
    cloudtrail, name = data_trail(zone, aws)
    everything = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[everything])


@defect({"LS-4.7": LOG_BUCKET})
def data_events_of_another_bucket(zone, aws, _):
    """Data events are recorded of another bucket, whose name begins like that of the log bucket."""
    cloudtrail, name = data_trail(zone, aws)
    other = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{zone.log_bucket}-old/"]}
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [other]}
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[selector])


@defect({"LS-4.7": LOG_BUCKET})
def data_events_not_logged(zone, aws, _):
    """The trail of data events is stopped."""
    cloudtrail, name = data_trail(zone, aws)
    cloudtrail.stop_logging(Name=name)


@defect({"LS-4.7": LOG_BUCKET})
def data_events_in_a_loop(zone, aws, _):
    """Data events of the log bucket are delivered to the log bucket, which makes data events."""
    cloudtrail, name = data_trail(zone, aws)
    cloudtrail.update_trail(Name=name, S3BucketName=zone.log_bucket)
