//! Amazon S3: settings of buckets.

use logproof_estate::facts::{
    Acl, AclGrant, BucketEncryption, BucketSummary, BucketTag, DefaultRetention, LoggingTarget, ObjectLock, Ownership,
    PublicAccessBlock, Versioning,
};

use super::support::{Protocol, Wire, bucket, client, fails_apart, malformed, text};
use crate::{failure::Failure, observe::s3};

const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name>\
    <CreationDate>2026-01-02T03:04:05.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>";
const LOCATION: &str = "<LocationConstraint>eu-central-1</LocationConstraint>";
const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
    <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/log</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
    <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>\
    </PublicAccessBlockConfiguration>";
const OWNERSHIP: &str = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>\
    </OwnershipControls>";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;
const ACL: &str = r#"<AccessControlPolicy><Owner><ID>c0ffee</ID></Owner><AccessControlList>
    <Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>c0ffee</ID>
    </Grantee><Permission>FULL_CONTROL</Permission></Grant>
    <Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group">
    <URI>http://acs.amazonaws.com/groups/s3/LogDelivery</URI></Grantee><Permission>WRITE</Permission></Grant>
    </AccessControlList></AccessControlPolicy>"#;
const VERSIONING: &str = "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>\
    </VersioningConfiguration>";
const LOGGING: &str = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>access</TargetBucket>\
    <TargetPrefix>log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>";
const TAGS: &str = "<Tagging><TagSet><Tag><Key>owner</Key><Value>audit</Value></Tag></TagSet></Tagging>";

fn lock(period: &str) -> Wire {
    text(&format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>\
         <Mode>COMPLIANCE</Mode>{period}</DefaultRetention></Rule></ObjectLockConfiguration>"
    ))
}

fails_apart!(buckets: aws_sdk_s3::list_buckets, S3, "s3:ListBuckets" needs "s3:ListAllMyBuckets",
    text(BUCKETS), |s3| s3::buckets(s3));
fails_apart!(location: aws_sdk_s3::get_bucket_location, S3, "s3:GetBucketLocation" needs "s3:GetBucketLocation",
    text(LOCATION), |s3| s3::bucket_location(s3, &bucket()));
fails_apart!(encryption: aws_sdk_s3::get_bucket_encryption, S3,
    "s3:GetBucketEncryption" needs "s3:GetEncryptionConfiguration",
    text(ENCRYPTION), |s3| s3::bucket_encryption(s3, &bucket()));
fails_apart!(block: aws_sdk_s3::get_public_access_block, S3,
    "s3:GetPublicAccessBlock" needs "s3:GetBucketPublicAccessBlock",
    text(BLOCK), |s3| s3::public_access_block(s3, &bucket()));
fails_apart!(ownership: aws_sdk_s3::get_bucket_ownership_controls, S3,
    "s3:GetBucketOwnershipControls" needs "s3:GetBucketOwnershipControls",
    text(OWNERSHIP), |s3| s3::bucket_ownership(s3, &bucket()));
fails_apart!(policy: aws_sdk_s3::get_bucket_policy, S3, "s3:GetBucketPolicy" needs "s3:GetBucketPolicy",
    text(POLICY), |s3| s3::bucket_policy(s3, &bucket()));
fails_apart!(acl: aws_sdk_s3::get_bucket_acl, S3, "s3:GetBucketAcl" needs "s3:GetBucketAcl",
    text(ACL), |s3| s3::bucket_acl(s3, &bucket()));
fails_apart!(versioning: aws_sdk_s3::get_bucket_versioning, S3,
    "s3:GetBucketVersioning" needs "s3:GetBucketVersioning",
    text(VERSIONING), |s3| s3::bucket_versioning(s3, &bucket()));
fails_apart!(object_lock: aws_sdk_s3::get_object_lock_configuration, S3,
    "s3:GetObjectLockConfiguration" needs "s3:GetBucketObjectLockConfiguration",
    lock("<Days>1</Days>"), |s3| s3::object_lock(s3, &bucket()));
fails_apart!(logging: aws_sdk_s3::get_bucket_logging, S3, "s3:GetBucketLogging" needs "s3:GetBucketLogging",
    text(LOGGING), |s3| s3::bucket_logging(s3, &bucket()));
fails_apart!(tags: aws_sdk_s3::get_bucket_tagging, S3, "s3:GetBucketTagging" needs "s3:GetBucketTagging",
    text(TAGS), |s3| s3::bucket_tags(s3, &bucket()));
