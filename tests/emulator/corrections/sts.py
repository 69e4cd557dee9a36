"""AWS STS."""

import json
from urllib.parse import unquote

from moto.core.exceptions import ServiceException
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends
from moto.sts.models import STSBackend

from . import patching


class AccessDenied(ServiceException):
    code = "AccessDenied"


def roles_are_assumed_by_those_they_trust():
    """moto lets anybody assume any role, even one that does not exist.

    Account principals and the external id are looked at, which is what cross-account roles of landing zones use.
    See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    """

    @patching.replace(STSBackend, "assume_role")
    def assume(original, self, **kwargs):
        account = kwargs["role_arn"].split(":")[4]
        if not trusted(account, kwargs["role_arn"], self.account_id, kwargs.get("external_id")):
            raise AccessDenied(
                f"User: arn:aws:iam::{self.account_id}:user/emulated is not authorized to perform: sts:AssumeRole "
                f"on resource: {kwargs['role_arn']}"
            )
        return original(self, **kwargs)


def trusted(account, role_arn, caller, external_id):
    """Whether the role exists and its trust policy allows the caller's account."""
    if suspended(account):
        return False
    try:
        role = iam_backends[account]["aws"].get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    statements = json.loads(unquote(role.assume_role_policy_document))["Statement"]
    return any(allows(s, caller, external_id) for s in ([statements] if isinstance(statements, dict) else statements))


def allows(statement, caller, external_id):
    principal = statement.get("Principal", {})
    named = principal if isinstance(principal, str) else principal.get("AWS", [])
    named = [named] if isinstance(named, str) else named
    wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
    return (
        statement["Effect"] == "Allow"
        and any(name in ("*", caller) or name.startswith(f"arn:aws:iam::{caller}:") for name in named)
        and (wanted is None or external_id in ([wanted] if isinstance(wanted, str) else wanted))
    )


def suspended(account):
    """Roles of a suspended account cannot be assumed.

    See: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-closing.html
    """
    management, partition = organizations_backends.master_accounts.get(account, (None, None))
    if management is None:
        return False
    return organizations_backends[management][partition].get_account_by_id(account).status != "ACTIVE"


CORRECTIONS = (roles_are_assumed_by_those_they_trust,)
