"""Defects of the alert on changes to the log store, and of the role that may make them."""

import datetime
import json

from . import defect
from .subjects import ADMIN_ROLE, ALERT_RULE, LOG_BUCKET

RULE = "log-store-changes"
# The rule is also how changes of the bucket's policy are heard of.
UNHEARD = {"LS-7.2": LOG_BUCKET, "LS-7.3": LOG_BUCKET}


def events_of(zone, aws):
    return aws("events", zone.log_archive)


def topic(zone, aws):
    return events_of(zone, aws).list_targets_by_rule(Rule=RULE)["Targets"][0]["Arn"]


def unsubscribe(zone, aws):
    sns = aws("sns", zone.log_archive)
    for found in sns.list_subscriptions_by_topic(TopicArn=topic(zone, aws))["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])


@defect(UNHEARD)
def alert_disabled(zone, aws, _):
    """The rule is disabled."""
    events_of(zone, aws).disable_rule(Name=RULE)


@defect(UNHEARD)
def alert_without_target(zone, aws, _):
    """The rule matches, but tells nobody."""
    targets = events_of(zone, aws).list_targets_by_rule(Rule=RULE)["Targets"]
    events_of(zone, aws).remove_targets(Rule=RULE, Ids=[target["Id"] for target in targets])


@defect(UNHEARD)
def alert_without_subscription(zone, aws, _):
    """Nobody is subscribed to the topic."""
    unsubscribe(zone, aws)


@defect(UNHEARD)
def alert_not_confirmed(zone, aws, _):
    """The only subscription was never confirmed."""
    unsubscribe(zone, aws)
    endpoint = {"Protocol": "email", "Endpoint": "on-call@example.org"}
    aws("sns", zone.log_archive).subscribe(TopicArn=topic(zone, aws), **endpoint)


def change_pattern(zone, aws, change):
    pattern = json.loads(events_of(zone, aws).describe_rule(Name=RULE)["EventPattern"])
    change(pattern)
    events_of(zone, aws).put_rule(Name=RULE, EventPattern=json.dumps(pattern), State="ENABLED")


@defect(UNHEARD)
def alert_leaves_the_bucket_out(zone, aws, _):
    """The pattern asks for events of KMS."""
    change_pattern(zone, aws, lambda pattern: pattern.update({"source": ["aws.kms"]}))


@defect(UNHEARD)
def alert_never_matches(zone, aws, _):
    """The pattern asks for a kind of event that does not exist."""
    change_pattern(zone, aws, lambda pattern: pattern.update({"detail-type": ["AWS API call via CloudTrail"]}))


@defect({"LS-7.2": ALERT_RULE})
def alert_of_reads_too(zone, aws, _):
    """The pattern matches every read as well: an alert nobody listens to."""
    change_pattern(zone, aws, lambda pattern: pattern["detail"]["eventName"].append({"prefix": "Get"}))


@defect({"LS-6.3": ADMIN_ROLE, "LS-8.1": ADMIN_ROLE})
def admin_role_absent(zone, aws, _):
    """There is no administrator role."""
    iam = aws("iam", zone.log_archive)
    for name in iam.list_role_policies(RoleName=zone.admin_role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=zone.admin_role, PolicyName=name)
    for policy in iam.list_attached_role_policies(RoleName=zone.admin_role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=zone.admin_role, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=zone.admin_role)


@defect({"LS-8.1": ADMIN_ROLE})
def admin_role_used(zone, _aws, backdoor):
    """The administrator role was used yesterday."""
    yesterday = zone.now - datetime.timedelta(days=1)
    backdoor.role_used(zone.log_archive, zone.admin_role, yesterday, zone.home_region)
