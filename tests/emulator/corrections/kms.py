"""AWS KMS."""

import json
from datetime import timedelta

from moto.core.utils import unix_time, utcnow
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse

from . import patching

# Days between rotations unless the key says otherwise.
# See: https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html
DEFAULT_ROTATION_DAYS = 365


def rotation_has_a_period():
    """See: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html"""

    @patching.replace(KmsResponse, "enable_key_rotation")
    def enable(original, self):
        answer = original(self)
        key = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(self._get_param("KeyId"))]
        key.rotation_days = self._get_param("RotationPeriodInDays") or DEFAULT_ROTATION_DAYS
        return answer

    @patching.replace(KmsResponse, "get_key_rotation_status")
    def status(original, self):
        described = json.loads(original(self))
        key = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(self._get_param("KeyId"))]
        described["KeyId"] = key.arn
        if key.key_rotation_status:
            days = getattr(key, "rotation_days", DEFAULT_ROTATION_DAYS)
            described["RotationPeriodInDays"] = days
            described["NextRotationDate"] = unix_time(utcnow() + timedelta(days=days))
        return json.dumps(described)


def keys_have_a_usage():
    """moto answers null for what CreateKey left to its default, which an SDK may refuse.

    See: https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
    """

    @patching.replace(KmsBackend, "create_key")
    def create(original, self, *args, **kwargs):
        key = original(self, *args, **kwargs)
        key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"
        key.multi_region = bool(key.multi_region)
        return key


def imported_material_expires():
    """When, is in the backdoor: importing material would need some.

    See: https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
    """

    @patching.replace(Key, "to_dict")
    def to_dict(original, self):
        described = original(self)
        if getattr(self, "valid_to", None) is not None:
            described["KeyMetadata"]["ValidTo"] = unix_time(self.valid_to)
            described["KeyMetadata"]["ExpirationModel"] = "KEY_MATERIAL_EXPIRES"
        return described


def the_policy_name_may_be_left_out():
    """See: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html"""

    @patching.replace(KmsResponse, "get_key_policy")
    def get(original, self):
        body = json.loads(self.body)
        self.body = json.dumps({"PolicyName": "default", **body})
        return original(self)


def keys_of_other_accounts_are_not_found_here():
    """An ARN of another account names a key there, even where an own key has the same id.

    See: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
    """

    @patching.replace(KmsResponse, "_validate_cmk_id")
    def validate(original, self, key_id):
        if key_id.startswith("arn:") and key_id.split(":")[4] != self.kms_backend.account_id:
            key_id = f"{key_id}-of-another-account"
        return original(self, key_id)


CORRECTIONS = (
    rotation_has_a_period,
    keys_have_a_usage,
    imported_material_expires,
    the_policy_name_may_be_left_out,
    keys_of_other_accounts_are_not_found_here,
)
