"""Defects of the log key."""

from . import defect
from .subjects import LOG_BUCKET, LOG_KEY, READER_ROLE, TRAIL


def key_id(zone, aws):
    return aws("kms", zone.log_archive).describe_key(KeyId=zone.key)["KeyMetadata"]["KeyId"]


def another_key(zone, aws):
    """ARN of a new key beside the log key, with the same policy."""
    kms = aws("kms", zone.log_archive)
    policy = kms.get_key_policy(KeyId=key_id(zone, aws), PolicyName="default")["Policy"]
    key = kms.create_key(Description="another key", Policy=policy)["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    return key["Arn"]


@defect({"LS-2.1": LOG_KEY, "LS-2.7": LOG_KEY})
def key_disabled(zone, aws, _):
    """The log key is disabled."""
    aws("kms", zone.log_archive).disable_key(KeyId=key_id(zone, aws))


@defect({"LS-2.1": LOG_KEY, "LS-2.7": LOG_KEY})
def key_pending_deletion(zone, aws, _):
    """The log key is scheduled for deletion."""
    aws("kms", zone.log_archive).schedule_key_deletion(KeyId=key_id(zone, aws), PendingWindowInDays=7)


# The readers may not use the new key, and the bucket's policy refuses uploads that ask for it.
@defect(
    {
        "LS-2.2": LOG_BUCKET,
        "LS-2.3": TRAIL,
        "LS-2.5": LOG_BUCKET,
        "LS-2.8": READER_ROLE,
        "LS-3.3": LOG_BUCKET,
    }
)
def alias_repointed(zone, aws, _):
    """The alias of the log key points to another key, while bucket and trail still use the old one."""
    other = another_key(zone, aws)
    aws("kms", zone.log_archive).update_alias(AliasName=zone.key, TargetKeyId=other)


@defect({"LS-2.6": LOG_KEY})
def key_rotation_off(zone, aws, _):
    """The log key does not rotate."""
    aws("kms", zone.log_archive).disable_key_rotation(KeyId=key_id(zone, aws))


@defect({"LS-2.6": LOG_KEY})
def key_rotation_too_rare(zone, aws, _):
    """The log key rotates every two years."""
    aws("kms", zone.log_archive).enable_key_rotation(KeyId=key_id(zone, aws), RotationPeriodInDays=730)
