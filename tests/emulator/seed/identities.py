"""IAM: roles and users with their policies."""

import datetime

from zone import in_account

from .documents import text

# When every role was created: the file does not say, the mock answers this.
CREATED = datetime.datetime(2025, 1, 1)


def seed(zone, aws, backdoor):
    for account in zone["accounts"]:
        everywhere = in_account(zone["roles_everywhere"], account)
        for name, role in {**everywhere, **zone["roles"].get(account, {})}.items():
            seed_role(zone, aws("iam", account), account, name, role, backdoor)
        for name, user in zone["users"].get(account, {}).items():
            seed_user(aws("iam", account), account, name, user, backdoor)


def tags_of(described):
    return [{"Key": key, "Value": value} for key, value in described.get("tags", {}).items()]


def seed_role(zone, iam, account, name, role, backdoor):
    iam.create_role(
        RoleName=name,
        Path=role.get("path", "/"),
        AssumeRolePolicyDocument=text(role["trust"]),
        Tags=tags_of(role),
    )
    for policy, document in role.get("policies", {}).items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text(document))
    for arn, document in role.get("managed", {}).items():
        managed_policy(iam, account, arn, document, backdoor)
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    if role.get("boundary"):
        arn, document = role["boundary"]
        managed_policy(iam, account, arn, document, backdoor)
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)
    backdoor.role_created(account, name, CREATED)
    if role.get("last_used"):
        backdoor.role_used(account, name, zone.time(role["last_used"]), zone.home_region)


def seed_user(iam, account, name, user, backdoor):
    iam.create_user(UserName=name, Path=user.get("path", "/"), Tags=tags_of(user))
    for policy, document in user.get("policies", {}).items():
        iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=text(document))
    for arn, document in user.get("managed", {}).items():
        managed_policy(iam, account, arn, document, backdoor)
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    if user.get("boundary"):
        arn, document = user["boundary"]
        managed_policy(iam, account, arn, document, backdoor)
        iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=arn)


def managed_policy(iam, account, arn, document, backdoor):
    """Makes a managed policy that is not there yet; those of AWS are not to be made by anybody."""
    owner, _, path_and_name = arn.split(":", 4)[4].partition(":policy/")
    path, _, name = f"/{path_and_name}".rpartition("/")
    if backdoor.has_policy(account, arn):
        return
    if owner == "aws":
        backdoor.aws_managed_policy(account, f"{path}/", name, text(document))
    else:
        iam.create_policy(PolicyName=name, Path=f"{path}/", PolicyDocument=text(document))
