//! Amazon S3: lifecycle and replication rules.

use logproof_estate::facts::{LifecycleRule, Replication, ReplicationRule, Transition};

use super::support::{at, bucket, client, fails_apart, malformed, text};
use crate::observe::s3;

const NEW_FORM: &str = "<LifecycleConfiguration><Rule><ID>tier</ID><Status>Enabled</Status><Filter><And>\
    <Prefix>AWSLogs/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan>\
    <ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>\
    <Expiration><Days>2555</Days></Expiration>\
    <Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>\
    <NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays><StorageClass>DEEP_ARCHIVE</StorageClass>\
    </NoncurrentVersionTransition>\
    <NoncurrentVersionExpiration><NoncurrentDays>2555</NoncurrentDays>\
    <NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>\
    <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>\
    </Rule></LifecycleConfiguration>";
const OLD_FORM: &str = "<LifecycleConfiguration><Rule><Prefix>old/</Prefix><Status>Disabled</Status>\
    <Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>\
    <Transition><Date>2027-01-01T00:00:00Z</Date><StorageClass>TAPE</StorageClass></Transition>\
    </Rule></LifecycleConfiguration>";
const REPLICATION: &str = "<ReplicationConfiguration><Role>arn:aws:iam::222222222222:role/replicate</Role>\
    <Rule><ID>all</ID><Priority>1</Priority><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>\
    <SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects>\
    </SourceSelectionCriteria><Destination><Bucket>arn:aws:s3:::replica</Bucket><Account>666666666666</Account>\
    <AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>\
    <EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:eu-west-1:666666666666:key/1</ReplicaKmsKeyID>\
    </EncryptionConfiguration><Metrics><Status>Enabled</Status></Metrics></Destination>\
    <DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>";

fails_apart!(lifecycle: aws_sdk_s3::get_bucket_lifecycle_configuration, S3,
    "s3:GetBucketLifecycleConfiguration" needs "s3:GetLifecycleConfiguration",
    text(NEW_FORM), |s3| s3::bucket_lifecycle(s3, &bucket()));
fails_apart!(replication: aws_sdk_s3::get_bucket_replication, S3,
    "s3:GetBucketReplication" needs "s3:GetReplicationConfiguration",
    text(REPLICATION), |s3| s3::bucket_replication(s3, &bucket()));

#[tokio::test]
async fn a_rule_with_everything() {
    let s3 = client!(aws_sdk_s3: get_bucket_lifecycle_configuration => [text(NEW_FORM)]);
    let transition = |days, storage_class: &str| {
        vec![Transition { days: Some(days), date: None, storage_class: storage_class.to_owned() }]
    };
    let expected = LifecycleRule {
        id: "tier".to_owned(),
        enabled: true,
        prefix: "AWSLogs/".to_owned(),
        tags: vec![("a".to_owned(), "b".to_owned())],
        size_greater_than: Some(1),
        size_less_than: Some(9),
        expiration_days: Some(2555),
        transitions: transition(90, "GLACIER"),
        noncurrent_expiration_days: Some(2555),
        noncurrent_newer_versions: Some(3),
        noncurrent_transitions: transition(30, "DEEP_ARCHIVE"),
        abort_multipart_days: Some(7),
        ..LifecycleRule::default()
    };
    assert_eq!(s3::bucket_lifecycle(&s3, &bucket()).await.unwrap(), [expected]);
}

#[tokio::test]
async fn the_old_form_of_a_rule() {
    let s3 = client!(aws_sdk_s3: get_bucket_lifecycle_configuration => [text(OLD_FORM)]);
    let date = Some(at("2027-01-01T00:00:00Z"));
    let expected = LifecycleRule {
        prefix: "old/".to_owned(),
        expiration_date: Some(at("2030-01-01T00:00:00Z")),
        transitions: vec![Transition { days: None, date, storage_class: "TAPE".to_owned() }],
        ..LifecycleRule::default()
    };
    assert_eq!(s3::bucket_lifecycle(&s3, &bucket()).await.unwrap(), [expected]);
}

#[tokio::test]
async fn a_rule_narrowed_by_one_condition() {
    type Seen = (String, usize, Option<i64>, Option<i64>);
    let seen = async |filter: &str| -> Seen {
        let rule = format!("<Rule><Status>Enabled</Status>{filter}</Rule>");
        let body = format!("<LifecycleConfiguration>{rule}</LifecycleConfiguration>");
        let s3 = client!(aws_sdk_s3: get_bucket_lifecycle_configuration => [text(&body)]);
        let rules = s3::bucket_lifecycle(&s3, &bucket()).await.unwrap();
        (rules[0].prefix.clone(), rules[0].tags.len(), rules[0].size_greater_than, rules[0].size_less_than)
    };
    assert_eq!(seen("<Filter/>").await, (String::new(), 0, None, None));
    assert_eq!(seen("<Filter><Prefix>a/</Prefix></Filter>").await, ("a/".to_owned(), 0, None, None));
    assert_eq!(seen("<Filter><Tag><Key>k</Key><Value></Value></Tag></Filter>").await, (String::new(), 1, None, None));
    assert_eq!(
        seen("<Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter>").await,
        (String::new(), 0, Some(5), None)
    );
    assert_eq!(
        seen("<Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>").await,
        (String::new(), 0, None, Some(5))
    );
}

#[tokio::test]
async fn a_rule_without_a_status_is_no_answer() {
    let body = "<LifecycleConfiguration><Rule><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
    let s3 = client!(aws_sdk_s3: get_bucket_lifecycle_configuration => [text(body)]);
    let why = malformed(s3::bucket_lifecycle(&s3, &bucket()).await);
    assert_eq!(why, "the answer has no lifecycle rule status");
}

#[tokio::test]
async fn replication_to_another_account() {
    let s3 = client!(aws_sdk_s3: get_bucket_replication => [text(REPLICATION)]);
    let expected = Replication {
        role: "arn:aws:iam::222222222222:role/replicate".to_owned(),
        rules: vec![ReplicationRule {
            id: "all".to_owned(),
            enabled: true,
            prefix: String::new(),
            has_tag_filter: false,
            destination_bucket: "arn:aws:s3:::replica".to_owned(),
            destination_account: Some("666666666666".to_owned()),
            replica_key: Some("arn:aws:kms:eu-west-1:666666666666:key/1".to_owned()),
            kms_objects: true,
            delete_markers: true,
            metrics: true,
            priority: 1,
        }],
    };
    assert_eq!(s3::bucket_replication(&s3, &bucket()).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn what_narrows_replication() {
    let seen = async |from: &str, to: &str| {
        let s3 = client!(aws_sdk_s3: get_bucket_replication => [text(&REPLICATION.replace(from, to))]);
        s3::bucket_replication(&s3, &bucket()).await.unwrap().unwrap().rules.remove(0)
    };
    let all = "<Filter><Prefix></Prefix></Filter>";
    let tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
    assert!(seen(all, &format!("<Filter>{tag}</Filter>")).await.has_tag_filter);
    let and = seen(all, &format!("<Filter><And><Prefix>p/</Prefix>{tag}</And></Filter>")).await;
    assert_eq!((and.prefix.as_str(), and.has_tag_filter), ("p/", true));
    assert_eq!(seen(all, "<Prefix>old/</Prefix>").await.prefix, "old/");
    let owner = "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>";
    assert_eq!(seen(owner, "").await.destination_account, None);
    let off = seen("<SseKmsEncryptedObjects><Status>Enabled", "<SseKmsEncryptedObjects><Status>Disabled").await;
    assert!(!off.kms_objects);
    assert!(!seen("<Metrics><Status>Enabled", "<Metrics><Status>Disabled").await.metrics);
    assert!(!seen("<Status>Enabled</Status><Filter>", "<Status>Disabled</Status><Filter>").await.enabled);
}
