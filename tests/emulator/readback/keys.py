"""KMS."""

from .reading import seconds_after


def sections(zone, aws):
    for id, written in zone["keys"].items():
        kms = aws("kms", written["account"], written["region"])
        metadata = kms.describe_key(KeyId=id)["KeyMetadata"]
        rotation = kms.get_key_rotation_status(KeyId=id)
        expected = {
            "manager": "CUSTOMER",
            "state": "Enabled",
            "spec": "SYMMETRIC_DEFAULT",
            "origin": "AWS_KMS",
            **written,
            "rotation_period_days": (written.get("rotation_period_days") or 365) if written.get("rotation") else None,
        }
        read = {
            "account": metadata["AWSAccountId"],
            "region": metadata["Arn"].split(":")[3],
            "aliases": [a["AliasName"] for a in kms.list_aliases(KeyId=id)["Aliases"]],
            "manager": metadata["KeyManager"],
            "state": metadata["KeyState"],
            "spec": metadata["KeySpec"],
            "origin": metadata["Origin"],
            "multi_region": metadata["MultiRegion"],
            "rotation": rotation["KeyRotationEnabled"],
            "rotation_period_days": rotation.get("RotationPeriodInDays"),
            "policy": kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"],
            "tags": {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=id)["Tags"]},
            "grants": {grant["GrantId"]: grant_of(grant) for grant in kms.list_grants(KeyId=id)["Grants"]},
        }
        for key, api in (("valid_to", "ValidTo"), ("deletion_date", "DeletionDate")):
            if written.get(key):
                expected[key], read[key] = seconds_after(zone, written[key], metadata.get(api))
        yield f"keys / {id}", expected, read


def grant_of(grant):
    return {
        "grantee": grant["GranteePrincipal"],
        "operations": grant["Operations"],
        "context": grant.get("Constraints", {}).get("EncryptionContextSubset"),
    }
