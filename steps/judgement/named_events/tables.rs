//! What CloudTrail records otherwise than the table of actions says, which fields a record has, and where.

/// Events that are not named as the action that allows the call, by service.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html>,
/// <https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html> and
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html>
pub(super) const OTHERWISE_NAMED: [(&str, &[&str]); 3] = [
    (
        "s3",
        &[
            "DeleteBucketAnalyticsConfiguration",
            "DeleteBucketCors",
            "DeleteBucketEncryption",
            "DeleteBucketInventoryConfiguration",
            "DeleteBucketLifecycle",
            "DeleteBucketMetricsConfiguration",
            "DeleteBucketPublicAccessBlock",
            "DeleteBucketReplication",
            "DeleteBucketTagging",
            "GetBucketAnalyticsConfiguration",
            "GetBucketCors",
            "GetBucketEncryption",
            "GetBucketInventoryConfiguration",
            "GetBucketLifecycle",
            "GetBucketMetricsConfiguration",
            "GetBucketReplication",
            "HeadBucket",
            "ListBuckets",
            "PutAccountPublicAccessBlock",
            "PutBucketAnalyticsConfiguration",
            "PutBucketCors",
            "PutBucketEncryption",
            "PutBucketInventoryConfiguration",
            "PutBucketLifecycle",
            "PutBucketMetricsConfiguration",
            "PutBucketReplication",
        ],
    ),
    ("kms", &["DeleteKey", "ReEncrypt", "RotateKey"]),
    ("organizations", &["CreateAccountResult"]),
];

/// The same of S3, about the content of a bucket.
pub(super) const OF_OBJECTS: [&str; 11] = [
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "DeleteObjects",
    "HeadObject",
    "ListObjectVersions",
    "ListObjects",
    "ListParts",
    "SelectObjectContent",
    "UploadPart",
    "UploadPartCopy",
];

/// Fields of a record that an owner may give, and whether nothing is known of one that is not given. The others are in the
/// sentence, or mean nothing to anybody.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
pub(super) const FIELDS: [(&str, bool); 17] = [
    ("additionalEventData", true),
    ("errorCode", false),
    ("errorMessage", false),
    ("eventCategory", false),
    ("eventType", false),
    ("managementEvent", false),
    ("readOnly", false),
    ("requestParameters", true),
    ("resources", true),
    ("responseElements", true),
    ("serviceEventDetails", true),
    ("sessionCredentialFromConsole", true),
    ("sourceIPAddress", true),
    ("tlsDetails", true),
    ("userAgent", true),
    ("userIdentity", false),
    ("vpcEndpointId", true),
];

/// Services whose events are recorded in one Region, wherever the call comes from.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events>
pub(super) const GLOBAL: [&str; 6] = ["account", "cloudfront", "iam", "organizations", "route53", "route53domains"];

/// Services whose events are recorded in the Region of the endpoint, which may be that of the global services.
pub(super) const OFTEN_GLOBAL: [&str; 2] = ["signin", "sts"];
