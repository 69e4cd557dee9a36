"""Defects of the log bucket: what it is, who may reach it, what becomes of its objects."""

import copy

from . import defect, harmless
from .key import another_key
from .subjects import LOG_BUCKET


def s3_of(zone, aws):
    return aws("s3", zone.log_archive)


def encryption(zone, aws, **by_default):
    rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
    configuration = {"Rules": [rule]}
    s3_of(zone, aws).put_bucket_encryption(Bucket=zone.log_bucket, ServerSideEncryptionConfiguration=configuration)


@defect({"LS-2.2": LOG_BUCKET})
def bucket_encrypted_by_s3_key(zone, aws, _):
    """Default encryption is SSE-S3."""
    encryption(zone, aws, SSEAlgorithm="AES256")


@defect({"LS-2.2": LOG_BUCKET})
def bucket_encrypted_by_another_key(zone, aws, _):
    """Default encryption is SSE-KMS, but with another key of the account."""
    encryption(zone, aws, SSEAlgorithm="aws:kms", KMSMasterKeyID=another_key(zone, aws))


@defect({"LS-2.2": LOG_BUCKET})
def bucket_encrypted_by_the_aws_managed_key(zone, aws, _):
    """Default encryption is SSE-KMS without a key: the AWS managed one."""
    encryption(zone, aws, SSEAlgorithm="aws:kms")


@harmless
def account_blocks_what_the_bucket_does_not(zone, aws, _):
    """A flag of the bucket is off, but on for the account: S3 applies the stricter of both."""
    block_no_public_policy(zone, aws)


@defect({"LS-3.1": LOG_BUCKET})
def public_policies_not_blocked(zone, aws, _):
    """One of the four flags of Block Public Access is off, and the account has none."""
    block_no_public_policy(zone, aws)
    aws("s3control", zone.log_archive).delete_public_access_block(AccountId=zone.log_archive)


def block_no_public_policy(zone, aws):
    s3 = s3_of(zone, aws)
    flags = s3.get_public_access_block(Bucket=zone.log_bucket)["PublicAccessBlockConfiguration"]
    flags["BlockPublicPolicy"] = False
    s3.put_public_access_block(Bucket=zone.log_bucket, PublicAccessBlockConfiguration=flags)


@defect({"LS-3.1": LOG_BUCKET})
def public_access_block_absent(zone, aws, _):
    """Neither the bucket nor the account has a Block Public Access configuration."""
    aws("s3control", zone.log_archive).delete_public_access_block(AccountId=zone.log_archive)
    s3_of(zone, aws).delete_public_access_block(Bucket=zone.log_bucket)


@defect({"LS-3.2": LOG_BUCKET})
def objects_owned_by_writers(zone, aws, _):
    """Objects belong to whoever wrote them."""
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3_of(zone, aws).put_bucket_ownership_controls(Bucket=zone.log_bucket, OwnershipControls=controls)


@defect({"LS-3.2": LOG_BUCKET})
def ownership_controls_absent(zone, aws, _):
    """The bucket has no ownership controls, which means ObjectWriter."""
    s3_of(zone, aws).delete_bucket_ownership_controls(Bucket=zone.log_bucket)


def change_lifecycle(zone, aws, change):
    """Puts the lifecycle rules back after `change` has worked on them."""
    s3 = s3_of(zone, aws)
    rules = copy.deepcopy(s3.get_bucket_lifecycle_configuration(Bucket=zone.log_bucket)["Rules"])
    for rule in rules:
        change(rule)
    s3.put_bucket_lifecycle_configuration(Bucket=zone.log_bucket, LifecycleConfiguration={"Rules": rules})


# Without a rule, log files stay at hand for ever.
@defect({"LS-9.2": LOG_BUCKET, "LS-9.5": LOG_BUCKET})
def lifecycle_absent(zone, aws, _):
    """No lifecycle rule at all."""
    s3_of(zone, aws).delete_bucket_lifecycle(Bucket=zone.log_bucket)


def expire_after_a_year(rule):
    if "Days" in rule.get("Expiration", {}):
        rule["Expiration"]["Days"] = 365
        rule["Transitions"] = [t for t in rule.get("Transitions", []) if t["Days"] < 365]


@defect({"LS-9.5": LOG_BUCKET})
def logs_hidden_early(zone, aws, _):
    """Objects expire after a year, before the lock ends; their versions stay until the retention period is over."""
    change_lifecycle(zone, aws, expire_after_a_year)


@defect({"LS-9.2": LOG_BUCKET, "LS-9.5": LOG_BUCKET})
def logs_expire_early(zone, aws, _):
    """Objects expire after a year, and their versions a month later."""

    def shorten(rule):
        expire_after_a_year(rule)
        if "NoncurrentVersionExpiration" in rule:
            rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 30}

    change_lifecycle(zone, aws, shorten)


@defect({"LS-9.2": LOG_BUCKET, "LS-9.5": LOG_BUCKET})
def lifecycle_disabled(zone, aws, _):
    """The lifecycle rules are there, but disabled."""
    change_lifecycle(zone, aws, lambda rule: rule.update(Status="Disabled"))


@defect({"LS-9.3": LOG_BUCKET})
def logs_archived_at_once(zone, aws, _):
    """Objects move to Glacier after one day."""

    def hurry(rule):
        if "Transitions" in rule:
            rule["Transitions"] = [{"Days": 1, "StorageClass": "GLACIER"}]

    change_lifecycle(zone, aws, hurry)


@defect({"LS-9.5": LOG_BUCKET})
def interrupted_uploads_stay(zone, aws, _):
    """No rule aborts incomplete multipart uploads."""
    change_lifecycle(zone, aws, lambda rule: rule.pop("AbortIncompleteMultipartUpload", None))
