//! Lifecycle rules, in the old form (`Prefix`) and the new one (`Filter`).

use aws_sdk_s3::{Client, types};
use logproof_estate::{
    BucketRef,
    facts::{LifecycleRule, Transition},
};

use super::{required, timestamp};
use crate::failure::{Failure, absent};

/// Lifecycle rules of a bucket, empty when it has none.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html>
pub(in crate::observe) async fn bucket_lifecycle(
    s3: &Client,
    bucket: &BucketRef,
) -> Result<Vec<LifecycleRule>, Failure> {
    let request =
        s3.get_bucket_lifecycle_configuration().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
    let Some(output) = absent(request.send().await, &["NoSuchLifecycleConfiguration"])? else {
        return Ok(Vec::new());
    };
    output.rules().iter().map(to_rule).collect()
}

fn to_rule(rule: &types::LifecycleRule) -> Result<LifecycleRule, Failure> {
    let expiration = rule.expiration();
    let noncurrent = rule.noncurrent_version_expiration();
    let abort = rule.abort_incomplete_multipart_upload();
    let mut found = LifecycleRule {
        id: rule.id().unwrap_or_default().to_owned(),
        enabled: required(rule.status().as_str(), "lifecycle rule status")? == "Enabled",
        expiration_days: expiration.and_then(|expiration| expiration.days()),
        expiration_date: expiration.and_then(|expiration| expiration.date()).and_then(timestamp),
        expired_object_delete_marker: expiration
            .and_then(|expiration| expiration.expired_object_delete_marker())
            .unwrap_or(false),
        transitions: rule.transitions().iter().map(to_transition).collect::<Result<_, _>>()?,
        noncurrent_expiration_days: noncurrent.and_then(|noncurrent| noncurrent.noncurrent_days()),
        noncurrent_newer_versions: noncurrent.and_then(|noncurrent| noncurrent.newer_noncurrent_versions()),
        noncurrent_transitions: rule
            .noncurrent_version_transitions()
            .iter()
            .map(to_noncurrent_transition)
            .collect::<Result<_, _>>()?,
        abort_multipart_days: abort.and_then(|abort| abort.days_after_initiation()),
        ..LifecycleRule::default()
    };
    narrow(&mut found, rule)?;
    Ok(found)
}

/// Takes over what narrows the rule: one condition by itself, or several below `And`.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRuleFilter.html>
fn narrow(found: &mut LifecycleRule, rule: &types::LifecycleRule) -> Result<(), Failure> {
    let filter = rule.filter();
    let and = filter.and_then(|filter| filter.and());
    let one_of = |single: Option<i64>, several: Option<i64>| single.or(several);
    #[expect(deprecated, reason = "rules written before 2016 have the prefix here and nothing in `Filter`")]
    let old_prefix = rule.prefix();
    let prefix = filter.and_then(|filter| filter.prefix()).or(and.and_then(|and| and.prefix())).or(old_prefix);
    found.prefix = prefix.unwrap_or_default().to_owned();
    found.size_greater_than = one_of(
        filter.and_then(|filter| filter.object_size_greater_than()),
        and.and_then(|and| and.object_size_greater_than()),
    );
    found.size_less_than = one_of(
        filter.and_then(|filter| filter.object_size_less_than()),
        and.and_then(|and| and.object_size_less_than()),
    );
    let single = filter.and_then(|filter| filter.tag()).into_iter();
    for tag in single.chain(and.map(|and| and.tags()).unwrap_or_default()) {
        found.tags.push((required(tag.key(), "key of a lifecycle tag filter")?, tag.value().to_owned()));
    }
    Ok(())
}

fn to_transition(transition: &types::Transition) -> Result<Transition, Failure> {
    let storage_class = transition.storage_class().map(|class| class.as_str());
    Ok(Transition {
        days: transition.days(),
        date: transition.date().and_then(timestamp),
        storage_class: required(storage_class, "storage class of a transition")?,
    })
}

fn to_noncurrent_transition(transition: &types::NoncurrentVersionTransition) -> Result<Transition, Failure> {
    let storage_class = transition.storage_class().map(|class| class.as_str());
    Ok(Transition {
        days: transition.noncurrent_days(),
        date: None,
        storage_class: required(storage_class, "storage class of a noncurrent transition")?,
    })
}
