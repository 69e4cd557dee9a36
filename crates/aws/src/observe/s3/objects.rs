//! What is in a bucket: names, never contents.

use aws_sdk_s3::{Client, types};
use logproof_estate::{
    BucketRef,
    facts::{ObjectPage, ObjectRetention, ObjectSummary},
};

use super::{pages, present, required, timestamp};
use crate::failure::{Failure, absent_where};

/// How many objects of a level are named; its prefixes are complete.
const NAMED_OBJECTS: usize = 1000;

/// A level with more keys than this is not read to the end, and so not answered.
const MOST_KEYS: usize = 1_000_000;

/// One level of a bucket below a prefix.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
pub(in crate::observe) async fn bucket_level(
    s3: &Client,
    bucket: &BucketRef,
    prefix: &str,
) -> Result<ObjectPage, Failure> {
    let keys = pages::at_most(MOST_KEYS, |token| async move {
        let request = s3.list_objects_v2().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
        let output = request.prefix(prefix).delimiter("/").set_continuation_token(token).send().await?;
        let next = pages::next_token(output.is_truncated().unwrap_or(false), output.next_continuation_token())?;
        let prefixes = output.common_prefixes().iter().map(|common| {
            let prefix = required(common.prefix(), "common prefix")?;
            Ok(Key::Prefix(prefix))
        });
        let objects = output.contents().iter().map(|object| to_summary(object).map(Key::Object));
        Ok((prefixes.chain(objects).collect::<Result<_, Failure>>()?, next))
    })
    .await?;
    let mut level = ObjectPage::default();
    for key in keys {
        match key {
            Key::Prefix(prefix) => level.prefixes.push(prefix),
            Key::Object(object) if level.objects.len() < NAMED_OBJECTS => level.objects.push(object),
            Key::Object(_) => level.more_objects = true,
        }
    }
    Ok(level)
}

enum Key {
    Prefix(String),
    Object(ObjectSummary),
}

fn to_summary(object: &types::Object) -> Result<ObjectSummary, Failure> {
    Ok(ObjectSummary {
        key: required(object.key(), "object key")?,
        size_bytes: present(object.size(), "object size")?,
        last_modified: object.last_modified().and_then(timestamp),
        storage_class: object.storage_class().map(|class| class.as_str().to_owned()),
    })
}

/// Retention of an object, `None` when it has none, or when its bucket has no Object Lock.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html>
pub(crate) async fn object_retention(
    s3: &Client,
    bucket: &BucketRef,
    key: &str,
) -> Result<Option<ObjectRetention>, Failure> {
    let request = s3.get_object_retention().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    // A bucket without Object Lock is told of in a sentence: its code is that of many requests that are wrong.
    let output = absent_where(request.key(key).send().await, |code, message| match code {
        "NoSuchObjectLockConfiguration" => true,
        "InvalidRequest" => message == "Bucket is missing Object Lock Configuration",
        _ => false,
    })?;
    let Some(output) = output else { return Ok(None) };
    let retention = present(output.retention(), "retention")?;
    Ok(Some(ObjectRetention {
        mode: required(retention.mode().map(|mode| mode.as_str()), "retention mode")?,
        retain_until: present(retention.retain_until_date().and_then(timestamp), "retain-until date")?,
    }))
}
