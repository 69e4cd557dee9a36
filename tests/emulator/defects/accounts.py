"""Defects of the organization and of the way into its accounts."""

from . import defect
from .subjects import EVERY_MEMBER, LOG_ARCHIVE, LOG_BUCKET, WORKLOAD

SCP = "p-protectlogs"

# What an unprotected log store leads to: the root user may do what no policy of the bucket denies it.
UNPROTECTED = {
    "LS-3.5": LOG_BUCKET,
    "LS-4.5": LOG_ARCHIVE,
    "LS-5.4": LOG_ARCHIVE,
    "LS-6.1": ":",
    "LS-6.2": LOG_BUCKET,
    "LS-6.3": EVERY_MEMBER,
    "LS-6.4": LOG_BUCKET,
    "LS-8.6": LOG_BUCKET,
}


@defect(UNPROTECTED)
def protection_not_attached(_zone, aws, _):
    """The policy that protects the log store exists, but is attached to nothing."""
    aws("organizations").detach_policy(PolicyId=SCP, TargetId="r-exmp")


@defect({"LS-4.5": WORKLOAD, "LS-5.4": WORKLOAD, "LS-6.1": ":", "LS-6.3": WORKLOAD})
def protection_attached_to_one_unit(_zone, aws, _):
    """The policy that protects the log store is attached to the security unit only."""
    organizations = aws("organizations")
    organizations.detach_policy(PolicyId=SCP, TargetId="r-exmp")
    organizations.attach_policy(PolicyId=SCP, TargetId="ou-exmp-security1")


@defect(UNPROTECTED)
def policies_not_enabled(_zone, aws, _):
    """Service control policies are switched off at the root."""
    aws("organizations").disable_policy_type(RootId="r-exmp", PolicyType="SERVICE_CONTROL_POLICY")


@defect({}, errors=("LS-4.1", "LS-5.1", "LS-5.2", "LS-5.3"))
def audit_role_absent(zone, aws, _):
    """The audit role is missing in one account: what must look there cannot be assessed."""
    iam = aws("iam", "555555555555")
    for name in iam.list_role_policies(RoleName=zone.audit_role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=zone.audit_role, PolicyName=name)
    for policy in iam.list_attached_role_policies(RoleName=zone.audit_role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=zone.audit_role, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=zone.audit_role)


@defect({"LS-4.1": "555555555555"})
def trail_not_in_every_account(zone, _aws, backdoor):
    """The organization trail does not reach one member account."""
    backdoor.trail_hidden(zone.management, zone.home_region, zone.trail, ["555555555555"])
