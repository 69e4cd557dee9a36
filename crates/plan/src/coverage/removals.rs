//! What it means that a resource is deleted.

/// What it means that a resource is deleted. A row of `tests/plans/tf-deletes.json` shows each.
///
/// A resource that Terraform forgets, or that CloudFormation retains, stays as it is. Each is what the delete function of the
/// provider calls, and what AWS says of that call; a call that AWS refuses is taken for done.
///
/// See: <https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service>
/// and <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
pub const REMOVALS: &[(&[&str], &str)] = &[
    (
        &["aws_s3_bucket"],
        "the bucket is gone; S3 refuses when objects are in it, unless `force_destroy` is set, which deletes them",
    ),
    (&["aws_s3_bucket_policy"], "the bucket has no policy"),
    (
        &["aws_s3_bucket_server_side_encryption_configuration"],
        "default encryption is SSE-S3, which S3 cannot be without",
    ),
    (
        &["aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"],
        "no block of public access, unless `skip_destroy` is set",
    ),
    (&["aws_s3_bucket_ownership_controls"], "no setting of object ownership"),
    (&["aws_s3_bucket_acl"], "nothing: the provider only forgets it"),
    (
        &["aws_s3_bucket_versioning"],
        "versioning is suspended, if it ever was enabled; nothing where the bucket has Object Lock, for S3 refuses it",
    ),
    (
        &["aws_s3_bucket_object_lock_configuration"],
        "no default retention; Object Lock stays enabled, and what is locked stays locked",
    ),
    (&["aws_s3_bucket_lifecycle_configuration"], "no lifecycle rules"),
    (&["aws_s3_bucket_intelligent_tiering_configuration"], "no archive tiers by this configuration"),
    (&["aws_s3_bucket_logging"], "no server access logs"),
    (&["aws_s3_bucket_replication_configuration"], "no replication; what was copied stays"),
    (
        &["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"],
        "the key waits for its deletion, and cannot be used any more",
    ),
    (
        &["aws_kms_key_policy"],
        "the default key policy: the administrators of the account decide; nothing where `bypass_policy_lockout_safety_check` is set",
    ),
    (&["aws_kms_alias"], "the alias is gone, the key stays"),
    (&["aws_kms_grant"], "the grant has ended"),
    (&["aws_cloudtrail"], "the trail is gone; what it delivered stays"),
    (&["aws_config_configuration_recorder"], "the recorder is gone"),
    (&["aws_config_configuration_recorder_status"], "the recorder is stopped"),
    (&["aws_config_delivery_channel"], "the delivery channel is gone; AWS Config refuses while a recorder runs"),
    (&["aws_organizations_organization"], "the organization is gone: none of its policies is in force any more"),
    (&["aws_organizations_organizational_unit"], "the unit is gone"),
    (
        &["aws_organizations_account"],
        "the account leaves the organization, or is closed when `close_on_deletion` is set",
    ),
    (&["aws_organizations_policy"], "the policy is gone, unless `skip_destroy` is set"),
    (&["aws_organizations_policy_attachment"], "the policy is detached, unless `skip_destroy` is set"),
    (
        &["aws_organizations_delegated_administrator", "aws_cloudtrail_organization_delegated_admin_account"],
        "the account is no delegated administrator of the service any more",
    ),
    (&["aws_organizations_resource_policy"], "nothing is delegated by policy"),
    (
        &["aws_iam_role"],
        "it is gone, with its policies; IAM refuses when some are not of the plan, unless `force_detach_policies` is set",
    ),
    (&["aws_iam_user", "aws_iam_group"], "it is gone, with its policies; IAM refuses when some are not of the plan"),
    (&["aws_iam_policy"], "the managed policy is gone; IAM refuses when it is attached elsewhere"),
    (&["aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"], "the inline policy is gone"),
    (
        &[
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
        ],
        "the managed policy is detached",
    ),
    (
        &[
            "aws_iam_role_policies_exclusive",
            "aws_iam_user_policies_exclusive",
            "aws_iam_group_policies_exclusive",
            "aws_iam_role_policy_attachments_exclusive",
            "aws_iam_user_policy_attachments_exclusive",
            "aws_iam_group_policy_attachments_exclusive",
        ],
        "nothing: what is there stays, and others may come",
    ),
    (&["aws_iam_group_membership", "aws_iam_user_group_membership"], "the users leave the groups"),
    (&["aws_cloudwatch_event_bus"], "the event bus is gone"),
    (&["aws_cloudwatch_event_bus_policy"], "nobody but its own account puts events on the event bus"),
    (
        &["aws_cloudwatch_event_permission"],
        "the statement with its `statement_id` is gone from the policy of the event bus",
    ),
    (&["aws_cloudwatch_event_rule"], "the rule is gone; EventBridge refuses while it has targets"),
    (&["aws_cloudwatch_event_target"], "the target is gone"),
    (&["aws_sns_topic"], "the topic is gone"),
    (&["aws_sns_topic_policy"], "the default policy of a topic"),
    (&["aws_sns_topic_subscription"], "the subscription has ended; one that was never confirmed stays pending"),
    (&["aws_sqs_queue"], "the queue is gone"),
    (&["aws_sqs_queue_policy"], "nobody but its own account gets into the queue"),
    (&["aws_cloudwatch_log_group"], "the log group is gone, with its metric filters, unless `skip_destroy` is set"),
    (&["aws_cloudwatch_log_metric_filter"], "the metric filter is gone"),
    (&["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"], "the alarm is gone"),
    (&["aws_accessanalyzer_analyzer"], "the analyzer is gone, with its findings"),
];
