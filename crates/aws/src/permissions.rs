//! The operations this tool uses and the IAM action each needs. Everything here only reads.

/// Every API operation used, with the IAM action that allows it.
///
/// See: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
pub const OPERATIONS: &[(&str, &str)] = &[
    ("access-analyzer:ListAnalyzers", "access-analyzer:ListAnalyzers"),
    ("access-analyzer:ListFindingsV2", "access-analyzer:ListFindings"),
    ("cloudtrail:DescribeTrails", "cloudtrail:DescribeTrails"),
    ("cloudtrail:GetEventSelectors", "cloudtrail:GetEventSelectors"),
    ("cloudtrail:GetTrailStatus", "cloudtrail:GetTrailStatus"),
    ("cloudtrail:ListPublicKeys", "cloudtrail:ListPublicKeys"),
    ("cloudtrail:LookupEvents", "cloudtrail:LookupEvents"),
    ("cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarms"),
    ("config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorderStatus"),
    ("config:DescribeConfigurationRecorders", "config:DescribeConfigurationRecorders"),
    ("config:DescribeDeliveryChannelStatus", "config:DescribeDeliveryChannelStatus"),
    ("config:DescribeDeliveryChannels", "config:DescribeDeliveryChannels"),
    ("events:DescribeEventBus", "events:DescribeEventBus"),
    ("events:ListRules", "events:ListRules"),
    ("events:ListTargetsByRule", "events:ListTargetsByRule"),
    ("iam:GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails"),
    ("iam:GetRole", "iam:GetRole"),
    ("kms:DescribeKey", "kms:DescribeKey"),
    ("kms:GetKeyPolicy", "kms:GetKeyPolicy"),
    ("kms:GetKeyRotationStatus", "kms:GetKeyRotationStatus"),
    ("kms:ListAliases", "kms:ListAliases"),
    ("kms:ListGrants", "kms:ListGrants"),
    ("kms:ListKeys", "kms:ListKeys"),
    ("kms:ListResourceTags", "kms:ListResourceTags"),
    ("logs:DescribeMetricFilters", "logs:DescribeMetricFilters"),
    ("organizations:DescribeOrganization", "organizations:DescribeOrganization"),
    ("organizations:DescribePolicy", "organizations:DescribePolicy"),
    ("organizations:DescribeResourcePolicy", "organizations:DescribeResourcePolicy"),
    ("organizations:ListAccounts", "organizations:ListAccounts"),
    ("organizations:ListAccountsForParent", "organizations:ListAccountsForParent"),
    ("organizations:ListDelegatedAdministrators", "organizations:ListDelegatedAdministrators"),
    ("organizations:ListOrganizationalUnitsForParent", "organizations:ListOrganizationalUnitsForParent"),
    ("organizations:ListPolicies", "organizations:ListPolicies"),
    ("organizations:ListRoots", "organizations:ListRoots"),
    ("organizations:ListTargetsForPolicy", "organizations:ListTargetsForPolicy"),
    ("s3:GetBucketAcl", "s3:GetBucketAcl"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketLocation", "s3:GetBucketLocation"),
    ("s3:GetBucketLogging", "s3:GetBucketLogging"),
    ("s3:GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
    ("s3:GetBucketPolicy", "s3:GetBucketPolicy"),
    ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3:GetBucketTagging", "s3:GetBucketTagging"),
    ("s3:GetBucketVersioning", "s3:GetBucketVersioning"),
    ("s3:GetObject", "s3:GetObject"),
    ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("s3:GetObjectRetention", "s3:GetObjectRetention"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
    ("sns:GetTopicAttributes", "sns:GetTopicAttributes"),
    ("sns:ListSubscriptionsByTopic", "sns:ListSubscriptionsByTopic"),
    ("sns:ListTagsForResource", "sns:ListTagsForResource"),
    ("sns:ListTopics", "sns:ListTopics"),
    ("sqs:GetQueueAttributes", "sqs:GetQueueAttributes"),
    ("sqs:ListQueueTags", "sqs:ListQueueTags"),
    ("sqs:ListQueues", "sqs:ListQueues"),
    ("sts:AssumeRole", "sts:AssumeRole"),
    ("sts:GetCallerIdentity", "sts:GetCallerIdentity"),
];

/// The IAM action that allows an operation; the operation's own name where it is not listed.
pub(crate) fn action_of(operation: &str) -> String {
    OPERATIONS
        .iter()
        .find(|(name, _)| *name == operation)
        .map_or_else(|| operation.to_owned(), |(_, action)| (*action).to_owned())
}
