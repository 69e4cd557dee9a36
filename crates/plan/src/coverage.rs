//! Which resource types of Terraform and CloudFormation change which questions.
//!
//! Owns the one table of types; what is not in it is counted as not looked at. A test compares it with the questions of the
//! port: each is changed by some type, or answered from the observed landing zone for a stated reason.

/// How far a resource reaches: what decides its account and Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It belongs to the organization: the management account.
    Organization,
    /// It belongs to an account and has no Region.
    Account,
    /// It belongs to a Region of an account.
    Region,
}

/// Resource types of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Types of Terraform's AWS provider.
    pub terraform: &'static [&'static str],
    /// Types of CloudFormation.
    pub cloudformation: &'static [&'static str],
    /// How far they reach.
    pub reach: Reach,
    /// Questions whose answers they change, as [`logproof_estate::for_each_question`] names them.
    pub questions: &'static [&'static str],
}

mod removals;

use Reach::{Account, Organization, Region};
pub use removals::REMOVALS;

const fn row(
    terraform: &'static [&'static str],
    cloudformation: &'static [&'static str],
    reach: Reach,
    questions: &'static [&'static str],
) -> Row {
    Row { terraform, cloudformation, reach, questions }
}

/// The table.
pub const TABLE: &[Row] = &[
    row(
        &["aws_s3_bucket"],
        &["AWS::S3::Bucket"],
        Region,
        &[
            "buckets",
            "bucket_location",
            "bucket_encryption",
            "bucket_public_access_block",
            "bucket_ownership",
            "bucket_policy",
            "bucket_acl",
            "bucket_versioning",
            "object_lock",
            "bucket_lifecycle",
            "bucket_archive_tiering",
            "bucket_logging",
            "bucket_replication",
            "bucket_tags",
        ],
    ),
    row(&["aws_s3_bucket_policy"], &["AWS::S3::BucketPolicy"], Region, &["bucket_policy"]),
    row(&["aws_s3_bucket_server_side_encryption_configuration"], &[], Region, &["bucket_encryption"]),
    row(&["aws_s3_bucket_public_access_block"], &[], Region, &["bucket_public_access_block"]),
    row(&["aws_s3_account_public_access_block"], &[], Account, &["account_public_access_block"]),
    row(&["aws_s3_bucket_ownership_controls"], &[], Region, &["bucket_ownership"]),
    row(&["aws_s3_bucket_acl"], &[], Region, &["bucket_acl"]),
    row(&["aws_s3_bucket_versioning"], &[], Region, &["bucket_versioning"]),
    row(&["aws_s3_bucket_object_lock_configuration"], &[], Region, &["object_lock"]),
    row(&["aws_s3_bucket_lifecycle_configuration"], &[], Region, &["bucket_lifecycle"]),
    row(&["aws_s3_bucket_intelligent_tiering_configuration"], &[], Region, &["bucket_archive_tiering"]),
    row(&["aws_s3_bucket_logging"], &[], Region, &["bucket_logging"]),
    row(&["aws_s3_bucket_replication_configuration"], &[], Region, &["bucket_replication"]),
    row(
        &["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"],
        &["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
        Region,
        &["keys", "key", "key_rotation", "key_tags", "key_policy", "key_grants"],
    ),
    row(&["aws_kms_key_policy"], &[], Region, &["key_policy"]),
    row(&["aws_kms_alias"], &["AWS::KMS::Alias"], Region, &["key", "key_aliases"]),
    row(&["aws_kms_grant"], &[], Region, &["key_grants"]),
    row(&["aws_cloudtrail"], &["AWS::CloudTrail::Trail"], Region, &["trails", "trail_status", "event_selectors"]),
    row(
        &["aws_config_configuration_recorder", "aws_config_configuration_recorder_status"],
        &["AWS::Config::ConfigurationRecorder"],
        Region,
        &["config_recorders"],
    ),
    row(
        &["aws_config_delivery_channel"],
        &["AWS::Config::DeliveryChannel"],
        Region,
        &["config_delivery", "config_delivery_status"],
    ),
    row(
        &["aws_organizations_organization"],
        &["AWS::Organizations::Organization"],
        Organization,
        &["organization", "directory"],
    ),
    row(
        &["aws_organizations_organizational_unit", "aws_organizations_account"],
        &["AWS::Organizations::OrganizationalUnit", "AWS::Organizations::Account"],
        Organization,
        &["directory"],
    ),
    row(
        &["aws_organizations_policy", "aws_organizations_policy_attachment"],
        &["AWS::Organizations::Policy"],
        Organization,
        &["org_policies"],
    ),
    row(
        &["aws_organizations_delegated_administrator", "aws_cloudtrail_organization_delegated_admin_account"],
        &[],
        Organization,
        &["delegated_administrators"],
    ),
    row(
        &["aws_organizations_resource_policy"],
        &["AWS::Organizations::ResourcePolicy"],
        Organization,
        &["delegation_policy"],
    ),
    row(&["aws_iam_role"], &["AWS::IAM::Role"], Account, &["role", "account_authorization"]),
    row(
        &[
            "aws_iam_user",
            "aws_iam_group",
            "aws_iam_policy",
            "aws_iam_role_policy",
            "aws_iam_user_policy",
            "aws_iam_group_policy",
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
            "aws_iam_role_policies_exclusive",
            "aws_iam_user_policies_exclusive",
            "aws_iam_group_policies_exclusive",
            "aws_iam_role_policy_attachments_exclusive",
            "aws_iam_user_policy_attachments_exclusive",
            "aws_iam_group_policy_attachments_exclusive",
            "aws_iam_group_membership",
            "aws_iam_user_group_membership",
        ],
        &[
            "AWS::IAM::User",
            "AWS::IAM::Group",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::Policy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy",
            "AWS::IAM::GroupPolicy",
            "AWS::IAM::UserToGroupAddition",
        ],
        Account,
        &["account_authorization"],
    ),
    row(&["aws_cloudwatch_event_bus"], &["AWS::Events::EventBus"], Region, &["event_bus"]),
    row(&["aws_cloudwatch_event_bus_policy"], &[], Region, &["event_bus"]),
    row(&["aws_cloudwatch_event_permission"], &["AWS::Events::EventBusPolicy"], Region, &["event_bus"]),
    row(&["aws_cloudwatch_event_rule"], &["AWS::Events::Rule"], Region, &["event_rules", "rule_targets"]),
    row(&["aws_cloudwatch_event_target"], &[], Region, &["rule_targets"]),
    row(&["aws_sns_topic"], &["AWS::SNS::Topic"], Region, &["topics", "topic", "topic_tags", "topic_subscriptions"]),
    row(&["aws_sns_topic_policy"], &["AWS::SNS::TopicPolicy"], Region, &["topic"]),
    row(&["aws_sns_topic_subscription"], &["AWS::SNS::Subscription"], Region, &["topic_subscriptions"]),
    row(&["aws_sqs_queue"], &["AWS::SQS::Queue"], Region, &["queues", "queue", "queue_tags"]),
    row(&["aws_sqs_queue_policy"], &["AWS::SQS::QueuePolicy"], Region, &["queue"]),
    row(&["aws_cloudwatch_log_group"], &["AWS::Logs::LogGroup"], Region, &["metric_filters"]),
    row(&["aws_cloudwatch_log_metric_filter"], &["AWS::Logs::MetricFilter"], Region, &["metric_filters"]),
    row(
        &["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"],
        &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"],
        Region,
        &["alarms"],
    ),
    row(&["aws_accessanalyzer_analyzer"], &["AWS::AccessAnalyzer::Analyzer"], Region, &["access_analyzers"]),
];

/// Questions that no plan changes, and why.
pub const FROM_THE_ESTATE: &[(&str, &str)] = &[
    ("caller_identity", "who asks is not planned"),
    ("bucket_level", "what a bucket holds is not planned"),
    ("object_retention", "objects that exist keep their retention"),
    ("trail_events", "what was recorded stays recorded"),
    ("trail_public_keys", "AWS makes these keys"),
    ("digest_chain", "what was delivered stays delivered"),
];

/// Types that carry resources of their own inside a template or document, or change accounts: their effect is not read.
pub const CARRIERS: &[(&str, &str)] = &[
    ("aws_cloudformation_stack", "deploys a template of its own"),
    ("aws_cloudformation_stack_set", "deploys a template of its own to other accounts"),
    ("aws_cloudformation_stack_set_instance", "deploys a template of its own to other accounts"),
    ("aws_cloudformation_stack_instances", "deploys a template of its own to other accounts"),
    ("aws_cloudcontrolapi_resource", "describes a resource of any type in a document of its own"),
    ("aws_servicecatalog_provisioned_product", "may create accounts and deploy templates"),
    ("aws_controltower_control", "attaches policies of AWS Control Tower"),
    ("aws_controltower_landing_zone", "changes the landing zone of AWS Control Tower"),
    ("aws_controltower_baseline", "changes the landing zone of AWS Control Tower"),
    ("aws_ssoadmin_permission_set", "creates roles `AWSReservedSSO_*` in other accounts"),
    ("aws_ssoadmin_permission_set_inline_policy", "changes roles `AWSReservedSSO_*` in other accounts"),
    ("aws_ssoadmin_managed_policy_attachment", "changes roles `AWSReservedSSO_*` in other accounts"),
    ("aws_ssoadmin_customer_managed_policy_attachment", "changes roles `AWSReservedSSO_*` in other accounts"),
    ("aws_ssoadmin_permissions_boundary_attachment", "changes roles `AWSReservedSSO_*` in other accounts"),
    ("aws_ssoadmin_account_assignment", "creates roles `AWSReservedSSO_*` in other accounts"),
    ("AWS::CloudFormation::Stack", "deploys a template of its own"),
    ("AWS::CloudFormation::StackSet", "deploys a template of its own to other accounts"),
    ("AWS::CloudFormation::Macro", "may change any template"),
    ("AWS::ServiceCatalog::CloudFormationProvisionedProduct", "may create accounts and deploy templates"),
    ("AWS::ControlTower::EnabledControl", "attaches policies of AWS Control Tower"),
    ("AWS::ControlTower::EnabledBaseline", "changes the landing zone of AWS Control Tower"),
    ("AWS::ControlTower::LandingZone", "changes the landing zone of AWS Control Tower"),
    ("AWS::SSO::PermissionSet", "creates roles `AWSReservedSSO_*` in other accounts"),
    ("AWS::SSO::Assignment", "creates roles `AWSReservedSSO_*` in other accounts"),
];

/// Data sources that tell names and places.
const HELPERS: &[&str] =
    &["aws_iam_policy_document", "aws_caller_identity", "aws_region", "aws_partition", "aws_cloudwatch_log_group"];

/// The row of a type, of either tool.
#[must_use]
pub fn row_of(kind: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.terraform.contains(&kind) || row.cloudformation.contains(&kind))
}

/// Whether a managed resource of this type changes an answer.
#[must_use]
pub fn is_looked_at(kind: &str) -> bool {
    row_of(kind).is_some()
}

/// Whether a data source of this type helps to read others.
#[must_use]
pub fn is_helper(kind: &str) -> bool {
    HELPERS.contains(&kind)
}

/// What a type of [`CARRIERS`] does.
#[must_use]
pub fn carrier(kind: &str) -> Option<&'static str> {
    if kind.starts_with("awscc_") {
        return Some("is of another provider");
    }
    CARRIERS.iter().find(|(carrier, _)| *carrier == kind).map(|(_, does)| *does)
}

/// How far a resource of this type reaches.
#[must_use]
pub fn reach(kind: &str) -> Reach {
    row_of(kind).map_or(Region, |row| row.reach)
}

/// Whether the account in the ARN of such a resource is that of the provider that manages it. That of an organization trail
/// need not be, and the `arn` of a target of a rule is that of what it calls.
pub(crate) fn lives_with_its_provider(kind: &str) -> bool {
    // A policy and a subscription of a topic have the ARN of the topic, which may be of another account.
    const ELSEWHERE: [&str; 4] =
        ["aws_cloudtrail", "aws_cloudwatch_event_target", "aws_sns_topic_policy", "aws_sns_topic_subscription"];
    reach(kind) != Organization && !ELSEWHERE.contains(&kind) && is_looked_at(kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    macro_rules! names {
        ($($(#[$doc:meta])* $name:ident($($arg:ident : $($given:ident)? $(& $lent:ty)?),*) -> $out:ty;)*) => {
            const QUESTIONS: &[&str] = &[$(stringify!($name)),*];
        };
    }
    logproof_estate::for_each_question!(names);

    #[test]
    fn every_question_is_changed_by_some_type_or_answered_from_the_estate_for_a_reason() {
        let changed: BTreeSet<&str> = TABLE.iter().flat_map(|row| row.questions).copied().collect();
        let kept: BTreeSet<&str> = FROM_THE_ESTATE.iter().map(|(question, _)| *question).collect();
        let asked: BTreeSet<&str> = QUESTIONS.iter().copied().collect();
        assert_eq!(changed.intersection(&kept).collect::<Vec<_>>(), Vec::<&&str>::new());
        assert_eq!(changed.union(&kept).copied().collect::<BTreeSet<_>>(), asked);
        assert!(FROM_THE_ESTATE.iter().all(|(_, reason)| !reason.is_empty()));
    }

    #[test]
    fn no_type_stands_in_two_rows() {
        let mut seen = BTreeSet::new();
        for kind in TABLE.iter().flat_map(|row| row.terraform.iter().chain(row.cloudformation)) {
            assert!(seen.insert(kind), "{kind}");
            assert!(carrier(kind).is_none(), "{kind}");
        }
        assert_eq!(reach("aws_iam_role"), Account);
        assert_eq!(reach("AWS::Organizations::Policy"), Organization);
    }
}
