//! What of the lifecycle rules of a bucket cannot be decided, or does not apply to it, and what its archive tiers add.

use logproof_estate::{
    BucketRef, ExchangeId, Reason, Unseen,
    facts::Versioning,
    world::{LogproofWorld, Stop},
};

use crate::judgement::lifecycle::Outcomes;

/// When the first object of a bucket can no longer be read without a restore, why, and the exchanges that show it besides
/// those of the rules.
pub(crate) async fn first_out_of_reach(
    w: &mut LogproofWorld,
    bucket: &BucketRef,
    outcomes: &Outcomes,
) -> Result<(Option<(i64, String)>, Vec<ExchangeId>), Stop> {
    let by_rule = outcomes.first_out_of_reach();
    // Archive tiers act on nothing that is not in the class.
    if !outcomes.use_intelligent_tiering() {
        return Ok((by_rule, Vec::new()));
    }
    let tiers = w.see(w.estate()?.bucket_archive_tiering(bucket).await)?;
    let first = [by_rule, outcomes.first_archived(&tiers)].into_iter().flatten().min_by_key(|(days, _)| *days);
    Ok((first, tiers.exchanges().to_vec()))
}

/// A storage class of which this program does not know whether it is read at once.
pub(crate) fn unknown_class(bucket: &BucketRef, storage_class: &str, exchanges: &[ExchangeId]) -> Unseen {
    let detail = format!("whether storage class {storage_class} is read without a restore is not known");
    undecided(
        bucket,
        detail,
        "examine the rule by hand, and report the storage class so that it becomes known",
        exchanges,
    )
}

/// Rules that tell too many kinds of objects apart to try each.
pub(crate) fn too_many_kinds(bucket: &BucketRef, detail: String, exchanges: &[ExchangeId]) -> Unseen {
    undecided(bucket, detail, "replace filters by tag and size with fewer rules for prefixes", exchanges)
}

fn undecided(bucket: &BucketRef, detail: String, hint: &str, exchanges: &[ExchangeId]) -> Unseen {
    Unseen {
        operation: "lifecycle evaluation".to_owned(),
        account: bucket.owner.clone(),
        region: Some(bucket.region.clone()),
        subject: bucket.arn(),
        reason: Reason::Undecided,
        detail,
        hint: hint.to_owned(),
        exchanges: exchanges.to_vec(),
    }
}

/// Whether a bucket takes no lifecycle rules.
pub(crate) fn has_mfa_delete(versioning: &Versioning) -> bool {
    versioning.mfa_delete.as_deref() == Some("Enabled")
}
