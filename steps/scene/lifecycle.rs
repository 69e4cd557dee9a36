//! What of the lifecycle rules of a bucket cannot be decided, or does not apply to it.

use logproof_estate::{BucketRef, ExchangeId, Reason, Unseen, facts::Versioning};

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
