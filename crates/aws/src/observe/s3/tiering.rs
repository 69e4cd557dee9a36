//! The optional archive tiers of S3 Intelligent-Tiering.

use aws_sdk_s3::{Client, types};
use logproof_estate::{
    BucketRef,
    facts::{ArchiveTier, ArchiveTiering},
};

use super::{pages, required};
use crate::failure::Failure;

/// Archive tiers of a bucket, empty when none is configured.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html>
pub(in crate::observe) async fn bucket_archive_tiering(
    s3: &Client,
    bucket: &BucketRef,
) -> Result<Vec<ArchiveTiering>, Failure> {
    pages::all_pages(|token| async move {
        let request = s3.list_bucket_intelligent_tiering_configurations().bucket(&bucket.name);
        let request = request.expected_bucket_owner(bucket.owner.as_str());
        let output = request.set_continuation_token(token).send().await?;
        let next = pages::next_token(output.is_truncated().unwrap_or(false), output.next_continuation_token())?;
        let found = output.intelligent_tiering_configuration_list().iter().map(to_tiering);
        Ok((found.collect::<Result<_, Failure>>()?, next))
    })
    .await
}

fn to_tiering(found: &types::IntelligentTieringConfiguration) -> Result<ArchiveTiering, Failure> {
    let filter = found.filter();
    let and = filter.and_then(|filter| filter.and());
    let single = filter.and_then(|filter| filter.tag()).into_iter();
    let tags = single.chain(and.into_iter().flat_map(|and| and.tags()));
    let prefix = filter.and_then(|filter| filter.prefix()).or_else(|| and.and_then(|and| and.prefix()));
    let tier = |tier: &types::Tiering| {
        Ok(ArchiveTier { tier: required(tier.access_tier().as_str(), "archive tier")?, days: i64::from(tier.days()) })
    };
    Ok(ArchiveTiering {
        id: required(found.id(), "id of an Intelligent-Tiering configuration")?,
        enabled: required(found.status().as_str(), "status of an Intelligent-Tiering configuration")? == "Enabled",
        prefix: prefix.unwrap_or_default().to_owned(),
        tags: tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
        tiers: found.tierings().iter().map(tier).collect::<Result<_, Failure>>()?,
    })
}
