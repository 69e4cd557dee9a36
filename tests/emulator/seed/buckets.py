"""Buckets with everything that can be set on them, and Block Public Access of accounts."""

from . import chains
from .documents import text
from .rules import lifecycle_rule, replication_rule

FLAGS = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


def flags(described):
    return {api: described.get(key, False) for key, api in FLAGS.items()}


def seed(zone, aws, backdoor):
    for account, block in zone["account_public_access_block"].items():
        aws("s3control", account).put_public_access_block(
            AccountId=account, PublicAccessBlockConfiguration=flags(block)
        )
    for name, bucket in zone["buckets"].items():
        create(zone, s3_of(aws, bucket), name, bucket, backdoor)
    # What names other buckets, when all are there.
    for name, bucket in zone["buckets"].items():
        connect(s3_of(aws, bucket), name, bucket, backdoor)


def s3_of(aws, bucket):
    return aws("s3", bucket["account"], bucket["region"])


def create(zone, s3, name, bucket, backdoor):
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": bucket["region"]}}
    s3.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=bool(bucket.get("object_lock")),
        **({} if bucket["region"] == "us-east-1" else elsewhere),
    )
    versioning(s3, name, bucket, backdoor)
    access(s3, name, bucket)
    if bucket.get("encryption"):
        encryption(s3, name, bucket["encryption"])
    for key, described in bucket.get("objects", {}).items():
        put_object(zone, s3, name, bucket, key, described, backdoor)
    # Before the lock, which would hold them: a defect may delete some.
    chains.seed(zone, s3, name, backdoor)
    if bucket.get("lifecycle"):
        rules = [lifecycle_rule(id, rule) for id, rule in bucket["lifecycle"].items()]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if bucket.get("object_lock"):
        lock(s3, name, bucket["object_lock"])
    if bucket.get("tags"):
        tags = [{"Key": key, "Value": value} for key, value in bucket["tags"].items()]
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    backdoor.bucket_created(bucket["account"], name, zone.time(bucket.get("created")))


def versioning(s3, name, bucket, backdoor):
    status, mfa_delete = bucket.get("versioning"), bucket.get("mfa_delete")
    configuration = {key: value for key, value in (("Status", status), ("MFADelete", mfa_delete)) if value}
    if bucket.get("object_lock") and status != "Enabled":
        # S3 keeps a locked bucket versioned; a zone may say otherwise, to try a control.
        backdoor.versioning(bucket["account"], name, status)
    elif configuration:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=configuration)


def access(s3, name, bucket):
    if bucket.get("public_access_block") is not None:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=flags(bucket["public_access_block"]))
    if bucket.get("ownership"):
        controls = {"Rules": [{"ObjectOwnership": bucket["ownership"]}]}
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)
    if bucket.get("policy") is not None:
        s3.put_bucket_policy(Bucket=name, Policy=text(bucket["policy"]))
    if bucket.get("acl"):
        acl(s3, name, bucket["acl"])


def acl(s3, name, grants):
    owned = s3.get_bucket_acl(Bucket=name)
    forms = {"Group": "URI", "CanonicalUser": "ID", "AmazonCustomerByEmail": "EmailAddress"}
    added = [
        {"Grantee": {"Type": g["kind"], forms[g["kind"]]: g["grantee"]}, "Permission": g["permission"]}
        for g in ({"kind": "Group", **grant} for grant in grants)
    ]
    policy = {"Owner": owned["Owner"], "Grants": owned["Grants"] + added}
    s3.put_bucket_acl(Bucket=name, AccessControlPolicy=policy)


def encryption(s3, name, described):
    by_default = {"SSEAlgorithm": described["algorithm"]}
    if described.get("key"):
        by_default["KMSMasterKeyID"] = described["key"]
    rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": described.get("bucket_key", False)}
    if described.get("blocked"):
        rule["BlockedEncryptionTypes"] = {"EncryptionType": described["blocked"]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})


def lock(s3, name, described):
    configuration = {"ObjectLockEnabled": "Enabled"}
    if described.get("mode"):
        period = {"Years": described["years"]} if described.get("years") else {"Days": described["days"]}
        configuration["Rule"] = {"DefaultRetention": {"Mode": described["mode"], **period}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)


def put_object(zone, s3, name, bucket, key, described, backdoor):
    described = described or {}
    s3.put_object(
        Bucket=name,
        Key=key,
        Body=b"\0" * described.get("size", 0),
        StorageClass=described.get("storage_class") or "STANDARD",
    )
    if described.get("retention"):
        mode, until = described["retention"]
        retention = {"Mode": mode, "RetainUntilDate": zone.time(until)}
        s3.put_object_retention(Bucket=name, Key=key, Retention=retention)
    if described.get("last_modified"):
        backdoor.object_modified(bucket["account"], name, key, zone.time(described["last_modified"]))


def connect(s3, name, bucket, backdoor):
    if bucket.get("replication"):
        described = bucket["replication"]
        rules = [replication_rule(n, id, r) for n, (id, r) in enumerate(described["rules"].items(), 1)]
        s3.put_bucket_replication(Bucket=name, ReplicationConfiguration={"Role": described["role"], "Rules": rules})
    if bucket.get("logging"):
        target = {"TargetBucket": bucket["logging"]["bucket"], "TargetPrefix": bucket["logging"].get("prefix", "")}
        with backdoor.logging_target_unchecked():
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": target})
