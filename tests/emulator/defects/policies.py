"""Defects of policies: of the log bucket, the log key, the organization and of roles."""

import json

from . import defect, harmless
from .accounts import SCP
from .bucket import s3_of
from .key import key_id
from .subjects import ADMIN_ROLE, AUDITOR_ROLE, EVERY_MEMBER, EXTERNAL_AUDITOR, LOG_BUCKET, LOG_KEY, READER_ROLE

RCP = "p-perimeter1"


def statement(policy, sid):
    (found,) = [one for one in policy["Statement"] if one["Sid"] == sid]
    return found


def without(*sids):
    """A change that takes statements out; refuses to take out what is not there."""

    def change(policy):
        for sid in sids:
            policy["Statement"].remove(statement(policy, sid))

    return change


def change_bucket_policy(zone, aws, change):
    s3 = s3_of(zone, aws)
    policy = json.loads(s3.get_bucket_policy(Bucket=zone.log_bucket)["Policy"])
    change(policy)
    s3.put_bucket_policy(Bucket=zone.log_bucket, Policy=json.dumps(policy))


def change_key_policy(zone, aws, change):
    kms, key = aws("kms", zone.log_archive), key_id(zone, aws)
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    change(policy)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


def change_organization_policy(aws, id, change):
    organizations = aws("organizations")
    policy = json.loads(organizations.describe_policy(PolicyId=id)["Policy"]["Content"])
    change(policy)
    organizations.update_policy(PolicyId=id, Content=json.dumps(policy))


@defect({"LS-3.4": LOG_BUCKET})
def plain_http_allowed(zone, aws, _):
    """Nothing refuses requests without TLS."""
    change_bucket_policy(zone, aws, without("TlsOnly"))


@defect({"LS-3.4": LOG_BUCKET})
def old_tls_allowed(zone, aws, _):
    """Nothing refuses TLS 1.0 and 1.1."""
    change_bucket_policy(zone, aws, without("NoOldTls"))


@defect({"LS-3.4": LOG_BUCKET})
def tls_conditions_in_one_statement(zone, aws, _):
    """Plain HTTP and old TLS are refused by one statement: only both at once, which cannot be."""

    def merge(policy):
        conditions = {**statement(policy, "TlsOnly")["Condition"], **statement(policy, "NoOldTls")["Condition"]}
        without("NoOldTls")(policy)
        statement(policy, "TlsOnly")["Condition"] = conditions

    change_bucket_policy(zone, aws, merge)


@defect({"LS-3.4": LOG_BUCKET})
def tls_for_uploads_only(zone, aws, _):
    """Plain HTTP is refused for uploads only."""
    change_bucket_policy(zone, aws, lambda policy: statement(policy, "TlsOnly").update(Action="s3:PutObject"))


@defect({"LS-2.5": LOG_BUCKET, "LS-3.3": LOG_BUCKET})
def service_name_rewritten_by_a_proxy(zone, aws, _):
    """The bucket policy names CloudTrail as a web proxy rewrote it."""

    def rewrite(policy):
        for sid in ("CloudTrailAclCheck", "CloudTrailWrite"):
            statement(policy, sid)["Principal"] = {"Service": "cloudtrail.amazonaws.com.rproxy.goskope.com"}

    change_bucket_policy(zone, aws, rewrite)


@defect({"LS-2.5": LOG_BUCKET, "LS-3.3": LOG_BUCKET})
def organization_prefix_not_writable(zone, aws, _):
    """CloudTrail may write logs of the management account only."""

    def narrow(policy):
        write = statement(policy, "CloudTrailWrite")
        write["Resource"] = [arn for arn in write["Resource"] if "/o-" not in arn]

    change_bucket_policy(zone, aws, narrow)


@defect({"LS-3.6": LOG_BUCKET})
def any_trail_may_write(zone, aws, _):
    """CloudTrail may write on behalf of any trail of anybody."""

    def widen(policy):
        statement(policy, "CloudTrailWrite")["Condition"]["StringEquals"].pop("aws:SourceArn")

    change_bucket_policy(zone, aws, widen)


@defect({"LS-2.5": LOG_BUCKET})
def other_encryption_accepted(zone, aws, _):
    """Uploads may ask for SSE-S3."""
    change_bucket_policy(zone, aws, without("WrongEncryption"))


@defect({"LS-2.5": LOG_BUCKET})
def encryption_header_demanded(zone, aws, _):
    """Uploads without an encryption header are refused, which CloudTrail's deliveries are."""

    def demand(policy):
        statement(policy, "WrongEncryption")["Condition"] = {"Null": {"s3:x-amz-server-side-encryption": "true"}}

    change_bucket_policy(zone, aws, demand)


def may_upload(zone, aws, account, name):
    """A new role that may put objects among the logs, by the bucket policy and by its own."""
    allow_role(aws, account, name, "s3:PutObject", f"{LOG_BUCKET}/*")
    allowed = {
        "Sid": "Uploads",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:role/{name}"},
        "Action": "s3:PutObject",
        "Resource": f"{LOG_BUCKET}/*",
    }
    change_bucket_policy(zone, aws, lambda policy: policy["Statement"].append(allowed))


@defect({"LS-3.5": LOG_BUCKET})
def management_may_write(zone, aws, _):
    """A role of the management account, which no service control policy binds, may put objects among the logs."""
    may_upload(zone, aws, zone.management, "Uploader")


@harmless
def workload_write_refused_by_the_organization(zone, aws, _):
    """The bucket policy lets a role of a workload write, but the service control policy does not."""
    may_upload(zone, aws, "444444444444", "Uploader")


def allow_role(aws, account, name, action, resource):
    """A new role of an account that may do something, by its own policy."""
    iam = aws("iam", account)
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    version = "2012-10-17"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": version, "Statement": [trust]}))
    allowed = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": version, "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)


@defect({"LS-3.7": LOG_BUCKET, "LS-3.8": LOG_BUCKET})
def outsider_lists(zone, aws, _):
    """The bucket policy lets an account of no part of the organization list the bucket, and nothing refuses that."""
    allowed = {
        "Sid": "Friend",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Action": "s3:ListBucket",
        "Resource": LOG_BUCKET,
    }
    change_bucket_policy(zone, aws, lambda policy: policy["Statement"].append(allowed))
    aws("organizations").detach_policy(PolicyId=RCP, TargetId="ou-exmp-security1")


@harmless
def outsider_refused_by_the_organization(zone, aws, _):
    """The same, but the resource control policy refuses."""
    allowed = {
        "Sid": "Friend",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Action": "s3:ListBucket",
        "Resource": LOG_BUCKET,
    }
    change_bucket_policy(zone, aws, lambda policy: policy["Statement"].append(allowed))


@defect({"LS-3.8": LOG_BUCKET})
def perimeter_not_attached(_zone, aws, _):
    """The resource control policy is attached to another unit than that of the log archive."""
    organizations = aws("organizations")
    organizations.detach_policy(PolicyId=RCP, TargetId="ou-exmp-security1")
    organizations.attach_policy(PolicyId=RCP, TargetId="ou-exmp-workload1")


@defect({"LS-8.2": AUDITOR_ROLE})
def reader_reads_everything(zone, aws, _):
    """A reader of one account's logs may read all of them."""

    def widen(policy):
        statement(policy, "ReadWorkloadProd")["Resource"] = f"{LOG_BUCKET}/*"

    change_bucket_policy(zone, aws, widen)
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{LOG_BUCKET}/*"}
    aws("iam", "444444444444").put_role_policy(
        RoleName="WorkloadAuditor",
        PolicyName="read-more",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )


@defect({"LS-8.3": EXTERNAL_AUDITOR})
def auditor_encrypts(zone, aws, _):
    """The external auditor may encrypt with the log key."""

    def widen(policy):
        allowed = {"Sid": "Auditor", "Effect": "Allow", "Principal": {"AWS": EXTERNAL_AUDITOR}}
        policy["Statement"].append({**allowed, "Action": "kms:Encrypt", "Resource": "*"})

    change_key_policy(zone, aws, widen)


ENDED = {"principal": AUDITOR_ROLE, "path": "AWSLogs/o-exampleorg1/444444444444/", "until": "2025-12-31"}
READS = {"principal": READER_ROLE, "path": "AWSLogs/"}


@defect({"LS-6.1": LOG_BUCKET, "LS-6.4": LOG_BUCKET, "LS-8.2": READER_ROLE, "LS-8.5": READER_ROLE, "LS-8.6": LOG_BUCKET})
def read_only_role_deletes(zone, aws, _):
    """The read-only role may delete logs, and no service control policy stops it."""

    def widen(policy):
        statement(policy, "ReadAllLogs")["Action"] = ["s3:GetObject", "s3:DeleteObject"]

    change_bucket_policy(zone, aws, widen)
    role = {"RoleName": "LogsReadOnlyFrequencyRole", "PolicyName": "delete"}
    allowed = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"{LOG_BUCKET}/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    aws("iam", "333333333333").put_role_policy(**role, PolicyDocument=document)
    change_organization_policy(aws, SCP, without("ProtectBuckets"))


@defect({"LS-8.4": AUDITOR_ROLE}, config={"readers": [READS, ENDED]})
def grant_outlives_its_end(zone, aws, _):
    """A grant that was to end last year has no end in the bucket policy."""
    change_bucket_policy(zone, aws, lambda policy: statement(policy, "ReadWorkloadProd").pop("Condition"))


@harmless
def read_only_role_is_allowed_more_than_it_gets(_zone, aws, _):
    """The read-only role's own policy allows all of S3, but neither the bucket nor the organization does."""
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    aws("iam", "333333333333").put_role_policy(
        RoleName="LogsReadOnlyFrequencyRole",
        PolicyName="everything",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )


@defect({"LS-8.6": LOG_BUCKET})
def somebody_else_reads(zone, aws, _):
    """A role of the log archive may read every log, and the policy that names the readers is gone."""
    change_bucket_policy(zone, aws, without("OnlyNamedReaders"))
    allow_role(aws, zone.log_archive, "Operations", ["s3:GetObject", "kms:Decrypt"], "*")


@defect({"LS-4.5": EVERY_MEMBER, "LS-6.1": EVERY_MEMBER, "LS-6.3": EVERY_MEMBER})
def trail_may_be_stopped(_zone, aws, _):
    """The service control policy forgets StopLogging."""
    change_organization_policy(
        aws, SCP, lambda policy: statement(policy, "ProtectTrail")["Action"].remove("cloudtrail:StopLogging")
    )


@defect({"LS-5.4": EVERY_MEMBER})
def recorder_may_be_stopped(_zone, aws, _):
    """The service control policy forgets StopConfigurationRecorder."""
    change_organization_policy(
        aws, SCP, lambda policy: statement(policy, "ProtectConfig")["Action"].remove("config:StopConfigurationRecorder")
    )


@harmless
def bucket_change_refused_by_the_organization(zone, aws, _):
    """Another role of the log archive may change the bucket's policy by its own, but not by the organization's."""
    allow_role(aws, zone.log_archive, "Operations", "s3:PutBucketPolicy", "*")


@defect({"LS-6.1": LOG_BUCKET, "LS-6.2": LOG_BUCKET, "LS-8.6": LOG_BUCKET})
def bucket_policy_may_be_changed(zone, aws, _):
    """The same, and the service control policy forgets every change of the bucket but deletion."""
    allow_role(aws, zone.log_archive, "Operations", "s3:PutBucketPolicy", "*")

    def forget(policy):
        statement(policy, "ProtectBuckets")["Action"].remove("s3:Put*")

    change_organization_policy(aws, SCP, forget)


@harmless
def key_deletion_refused_by_the_key(_zone, aws, _):
    """The service control policy forgets ScheduleKeyDeletion, but the key policy lets nobody."""
    forget_key_deletion(aws)


@defect({"LS-2.7": LOG_KEY})
def key_may_be_deleted(zone, aws, _):
    """The same, and the key policy lets another role."""
    forget_key_deletion(aws)
    allow_role(aws, zone.log_archive, "Operations", "kms:ScheduleKeyDeletion", "*")
    allowed = {
        "Sid": "Operations",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{zone.log_archive}:role/Operations"},
        "Action": "kms:ScheduleKeyDeletion",
        "Resource": "*",
    }
    change_key_policy(zone, aws, lambda policy: policy["Statement"].append(allowed))


def forget_key_deletion(aws):
    change_organization_policy(
        aws, SCP, lambda policy: statement(policy, "ProtectKey")["Action"].remove("kms:ScheduleKeyDeletion")
    )


@defect({"LS-4.5": EVERY_MEMBER, "LS-5.4": EVERY_MEMBER, "LS-6.1": EVERY_MEMBER, "LS-6.3": EVERY_MEMBER})
def exemption_by_name_in_any_account(_zone, aws, _):
    """The exempt role is exempt by its name, whatever the account."""

    def loosen(policy):
        for one in policy["Statement"]:
            if "ArnNotEquals" in one["Condition"]:
                one["Condition"] = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/LogArchive-Administrator"}}

    change_organization_policy(aws, SCP, loosen)


@defect({"LS-6.3": ADMIN_ROLE})
def exempt_role_without_mfa(zone, aws, _):
    """The exempt role may be assumed without a second factor."""
    iam = aws("iam", zone.log_archive)
    trust = iam.get_role(RoleName=zone.admin_role)["Role"]["AssumeRolePolicyDocument"]
    statement(trust, "BreakGlass").pop("Condition")
    iam.update_assume_role_policy(RoleName=zone.admin_role, PolicyDocument=json.dumps(trust))


@defect({"LS-2.4": LOG_KEY})
def key_for_any_trail(zone, aws, _):
    """CloudTrail may use the key on behalf of anybody's trail."""
    change_key_policy(zone, aws, lambda policy: statement(policy, "CloudTrailEncrypts").pop("Condition"))


@defect({"LS-2.8": READER_ROLE})
def reader_cannot_decrypt(zone, aws, _):
    """The key policy does not let the readers decrypt what they may read."""
    change_key_policy(zone, aws, without("ReadersDecrypt"))
