//! Buckets by name, as they are found: in the Region they are really in, or missing.

use logproof_estate::{
    AccountId, BucketRef, Unseen,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};

/// The bucket, in the Region it really is in; a finding and a stop when its account owns no bucket of that name.
///
/// That the list of buckets, or the location, cannot be seen is left to the sentence that needs it: every request
/// names the expected owner, so nothing can be read from somebody else's bucket by mistake.
pub(crate) async fn existing_bucket(
    w: &mut LogproofWorld,
    mut bucket: BucketRef,
    called: &str,
) -> Result<BucketRef, Stop> {
    let estate = w.estate()?;
    if let Ok(owned) = estate.buckets(&bucket.owner).await
        && !owned.iter().any(|one| one.name == bucket.name)
    {
        let expected = format!("{called} `{}` exists in account {}", bucket.name, bucket.owner);
        let found = format!("no bucket of that name among the {} the account owns", owned.len());
        w.observe(
            Observation::new(Subject::arn(bucket.arn()).at(&bucket.owner, None), expected, found, false)
                .hint("create the bucket in that account, or correct the name in the configuration")
                .resting_on(owned.exchanges()),
        );
        w.settle()?;
    }
    if let Ok(location) = estate.bucket_location(&bucket).await
        && let Some(region) = location.as_ref()
    {
        bucket.region = region.clone();
    }
    Ok(bucket)
}

/// The bucket of AWS Config in the account it belongs into; a stop when it is not there.
pub(crate) async fn config_bucket(w: &mut LogproofWorld) -> Result<BucketRef, Stop> {
    let bucket = w.estate()?.config_bucket();
    let hint = "name its account in `names.config_account`: it is examined there";
    owned_bucket(w, bucket, "LS-5.2", hint).await
}

/// A further bucket of the log store. That it does not exist is the finding of one control, not of every one; where it
/// exists in another account it was not examined, and nothing may pass for that.
pub(crate) async fn owned_bucket(
    w: &mut LogproofWorld,
    mut bucket: BucketRef,
    found_by: &str,
    hint: &str,
) -> Result<BucketRef, Stop> {
    let estate = w.estate()?;
    if let Ok(owned) = estate.buckets(&bucket.owner).await
        && !owned.iter().any(|one| one.name == bucket.name)
    {
        let (name, owner) = (&bucket.name, &bucket.owner);
        match estate.bucket_location(&bucket).await {
            Ok(location) if location.is_none() => {
                let reason = format!(
                    "s3:ListBuckets of account {owner} returned no bucket `{name}`, and there is none elsewhere: see \
                     control {found_by}"
                );
                return Err(w.not_applicable(reason));
            }
            Ok(_) => {}
            Err(unseen) => {
                w.unseen(Unseen { hint: hint.to_owned(), detail: elsewhere(owner, &unseen), ..unseen });
                w.settle()?;
            }
        }
    }
    if let Ok(location) = estate.bucket_location(&bucket).await
        && let Some(region) = location.as_ref()
    {
        bucket.region = region.clone();
    }
    Ok(bucket)
}

fn elsewhere(owner: &AccountId, unseen: &Unseen) -> String {
    let detail = format!("account {owner} does not own it");
    if unseen.detail.is_empty() { detail } else { format!("{detail}; {}", unseen.detail) }
}

/// A registered bucket as it is found, or nothing when control LS-10.2 finds it missing.
pub(crate) async fn registered_bucket(w: &mut LogproofWorld, name: &str) -> Result<Option<BucketRef>, Stop> {
    let estate = w.estate()?;
    let mut bucket = estate.store_bucket(name);
    let owned = w.see(estate.buckets(&bucket.owner).await)?;
    if !owned.iter().any(|one| one.name == name) {
        w.note(format!("bucket {name} does not exist: see control LS-10.2"));
        return Ok(None);
    }
    let location = w.see(estate.bucket_location(&bucket).await)?;
    if let Some(region) = location.as_ref() {
        bucket.region = region.clone();
    }
    Ok(Some(bucket))
}
