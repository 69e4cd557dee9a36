"""The organization."""

import json

from seed.accounts import KINDS
from seed.buckets import FLAGS

from .reading import absent_as_none


def sections(zone, aws):
    organizations = aws("organizations")
    yield "organization", {"feature_set": "ALL", **zone["organization"]}, organization(organizations)
    units, accounts = {}, {}
    walk(organizations, zone["organization"]["root"], None, units, accounts)
    yield "units", zone["units"], units
    described = {
        id: {"status": "ACTIVE", **{key: one.get(key) for key in ("name", "unit", "status") if one.get(key)}}
        for id, one in zone["accounts"].items()
    }
    yield "accounts", described, accounts
    for key, kind in KINDS.items():
        yield key, attached(zone, zone[key]), policies(organizations, kind)
    answer = absent_as_none(organizations.describe_resource_policy, "ResourcePolicyNotFoundException")
    read = json.loads(answer["ResourcePolicy"]["Content"]) if answer else {}
    yield "delegation_policy", zone["delegation_policy"], read
    for account, block in zone["account_public_access_block"].items():
        yield f"account_public_access_block / {account}", block, public_access_block(aws, account)


def organization(organizations):
    found = organizations.describe_organization()["Organization"]
    (root,) = organizations.list_roots()["Roots"]
    return {
        "id": found["Id"],
        "root": root["Id"],
        "management_account": found["MasterAccountId"],
        "feature_set": found["FeatureSet"],
        "policy_types": [one["Type"] for one in root["PolicyTypes"]],
    }


def walk(organizations, parent, unit, units, accounts):
    for found in organizations.list_accounts_for_parent(ParentId=parent)["Accounts"]:
        accounts[found["Id"]] = {"name": found["Name"], "unit": unit, "status": found["Status"]}
    for found in organizations.list_organizational_units_for_parent(ParentId=parent)["OrganizationalUnits"]:
        units[found["Id"]] = {"name": found["Name"], "parent": unit}
        walk(organizations, found["Id"], found["Id"], units, accounts)


def attached(zone, described):
    everywhere = [zone["organization"]["root"], *zone["units"], *zone["accounts"]]
    result = {}
    for id, policy in described.items():
        targets = {t for name in policy.get("targets", []) for t in (everywhere if name == "everywhere" else [name])}
        result[id] = {**policy, "targets": sorted(targets)}
    return result


def policies(organizations, kind):
    read = {}
    for page in organizations.get_paginator("list_policies").paginate(Filter=kind):
        for found in page["Policies"]:
            targets = organizations.list_targets_for_policy(PolicyId=found["Id"])["Targets"]
            read[found["Id"]] = {
                "name": found["Name"],
                "aws_managed": found["AwsManaged"],
                "targets": sorted(target["TargetId"] for target in targets),
                "document": organizations.describe_policy(PolicyId=found["Id"])["Policy"]["Content"],
            }
    return read


def public_access_block(aws, account):
    answer = absent_as_none(
        aws("s3control", account).get_public_access_block, "NoSuchPublicAccessBlockConfiguration", AccountId=account
    )
    read = answer["PublicAccessBlockConfiguration"] if answer else {}
    return {key: read.get(api) for key, api in FLAGS.items()}
