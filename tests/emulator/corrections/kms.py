"""AWS KMS."""

import base64
import json
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
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


def public_keys_have_a_spec():
    """moto has its deprecated name only.

    See: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
    """

    @patching.replace(KmsResponse, "get_public_key")
    def get(original, self):
        answer = json.loads(original(self))
        return json.dumps({"KeySpec": answer["CustomerMasterKeySpec"], **answer})


def digests_are_signed_as_they_are():
    """moto hashes them once more.

    See: https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html (`MessageType`)
    """

    @patching.replace(KmsResponse, "sign")
    def sign(original, self):
        asked = json.loads(self.body)
        if (asked.get("MessageType"), asked["SigningAlgorithm"]) != ("DIGEST", "ECDSA_SHA_256"):
            return original(self)
        self._validate_key_id(asked["KeyId"])
        key = self.kms_backend.describe_key(asked["KeyId"])
        digest = base64.b64decode(asked["Message"])
        signature = key.private_key.private_key.sign(digest, ec.ECDSA(Prehashed(SHA256())))
        signed = {"KeyId": key.arn, "SigningAlgorithm": asked["SigningAlgorithm"]}
        return json.dumps({**signed, "Signature": base64.b64encode(signature).decode()})


CORRECTIONS = (
    rotation_has_a_period,
    keys_have_a_usage,
    imported_material_expires,
    the_policy_name_may_be_left_out,
    keys_of_other_accounts_are_not_found_here,
    public_keys_have_a_spec,
    digests_are_signed_as_they_are,
)
