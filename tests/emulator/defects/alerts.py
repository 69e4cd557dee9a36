"""Defects of the alert on changes to the log store, and of the role that may make them."""

import datetime
import json

from . import defect, harmless
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


def into_a_queue(zone, aws, sender):
    """Subscribes a queue, which lets one sender in, in place of whoever is subscribed."""
    sqs, alerts = aws("sqs", zone.log_archive), topic(zone, aws)
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    source = {"ArnEquals": {"aws:SourceArn": sender or alerts}}
    allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn, "Condition": source}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    unsubscribe(zone, aws)
    aws("sns", zone.log_archive).subscribe(TopicArn=alerts, Protocol="sqs", Endpoint=arn)


@harmless
def alert_into_a_queue(zone, aws, _):
    """The subscriber is a queue that lets the topic in."""
    into_a_queue(zone, aws, None)


@defect(UNHEARD)
def alert_into_a_queue_that_refuses(zone, aws, _):
    """The subscriber is a queue that lets another topic in."""
    into_a_queue(zone, aws, "arn:aws:sns:eu-central-1:222222222222:another")


CENTRAL, FORWARDER = "333333333333", "EventForwarder"


def through_a_central_bus(zone, aws, principal=None):
    """Puts the events of the rule on a bus of the security account, where a rule has the topic as target."""
    alerts, central, iam = topic(zone, aws), aws("events", CENTRAL), aws("iam", zone.log_archive)
    bus = central.create_event_bus(Name="security")["EventBusArn"]
    allow = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    organization = {"StringEquals": {"aws:PrincipalOrgID": zone["organization"]["id"]}}
    entry = {"Principal": {"AWS": principal}} if principal else {"Principal": "*", "Condition": organization}
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "MembersPut", **allow, **entry}]}
    central.put_permission(EventBusName="security", Policy=json.dumps(policy))
    central.put_rule(Name=RULE, EventBusName="security", EventPattern=json.dumps({"source": ["aws.s3"]}))
    central.put_targets(Rule=RULE, EventBusName="security", Targets=[{"Id": "notify", "Arn": alerts}])
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=FORWARDER, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=FORWARDER, PolicyName="forward", PolicyDocument=document)
    events_of(zone, aws).remove_targets(Rule=RULE, Ids=["notify"])
    events_of(zone, aws).put_targets(Rule=RULE, Targets=[{"Id": "central", "Arn": bus, "RoleArn": role}])


@harmless
def alert_over_a_central_bus(zone, aws, _):
    """The alert goes over a bus of the security account, and gets to the same topic."""
    through_a_central_bus(zone, aws)


@defect(UNHEARD)
def alert_over_a_bus_that_refuses(zone, aws, _):
    """The bus of the security account lets another account in."""
    through_a_central_bus(zone, aws, "444444444444")


@defect(UNHEARD)
def alert_over_a_bus_whose_rule_is_off(zone, aws, _):
    """The rule on the bus of the security account is disabled."""
    through_a_central_bus(zone, aws)
    aws("events", CENTRAL).disable_rule(Name=RULE, EventBusName="security")


@defect(UNHEARD)
def alert_without_its_forwarder(zone, aws, _):
    """The role that puts the events on the bus may not do so any more."""
    through_a_central_bus(zone, aws)
    aws("iam", zone.log_archive).delete_role_policy(RoleName=FORWARDER, PolicyName="forward")


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
