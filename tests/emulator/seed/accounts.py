"""The organization: units, accounts, policies with their attachments, delegated administrators."""

from clients import MEMBER_ROLE

from .documents import text

MANAGED = {"p-FullAWSAccess", "p-RCPFullAWSAccess"}

KINDS = {
    "service_control_policies": "SERVICE_CONTROL_POLICY",
    "resource_control_policies": "RESOURCE_CONTROL_POLICY",
}


def seed(zone, aws, backdoor):
    organization, organizations = zone["organization"], aws("organizations")
    backdoor.next_id("organization", organization["id"])
    backdoor.next_id("root", organization["root"])
    # moto makes up an id for the management account before it knows better.
    backdoor.next_id("account", "000000000000")
    organizations.create_organization(FeatureSet=organization.get("feature_set", "ALL"))
    for kind in organization.get("policy_types", []):
        organizations.enable_policy_type(RootId=organization["root"], PolicyType=kind)
    units(zone, organizations, backdoor)
    accounts(zone, organizations, backdoor)
    for key, kind in KINDS.items():
        policies(zone, organizations, backdoor, zone[key], kind)
    for service, ids in zone["delegated_administrators"].items():
        for account in ids:
            organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=service)
    if zone["delegation_policy"]:
        organizations.put_resource_policy(Content=text(zone["delegation_policy"]))


def units(zone, organizations, backdoor):
    root, waiting, made = zone["organization"]["root"], dict(zone["units"]), set()
    while waiting:
        ready = [id for id, unit in waiting.items() if unit.get("parent") in (None, root, *made)]
        if not ready:
            raise ValueError(f"units without a parent that exists: {sorted(waiting)}")
        for id in ready:
            unit = waiting.pop(id)
            backdoor.next_id("unit", id)
            organizations.create_organizational_unit(ParentId=unit.get("parent") or root, Name=unit["name"])
            made.add(id)


def accounts(zone, organizations, backdoor):
    root = zone["organization"]["root"]
    for account, described in zone["accounts"].items():
        name, email = described["name"], f"{described['name']}@example.org"
        if account != zone.management:
            backdoor.next_id("account", account)
            organizations.create_account(AccountName=name, Email=email)
        backdoor.describe_account(zone.management, account, name, email, zone.time(described.get("joined")))
        if described.get("unit"):
            organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=described["unit"])


def policies(zone, organizations, backdoor, described, kind):
    if kind not in zone["organization"].get("policy_types", []):
        return
    everywhere = {zone["organization"]["root"], *zone["units"], *zone["accounts"]}
    for id, policy in described.items():
        if id not in MANAGED:
            backdoor.next_id("policy", id)
            organizations.create_policy(
                Name=policy["name"], Description=policy["name"], Type=kind, Content=text(policy["document"])
            )
        wanted = {
            target for name in policy.get("targets", []) for target in (everywhere if name == "everywhere" else [name])
        }
        there = {target["TargetId"] for target in organizations.list_targets_for_policy(PolicyId=id)["Targets"]}
        for target in sorted(wanted - there):
            organizations.attach_policy(PolicyId=id, TargetId=target)
        for target in sorted(there - wanted):
            organizations.detach_policy(PolicyId=id, TargetId=target)


def finish(zone, aws, backdoor):
    """Takes the way in away, unless the zone has it, and gives each account its status."""
    for account, described in zone["accounts"].items():
        if account != zone.management and MEMBER_ROLE not in {
            **zone["roles_everywhere"],
            **zone["roles"].get(account, {}),
        }:
            aws("iam", account).delete_role(RoleName=MEMBER_ROLE)
        if described.get("status", "ACTIVE") != "ACTIVE":
            backdoor.account_status(zone.management, account, described["status"])
