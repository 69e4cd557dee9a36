"""Defects of where the log store is."""

from seed.buckets import connect, create

from . import defect
from .bucket import s3_of
from .subjects import ACCESS_LOG_BUCKET, LOG_ARCHIVE, LOG_BUCKET, LOG_KEY, READER_ROLE, REPLICATION_ROLE

# What is said of the log bucket, and of the log key.
OF_THE_BUCKET = """
    LS-1.1 LS-1.2 LS-1.3 LS-2.2 LS-2.5 LS-2.8 LS-3.1 LS-3.2 LS-3.3 LS-3.4 LS-3.5 LS-3.6 LS-3.7 LS-3.8 LS-4.3 LS-4.4
    LS-4.6 LS-4.7 LS-6.1 LS-6.2 LS-6.4 LS-6.5 LS-6.6 LS-6.7 LS-7.1 LS-7.2 LS-7.3 LS-7.4 LS-7.5 LS-8.2 LS-8.3 LS-8.4 LS-8.5
    LS-8.6 LS-9.2 LS-9.3 LS-9.5
""".split()
OF_THE_KEY = "LS-1.2 LS-2.1 LS-2.2 LS-2.3 LS-2.4 LS-2.6 LS-2.7 LS-2.8 LS-3.3 LS-7.3 LS-7.4 LS-8.3".split()
ALIAS = "arn:aws:kms:eu-central-1:222222222222:alias/acme-log-storage"

# The role that replicated the bucket may still decrypt.
NO_BUCKET = {**dict.fromkeys(OF_THE_BUCKET, LOG_BUCKET), "LS-2.4": LOG_KEY}


def without_bucket(zone, aws):
    s3 = s3_of(zone, aws)
    for version in s3.list_object_versions(Bucket=zone.log_bucket).get("Versions", []):
        s3.delete_object(Bucket=zone.log_bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=zone.log_bucket)


def bucket_anew(zone, aws, backdoor, **changes):
    """The log bucket deleted and made again somewhere else, with all its settings."""
    bucket = {**zone["buckets"][zone.log_bucket], **changes}
    without_bucket(zone, aws)
    s3 = aws("s3", bucket["account"], bucket["region"])
    create(zone, s3, zone.log_bucket, bucket, backdoor)
    connect(s3, zone.log_bucket, bucket, backdoor)


@defect(NO_BUCKET)
def bucket_absent(zone, aws, _):
    """There is no log bucket."""
    without_bucket(zone, aws)


@defect(NO_BUCKET)
def bucket_of_a_workload(zone, aws, backdoor):
    """The log bucket belongs to an account that runs a workload."""
    bucket_anew(zone, aws, backdoor, account="444444444444")


@defect(
    {
        "LS-1.2": LOG_BUCKET,
        "LS-1.3": LOG_BUCKET,
        "LS-2.8": READER_ROLE,
        "LS-4.7": LOG_BUCKET,
        "LS-6.7": REPLICATION_ROLE,
        "LS-7.1": ACCESS_LOG_BUCKET,
        "LS-7.2": LOG_BUCKET,
        "LS-7.3": LOG_BUCKET,
        "LS-7.4": LOG_BUCKET,
    }
)
def bucket_in_another_region(zone, aws, backdoor):
    """The log bucket is in a governed Region that is not the home Region."""
    bucket_anew(zone, aws, backdoor, region="eu-west-1")


@defect({**dict.fromkeys(OF_THE_KEY, ALIAS), "LS-2.5": LOG_BUCKET})
def alias_absent(zone, aws, _):
    """No key has the alias of the log key."""
    aws("kms", zone.log_archive).delete_alias(AliasName=zone.key)


@defect(
    # The role is looked for where the configuration says that its account is.
    {"LS-1.1": LOG_ARCHIVE, "LS-7.4": LOG_BUCKET, "LS-8.5": "arn:aws:iam::222222222222:role/LogsReadOnlyFrequencyRole"},
    config={"organization": {"security_tooling_account": "222222222222"}},
)
def one_account_for_two_parts(_zone, _aws, _):
    """The log archive account is the security tooling account too."""
