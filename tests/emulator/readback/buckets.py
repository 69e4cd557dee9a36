"""Buckets."""

from seed.buckets import FLAGS
from seed.rules import lifecycle_rule, replication_rule

from .reading import absent_as_none, seconds_after


def sections(zone, aws):
    for name, written in zone["buckets"].items():
        s3 = aws("s3", written["account"], written["region"])
        owner = {"Bucket": name, "ExpectedBucketOwner": written["account"]}
        expected = {**written, "lifecycle": rules(written), "replication": replication(written)}
        expected.pop("created", None)
        expected["encryption"] = written.get("encryption") or {"algorithm": "AES256"}
        # Grants are compared with the owner's own; objects one by one below.
        for key in ("acl", "objects"):
            expected.pop(key, None)
        yield f"buckets / {name}", expected, read_bucket(s3, owner, written)
        for key, one in written.get("objects", {}).items():
            yield f"buckets / {name} / objects / {key}", *an_object(zone, s3, name, key, one or {})
        for grant in written.get("acl", []):
            found = [grant_of(one) for one in s3.get_bucket_acl(**owner)["Grants"]]
            wanted = {"kind": "Group", **grant}
            yield f"buckets / {name} / acl / {grant['grantee']}", wanted, wanted if wanted in found else found


def rules(written):
    return {id: lifecycle_rule(id, rule) for id, rule in written.get("lifecycle", {}).items()}


def replication(written):
    described = written.get("replication")
    if not described:
        return None
    made = {id: replication_rule(n, id, rule) for n, (id, rule) in enumerate(described["rules"].items(), 1)}
    return {"role": described["role"], "rules": made}


def read_bucket(s3, owner, written):
    versioning = s3.get_bucket_versioning(**owner)
    ownership = absent_as_none(s3.get_bucket_ownership_controls, "OwnershipControlsNotFoundError", **owner)
    policy = absent_as_none(s3.get_bucket_policy, "NoSuchBucketPolicy", **owner)
    tags = absent_as_none(s3.get_bucket_tagging, "NoSuchTagSet", **owner)
    logging = s3.get_bucket_logging(**owner).get("LoggingEnabled")
    return {
        "account": written["account"],
        "region": s3.get_bucket_location(**owner)["LocationConstraint"] or "us-east-1",
        "encryption": encryption(s3, owner),
        "public_access_block": public_access_block(s3, owner),
        "ownership": ownership and ownership["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        "policy": policy and policy["Policy"],
        "versioning": versioning.get("Status"),
        "mfa_delete": versioning.get("MFADelete"),
        "object_lock": object_lock(s3, owner),
        "lifecycle": lifecycle(s3, owner),
        "logging": logging and {"bucket": logging["TargetBucket"], "prefix": logging.get("TargetPrefix")},
        "replication": replicated(s3, owner),
        "tags": {tag["Key"]: tag["Value"] for tag in tags["TagSet"]} if tags else {},
    }


def encryption(s3, owner):
    (rule,) = s3.get_bucket_encryption(**owner)["ServerSideEncryptionConfiguration"]["Rules"]
    by_default = rule["ApplyServerSideEncryptionByDefault"]
    return {
        "algorithm": by_default["SSEAlgorithm"],
        "key": by_default.get("KMSMasterKeyID"),
        "bucket_key": rule["BucketKeyEnabled"],
        "blocked": rule.get("BlockedEncryptionTypes", {}).get("EncryptionType", []),
    }


def public_access_block(s3, owner):
    answer = absent_as_none(s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", **owner)
    return answer and {key: answer["PublicAccessBlockConfiguration"][api] for key, api in FLAGS.items()}


def object_lock(s3, owner):
    answer = absent_as_none(s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError", **owner)
    retention = answer and answer["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention")
    return retention and {key.lower(): value for key, value in retention.items()}


def lifecycle(s3, owner):
    answer = absent_as_none(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", **owner)
    return {rule["ID"]: rule for rule in answer["Rules"]} if answer else {}


def replicated(s3, owner):
    answer = absent_as_none(s3.get_bucket_replication, "ReplicationConfigurationNotFoundError", **owner)
    if not answer:
        return None
    found = answer["ReplicationConfiguration"]
    return {"role": found["Role"], "rules": {rule["ID"]: rule for rule in found["Rules"]}}


def grant_of(grant):
    grantee = grant["Grantee"]
    named = grantee.get("URI") or grantee.get("ID") or grantee.get("EmailAddress")
    return {"kind": grantee["Type"], "grantee": named, "permission": grant["Permission"]}


def an_object(zone, s3, name, key, written):
    found = s3.head_object(Bucket=name, Key=key)
    modified, read = seconds_after(zone, written.get("last_modified"), found["LastModified"])
    expected = {"size": written.get("size", 0), "last_modified": modified}
    answered = {"size": found["ContentLength"], "last_modified": read if modified else None}
    if written.get("retention"):
        mode, until = written["retention"]
        retention = s3.get_object_retention(Bucket=name, Key=key)["Retention"]
        until, read = seconds_after(zone, until, retention["RetainUntilDate"])
        expected["retention"], answered["retention"] = (mode, until), (retention["Mode"], read)
    return expected, answered
