"""Defects of the alerts on what guards the log store, and of the analyzer that watches it."""

from . import defect
from .subjects import LOG_BUCKET, LOG_KEY, TRAIL

LOG_GROUP = "organization-trail"
# One account and Region of twelve.
SOMEWHERE = ":config:eu-west-1:555555555555:"
UNHEARD = {"LS-2.7": LOG_KEY, "LS-7.3": TRAIL}

ANALYZER = ("333333333333", "eu-central-1", "organization")


@defect({"LS-7.3": TRAIL})
def trail_changes_not_counted(_zone, aws, _):
    """There is no metric filter for changes of the trail."""
    aws("logs").delete_metric_filter(logGroupName=LOG_GROUP, filterName="trail-changes")


@defect({"LS-7.3": TRAIL})
def stopping_the_trail_not_counted(_zone, aws, _):
    """The metric filter for changes of the trail forgets StopLogging."""
    logs = aws("logs")
    (found,) = logs.describe_metric_filters(logGroupName=LOG_GROUP, filterNamePrefix="trail-changes")["metricFilters"]
    logs.put_metric_filter(
        logGroupName=LOG_GROUP,
        filterName="trail-changes",
        filterPattern=found["filterPattern"].replace(" || ($.eventName = StopLogging)", ""),
        metricTransformations=found["metricTransformations"],
    )


@defect({"LS-7.3": SOMEWHERE})
def config_changes_raise_no_alarm(_zone, aws, _):
    """The alarm on changes of AWS Config has its actions disabled."""
    aws("cloudwatch").disable_alarm_actions(AlarmNames=["log-store-config-changes"])


@defect({"LS-2.7": LOG_KEY, "LS-7.3": LOG_KEY})
def key_changes_raise_no_alarm(_zone, aws, _):
    """There is no alarm on changes of the key."""
    aws("cloudwatch").delete_alarms(AlarmNames=["log-store-key-changes"])


@defect(UNHEARD)
def alarms_reach_nobody(_zone, aws, _):
    """Nobody is subscribed to the topic of the alarms."""
    sns = aws("sns")
    topic = aws("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmActions"][0]
    for found in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])


@defect(UNHEARD)
def filters_on_another_log_group(_zone, aws, _):
    """The metric filters stand on a log group the trail does not deliver to."""
    logs = aws("logs")
    logs.create_log_group(logGroupName="another")
    for found in logs.describe_metric_filters(logGroupName=LOG_GROUP)["metricFilters"]:
        kept = {key: found[key] for key in ("filterName", "filterPattern", "metricTransformations")}
        logs.put_metric_filter(logGroupName="another", **kept)
        logs.delete_metric_filter(logGroupName=LOG_GROUP, filterName=found["filterName"])


@defect({"LS-7.4": LOG_BUCKET})
def analyzer_absent(_zone, aws, _):
    """Nothing looks for access from outside."""
    aws("accessanalyzer", *ANALYZER[:2]).delete_analyzer(analyzerName=ANALYZER[2])


@defect({"LS-7.4": LOG_BUCKET})
def analyzer_of_one_account(_zone, aws, _):
    """The analyzer looks at its own account only."""
    client = aws("accessanalyzer", *ANALYZER[:2])
    client.delete_analyzer(analyzerName=ANALYZER[2])
    client.create_analyzer(analyzerName=ANALYZER[2], type="ACCOUNT")


@defect({"LS-7.4": LOG_BUCKET})
def outside_access_found(_zone, _aws, backdoor):
    """The analyzer has found that somebody outside reaches the bucket."""
    backdoor.analyzer(*ANALYZER, "ACTIVE", {"found-1": (LOG_BUCKET, "ACTIVE")})


@defect({"LS-7.4": LOG_KEY})
def outside_access_archived(_zone, _aws, backdoor):
    """Somebody archived a finding about the key instead of closing the hole."""
    backdoor.analyzer(*ANALYZER, "ACTIVE", {"found-1": (LOG_KEY, "ARCHIVED")})
