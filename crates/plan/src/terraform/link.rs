//! Which attributes take the id of another resource, and of which.
//!
//! Owns the table of links. An attribute that is not in it is never resolved.

/// What an attribute takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Name of a bucket.
    Bucket,
    /// ARN of a bucket.
    BucketArn,
    /// Id, ARN or alias of a key.
    Key,
    /// Name of a role.
    Role,
    /// ARN of a role.
    RoleArn,
    /// Name of a user.
    User,
    /// Name of a group.
    Group,
    /// ARN of a managed policy.
    ManagedPolicy,
    /// ARN of a topic.
    Topic,
    /// URL of a queue.
    Queue,
    /// Id of an organizations policy.
    OrgPolicy,
    /// Id of a unit, account or root.
    OrgNode,
    /// ARN of a log group.
    LogGroupArn,
    /// Name of a log group.
    LogGroup,
    /// Name of a metric, by the metric filter of the same name.
    MetricFilter,
    /// Name of an event rule.
    Rule,
    /// Name or ARN of an event bus.
    Bus,
    /// Name of a recorder.
    Recorder,
    /// A policy document.
    Document,
    /// ARN of a principal, in a policy.
    Principal,
    /// An ARN that a policy names.
    Arn,
    /// ARN of what an event rule or an alarm calls.
    Action,
}

const KEYS: [&str; 3] = ["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"];

impl Link {
    /// The attribute of a resource type that the link takes: the one referred to, where it is of the right kind, or the
    /// usual one when the reference names none (`aws_s3_bucket.this[each.key].id` is written without its end).
    pub(super) fn attribute<'a>(self, kind: &str, attribute: &'a str) -> Option<&'a str> {
        let one_of = |accepted: &[&'static str]| -> Option<&'a str> {
            match attribute {
                "" => accepted.first().copied(),
                _ => accepted.contains(&attribute).then_some(attribute),
            }
        };
        match self {
            Self::Bucket if kind == "aws_s3_bucket" => one_of(&["id", "bucket"]),
            Self::Bucket if kind.starts_with("aws_s3_bucket_") => one_of(&["bucket", "id"]).map(|_| "bucket"),
            Self::BucketArn if kind == "aws_s3_bucket" => one_of(&["arn"]),
            Self::Key if KEYS.contains(&kind) => one_of(&["arn", "key_id", "id"]),
            Self::Key if kind == "aws_kms_alias" => one_of(&["arn", "name", "id", "target_key_arn", "target_key_id"]),
            Self::Role if kind == "aws_iam_role" => one_of(&["name", "id"]),
            Self::RoleArn if kind == "aws_iam_role" => one_of(&["arn"]),
            Self::User if kind == "aws_iam_user" => one_of(&["name", "id"]),
            Self::Group if kind == "aws_iam_group" => one_of(&["name", "id"]),
            Self::ManagedPolicy if kind == "aws_iam_policy" => one_of(&["arn", "id"]),
            Self::Topic if kind == "aws_sns_topic" => one_of(&["arn", "id"]),
            Self::Topic if kind == "aws_sns_topic_policy" => one_of(&["arn", "id"]).map(|_| "arn"),
            Self::Queue if kind == "aws_sqs_queue" => one_of(&["id", "url"]),
            Self::Queue if kind == "aws_sqs_queue_policy" => one_of(&["queue_url", "id"]).map(|_| "queue_url"),
            Self::OrgPolicy if kind == "aws_organizations_policy" => one_of(&["id"]),
            Self::OrgNode if kind == "aws_organizations_organizational_unit" => one_of(&["id"]),
            Self::OrgNode if kind == "aws_organizations_account" => one_of(&["id"]),
            Self::OrgNode if kind == "aws_organizations_organization" => one_of(&["roots[0].id"]),
            Self::LogGroupArn if kind == "aws_cloudwatch_log_group" => one_of(&["arn"]),
            Self::LogGroup if kind == "aws_cloudwatch_log_group" => one_of(&["name", "id"]),
            Self::MetricFilter if kind == "aws_cloudwatch_log_metric_filter" => one_of(&["id", "name"]),
            Self::Rule if kind == "aws_cloudwatch_event_rule" => one_of(&["name", "id"]),
            Self::Bus if kind == "aws_cloudwatch_event_bus" => one_of(&["name", "id", "arn"]),
            Self::Recorder if kind == "aws_config_configuration_recorder" => one_of(&["name", "id"]),
            Self::Recorder if kind == "aws_config_configuration_recorder_status" => {
                one_of(&["name", "id"]).map(|_| "name")
            }
            Self::Document if kind == "aws_iam_policy_document" => one_of(&["json", "minified_json"]).map(|_| "json"),
            Self::Document if kind == "aws_iam_policy" => one_of(&["policy"]),
            Self::Principal if matches!(kind, "aws_iam_role" | "aws_iam_user") => one_of(&["arn"]),
            Self::Arn => match kind {
                "aws_s3_bucket"
                | "aws_kms_key"
                | "aws_kms_alias"
                | "aws_kms_replica_key"
                | "aws_kms_external_key"
                | "aws_iam_role"
                | "aws_iam_user"
                | "aws_iam_group"
                | "aws_iam_policy"
                | "aws_sns_topic"
                | "aws_sqs_queue"
                | "aws_cloudtrail"
                | "aws_cloudwatch_log_group"
                | "aws_cloudwatch_event_bus"
                | "aws_cloudwatch_event_rule" => one_of(&["arn"]),
                _ => None,
            },
            Self::Action => match kind {
                "aws_sns_topic" => one_of(&["arn", "id"]),
                "aws_cloudwatch_log_group" | "aws_cloudwatch_event_bus" | "aws_sqs_queue" => one_of(&["arn"]),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether what it takes is only ever chosen, never put together: a policy document.
    pub(super) fn selects(self) -> bool {
        self == Self::Document
    }
}

/// The links of a resource type, by path of the attribute without block indexes.
pub(super) fn links(kind: &str) -> &'static [(&'static str, Link)] {
    match kind {
        "aws_s3_bucket" => &[
            ("policy", Link::Document),
            ("logging.target_bucket", Link::Bucket),
            (
                "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id",
                Link::Key,
            ),
            ("replication_configuration.role", Link::RoleArn),
            ("replication_configuration.rules.destination.bucket", Link::BucketArn),
            ("replication_configuration.rules.destination.replica_kms_key_id", Link::Key),
        ],
        "aws_s3_bucket_policy" => &[("bucket", Link::Bucket), ("policy", Link::Document)],
        "aws_s3_bucket_server_side_encryption_configuration" => {
            &[("bucket", Link::Bucket), ("rule.apply_server_side_encryption_by_default.kms_master_key_id", Link::Key)]
        }
        "aws_s3_bucket_intelligent_tiering_configuration" => &[("bucket", Link::Bucket)],
        "aws_s3_bucket_logging" => &[("bucket", Link::Bucket), ("target_bucket", Link::Bucket)],
        "aws_s3_bucket_replication_configuration" => &[
            ("bucket", Link::Bucket),
            ("role", Link::RoleArn),
            ("rule.destination.bucket", Link::BucketArn),
            ("rule.destination.encryption_configuration.replica_kms_key_id", Link::Key),
        ],
        kind if kind.starts_with("aws_s3_bucket_") => &[("bucket", Link::Bucket)],
        "aws_kms_key" | "aws_kms_external_key" => &[("policy", Link::Document)],
        "aws_kms_replica_key" => &[("policy", Link::Document), ("primary_key_arn", Link::Key)],
        "aws_kms_key_policy" => &[("key_id", Link::Key), ("policy", Link::Document)],
        "aws_kms_alias" => &[("target_key_id", Link::Key)],
        "aws_kms_grant" => &[("key_id", Link::Key), ("grantee_principal", Link::RoleArn)],
        "aws_cloudtrail" => &[
            ("s3_bucket_name", Link::Bucket),
            ("kms_key_id", Link::Key),
            ("cloud_watch_logs_group_arn", Link::LogGroupArn),
            ("cloud_watch_logs_role_arn", Link::RoleArn),
            ("sns_topic_name", Link::Topic),
        ],
        "aws_config_configuration_recorder" => &[("role_arn", Link::RoleArn)],
        "aws_config_configuration_recorder_status" => &[("name", Link::Recorder)],
        "aws_config_delivery_channel" => {
            &[("s3_bucket_name", Link::Bucket), ("s3_kms_key_arn", Link::Key), ("sns_topic_arn", Link::Topic)]
        }
        "aws_organizations_policy" => &[("content", Link::Document)],
        "aws_organizations_policy_attachment" => &[("policy_id", Link::OrgPolicy), ("target_id", Link::OrgNode)],
        "aws_organizations_organizational_unit" | "aws_organizations_account" => &[("parent_id", Link::OrgNode)],
        "aws_organizations_delegated_administrator" => &[("account_id", Link::OrgNode)],
        "aws_organizations_resource_policy" => &[("content", Link::Document)],
        "aws_iam_role" => &[
            ("assume_role_policy", Link::Document),
            ("permissions_boundary", Link::ManagedPolicy),
            ("inline_policy.policy", Link::Document),
            ("managed_policy_arns", Link::ManagedPolicy),
        ],
        "aws_iam_user" => &[("permissions_boundary", Link::ManagedPolicy)],
        "aws_iam_policy" => &[("policy", Link::Document)],
        "aws_iam_role_policy" => &[("role", Link::Role), ("policy", Link::Document)],
        "aws_iam_user_policy" => &[("user", Link::User), ("policy", Link::Document)],
        "aws_iam_group_policy" => &[("group", Link::Group), ("policy", Link::Document)],
        "aws_iam_role_policy_attachment" => &[("role", Link::Role), ("policy_arn", Link::ManagedPolicy)],
        "aws_iam_user_policy_attachment" => &[("user", Link::User), ("policy_arn", Link::ManagedPolicy)],
        "aws_iam_group_policy_attachment" => &[("group", Link::Group), ("policy_arn", Link::ManagedPolicy)],
        "aws_iam_policy_attachment" => &[
            ("policy_arn", Link::ManagedPolicy),
            ("roles", Link::Role),
            ("users", Link::User),
            ("groups", Link::Group),
        ],
        "aws_iam_role_policies_exclusive" => &[("role_name", Link::Role)],
        "aws_iam_user_policies_exclusive" => &[("user_name", Link::User)],
        "aws_iam_group_policies_exclusive" => &[("group_name", Link::Group)],
        "aws_iam_role_policy_attachments_exclusive" => {
            &[("role_name", Link::Role), ("policy_arns", Link::ManagedPolicy)]
        }
        "aws_iam_user_policy_attachments_exclusive" => {
            &[("user_name", Link::User), ("policy_arns", Link::ManagedPolicy)]
        }
        "aws_iam_group_policy_attachments_exclusive" => {
            &[("group_name", Link::Group), ("policy_arns", Link::ManagedPolicy)]
        }
        "aws_iam_group_membership" => &[("group", Link::Group), ("users", Link::User)],
        "aws_iam_user_group_membership" => &[("user", Link::User), ("groups", Link::Group)],
        "aws_cloudwatch_event_bus" => &[("kms_key_identifier", Link::Key)],
        "aws_cloudwatch_event_bus_policy" => &[("event_bus_name", Link::Bus), ("policy", Link::Document)],
        "aws_cloudwatch_event_permission" | "aws_cloudwatch_event_rule" => &[("event_bus_name", Link::Bus)],
        "aws_cloudwatch_event_target" => {
            &[("event_bus_name", Link::Bus), ("rule", Link::Rule), ("arn", Link::Action), ("role_arn", Link::RoleArn)]
        }
        "aws_sns_topic" => &[("kms_master_key_id", Link::Key), ("policy", Link::Document)],
        "aws_sns_topic_policy" => &[("arn", Link::Topic), ("policy", Link::Document)],
        "aws_sns_topic_subscription" => &[("topic_arn", Link::Topic), ("endpoint", Link::Action)],
        "aws_sqs_queue" => &[("kms_master_key_id", Link::Key), ("policy", Link::Document)],
        "aws_sqs_queue_policy" => &[("queue_url", Link::Queue), ("policy", Link::Document)],
        "aws_cloudwatch_log_metric_filter" => &[("log_group_name", Link::LogGroup)],
        "aws_cloudwatch_metric_alarm" => &[("metric_name", Link::MetricFilter), ("alarm_actions", Link::Action)],
        "aws_cloudwatch_composite_alarm" => &[("alarm_actions", Link::Action)],
        _ => &[],
    }
}
