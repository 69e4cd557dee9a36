//! Amazon S3: buckets and their settings. Every request carries the owner the bucket must have, so that a bucket of
//! the same name in a stranger's account is denied, not examined.
//!
//! A setting is absent when S3 says with the setting's own code that it was never made. Whether the bucket exists is a
//! question of its own; to every other question a missing bucket is the failure `NoSuchBucket`, for of a bucket that is
//! not there nothing was seen.

mod lifecycle;
mod objects;
mod replication;
mod tiering;

use aws_sdk_s3::{Client, operation::get_object_lock_configuration::GetObjectLockConfigurationOutput, types};
use logproof_estate::{
    BucketRef, Region,
    facts::{
        Acl, AclGrant, BucketEncryption, BucketSummary, BucketTag, DefaultRetention, LoggingTarget, ObjectLock,
        Ownership, PublicAccessBlock, Versioning,
    },
};

use super::{optional, pages, policy, present, required, timestamp};
use crate::{
    failure::{Failure, absent},
    session::Session,
};

pub(super) use lifecycle::bucket_lifecycle;
pub(super) use objects::bucket_level;
pub(crate) use objects::object_retention;
pub(super) use replication::bucket_replication;
pub(super) use tiering::bucket_archive_tiering;

/// Asks in the Region of the session and, when S3 says that the bucket is in another one, once more there: a bucket in
/// the wrong Region has settings all the same.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html>
pub(super) async fn in_bucket_region<T, F, Fut>(session: Session, ask: F) -> Result<T, Failure>
where
    F: Fn(Client) -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    match ask(session.s3()).await {
        Err(Failure::Service { bucket_region: Some(region), .. }) if &region != session.region() => {
            ask(session.in_region(region).s3()).await
        }
        answer => answer,
    }
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>
pub(super) async fn buckets(s3: &Client) -> Result<Vec<BucketSummary>, Failure> {
    pages::all_pages(|token| async move {
        // Only paginated requests are answered in accounts with a quota above 10,000 buckets.
        let output = s3.list_buckets().max_buckets(1000).set_continuation_token(token).send().await?;
        let buckets = present(output.buckets.as_ref(), "list of buckets")?.iter().map(|bucket| {
            Ok(BucketSummary {
                name: required(bucket.name(), "bucket name")?,
                created: bucket.creation_date().and_then(timestamp),
            })
        });
        Ok((buckets.collect::<Result<_, Failure>>()?, output.continuation_token().map(str::to_owned)))
    })
    .await
}

/// Region of a bucket, `None` when there is no such bucket.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>
pub(super) async fn bucket_location(s3: &Client, bucket: &BucketRef) -> Result<Option<Region>, Failure> {
    let request = s3.get_bucket_location().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let Some(output) = absent(request.send().await, &["NoSuchBucket"])? else { return Ok(None) };
    let region = match output.location_constraint().map_or("", |location| location.as_str()) {
        "" => "us-east-1",
        "EU" => "eu-west-1",
        region => region,
    };
    region.parse().map(Some).map_err(|_| Failure::Malformed(format!("`{region}` is not a Region")))
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html>
pub(super) async fn bucket_encryption(s3: &Client, bucket: &BucketRef) -> Result<Option<BucketEncryption>, Failure> {
    let request = s3.get_bucket_encryption().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let codes = ["ServerSideEncryptionConfigurationNotFoundError"];
    let Some(output) = absent(request.send().await, &codes)? else { return Ok(None) };
    let configuration = present(output.server_side_encryption_configuration(), "encryption configuration")?;
    let rule = present(configuration.rules().first(), "encryption rule")?;
    let Some(default) = rule.apply_server_side_encryption_by_default() else { return Ok(None) };
    Ok(Some(BucketEncryption {
        algorithm: required(default.sse_algorithm().as_str(), "encryption algorithm")?,
        kms_key: optional(default.kms_master_key_id()),
        bucket_key_enabled: rule.bucket_key_enabled().unwrap_or(false),
        // A bucket whose setting was never made blocks nothing; `NONE` is written out and means the same.
        blocked: rule.blocked_encryption_types().map_or_else(Vec::new, |blocked| {
            let named = blocked.encryption_type().iter().map(|kind| kind.as_str().to_owned());
            named.filter(|kind| kind != "NONE").collect()
        }),
    }))
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html>
pub(super) async fn public_access_block(s3: &Client, bucket: &BucketRef) -> Result<Option<PublicAccessBlock>, Failure> {
    let request = s3.get_public_access_block().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let codes = ["NoSuchPublicAccessBlockConfiguration"];
    let Some(output) = absent(request.send().await, &codes)? else { return Ok(None) };
    let block = present(output.public_access_block_configuration(), "public access block configuration")?;
    Ok(Some(PublicAccessBlock {
        block_public_acls: block.block_public_acls().unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls().unwrap_or(false),
        block_public_policy: block.block_public_policy().unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets().unwrap_or(false),
    }))
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html>
pub(super) async fn bucket_ownership(s3: &Client, bucket: &BucketRef) -> Result<Option<Ownership>, Failure> {
    let request = s3.get_bucket_ownership_controls().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let codes = ["OwnershipControlsNotFoundError"];
    let Some(output) = absent(request.send().await, &codes)? else { return Ok(None) };
    let controls = present(output.ownership_controls(), "ownership controls")?;
    let rule = present(controls.rules().first(), "ownership rule")?;
    Ok(Some(Ownership { object_ownership: required(rule.object_ownership().as_str(), "object ownership")? }))
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>
pub(super) async fn bucket_policy(s3: &Client, bucket: &BucketRef) -> Result<Option<String>, Failure> {
    let request = s3.get_bucket_policy().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let Some(output) = absent(request.send().await, &["NoSuchBucketPolicy"])? else { return Ok(None) };
    policy(output.policy(), "bucket policy").map(Some)
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html>
pub(super) async fn bucket_acl(s3: &Client, bucket: &BucketRef) -> Result<Acl, Failure> {
    let request = s3.get_bucket_acl().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let output = request.send().await?;
    let owner = present(output.owner(), "ACL owner")?;
    Ok(Acl {
        owner: required(owner.id(), "id of the ACL owner")?,
        grants: output.grants().iter().map(to_acl_grant).collect::<Result<_, _>>()?,
    })
}

fn to_acl_grant(grant: &types::Grant) -> Result<AclGrant, Failure> {
    let grantee = present(grant.grantee(), "ACL grantee")?;
    let name = grantee.id().or(grantee.uri()).or(grantee.email_address());
    Ok(AclGrant {
        grantee: required(name, "id, URI or e-mail of an ACL grantee")?,
        kind: required(grantee.r#type().as_str(), "type of an ACL grantee")?,
        permission: required(grant.permission().map(|permission| permission.as_str()), "ACL permission")?,
    })
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html>
pub(super) async fn bucket_versioning(s3: &Client, bucket: &BucketRef) -> Result<Versioning, Failure> {
    let request = s3.get_bucket_versioning().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let output = request.send().await?;
    Ok(Versioning {
        status: output.status().map(|status| status.as_str().to_owned()),
        mfa_delete: output.mfa_delete().map(|status| status.as_str().to_owned()),
    })
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html>
pub(super) async fn object_lock(s3: &Client, bucket: &BucketRef) -> Result<Option<ObjectLock>, Failure> {
    let request = s3.get_object_lock_configuration().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let codes = ["ObjectLockConfigurationNotFoundError"];
    let Some(output) = absent(request.send().await, &codes)? else { return Ok(None) };
    to_object_lock(&output)
}

/// Object Lock as S3 answers it; `None` when it is not enabled.
pub(crate) fn to_object_lock(output: &GetObjectLockConfigurationOutput) -> Result<Option<ObjectLock>, Failure> {
    let lock = present(output.object_lock_configuration(), "object lock configuration")?;
    if lock.object_lock_enabled().is_none_or(|enabled| enabled.as_str() != "Enabled") {
        return Ok(None);
    }
    let default = lock.rule().and_then(|rule| rule.default_retention());
    Ok(Some(ObjectLock { default_retention: default.map(to_default_retention).transpose()? }))
}

/// The period is in days or in years, of 365 days each; some emulators send the other one as zero.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html>
fn to_default_retention(retention: &types::DefaultRetention) -> Result<DefaultRetention, Failure> {
    let days = match (retention.days().unwrap_or(0), retention.years().unwrap_or(0)) {
        (days, 0) if days > 0 => i64::from(days),
        (0, years) if years > 0 => i64::from(years) * 365,
        (days, years) => {
            return Err(Failure::Malformed(format!("a default retention of {days} days and {years} years")));
        }
    };
    Ok(DefaultRetention { mode: required(retention.mode().map(|mode| mode.as_str()), "retention mode")?, days })
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html>
pub(super) async fn bucket_logging(s3: &Client, bucket: &BucketRef) -> Result<Option<LoggingTarget>, Failure> {
    let request = s3.get_bucket_logging().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let output = request.send().await?;
    let to_target = |target: &types::LoggingEnabled| {
        let bucket = required(target.target_bucket(), "target bucket of the access logs")?;
        Ok(LoggingTarget { bucket, prefix: target.target_prefix().to_owned() })
    };
    output.logging_enabled().map(to_target).transpose()
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html>
pub(super) async fn bucket_tags(s3: &Client, bucket: &BucketRef) -> Result<Vec<BucketTag>, Failure> {
    let request = s3.get_bucket_tagging().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let Some(output) = absent(request.send().await, &["NoSuchTagSet"])? else { return Ok(Vec::new()) };
    Ok(output
        .tag_set()
        .iter()
        .map(|tag| BucketTag { key: tag.key().to_owned(), value: tag.value().to_owned() })
        .collect())
}
