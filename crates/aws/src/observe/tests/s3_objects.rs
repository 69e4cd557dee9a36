//! Amazon S3: what is in a bucket.

use logproof_estate::facts::{ObjectPage, ObjectRetention, ObjectSummary};

use super::support::{Protocol, Wire, at, bucket, client, fails_apart, malformed, refused, text};
use crate::observe::s3;

const RETENTION: &str = "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2033-01-01T00:00:00Z</RetainUntilDate>\
    </Retention>";

fn level(content: &str, next: Option<&str>) -> Wire {
    let next = next.map(|token| format!("<NextContinuationToken>{token}</NextContinuationToken>")).unwrap_or_default();
    let truncated = !next.is_empty();
    text(&format!("<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{next}{content}</ListBucketResult>"))
}

fn objects(count: usize) -> String {
    (0..count).map(|i| format!("<Contents><Key>k{i:04}</Key><Size>1</Size></Contents>")).collect()
}

fails_apart!(a_level: aws_sdk_s3::list_objects_v2, S3, "s3:ListObjectsV2" needs "s3:ListBucket",
    level(&objects(2), None), |s3| s3::bucket_level(s3, &bucket(), ""));
fails_apart!(retention: aws_sdk_s3::get_object_retention, S3,
    "s3:GetObjectRetention" needs "s3:GetObjectRetention",
    text(RETENTION), |s3| s3::object_retention(s3, &bucket(), "key"));

#[tokio::test]
async fn a_level_over_two_pages() {
    let object = "<Contents><Key>AWSLogs/note</Key><Size>7</Size><LastModified>2026-01-15T11:00:00Z</LastModified>\
        <StorageClass>STANDARD</StorageClass></Contents>";
    let prefix = |name: &str| format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>");
    let first = level(&prefix("AWSLogs/111111111111/"), Some("page-2"));
    let second = level(&format!("{object}{}", prefix("AWSLogs/o-exampleorg1/")), None);
    let s3 = client!(aws_sdk_s3: list_objects_v2 => [first, second]);
    let expected = ObjectPage {
        prefixes: vec!["AWSLogs/111111111111/".to_owned(), "AWSLogs/o-exampleorg1/".to_owned()],
        objects: vec![ObjectSummary {
            key: "AWSLogs/note".to_owned(),
            size_bytes: 7,
            last_modified: Some(at("2026-01-15T11:00:00Z")),
            storage_class: Some("STANDARD".to_owned()),
        }],
        more_objects: false,
    };
    assert_eq!(s3::bucket_level(&s3, &bucket(), "AWSLogs/").await.unwrap(), expected);
}

#[tokio::test]
async fn the_first_thousand_objects_are_named() {
    let pages = [level(&objects(1000), Some("page-2")), level(&objects(1), None)];
    let s3 = client!(aws_sdk_s3: list_objects_v2 => pages);
    let found = s3::bucket_level(&s3, &bucket(), "").await.unwrap();
    assert_eq!((found.objects.len(), found.more_objects), (1000, true));

    let s3 = client!(aws_sdk_s3: list_objects_v2 => [level(&objects(1000), None)]);
    let found = s3::bucket_level(&s3, &bucket(), "").await.unwrap();
    assert_eq!((found.objects.len(), found.more_objects), (1000, false));
}

#[tokio::test]
async fn truncated_without_a_token_is_no_answer() {
    let s3 = client!(aws_sdk_s3: list_objects_v2 =>
        [text("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")]);
    let why = malformed(s3::bucket_level(&s3, &bucket(), "").await);
    assert_eq!(why, "a list says it is truncated but has no token");
}

#[tokio::test]
async fn a_missing_bucket_has_no_levels() {
    let s3 = client!(aws_sdk_s3: list_objects_v2 => [Protocol::S3.error(404, "NoSuchBucket")]);
    assert_eq!(refused(s3::bucket_level(&s3, &bucket(), "").await), "NoSuchBucket");
}

#[tokio::test]
async fn retention_of_an_object() {
    let s3 = client!(aws_sdk_s3: get_object_retention => [text(RETENTION)]);
    let expected = ObjectRetention { mode: "COMPLIANCE".to_owned(), retain_until: at("2033-01-01T00:00:00Z") };
    assert_eq!(s3::object_retention(&s3, &bucket(), "key").await.unwrap(), Some(expected));
}

#[tokio::test]
async fn an_object_without_retention() {
    let unlocked =
        "<Error><Code>InvalidRequest</Code><Message>Bucket is missing Object Lock Configuration</Message></Error>";
    for answer in [Protocol::S3.error(404, "NoSuchObjectLockConfiguration"), text(unlocked).status(400)] {
        let s3 = client!(aws_sdk_s3: get_object_retention => [answer]);
        assert_eq!(s3::object_retention(&s3, &bucket(), "key").await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_object_that_is_gone_is_not_one_without_retention() {
    for code in ["NoSuchKey", "NoSuchBucket", "InvalidRequest"] {
        let s3 = client!(aws_sdk_s3: get_object_retention => [Protocol::S3.error(404, code)]);
        assert_eq!(refused(s3::object_retention(&s3, &bucket(), "key").await), code);
    }
}
