"""EventBridge, SNS, SQS, CloudWatch, IAM Access Analyzer."""

from seed.alerts import findings


def sections(zone, aws):
    for place, written in zone["event_rules"].items():
        events = aws("events", *place.split("/"))
        expected = {name: {"state": "ENABLED", **rule} for name, rule in written.items()}
        yield (
            f"event_rules / {place}",
            expected,
            {rule["Name"]: read_rule(events, rule) for rule in events.list_rules()["Rules"]},
        )
    for place, buses in zone["event_buses"].items():
        events = aws("events", *place.split("/"))
        for name, written in buses.items():
            rules = {rule: {"state": "ENABLED", **one} for rule, one in written.get("rules", {}).items()}
            yield f"event_buses / {place} / {name}", {**written, "rules": rules}, read_bus(events, name)
    for arn, written in zone["topics"].items():
        _, _, _, region, account, _ = arn.split(":")
        yield f"topics / {arn}", written, read_topic(aws("sns", account, region), arn, written)
    for arn, written in zone["queues"].items():
        _, _, _, region, account, _ = arn.split(":")
        yield f"queues / {arn}", written, read_queue(aws("sqs", account, region), arn)
    for place, groups in zone["metric_filters"].items():
        logs = aws("logs", *place.split("/"))
        for group, written in groups.items():
            found = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
            yield f"metric_filters / {place} / {group}", written, {one["filterName"]: read_filter(one) for one in found}
    for place, written in zone["alarms"].items():
        found = aws("cloudwatch", *place.split("/")).describe_alarms()["MetricAlarms"]
        yield f"alarms / {place}", written, {one["AlarmName"]: read_alarm(one) for one in found}
    for place, written in zone["analyzers"].items():
        expected = {
            name: {"status": "ACTIVE", **analyzer, "findings": findings(analyzer)} for name, analyzer in written.items()
        }
        client = aws("accessanalyzer", *place.split("/"))
        yield (
            f"analyzers / {place}",
            expected,
            {a["name"]: read_analyzer(client, a) for a in client.list_analyzers()["analyzers"]},
        )


def read_analyzer(client, found):
    read = client.list_findings_v2(analyzerArn=found["arn"])["findings"]
    seen = {one["id"]: (one["resource"], one["status"]) for one in read}
    return {"kind": found["type"], "status": found["status"], "findings": seen}


def read_bus(events, name):
    described = events.describe_event_bus(Name=name)
    rules = events.list_rules(EventBusName=name)["Rules"]
    return {
        "policy": described.get("Policy"),
        "kms_key": described.get("KmsKeyIdentifier"),
        "rules": {rule["Name"]: read_rule(events, rule, name) for rule in rules},
    }


def read_rule(events, rule, bus="default"):
    targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
    return {
        "state": rule["State"],
        "pattern": rule.get("EventPattern"),
        "targets": {target["Id"]: target["Arn"] for target in targets},
        "target_roles": {target["Id"]: target["RoleArn"] for target in targets if target.get("RoleArn")},
    }


def read_topic(sns, arn, written):
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    return {
        # A topic that was created without a policy has one all the same.
        "policy": attributes["Policy"] if written.get("policy") else None,
        "kms_key": attributes.get("KmsMasterKeyId") or None,
        "subscriptions": subscriptions(sns, arn),
        "tags": {tag["Key"]: tag["Value"] for tag in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]},
    }


def read_queue(sqs, arn):
    url = sqs.get_queue_url(QueueName=arn.split(":")[-1])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {
        "policy": attributes.get("Policy") or None,
        "kms_key": attributes.get("KmsMasterKeyId") or None,
        "tags": sqs.list_queue_tags(QueueUrl=url).get("Tags", {}),
    }


def subscriptions(sns, arn):
    return [
        {
            "protocol": found["Protocol"],
            "endpoint": found["Endpoint"],
            "confirmed": found["SubscriptionArn"].startswith("arn:"),
        }
        for found in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    ]


def read_filter(found):
    metrics = [[one["metricNamespace"], one["metricName"]] for one in found["metricTransformations"]]
    return {"pattern": found["filterPattern"], "metrics": metrics}


def read_alarm(found):
    return {
        "namespace": found["Namespace"],
        "metric": found["MetricName"],
        "actions_enabled": found["ActionsEnabled"],
        "actions": found["AlarmActions"],
    }
