"""AWS Organizations."""

import json

from moto.organizations.exceptions import OrganizationsClientError
from moto.organizations.models import FakeDelegatedAdministrator, FakeOrganization, OrganizationsBackend
from moto.organizations.responses import OrganizationsResponse

from . import patching


def only_enabled_policy_types_have_policies():
    """Before its type is enabled at the root, a policy cannot be attached.

    See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
    """
    from moto.organizations.exceptions import PolicyTypeNotEnabledException

    # Attachments that Organizations makes by itself.
    managed = ("p-FullAWSAccess", "p-RCPFullAWSAccess")

    @patching.replace(OrganizationsBackend, "attach_policy")
    def attach(original, self, **kwargs):
        root = self.ou[0]
        kind = self.get_policy_by_id(kwargs["PolicyId"]).type
        if kwargs["PolicyId"] not in managed and all(enabled["Type"] != kind for enabled in root.policy_types):
            raise PolicyTypeNotEnabledException
        return original(self, **kwargs)


def the_deprecated_policy_types_are_empty():
    """DescribeOrganization says nothing about policy types that could be relied on; ListRoots does.

    See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
    """

    @patching.replace(FakeOrganization, "describe")
    def describe(original, self):
        described = original(self)
        described["Organization"]["AvailablePolicyTypes"] = []
        return described


def disabling_a_policy_type_detaches_its_policies():
    """See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_enable-disable.html"""

    @patching.replace(OrganizationsBackend, "disable_policy_type")
    def disable(original, self, **kwargs):
        answer = original(self, **kwargs)
        for policy in self.policies:
            if policy.type == kwargs["PolicyType"]:
                for target in list(policy.attachments):
                    self.detach_policy(PolicyId=policy.id, TargetId=target.id)
        return answer


def more_services_have_delegated_administrators():
    """See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html"""
    FakeDelegatedAdministrator.SUPPORTED_SERVICES += [
        "cloudtrail.amazonaws.com",
        "config.amazonaws.com",
        "iam.amazonaws.com",
    ]


def an_organization_has_a_resource_policy():
    """moto lacks the policy that delegates the administration of the organization to members.

    See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeResourcePolicy.html
    """

    def answer(backend):
        content = getattr(backend, "resource_policy", None)
        if content is None:
            raise OrganizationsClientError("ResourcePolicyNotFoundException", "There is no resource policy.")
        arn = f"arn:aws:organizations::{backend.account_id}:resourcepolicy/{backend.org.id}/rp-emulated1"
        return json.dumps(
            {"ResourcePolicy": {"ResourcePolicySummary": {"Id": "rp-emulated1", "Arn": arn}, "Content": content}}
        )

    @patching.add(OrganizationsResponse, "put_resource_policy")
    def put(self):
        self.organizations_backend.resource_policy = self.request_params["Content"]
        return answer(self.organizations_backend)

    @patching.add(OrganizationsResponse, "describe_resource_policy")
    def describe(self):
        return answer(self.organizations_backend)


CORRECTIONS = (
    only_enabled_policy_types_have_policies,
    the_deprecated_policy_types_are_empty,
    disabling_a_policy_type_detaches_its_policies,
    more_services_have_delegated_administrators,
    an_organization_has_a_resource_policy,
)
