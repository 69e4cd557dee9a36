//! Replication rules, in the old form (`Prefix`) and the new one (`Filter`).

use aws_sdk_s3::{Client, types};
use logproof_estate::{
    BucketRef,
    facts::{Replication, ReplicationRule},
};

use super::{optional, present, required};
use crate::failure::{Failure, absent};

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html>
pub(in crate::observe) async fn bucket_replication(
    s3: &Client,
    bucket: &BucketRef,
) -> Result<Option<Replication>, Failure> {
    let request = s3.get_bucket_replication().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let codes = ["ReplicationConfigurationNotFoundError"];
    let Some(output) = absent(request.send().await, &codes)? else { return Ok(None) };
    let replication = present(output.replication_configuration(), "replication configuration")?;
    Ok(Some(Replication {
        role: replication.role().to_owned(),
        rules: replication.rules().iter().map(to_rule).collect::<Result<_, _>>()?,
    }))
}

fn to_rule(rule: &types::ReplicationRule) -> Result<ReplicationRule, Failure> {
    let filter = rule.filter();
    let and = filter.and_then(|filter| filter.and());
    #[expect(deprecated, reason = "rules of the first version have the prefix here and nothing in `Filter`")]
    let old_prefix = rule.prefix();
    let prefix = filter.and_then(|filter| filter.prefix()).or(and.and_then(|and| and.prefix())).or(old_prefix);
    let tagged = filter.is_some_and(|filter| filter.tag().is_some()) || and.is_some_and(|and| !and.tags().is_empty());
    let to = present(rule.destination(), "replication destination")?;
    let kms = rule.source_selection_criteria().and_then(|criteria| criteria.sse_kms_encrypted_objects());
    let markers = rule.delete_marker_replication().and_then(|markers| markers.status());
    Ok(ReplicationRule {
        id: rule.id().unwrap_or_default().to_owned(),
        enabled: required(rule.status().as_str(), "replication rule status")? == "Enabled",
        prefix: prefix.unwrap_or_default().to_owned(),
        has_tag_filter: tagged,
        destination_bucket: required(to.bucket(), "destination bucket")?,
        destination_account: optional(to.account()).filter(|_| to.access_control_translation().is_some()),
        replica_key: to.encryption_configuration().and_then(|encryption| optional(encryption.replica_kms_key_id())),
        kms_objects: kms.is_some_and(|kms| kms.status().as_str() == "Enabled"),
        delete_markers: markers.is_some_and(|status| status.as_str() == "Enabled"),
        // Rules of the first version have none, and may not overlap.
        priority: rule.priority().unwrap_or(0),
        metrics: to.metrics().is_some_and(|metrics| metrics.status().as_str() == "Enabled"),
    })
}
