"""What AWS decides by itself and offers no call for: ids, the caller's account, times at which things happened.

The seeder uses it where the zone says what such a value is; everything else goes through the API.
"""

import collections

import moto.iam.models
import moto.kms.models
import moto.organizations.models
import moto.organizations.utils
from moto.cloudtrail.models import cloudtrail_backends
from moto.config.models import config_backends
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends

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

    def caller_account(self, account):
        """Credentials that moto did not issue belong to this account."""
        moto.iam.models.DEFAULT_ACCOUNT_ID = account

    def describe_account(self, management, account, name, email, joined):
        """Name, e-mail and joining time of an account, the management account included."""
        found = organizations_backends[management]["aws"].get_account_by_id(account)
        found.name, found.email, found.create_time = name, email, joined

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

    def recorder_status(self, account, region, status, message):
        """What the recorder of AWS Config last reported."""
        (recorder,) = config_backends[account][region].recorders.values()
        recorder.status.last_status, recorder.status.last_error_message = status, message
