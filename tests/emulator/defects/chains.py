"""Defects of what CloudTrail delivered: digests and the log files they name."""

import gzip

from . import defect
from .bucket import s3_of
from .subjects import LOG_BUCKET, TRAIL

PLACE = "AWSLogs/o-exampleorg1/555555555555"
DIGESTS = f"{LOG_BUCKET}/{PLACE}/CloudTrail-Digest/eu-west-1/"
LOGS = f"{LOG_BUCKET}/{PLACE}/CloudTrail/eu-west-1/"


def keys(zone, aws, kind):
    found = s3_of(zone, aws).list_objects_v2(Bucket=zone.log_bucket, Prefix=f"{PLACE}/{kind}/eu-west-1/")
    return sorted(one["Key"] for one in found["Contents"])


def delete(zone, aws, key):
    """Deletes an object with all its versions."""
    s3 = s3_of(zone, aws)
    for version in s3.list_object_versions(Bucket=zone.log_bucket, Prefix=key)["Versions"]:
        s3.delete_object(Bucket=zone.log_bucket, Key=key, VersionId=version["VersionId"])


@defect({"LS-4.4": DIGESTS})
def a_digest_deleted(zone, aws, _):
    """A digest between two others is gone."""
    delete(zone, aws, keys(zone, aws, "CloudTrail-Digest")[1])


@defect({"LS-4.4": DIGESTS})
def a_digest_changed(zone, aws, _):
    """A digest was rewritten, and keeps the signature of what it was."""
    s3, key = s3_of(zone, aws), keys(zone, aws, "CloudTrail-Digest")[1]
    found = s3.get_object(Bucket=zone.log_bucket, Key=key)
    content = gzip.decompress(found["Body"].read()).replace(b'"newestEventTime"', b'"newestEventtime"')
    s3.put_object(Bucket=zone.log_bucket, Key=key, Body=gzip.compress(content), Metadata=found["Metadata"])


@defect({"LS-4.4": DIGESTS})
def every_digest_deleted(zone, aws, _):
    """One account and Region has no digest."""
    for key in keys(zone, aws, "CloudTrail-Digest"):
        delete(zone, aws, key)


@defect({"LS-4.4": LOGS})
def a_log_file_deleted(zone, aws, _):
    """A log file that a digest names is gone."""
    delete(zone, aws, keys(zone, aws, "CloudTrail")[0])


@defect({"LS-4.4": LOGS})
def a_log_file_changed(zone, aws, _):
    """A log file has lost its records."""
    key = keys(zone, aws, "CloudTrail")[0]
    s3_of(zone, aws).put_object(Bucket=zone.log_bucket, Key=key, Body=gzip.compress(b'{"Records": []}'))


@defect({"LS-4.4": TRAIL})
def log_files_not_validated(zone, aws, _):
    """CloudTrail makes no digests any more."""
    aws("cloudtrail").update_trail(Name=zone.trail, EnableLogFileValidation=False)


@defect({}, errors=["LS-4.4"])
def digests_signed_by_a_stranger(zone, _aws, backdoor):
    """CloudTrail lists no key that could have signed."""
    backdoor.public_keys(zone.management, zone.home_region, [])
