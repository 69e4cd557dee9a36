"""KMS keys with aliases, policies, rotation and grants."""

from .documents import text


def seed(zone, aws, backdoor):
    for id, key in zone["keys"].items():
        kms = aws("kms", key["account"], key["region"])
        backdoor.next_id("key", id)
        kms.create_key(
            Policy=text(key["policy"]),
            KeySpec=key.get("spec", "SYMMETRIC_DEFAULT"),
            Origin=key.get("origin", "AWS_KMS"),
            MultiRegion=key.get("multi_region", False),
            Tags=[{"TagKey": name, "TagValue": value} for name, value in key.get("tags", {}).items()],
        )
        for alias in key.get("aliases", []):
            kms.create_alias(AliasName=alias, TargetKeyId=id)
        if key.get("rotation"):
            kms.enable_key_rotation(KeyId=id, RotationPeriodInDays=key.get("rotation_period_days") or 365)
        for name, grant in key.get("grants", {}).items():
            create_grant(kms, key, id, name, grant, backdoor)
        state(kms, id, key.get("state", "Enabled"))
        backdoor.key_metadata(
            key["account"],
            key["region"],
            id,
            manager=key.get("manager", "CUSTOMER"),
            valid_to=zone.time(key.get("valid_to")),
            deletion_date=zone.time(key.get("deletion_date")),
        )


def create_grant(kms, key, id, name, grant, backdoor):
    constraints = {"Constraints": {"EncryptionContextSubset": grant["context"]}} if grant.get("context") else {}
    made = kms.create_grant(KeyId=id, GranteePrincipal=grant["grantee"], Operations=grant["operations"], **constraints)
    backdoor.grant_id(key["account"], key["region"], id, made["GrantId"], name)


def state(kms, id, wanted):
    if wanted == "Disabled":
        kms.disable_key(KeyId=id)
    elif wanted == "PendingDeletion":
        kms.schedule_key_deletion(KeyId=id, PendingWindowInDays=30)
    elif wanted != "Enabled":
        raise NotImplementedError(f"key state `{wanted}`")
