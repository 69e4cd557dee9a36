//! Amazon S3: settings of buckets.

use logproof_estate::facts::{
    Acl, AclGrant, ArchiveTier, ArchiveTiering, BucketEncryption, BucketSummary, BucketTag, DefaultRetention,
    LoggingTarget, ObjectLock, Ownership, PublicAccessBlock, Versioning,
};

use super::support::{Protocol, Wire, at, bucket, client, fails_apart, malformed, refused, text};
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
const TIERING: &str = "<ListBucketIntelligentTieringConfigurationsOutput><IntelligentTieringConfiguration><Id>a</Id>\
    <Status>Enabled</Status><Tiering><Days>90</Days><AccessTier>ARCHIVE_ACCESS</AccessTier></Tiering>\
    </IntelligentTieringConfiguration><IsTruncated>false</IsTruncated></ListBucketIntelligentTieringConfigurationsOutput>";
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
fails_apart!(archive_tiering: aws_sdk_s3::list_bucket_intelligent_tiering_configurations, S3,
    "s3:ListBucketIntelligentTieringConfigurations" needs "s3:GetIntelligentTieringConfiguration",
    text(TIERING), |s3| s3::bucket_archive_tiering(s3, &bucket()));
fails_apart!(logging: aws_sdk_s3::get_bucket_logging, S3, "s3:GetBucketLogging" needs "s3:GetBucketLogging",
    text(LOGGING), |s3| s3::bucket_logging(s3, &bucket()));
fails_apart!(tags: aws_sdk_s3::get_bucket_tagging, S3, "s3:GetBucketTagging" needs "s3:GetBucketTagging",
    text(TAGS), |s3| s3::bucket_tags(s3, &bucket()));

#[tokio::test]
async fn buckets_of_all_pages() {
    let first = BUCKETS.replace("</Buckets>", "</Buckets><ContinuationToken>page-2</ContinuationToken>");
    let second = BUCKETS.replace("<Name>a", "<Name>b");
    let created = Some(at("2026-01-02T03:04:05Z"));
    let s3 = client!(aws_sdk_s3: list_buckets => [text(&first), text(&second)]);
    let named = |name: &str| BucketSummary { name: name.to_owned(), created };
    assert_eq!(s3::buckets(&s3).await.unwrap(), [named("a"), named("b")]);
}

#[tokio::test]
async fn a_page_token_that_comes_back_is_no_end() {
    let page = BUCKETS.replace("</Buckets>", "</Buckets><ContinuationToken>page-2</ContinuationToken>");
    let s3 = client!(aws_sdk_s3: list_buckets => [text(&page), text(&page)]);
    assert_eq!(malformed(s3::buckets(&s3).await), "a page token came back: the list cannot be read to the end");
}

#[tokio::test]
async fn the_second_page_is_needed() {
    let page = BUCKETS.replace("</Buckets>", "</Buckets><ContinuationToken>page-2</ContinuationToken>");
    let s3 = client!(aws_sdk_s3: list_buckets => [text(&page), Protocol::S3.error(403, "AccessDenied")]);
    assert_eq!(refused(s3::buckets(&s3).await), "AccessDenied");
}

#[tokio::test]
async fn an_account_without_buckets_says_so() {
    let none = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";
    let s3 = client!(aws_sdk_s3: list_buckets => [text(none)]);
    assert_eq!(s3::buckets(&s3).await.unwrap(), []);
    let s3 = client!(aws_sdk_s3: list_buckets => [text("<ListAllMyBucketsResult/>")]);
    assert_eq!(malformed(s3::buckets(&s3).await), "the answer has no list of buckets");
}

#[tokio::test]
async fn location_of_old_and_new_buckets() {
    for (constraint, region) in [
        ("<LocationConstraint>eu-central-1</LocationConstraint>", "eu-central-1"),
        ("<LocationConstraint>EU</LocationConstraint>", "eu-west-1"),
        ("<LocationConstraint></LocationConstraint>", "us-east-1"),
        ("<LocationConstraint/>", "us-east-1"),
        ("<LocationConstraint>xx-future-9</LocationConstraint>", "xx-future-9"),
    ] {
        let s3 = client!(aws_sdk_s3: get_bucket_location => [text(constraint)]);
        let found = s3::bucket_location(&s3, &bucket()).await.unwrap().unwrap();
        assert_eq!(found.as_str(), region, "{constraint}");
    }
}

/// What a bucket that does not exist is, question by question.
#[tokio::test]
async fn a_missing_bucket() {
    macro_rules! answer {
        ($operation:ident, $observer:ident) => {{
            let s3 = client!(aws_sdk_s3: $operation => [Protocol::S3.error(404, "NoSuchBucket")]);
            s3::$observer(&s3, &bucket()).await
        }};
    }
    assert_eq!(answer!(get_bucket_location, bucket_location).unwrap(), None);
    assert_eq!(refused(answer!(get_bucket_encryption, bucket_encryption)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_public_access_block, public_access_block)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_ownership_controls, bucket_ownership)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_object_lock_configuration, object_lock)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_logging, bucket_logging)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_replication, bucket_replication)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_policy, bucket_policy)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_acl, bucket_acl)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_versioning, bucket_versioning)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_lifecycle_configuration, bucket_lifecycle)), "NoSuchBucket");
    assert_eq!(refused(answer!(get_bucket_tagging, bucket_tags)), "NoSuchBucket");
}

#[tokio::test]
async fn a_setting_that_was_never_made() {
    macro_rules! answer {
        ($operation:ident, $observer:ident, $code:literal) => {{
            let s3 = client!(aws_sdk_s3: $operation => [Protocol::S3.error(404, $code)]);
            s3::$observer(&s3, &bucket()).await.unwrap()
        }};
    }
    let code = "ServerSideEncryptionConfigurationNotFoundError";
    let s3 = client!(aws_sdk_s3: get_bucket_encryption => [Protocol::S3.error(404, code)]);
    assert_eq!(s3::bucket_encryption(&s3, &bucket()).await.unwrap(), None);
    assert_eq!(answer!(get_public_access_block, public_access_block, "NoSuchPublicAccessBlockConfiguration"), None);
    assert_eq!(answer!(get_bucket_ownership_controls, bucket_ownership, "OwnershipControlsNotFoundError"), None);
    assert_eq!(answer!(get_bucket_policy, bucket_policy, "NoSuchBucketPolicy"), None);
    assert_eq!(answer!(get_object_lock_configuration, object_lock, "ObjectLockConfigurationNotFoundError"), None);
    assert_eq!(answer!(get_bucket_replication, bucket_replication, "ReplicationConfigurationNotFoundError"), None);
    assert_eq!(answer!(get_bucket_lifecycle_configuration, bucket_lifecycle, "NoSuchLifecycleConfiguration"), []);
    assert_eq!(answer!(get_bucket_tagging, bucket_tags, "NoSuchTagSet"), []);
}

#[tokio::test]
async fn encryption_as_configured() {
    let s3 = client!(aws_sdk_s3: get_bucket_encryption => [text(ENCRYPTION)]);
    let expected = BucketEncryption {
        algorithm: "aws:kms".to_owned(),
        kms_key: Some("alias/log".to_owned()),
        bucket_key_enabled: true,
        blocked: Vec::new(),
    };
    assert_eq!(s3::bucket_encryption(&s3, &bucket()).await.unwrap(), Some(expected));

    let unknown =
        ENCRYPTION.replace("aws:kms<", "aws:future<").replace("<KMSMasterKeyID>alias/log</KMSMasterKeyID>", "");
    let s3 = client!(aws_sdk_s3: get_bucket_encryption => [text(&unknown)]);
    let found = s3::bucket_encryption(&s3, &bucket()).await.unwrap().unwrap();
    assert_eq!((found.algorithm.as_str(), found.kms_key), ("aws:future", None));
}

#[tokio::test]
async fn kinds_of_encryption_that_are_blocked() {
    for (types, expected) in [
        ("<EncryptionType>SSE-C</EncryptionType>", vec!["SSE-C"]),
        ("<EncryptionType>NONE</EncryptionType>", vec![]),
        (
            "<EncryptionType>SSE-C</EncryptionType><EncryptionType>SSE-FUTURE</EncryptionType>",
            vec!["SSE-C", "SSE-FUTURE"],
        ),
        ("", vec![]),
    ] {
        let blocked = format!("<BlockedEncryptionTypes>{types}</BlockedEncryptionTypes></Rule>");
        let s3 = client!(aws_sdk_s3: get_bucket_encryption => [text(&ENCRYPTION.replace("</Rule>", &blocked))]);
        let found = s3::bucket_encryption(&s3, &bucket()).await.unwrap().unwrap();
        assert_eq!(found.blocked, expected, "{types}");
        assert_eq!(found.blocks_customer_keys(), expected.contains(&"SSE-C"));
    }
}

#[tokio::test]
async fn encryption_without_an_algorithm_is_no_answer() {
    let without = ENCRYPTION.replace("<SSEAlgorithm>aws:kms</SSEAlgorithm>", "");
    let s3 = client!(aws_sdk_s3: get_bucket_encryption => [text(&without)]);
    assert_eq!(malformed(s3::bucket_encryption(&s3, &bucket()).await), "the answer has no encryption algorithm");
}

#[tokio::test]
async fn a_flag_that_is_left_out_is_off() {
    let s3 = client!(aws_sdk_s3: get_public_access_block => [text(BLOCK)]);
    let expected =
        PublicAccessBlock { block_public_acls: true, ignore_public_acls: true, ..PublicAccessBlock::default() };
    assert_eq!(s3::public_access_block(&s3, &bucket()).await.unwrap(), Some(expected));
    let s3 = client!(aws_sdk_s3: get_public_access_block => [text("<PublicAccessBlockConfiguration/>")]);
    let found = s3::public_access_block(&s3, &bucket()).await.unwrap();
    assert_eq!(found, Some(PublicAccessBlock::default()));
}

/// Emulators send some settings that are not there as empty ones.
#[test]
fn an_empty_text_is_none() {
    assert_eq!(crate::observe::optional(Some("")), None);
    assert_eq!(crate::observe::optional(None), None);
    assert_eq!(crate::observe::optional(Some("x")), Some("x".to_owned()));
}

#[tokio::test]
async fn ownership_policy_tags_and_logging() {
    let s3 = client!(aws_sdk_s3:
        get_bucket_ownership_controls => [text(OWNERSHIP)],
        get_bucket_policy => [text(POLICY)],
        get_bucket_tagging => [text(TAGS)],
        get_bucket_logging => [text(LOGGING), text("<BucketLoggingStatus/>")],
    );
    let bucket = bucket();
    let ownership = Ownership { object_ownership: "BucketOwnerEnforced".to_owned() };
    assert_eq!(s3::bucket_ownership(&s3, &bucket).await.unwrap(), Some(ownership));
    assert_eq!(s3::bucket_policy(&s3, &bucket).await.unwrap().as_deref(), Some(POLICY));
    let tag = BucketTag { key: "owner".to_owned(), value: "audit".to_owned() };
    assert_eq!(s3::bucket_tags(&s3, &bucket).await.unwrap(), [tag]);
    let target = LoggingTarget { bucket: "access".to_owned(), prefix: "log/".to_owned() };
    assert_eq!(s3::bucket_logging(&s3, &bucket).await.unwrap(), Some(target));
    assert_eq!(s3::bucket_logging(&s3, &bucket).await.unwrap(), None);
}

#[tokio::test]
async fn archive_tiers_with_every_kind_of_filter() {
    let second = "<ListBucketIntelligentTieringConfigurationsOutput><IntelligentTieringConfiguration><Id>b</Id>\
        <Filter><And><Prefix>AWSLogs/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Disabled</Status>\
        <Tiering><Days>180</Days><AccessTier>DEEP_ARCHIVE_ACCESS</AccessTier></Tiering></IntelligentTieringConfiguration>\
        <IsTruncated>false</IsTruncated></ListBucketIntelligentTieringConfigurationsOutput>";
    let first = TIERING.replace(
        "<IsTruncated>false</IsTruncated>",
        "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>",
    );
    let s3 = client!(aws_sdk_s3: list_bucket_intelligent_tiering_configurations => [text(&first), text(second)]);
    let found = s3::bucket_archive_tiering(&s3, &bucket()).await.unwrap();
    let tier = |tier: &str, days| ArchiveTier { tier: tier.to_owned(), days };
    let everything = ArchiveTiering {
        id: "a".to_owned(),
        enabled: true,
        prefix: String::new(),
        tags: Vec::new(),
        tiers: vec![tier("ARCHIVE_ACCESS", 90)],
    };
    let narrow = ArchiveTiering {
        id: "b".to_owned(),
        enabled: false,
        prefix: "AWSLogs/".to_owned(),
        tags: vec![("k".to_owned(), "v".to_owned())],
        tiers: vec![tier("DEEP_ARCHIVE_ACCESS", 180)],
    };
    assert_eq!(found, [everything, narrow]);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_policy() {
    let s3 = client!(aws_sdk_s3: get_bucket_policy => [text("<html><body>sign in</body></html>")]);
    let why = malformed(s3::bucket_policy(&s3, &bucket()).await);
    assert!(why.starts_with("the bucket policy is not JSON"), "{why}");
}

#[tokio::test]
async fn grants_of_the_acl() {
    let s3 = client!(aws_sdk_s3: get_bucket_acl => [text(ACL)]);
    let grant = |grantee: &str, kind: &str, permission: &str| AclGrant {
        grantee: grantee.to_owned(),
        kind: kind.to_owned(),
        permission: permission.to_owned(),
    };
    let expected = Acl {
        owner: "c0ffee".to_owned(),
        grants: vec![
            grant("c0ffee", "CanonicalUser", "FULL_CONTROL"),
            grant("http://acs.amazonaws.com/groups/s3/LogDelivery", "Group", "WRITE"),
        ],
    };
    assert_eq!(s3::bucket_acl(&s3, &bucket()).await.unwrap(), expected);
}

#[tokio::test]
async fn versioning_on_and_never_configured() {
    let s3 = client!(aws_sdk_s3: get_bucket_versioning => [text(VERSIONING), text("<VersioningConfiguration/>")]);
    let on = Versioning { status: Some("Enabled".to_owned()), mfa_delete: Some("Disabled".to_owned()) };
    assert_eq!(s3::bucket_versioning(&s3, &bucket()).await.unwrap(), on);
    let never = Versioning { status: None, mfa_delete: None };
    assert_eq!(s3::bucket_versioning(&s3, &bucket()).await.unwrap(), never);
}

/// Emulators have answered this question with another root element.
#[tokio::test]
async fn another_document_is_no_answer() {
    let other = VERSIONING.replace("VersioningConfiguration", "GetBucketVersioningResponse");
    let s3 = client!(aws_sdk_s3: get_bucket_versioning => [text(&other)]);
    let why = malformed(s3::bucket_versioning(&s3, &bucket()).await);
    assert!(why.contains("GetBucketVersioningResponse"), "{why}");
}

#[tokio::test]
async fn default_retention_in_days() {
    for (period, days) in [
        ("<Days>2555</Days>", 2555),
        ("<Years>7</Years>", 2555),
        ("<Days>365</Days><Years>0</Years>", 365),
        ("<Days>0</Days><Years>1</Years>", 365),
    ] {
        let s3 = client!(aws_sdk_s3: get_object_lock_configuration => [lock(period)]);
        let retention = DefaultRetention { mode: "COMPLIANCE".to_owned(), days };
        let expected = ObjectLock { default_retention: Some(retention) };
        assert_eq!(s3::object_lock(&s3, &bucket()).await.unwrap(), Some(expected), "{period}");
    }
    for period in ["", "<Days>1</Days><Years>1</Years>", "<Days>-1</Days>"] {
        let s3 = client!(aws_sdk_s3: get_object_lock_configuration => [lock(period)]);
        let why = malformed(s3::object_lock(&s3, &bucket()).await);
        assert!(why.starts_with("a default retention of"), "{why}");
    }
}

#[tokio::test]
async fn object_lock_without_a_default() {
    let enabled = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
    let s3 = client!(aws_sdk_s3:
        get_object_lock_configuration => [text(enabled), text("<ObjectLockConfiguration/>")]);
    let expected = ObjectLock { default_retention: None };
    assert_eq!(s3::object_lock(&s3, &bucket()).await.unwrap(), Some(expected));
    assert_eq!(s3::object_lock(&s3, &bucket()).await.unwrap(), None);
}

#[tokio::test]
async fn a_bucket_in_another_region_is_named_by_the_failure() {
    let elsewhere = [
        Protocol::S3.error(301, "PermanentRedirect").header("x-amz-bucket-region", "eu-west-1"),
        text("<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>").status(400),
    ];
    for answer in elsewhere {
        let s3 = client!(aws_sdk_s3: get_bucket_acl => [answer]);
        match s3::bucket_acl(&s3, &bucket()).await.unwrap_err() {
            Failure::Service { bucket_region: Some(region), .. } => assert_eq!(region.as_str(), "eu-west-1"),
            other => panic!("{other:?} names no Region"),
        }
    }
}
