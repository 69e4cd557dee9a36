"""EventBridge rules, SNS topics, SQS queues, metric filters, alarms, access analyzers."""

from .documents import text


def seed(zone, aws, backdoor):
    for arn, topic in zone["topics"].items():
        seed_topic(aws, arn, topic)
    for arn, queue in zone["queues"].items():
        seed_queue(aws, arn, queue)
    for place, rules in zone["event_rules"].items():
        for name, rule in rules.items():
            seed_rule(aws("events", *place.split("/")), name, rule)
    for place, buses in zone["event_buses"].items():
        for name, bus in buses.items():
            seed_bus(aws("events", *place.split("/")), name, bus)
    for place, groups in zone["metric_filters"].items():
        logs = aws("logs", *place.split("/"))
        for group, filters in groups.items():
            logs.create_log_group(logGroupName=group)
            for name, one in filters.items():
                metrics = [
                    {"metricNamespace": namespace, "metricName": metric, "metricValue": "1"}
                    for namespace, metric in one["metrics"]
                ]
                logs.put_metric_filter(
                    logGroupName=group, filterName=name, filterPattern=one["pattern"], metricTransformations=metrics
                )
    for place, alarms in zone["alarms"].items():
        for name, alarm in alarms.items():
            seed_alarm(aws("cloudwatch", *place.split("/")), name, alarm)
    for place, analyzers in zone["analyzers"].items():
        for name, analyzer in analyzers.items():
            aws("accessanalyzer", *place.split("/")).create_analyzer(analyzerName=name, type=analyzer["kind"])
            backdoor.analyzer(*place.split("/"), name, analyzer.get("status", "ACTIVE"), findings(analyzer))


def findings(analyzer):
    return {id: (one["resource"], one.get("status", "ACTIVE")) for id, one in analyzer.get("findings", {}).items()}


def seed_topic(aws, arn, topic):
    _, _, _, region, account, name = arn.split(":")
    sns = aws("sns", account, region)
    sns.create_topic(Name=name, Tags=[{"Key": key, "Value": value} for key, value in topic.get("tags", {}).items()])
    if topic.get("policy"):
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text(topic["policy"]))
    if topic.get("kms_key"):
        sns.set_topic_attributes(TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=topic["kms_key"])
    for one in topic.get("subscriptions", []):
        made = sns.subscribe(
            TopicArn=arn, Protocol=one["protocol"], Endpoint=one["endpoint"], ReturnSubscriptionArn=True
        )
        if one.get("confirmed"):
            sns.confirm_subscription(TopicArn=arn, Token=made["SubscriptionArn"])


def seed_queue(aws, arn, queue):
    _, _, _, region, account, name = arn.split(":")
    attributes = {"Policy": text(queue["policy"])} if queue.get("policy") else {}
    if queue.get("kms_key"):
        attributes["KmsMasterKeyId"] = queue["kms_key"]
    aws("sqs", account, region).create_queue(QueueName=name, Attributes=attributes, tags=queue.get("tags", {}))


def seed_bus(events, name, bus):
    if name != "default":
        key = {"KmsKeyIdentifier": bus["kms_key"]} if bus.get("kms_key") else {}
        events.create_event_bus(Name=name, **key)
    if bus.get("policy"):
        events.put_permission(EventBusName=name, Policy=text(bus["policy"]))
    for rule_name, rule in bus.get("rules", {}).items():
        seed_rule(events, rule_name, rule, name)


def seed_rule(events, name, rule, bus="default"):
    pattern = {"EventPattern": text(rule["pattern"])} if rule.get("pattern") else {"ScheduleExpression": "rate(1 day)"}
    events.put_rule(Name=name, EventBusName=bus, State=rule.get("state", "ENABLED"), **pattern)
    targets = [target_of(rule, id, arn) for id, arn in rule.get("targets", {}).items()]
    if targets:
        events.put_targets(Rule=name, EventBusName=bus, Targets=targets)


def target_of(rule, id, arn):
    role = rule.get("target_roles", {}).get(id)
    return {"Id": id, "Arn": arn, **({"RoleArn": role} if role else {})}


def seed_alarm(cloudwatch, name, alarm):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=alarm["namespace"],
        MetricName=alarm["metric"],
        ActionsEnabled=alarm.get("actions_enabled", False),
        AlarmActions=alarm.get("actions", []),
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
