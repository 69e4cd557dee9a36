//! Trails, AWS Config, EventBridge, SNS, SQS, CloudWatch, Access Analyzer.

use logproof_estate::facts::DEFAULT_BUS;

use super::{Frame, Shaped, each, items, map, only, renamed, tags};
use crate::tree::Tree;

pub(super) fn shape(kind: &str, frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let get = |name: &str| properties.get(name).clone();
    let id = || frame.id.clone();
    match kind {
        "AWS::CloudTrail::Trail" => vec![trail(frame, properties)],
        "AWS::Config::ConfigurationRecorder" => vec![recorder(frame, properties)],
        "AWS::Config::DeliveryChannel" => vec![Frame::part(
            "aws_config_delivery_channel",
            "",
            vec![
                ("name", id()),
                ("s3_bucket_name", get("S3BucketName")),
                ("s3_key_prefix", get("S3KeyPrefix")),
                ("s3_kms_key_arn", get("S3KmsKeyArn")),
                ("sns_topic_arn", get("SnsTopicARN")),
                (
                    "snapshot_delivery_properties",
                    renamed(
                        properties.get("ConfigSnapshotDeliveryProperties"),
                        &[("delivery_frequency", "DeliveryFrequency")],
                    ),
                ),
            ],
        )],
        "AWS::Events::EventBus" => vec![Frame::part(
            "aws_cloudwatch_event_bus",
            "",
            vec![
                ("name", id()),
                ("arn", frame.arn("events", &format!("event-bus/{}", frame.id_text()))),
                ("policy", get("Policy")),
                ("kms_key_identifier", get("KmsKeyIdentifier")),
            ],
        )],
        "AWS::Events::EventBusPolicy" => {
            let of = vec![("event_bus_name", get("EventBusName")), ("statement_id", get("StatementId"))];
            vec![Frame::part("aws_cloudwatch_event_permission", "", of)]
        }
        "AWS::Events::Rule" => rule(frame, properties),
        "AWS::SNS::Topic" => {
            let mut parts = vec![Frame::part(
                "aws_sns_topic",
                "",
                vec![("arn", id()), ("kms_master_key_id", get("KmsMasterKeyId")), ("tags", tags(&get("Tags")))],
            )];
            for subscription in items(properties.get("Subscription")) {
                let of = |name: &str| subscription.get(name).clone();
                parts.push(subscribed(frame, id(), of("Protocol"), of("Endpoint")));
            }
            parts
        }
        "AWS::SNS::TopicPolicy" => items(properties.get("Topics"))
            .into_iter()
            .map(|topic| {
                let label = topic.text().ok().flatten().unwrap_or_default();
                Frame::part("aws_sns_topic_policy", &label, vec![("arn", topic), ("policy", get("PolicyDocument"))])
            })
            .collect(),
        "AWS::SQS::Queue" => {
            let url = frame.id_text();
            let name = url.rsplit('/').next().unwrap_or_default();
            vec![Frame::part(
                "aws_sqs_queue",
                "",
                vec![
                    ("arn", frame.arn("sqs", name)),
                    ("kms_master_key_id", get("KmsMasterKeyId")),
                    ("tags", tags(&get("Tags"))),
                ],
            )]
        }
        "AWS::SQS::QueuePolicy" => items(properties.get("Queues"))
            .into_iter()
            .map(|queue| {
                let label = queue.text().ok().flatten().unwrap_or_default();
                let entries = vec![("queue_url", queue), ("policy", get("PolicyDocument"))];
                Frame::part("aws_sqs_queue_policy", &label, entries)
            })
            .collect(),
        "AWS::SNS::Subscription" => {
            vec![subscribed(frame, get("TopicArn"), get("Protocol"), get("Endpoint"))]
        }
        "AWS::Logs::LogGroup" => vec![Frame::part("aws_cloudwatch_log_group", "", vec![("name", id())])],
        "AWS::Logs::MetricFilter" => vec![filter(frame, properties)],
        "AWS::CloudWatch::Alarm" => vec![alarm(frame, properties)],
        "AWS::CloudWatch::CompositeAlarm" => vec![Frame::part(
            "aws_cloudwatch_composite_alarm",
            "",
            vec![
                ("alarm_name", id()),
                ("arn", frame.arn("cloudwatch", &format!("alarm:{}", frame.id_text()))),
                ("alarm_rule", get("AlarmRule")),
                ("actions_enabled", get("ActionsEnabled")),
                ("alarm_actions", get("AlarmActions")),
                (
                    "actions_suppressor",
                    match properties.get("ActionsSuppressor") {
                        Tree::Null => Tree::Null,
                        suppressor => super::block(vec![("alarm", suppressor.clone())]),
                    },
                ),
            ],
        )],
        "AWS::AccessAnalyzer::Analyzer" => {
            let arn = frame.id_text();
            let name = arn.rsplit('/').next().unwrap_or_default();
            vec![Frame::part(
                "aws_accessanalyzer_analyzer",
                "",
                vec![("analyzer_name", Tree::from(name)), ("arn", id()), ("type", get("Type"))],
            )]
        }
        _ => Vec::new(),
    }
}

fn subscribed(frame: &Frame<'_>, topic: Tree, protocol: Tree, endpoint: Tree) -> Shaped {
    let label = endpoint.text().ok().flatten().unwrap_or_default();
    // One inside a topic has no id of its own.
    let id = frame.id_text();
    let arn = if id.matches(':').count() > 5 { Tree::Text(id) } else { Tree::Null };
    let entries = vec![("topic_arn", topic), ("protocol", protocol), ("endpoint", endpoint), ("arn", arn)];
    Frame::part("aws_sns_topic_subscription", &label, entries)
}

fn trail(frame: &Frame<'_>, properties: &Tree) -> Shaped {
    let get = |name: &str| properties.get(name).clone();
    let basic = each(properties.get("EventSelectors"), |selector| {
        map(vec![
            ("read_write_type", selector.get("ReadWriteType").clone()),
            ("include_management_events", selector.get("IncludeManagementEvents").clone()),
            ("exclude_management_event_sources", selector.get("ExcludeManagementEventSources").clone()),
            (
                "data_resource",
                each(selector.get("DataResources"), |resource| {
                    only(renamed(resource, &[("type", "Type"), ("values", "Values")]))
                }),
            ),
        ])
    });
    let advanced = each(properties.get("AdvancedEventSelectors"), |selector| {
        map(vec![
            ("name", selector.get("Name").clone()),
            (
                "field_selector",
                each(selector.get("FieldSelectors"), |field| {
                    only(renamed(
                        field,
                        &[
                            ("field", "Field"),
                            ("equals", "Equals"),
                            ("starts_with", "StartsWith"),
                            ("ends_with", "EndsWith"),
                            ("not_equals", "NotEquals"),
                            ("not_starts_with", "NotStartsWith"),
                            ("not_ends_with", "NotEndsWith"),
                        ],
                    ))
                }),
            ),
        ])
    });
    Frame::part(
        "aws_cloudtrail",
        "",
        vec![
            ("name", frame.id.clone()),
            ("arn", frame.arn("cloudtrail", &format!("trail/{}", frame.id_text()))),
            ("s3_bucket_name", get("S3BucketName")),
            ("s3_key_prefix", get("S3KeyPrefix")),
            ("kms_key_id", get("KMSKeyId")),
            ("enable_logging", get("IsLogging")),
            ("is_organization_trail", get("IsOrganizationTrail")),
            ("is_multi_region_trail", get("IsMultiRegionTrail")),
            ("include_global_service_events", get("IncludeGlobalServiceEvents")),
            ("enable_log_file_validation", get("EnableLogFileValidation")),
            ("cloud_watch_logs_group_arn", get("CloudWatchLogsLogGroupArn")),
            ("sns_topic_name", get("SnsTopicName")),
            ("event_selector", basic),
            ("advanced_event_selector", advanced),
        ],
    )
}

fn recorder(frame: &Frame<'_>, properties: &Tree) -> Shaped {
    let group = properties.get("RecordingGroup");
    let shaped = match group.open() {
        Tree::Map(_) => super::block(vec![
            // Without the flag only the named types are recorded.
            (
                "all_supported",
                match group.get("AllSupported") {
                    Tree::Null => Tree::Bool(group.get("ResourceTypes").is_absent()),
                    all => all.clone(),
                },
            ),
            ("include_global_resource_types", group.get("IncludeGlobalResourceTypes").clone()),
            ("resource_types", group.get("ResourceTypes").clone()),
            (
                "exclusion_by_resource_types",
                renamed(group.get("ExclusionByResourceTypes"), &[("resource_types", "ResourceTypes")]),
            ),
            ("recording_strategy", renamed(group.get("RecordingStrategy"), &[("use_only", "UseOnly")])),
        ]),
        other => other.clone(),
    };
    let mode = renamed(properties.get("RecordingMode"), &[("recording_frequency", "RecordingFrequency")]);
    Frame::part(
        "aws_config_configuration_recorder",
        "",
        vec![
            ("name", frame.id.clone()),
            ("role_arn", properties.get("RoleARN").clone()),
            ("recording_group", shaped),
            ("recording_mode", mode),
            ("started", super::yes()),
        ],
    )
}

fn rule(frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let get = |name: &str| properties.get(name).clone();
    let id = frame.id_text();
    // The id of a rule on another bus than the default one names both.
    // See: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    let name = Tree::from(id.rsplit(['/', '|']).next().unwrap_or_default());
    let bus = get("EventBusName").text().ok().flatten();
    let bus = bus.map(|bus| bus.rsplit('/').next().unwrap_or_default().to_owned()).filter(|bus| bus != DEFAULT_BUS);
    let of_rule = [bus, name.text().ok().flatten()].into_iter().flatten().collect::<Vec<_>>().join("/");
    let mut parts = vec![Frame::part(
        "aws_cloudwatch_event_rule",
        "",
        vec![
            ("name", name.clone()),
            ("arn", frame.arn("events", &format!("rule/{of_rule}"))),
            ("event_bus_name", get("EventBusName")),
            ("event_pattern", get("EventPattern")),
            ("state", get("State")),
        ],
    )];
    for target in items(properties.get("Targets")) {
        let label = target.get("Id").text().ok().flatten().unwrap_or_default();
        parts.push(Frame::part(
            "aws_cloudwatch_event_target",
            &label,
            vec![
                ("rule", name.clone()),
                ("event_bus_name", get("EventBusName")),
                ("target_id", target.get("Id").clone()),
                ("arn", target.get("Arn").clone()),
                ("role_arn", target.get("RoleArn").clone()),
            ],
        ));
    }
    parts
}

fn filter(frame: &Frame<'_>, properties: &Tree) -> Shaped {
    let named = properties.get("FilterName");
    let name = if named.is_absent() { frame.id.clone() } else { named.clone() };
    let metrics = each(properties.get("MetricTransformations"), |metric| {
        let dimensions = match metric.get("Dimensions").open() {
            Tree::List(items) => Tree::Map(
                items.iter().filter_map(|one| Some((one.get("Key").text().ok()??, one.get("Value").clone()))).collect(),
            ),
            other => other.clone(),
        };
        map(vec![
            ("namespace", metric.get("MetricNamespace").clone()),
            ("name", metric.get("MetricName").clone()),
            ("value", metric.get("MetricValue").clone()),
            ("default_value", metric.get("DefaultValue").clone()),
            ("unit", metric.get("Unit").clone()),
            ("dimensions", dimensions),
        ])
    });
    Frame::part(
        "aws_cloudwatch_log_metric_filter",
        "",
        vec![
            ("name", name),
            ("log_group_name", properties.get("LogGroupName").clone()),
            ("pattern", properties.get("FilterPattern").clone()),
            ("metric_transformation", metrics),
        ],
    )
}

fn alarm(frame: &Frame<'_>, properties: &Tree) -> Shaped {
    let get = |name: &str| properties.get(name).clone();
    let dimensions = match properties.get("Dimensions").open() {
        Tree::List(items) => Tree::Map(
            items.iter().filter_map(|one| Some((one.get("Name").text().ok()??, one.get("Value").clone()))).collect(),
        ),
        other => other.clone(),
    };
    let queries = each(properties.get("Metrics"), |query| {
        let metric = query.get("MetricStat").get("Metric");
        map(vec![("metric", renamed(metric, &[("metric_name", "MetricName"), ("namespace", "Namespace")]))])
    });
    Frame::part(
        "aws_cloudwatch_metric_alarm",
        "",
        vec![
            ("alarm_name", frame.id.clone()),
            ("arn", frame.arn("cloudwatch", &format!("alarm:{}", frame.id_text()))),
            ("namespace", get("Namespace")),
            ("metric_name", get("MetricName")),
            ("dimensions", dimensions),
            ("unit", get("Unit")),
            ("statistic", get("Statistic")),
            ("extended_statistic", get("ExtendedStatistic")),
            ("comparison_operator", get("ComparisonOperator")),
            ("threshold", get("Threshold")),
            ("evaluation_periods", get("EvaluationPeriods")),
            ("datapoints_to_alarm", get("DatapointsToAlarm")),
            ("treat_missing_data", get("TreatMissingData")),
            ("actions_enabled", get("ActionsEnabled")),
            ("alarm_actions", get("AlarmActions")),
            ("metric_query", queries),
        ],
    )
}
