"""IAM, as GetAccountAuthorizationDetails has it."""

from seed.documents import text
from zone import in_account

from .reading import document, seconds_after


def sections(zone, aws):
    for account in zone["accounts"]:
        iam = aws("iam", account)
        details = iam.get_account_authorization_details()
        written = {**in_account(zone["roles_everywhere"], account), **zone["roles"].get(account, {})}
        roles = {name: expected_of(role, trust=True) for name, role in written.items()}
        read = {role["RoleName"]: read_role(role, details) for role in details["RoleDetailList"]}
        yield f"roles / {account}", roles, read
        for name, role in written.items():
            used = iam.get_role(RoleName=name)["Role"].get("RoleLastUsed", {}).get("LastUsedDate")
            expected, found = seconds_after(zone, role.get("last_used"), used)
            if expected:
                yield f"roles / {account} / {name} / last_used", expected, found
        users = {name: expected_of(user) for name, user in zone["users"].get(account, {}).items()}
        yield (
            f"users / {account}",
            users,
            {one["UserName"]: read_user(one, details) for one in details["UserDetailList"]},
        )


def expected_of(identity, trust=False):
    expected = {
        "path": identity.get("path", "/"),
        "policies": {name: text(policy) for name, policy in identity.get("policies", {}).items()},
        "managed": {arn: text(policy) for arn, policy in identity.get("managed", {}).items()},
        "boundary": identity["boundary"][0] if identity.get("boundary") else None,
        "tags": identity.get("tags"),
    }
    return {**expected, "trust": text(identity["trust"])} if trust else expected


def common(identity, inline, details):
    managed = {policy["Arn"]: policy for policy in details["Policies"]}
    attached = [policy["PolicyArn"] for policy in identity.get("AttachedManagedPolicies", [])]
    return {
        "path": identity["Path"],
        "policies": {policy["PolicyName"]: document(policy["PolicyDocument"]) for policy in inline},
        "managed": {arn: current(managed[arn]) for arn in attached},
        "boundary": identity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": {tag["Key"]: tag["Value"] for tag in identity.get("Tags", [])},
    }


def current(policy):
    (version,) = [one for one in policy["PolicyVersionList"] if one["IsDefaultVersion"]]
    return document(version["Document"])


def read_role(role, details):
    return {**common(role, role["RolePolicyList"], details), "trust": document(role["AssumeRolePolicyDocument"])}


def read_user(user, details):
    return common(user, user.get("UserPolicyList", []), details)
