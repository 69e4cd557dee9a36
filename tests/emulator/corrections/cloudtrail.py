"""AWS CloudTrail."""

import json

from moto.cloudtrail.models import CloudTrailBackend, Trail, TrailStatus, cloudtrail_backends
from moto.cloudtrail.responses import CloudTrailResponse
from moto.kms.models import kms_backends
from moto.organizations.models import organizations_backends

from . import patching

# What a trail records until its selectors are put.
# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
DEFAULT_SELECTORS = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
]


def organization_trails(account):
    """Trails of the organization an account is a member of."""
    management, _partition = organizations_backends.master_accounts.get(account, (None, None))
    if management is None:
        return []
    trails = [t for backend in cloudtrail_backends[management].values() for t in backend.trails.values()]
    return [t for t in trails if t.is_org_trail and account not in getattr(t, "not_in_accounts", ())]


def trails_are_visible_where_they_record():
    """A member account sees the organization's trail, and every Region a multi-Region trail (a shadow trail).

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
    """

    @patching.replace(CloudTrailBackend, "describe_trails")
    def describe(original, self, include_shadow_trails):
        trails = list(original(self, include_shadow_trails))
        if include_shadow_trails:
            shadows = organization_trails(self.account_id)
            trails += [t for t in shadows if t.is_multi_region or t.region_name == self.region_name]
        return trails


def a_trail_is_found_by_arn_from_every_region():
    """Where the trail is a shadow, only its ARN finds it.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
    """

    @patching.replace(CloudTrailBackend, "get_trail")
    def get(original, self, name_or_arn):
        if name_or_arn.startswith("arn:"):
            for trail in self.describe_trails(True):
                if trail.arn == name_or_arn:
                    return trail
        return original(self, name_or_arn)

    @patching.replace(CloudTrailBackend, "get_trail_status")
    def status(_original, self, name):
        return self.get_trail(name).status


def trails_are_described_completely():
    """See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html"""

    @patching.replace(Trail, "description")
    def description(original, self, include_region=False):
        described = original(self, include_region=True)
        described["HasCustomEventSelectors"] = bool(self.event_selectors or self.advanced_event_selectors)
        described["KmsKeyId"] = key_arn(self.account_id, self.region_name, self.kms_key_id)
        return {name: value for name, value in described.items() if value is not None}


def key_arn(account, region, key):
    """CloudTrail answers with the ARN of the key, however it was named."""
    if not key or ":key/" in key:
        return key
    backend = kms_backends[key.split(":")[4] if key.startswith("arn:") else account][region]
    found = backend.get_key_id_from_alias(backend.get_alias_name(key)) or key
    return backend.keys[found].arn if found in backend.keys else key


def selectors_are_basic_or_advanced():
    """Putting one kind replaces the other; an absent kind is absent in the answer.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
    """

    @patching.replace(Trail, "put_event_selectors")
    def put(_original, self, event_selectors, advanced_event_selectors):
        self.event_selectors = [{**DEFAULT_SELECTORS[0], **given} for given in event_selectors or []]
        self.advanced_event_selectors = advanced_event_selectors or []

    @patching.replace(CloudTrailResponse, "get_event_selectors")
    def get(_original, self):
        trail = self.cloudtrail_backend.get_trail(json.loads(self.body).get("TrailName"))
        answer = {"TrailARN": trail.arn}
        if trail.advanced_event_selectors:
            answer["AdvancedEventSelectors"] = trail.advanced_event_selectors
        else:
            answer["EventSelectors"] = trail.event_selectors or DEFAULT_SELECTORS
        return json.dumps(answer)


def deliveries_are_those_that_were_described():
    """moto makes a delivery up at the moment it is asked; a described one (see `backdoor`) takes its place.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
    """

    @patching.replace(TrailStatus, "description")
    def description(original, self):
        described = original(self)
        delivery = getattr(self, "delivery", None)
        if delivery is not None:
            described.pop("LatestDeliveryTime", None)
            described.update(delivery)
        return described


def events_can_be_looked_up():
    """Management events of the last 90 days: none, unless described (see `backdoor`).

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
    """

    @patching.add(CloudTrailResponse, "lookup_events")
    def lookup(self):
        asked = {a["AttributeKey"]: a["AttributeValue"] for a in self._get_param("LookupAttributes") or []}
        events = getattr(self.cloudtrail_backend, "recorded_events", [])
        found = [e for e in events if asked.get("EventName", e["EventName"]) == e["EventName"]]
        return json.dumps({"Events": found})


def public_keys_are_listed():
    """Those that were described (see `backdoor`).

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
    """

    @patching.add(CloudTrailResponse, "list_public_keys")
    def listed(self):
        return json.dumps({"PublicKeyList": getattr(self.cloudtrail_backend, "public_keys", [])})


CORRECTIONS = (
    trails_are_visible_where_they_record,
    a_trail_is_found_by_arn_from_every_region,
    trails_are_described_completely,
    selectors_are_basic_or_advanced,
    deliveries_are_those_that_were_described,
    events_can_be_looked_up,
    public_keys_are_listed,
)
