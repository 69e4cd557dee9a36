"""What AWS decides by itself and offers no call for: ids, the caller's account, times at which things happened.

The seeder uses it where the zone says what such a value is; everything else goes through the API.
"""

import collections
import contextlib
import datetime
import json

import access_analyzer
import moto.iam.models
import moto.kms.models
import moto.organizations.models
import moto.organizations.utils
from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.config.models import config_backends
from moto.core.base_backend import BackendDict
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.kms.models import kms_backends
from moto.organizations.models import organizations_backends
from moto.s3.models import FakeBucket, s3_backends

# Kind of id -> module and name of moto's generator.
GENERATORS = {
    "organization": (moto.organizations.utils, "make_random_org_id"),
    "root": (moto.organizations.utils, "make_random_root_id"),
    "unit": (moto.organizations.utils, "make_random_ou_id"),
    "account": (moto.organizations.utils, "make_random_account_id"),
    "policy": (moto.organizations.utils, "make_random_policy_id"),
    "key": (moto.kms.models, "generate_key_id"),
}


class Backdoor:
    """Changes moto's state directly. Times are naive and in UTC, as moto keeps them."""

    def __init__(self):
        self._next = {kind: collections.deque() for kind in GENERATORS}
        for kind, (module, name) in GENERATORS.items():
            self._feed(kind, module, name)

    def _feed(self, kind, module, name):
        random_id = getattr(module, name)
        waiting = self._next[kind]
        setattr(module, name, lambda *args: waiting.popleft() if waiting else random_id(*args))

    def next_id(self, kind, value):
        """The next thing of a kind gets this id."""
        self._next[kind].append(value)

    def all_ids_used(self):
        """Whether every id handed over was taken: otherwise something was not created, or created in another order."""
        return not any(self._next.values())

    def forget_everything(self):
        """Empties every account of every service."""
        BackendDict.reset()
        access_analyzer.ANALYZERS.clear()

    def caller_account(self, account):
        """Credentials that moto did not issue belong to this account."""
        moto.iam.models.DEFAULT_ACCOUNT_ID = account

    def describe_account(self, management, account, name, email, joined):
        """Name, e-mail and joining time of an account, the management account included."""
        found = organizations_backends[management]["aws"].get_account_by_id(account)
        found.name, found.email = name, email
        if joined is not None:
            found.create_time = joined

    def role_used(self, account, role, when, region):
        """When a role was last used."""
        found = iam_backends[account]["aws"].get_role(role)
        found.last_used, found.last_used_region = when, region

    def role_created(self, account, role, when):
        iam_backends[account]["aws"].get_role(role).create_date = when

    def trail_delivered(self, account, region, trail, delivery):
        """What GetTrailStatus says of deliveries: `Latest...` members, times as seconds since 1970."""
        cloudtrail_backends[account][region].trails[trail].status.delivery = delivery

    def object_modified(self, account, bucket, key, when):
        """When an object was written."""
        s3_backends[account]["aws"].get_bucket(bucket).keys[key].last_modified = when

    def versioning(self, account, bucket, status):
        """Versioning of a bucket, without S3's own checks."""
        found = s3_backends[account]["aws"].get_bucket(bucket)
        found.versioning_status = status
        found.put_documents.pop("versioning", None)

    def channel_delivered(self, account, region, delivered):
        """What DescribeDeliveryChannelStatus says of deliveries: `config...DeliveryInfo` members."""
        config_backends[account][region].delivered = delivered

    def recorder_status(self, account, region, status, message):
        """What the recorder of AWS Config last reported."""
        (recorder,) = config_backends[account][region].recorders.values()
        recorder.status.last_status, recorder.status.last_error_message = status, message

    def recorder_recording(self, account, region):
        """A recorder that records without a delivery channel, which AWS Config lets nobody start."""
        (recorder,) = config_backends[account][region].recorders.values()
        recorder.status.start()

    def account_status(self, management, account, status):
        """Status of an account that is being closed, or is."""
        found = organizations_backends[management]["aws"].get_account_by_id(account)
        found.status = found.state = status

    def bucket_created(self, account, bucket, when):
        if when is not None:
            s3_backends[account]["aws"].get_bucket(bucket).creation_date = when.replace(tzinfo=datetime.timezone.utc)

    @contextlib.contextmanager
    def logging_target_unchecked(self):
        """Lets access logging be put whatever its target: S3 looks at it then, but not when the target changes later."""
        checked = FakeBucket.set_logging
        FakeBucket.set_logging = lambda bucket, wanted, _backend: setattr(bucket, "logging", wanted or {})
        try:
            yield
        finally:
            FakeBucket.set_logging = checked

    @contextlib.contextmanager
    def trail_bucket_unchecked(self):
        """Lets a trail be created for a bucket that is not there: it may have been, then."""
        checked, Trail.check_bucket_exists = Trail.check_bucket_exists, lambda _trail: None
        try:
            yield
        finally:
            Trail.check_bucket_exists = checked

    def key_metadata(self, account, region, id, manager, valid_to, deletion_date):
        """Who manages a key, when imported material expires, when a key pending deletion goes."""
        key = kms_backends[account][region].keys[id]
        key.key_manager, key.valid_to = manager, valid_to
        if deletion_date is not None:
            key.deletion_date = deletion_date

    def grant_id(self, account, region, key, made, wanted):
        grants = kms_backends[account][region].keys[key].grants
        grants[wanted] = grants.pop(made)
        grants[wanted].id = wanted

    def has_policy(self, account, arn):
        return arn in iam_backends[account]["aws"].managed_policies

    def aws_managed_policy(self, account, path, name, document):
        """A policy AWS manages; moto knows none unless told to read a thousand."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        data = {
            "DefaultVersionId": "v1",
            "Path": path,
            "Document": json.loads(document),
            "CreateDate": now,
            "UpdateDate": now,
        }
        policy = AWSManagedPolicy.from_data(name, account, "aws", data)
        iam_backends[account]["aws"].managed_policies[policy.arn] = policy

    def trail_hidden(self, account, region, trail, members):
        """Member accounts an organization trail does not reach."""
        cloudtrail_backends[account][region].trails[trail].not_in_accounts = members

    def events_recorded(self, account, region, events):
        """What LookupEvents finds."""
        cloudtrail_backends[account][region].recorded_events = events

    def public_keys(self, account, region, keys):
        """What ListPublicKeys answers."""
        cloudtrail_backends[account][region].public_keys = keys

    def analyzer(self, account, region, name, status, findings):
        """Status of an analyzer and what it has found: id -> (resource, status)."""
        found = access_analyzer.ANALYZERS[account, region][name]
        found["status"] = status
        seen = {"analyzedAt": found["createdAt"], "createdAt": found["createdAt"], "updatedAt": found["createdAt"]}
        found["findings"] = [
            {
                "id": id,
                "resource": resource,
                "resourceType": "AWS::S3::Bucket",
                "resourceOwnerAccount": account,
                **seen,
                "status": one,
            }
            for id, (resource, one) in findings.items()
        ]
