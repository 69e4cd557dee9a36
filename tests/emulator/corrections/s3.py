"""Amazon S3."""

import re

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from . import patching


class InvalidBucketState(S3ClientError):
    code = "InvalidBucketState"
    message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."


class NoSuchObjectLockConfiguration(S3ClientError):
    code = "NoSuchObjectLockConfiguration"
    message = "The specified object does not have a ObjectLock configuration"


# Configurations whose document in the answer is the document of the request: root element and members are the same.
# moto rebuilds them and loses members (filters, source selection, encryption and metrics of replication, newer
# noncurrent versions, blocked kinds of encryption), adds some (`Days` beside `Years`), or names the root wrongly (`GetBucketVersioningResponse`,
# which the Rust SDK refuses and boto3 does not notice).
# See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
# See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
# See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
# See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
ECHOED = ("versioning", "lifecycle", "replication", "object-lock", "logging", "encryption")

RETENTION = (
    '<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>{}</Mode>'
    "<RetainUntilDate>{}</RetainUntilDate></Retention>"
)
VERSIONING = '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}</VersioningConfiguration>'


def documents_are_answered_as_they_were_put():
    @patching.replace(S3Response, "_bucket_response_put")
    def put(original, self, request, bucket_name, querystring):
        body = self.body
        answer = original(self, request, bucket_name, querystring)
        for name in ECHOED:
            if name in querystring:
                text = body.decode("utf-8") if isinstance(body, bytes) else body
                documents_of(self.backend.get_bucket(bucket_name))[name] = text
        return answer

    @patching.replace(S3Response, "_bucket_response_delete")
    def delete(original, self, bucket_name, querystring):
        if bucket_name in self.backend.buckets:
            for name in ECHOED:
                if name in querystring:
                    documents_of(self.backend.get_bucket(bucket_name)).pop(name, None)
        return original(self, bucket_name, querystring)

    @patching.replace(S3Response, "_bucket_response_get")
    def get(original, self, bucket_name, querystring):
        for name in ECHOED:
            if name in querystring and bucket_name in self.backend.buckets:
                document = document_of(self.backend.get_bucket(bucket_name), name)
                if document is not None:
                    return 200, {"content-type": "application/xml"}, document
        return original(self, bucket_name, querystring)


def document_of(bucket, name):
    """The answer for a subresource, `None` to let moto answer."""
    document = documents_of(bucket).get(name)
    if document is None and name == "versioning":
        # A bucket created with Object Lock is versioned from the start.
        status = bucket.versioning_status
        return VERSIONING.format(f"<Status>{status}</Status>" if status else "")
    return document


def documents_of(bucket):
    """The documents put on a bucket, by subresource; they go with the bucket."""
    if not hasattr(bucket, "put_documents"):
        bucket.put_documents = {}
    return bucket.put_documents


def lifecycle_rules_have_ids():
    """S3 names a rule that was put without an id; moto fails on some that have none."""

    @patching.replace(S3Backend, "put_bucket_lifecycle_configuration")
    def put(original, self, bucket_name, rules):
        for number, rule in enumerate(rules):
            rule.setdefault("ID", f"rule-{number}")
        return original(self, bucket_name, rules)


def every_bucket_is_encrypted():
    """Without a configuration, S3 encrypts with SSE-S3 and says so (since January 2023).

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """

    @patching.replace(S3Backend, "get_bucket_encryption")
    def get(original, self, bucket_name):
        default = {
            "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
        }
        return original(self, bucket_name) or default


def object_lock_can_be_put_on_existing_buckets():
    """Versioned buckets with objects take a configuration (since November 2023), moto refuses.

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
    """

    @patching.replace(S3Backend, "put_object_lock_configuration")
    def put(original, self, bucket_name, lock_enabled, mode=None, days=None, years=None):
        bucket = self.get_bucket(bucket_name)
        keys, bucket.keys = bucket.keys, type(bucket.keys)()
        try:
            return original(self, bucket_name, lock_enabled, mode, days, years)
        finally:
            bucket.keys = keys


def versioning_of_a_locked_bucket_stays():
    """See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html"""

    @patching.replace(S3Backend, "put_bucket_versioning")
    def put(original, self, bucket_name, status):
        if status == "Suspended" and self.get_bucket(bucket_name).object_lock_enabled:
            raise InvalidBucketState
        return original(self, bucket_name, status)


def objects_tell_their_retention():
    """moto answers with the object itself.

    See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html
    """

    @patching.replace(S3Response, "_key_response_get")
    def get(original, self, query, key_name):
        if "retention" not in query:
            return original(self, query, key_name)
        key, _ = self._get_key()
        if not key.lock_mode:
            raise NoSuchObjectLockConfiguration
        return 200, {"Content-Type": "application/xml"}, RETENTION.format(key.lock_mode, key.lock_until)


def logging_target_policies_may_name_everyone():
    """moto answers 500 when a statement before the delivery statement has the principal `*`."""

    @patching.replace(FakeBucket, "_log_permissions_enabled_policy")
    def enabled(original, target_bucket, target_prefix):
        policy = target_bucket.policy
        if policy and re.search(rb'"Principal"\s*:\s*"\*"', policy):
            return b"logging.s3.amazonaws.com" in policy
        return original(target_bucket, target_prefix)

    # It is called as a static method.
    FakeBucket._log_permissions_enabled_policy = staticmethod(FakeBucket._log_permissions_enabled_policy)


def bucket_policies_are_not_enforced():
    """moto evaluates them without their conditions, so that a Deny of plain HTTP denies everything.

    Who may do what on this emulator is decided by account alone (see `serving`).
    """

    @patching.replace(FakeBucket, "get_permission")
    def permission(_original, _self, _action, _resource):
        return PermissionResult.NEUTRAL


CORRECTIONS = (
    documents_are_answered_as_they_were_put,
    lifecycle_rules_have_ids,
    every_bucket_is_encrypted,
    object_lock_can_be_put_on_existing_buckets,
    versioning_of_a_locked_bucket_stays,
    objects_tell_their_retention,
    logging_target_policies_may_name_everyone,
    bucket_policies_are_not_enforced,
)
