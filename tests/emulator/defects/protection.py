"""Defects of what keeps log objects: Object Lock, versioning, the replica, access logging."""

import copy
import json

from . import defect
from .bucket import s3_of
from .subjects import ACCESS_LOG_BUCKET, LOG_BUCKET, LOG_KEY, REPLICATION_ROLE

REPLICA = "aws-acme-replica-log-storage-666666666666-eu-west-1"


def lock(zone, aws, **retention):
    configuration = {"ObjectLockEnabled": "Enabled"}
    if retention:
        configuration["Rule"] = {"DefaultRetention": retention}
    s3_of(zone, aws).put_object_lock_configuration(Bucket=zone.log_bucket, ObjectLockConfiguration=configuration)


@defect({"LS-6.4": LOG_BUCKET, "LS-6.6": LOG_BUCKET})
def lock_can_be_bypassed(zone, aws, _):
    """Object Lock is in governance mode."""
    lock(zone, aws, Mode="GOVERNANCE", Days=zone.lock_days)


@defect({"LS-6.4": LOG_BUCKET})
def lock_ends_early(zone, aws, _):
    """Object Lock holds objects for a year."""
    lock(zone, aws, Mode="COMPLIANCE", Days=365)


@defect({"LS-6.4": LOG_BUCKET, "LS-6.6": LOG_BUCKET})
def lock_without_default_retention(zone, aws, _):
    """Object Lock is enabled, but new objects get no retention."""
    lock(zone, aws)


@defect({"LS-6.5": LOG_BUCKET})
def versioning_suspended(zone, _aws, backdoor):
    """Versioning is suspended (S3 refuses that on a locked bucket: a bucket unlocked by AWS Support, or a recording)."""
    backdoor.versioning(zone.log_archive, zone.log_bucket, "Suspended")


def change_replication(zone, aws, change):
    s3 = s3_of(zone, aws)
    replication = copy.deepcopy(s3.get_bucket_replication(Bucket=zone.log_bucket)["ReplicationConfiguration"])
    for rule in replication["Rules"]:
        change(rule)
    s3.put_bucket_replication(Bucket=zone.log_bucket, ReplicationConfiguration=replication)


@defect({"LS-2.4": LOG_KEY, "LS-2.8": LOG_KEY, "LS-6.7": LOG_BUCKET})
def replication_absent(zone, aws, _):
    """The bucket is not replicated; the role that did may still decrypt."""
    s3_of(zone, aws).delete_bucket_replication(Bucket=zone.log_bucket)


@defect({"LS-6.7": LOG_BUCKET})
def replication_disabled(zone, aws, _):
    """The replication rule is disabled."""
    change_replication(zone, aws, lambda rule: rule.update(Status="Disabled"))


@defect({"LS-6.7": LOG_BUCKET})
def encrypted_objects_not_replicated(zone, aws, _):
    """The replication rule leaves out objects encrypted with KMS, which are all of them."""

    def leave_out(rule):
        rule.pop("SourceSelectionCriteria", None)
        rule["Destination"].pop("EncryptionConfiguration", None)

    change_replication(zone, aws, leave_out)


@defect({"LS-6.7": ":::aws-acme-replica-log-storage-222222222222-"})
def replica_in_the_same_account(zone, aws, _):
    """The replica is a bucket of the log archive account itself."""
    name = "aws-acme-replica-log-storage-222222222222-eu-west-1"
    west = aws("s3", zone.log_archive, "eu-west-1")
    west.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    west.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def stay(rule):
        rule["Destination"].update(Bucket=f"arn:aws:s3:::{name}", Account=zone.log_archive)

    change_replication(zone, aws, stay)


@defect({"LS-6.7": REPLICATION_ROLE})
def replica_closed_to_the_role(_zone, aws, _):
    """The policy of the replica bucket, which lets the role of another account write, is gone."""
    aws("s3", "666666666666", "eu-west-1").delete_bucket_policy(Bucket=REPLICA)


@defect({"LS-6.7": REPLICATION_ROLE})
def replication_role_trusts_somebody_else(zone, aws, _):
    """S3 may no longer assume the role that replicates."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws("iam", zone.log_archive).update_assume_role_policy(
        RoleName="LogReplication",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )


@defect({"LS-7.1": LOG_BUCKET})
def access_not_logged(zone, aws, _):
    """Server access logging is off."""
    s3_of(zone, aws).put_bucket_logging(Bucket=zone.log_bucket, BucketLoggingStatus={})


@defect({"LS-7.1": LOG_BUCKET})
def access_logged_into_itself(zone, aws, _):
    """Server access logs go into the log bucket itself: a loop."""
    s3 = s3_of(zone, aws)
    logging = s3.get_bucket_logging(Bucket=zone.log_bucket)["LoggingEnabled"]
    logging["TargetBucket"] = zone.log_bucket
    # S3 looks at the target's policy when logging is put, hence the policy of the real target, renamed, for a moment.
    own_policy = s3.get_bucket_policy(Bucket=zone.log_bucket)["Policy"]
    real = zone.access_log_bucket
    delivery = s3.get_bucket_policy(Bucket=real)["Policy"].replace(real, zone.log_bucket)
    s3.put_bucket_policy(Bucket=zone.log_bucket, Policy=delivery)
    s3.put_bucket_logging(Bucket=zone.log_bucket, BucketLoggingStatus={"LoggingEnabled": logging})
    s3.put_bucket_policy(Bucket=zone.log_bucket, Policy=own_policy)


@defect({"LS-7.1": ACCESS_LOG_BUCKET})
def access_logs_refused_by_their_target(zone, aws, _):
    """The policy of the target bucket does not let the logging service write."""
    s3 = s3_of(zone, aws)
    policy = json.loads(s3.get_bucket_policy(Bucket=zone.access_log_bucket)["Policy"])
    policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != "ServerAccessLogs"]
    s3.put_bucket_policy(Bucket=zone.access_log_bucket, Policy=json.dumps(policy))
