//! Settings of the buckets a scenario names that decide who can be let in at all, and whether access is recorded.
//!
//! The sentences of the log store are the same judgements, of the buckets that the configuration names.

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId,
    facts::PublicAccessBlock,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::guide::{Entry, Kind},
    scene::{
        settings::{Setting, each},
        subjects::{buckets, every},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Bucket])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "Block Public Access is on",
        "Each of the four settings is on, for the bucket or for its whole account.",
        "Block Public Access is on",
    ),
    judges(
        "its object ownership is {string}",
        "BucketOwnerEnforced, which disables access control lists, BucketOwnerPreferred or ObjectWriter. A bucket without the setting has ObjectWriter.",
        "its object ownership is \"BucketOwnerEnforced\"",
    ),
    judges(
        "its server access logs go to another bucket",
        "Server access logging is on, and its target is another bucket.",
        "its server access logs go to another bucket",
    ),
];

#[then("Block Public Access is on")]
#[then("each of the four Block Public Access settings is on, for the bucket or for its whole account")]
async fn block_public_access_is_on(w: &mut LogproofWorld) -> Judged {
    let buckets = buckets(w)?;
    every(w, buckets, each_public_access_setting).await
}

async fn each_public_access_setting(w: &mut LogproofWorld, bucket: BucketRef) -> Judged {
    let estate = w.estate()?;
    let of_bucket = w.see(estate.bucket_public_access_block(&bucket).await)?;
    let mut exchanges: Vec<ExchangeId> = of_bucket.exchanges().to_vec();
    let on_bucket = settings(of_bucket.as_ref());
    let mut on_account = None;
    // What the bucket blocks is blocked, whatever the account says.
    if !on_bucket.iter().all(|(_, on)| *on) {
        let of_account = w.see(estate.account_public_access_block(&bucket.owner).await)?;
        exchanges.extend(of_account.exchanges().iter().cloned());
        on_account = Some(settings(of_account.as_ref()));
    }
    for (at, (name, bucket_on)) in on_bucket.into_iter().enumerate() {
        let account_on = on_account.as_ref().and_then(|all| all.get(at)).is_some_and(|(_, on)| *on);
        let found = match (bucket_on, account_on) {
            (true, _) => "on for the bucket",
            (false, true) => "off for the bucket, on for the account",
            (false, false) => "off for the bucket and for the account",
        };
        w.observe(
            Observation::new(
                Subject::bucket(&bucket),
                format!("{name} is on for the bucket or for account {}", bucket.owner),
                format!("{name} is {found}"),
                bucket_on || account_on,
            )
            .place(name)
            .hint(format!("turn on {name} for the bucket"))
            .resting_on(&exchanges),
        );
    }
    Ok(())
}

/// The settings by their names; a configuration that does not exist switches nothing on.
fn settings(block: Option<&PublicAccessBlock>) -> [(&'static str, bool); 4] {
    let block = block.copied().unwrap_or_default();
    [
        ("BlockPublicAcls", block.block_public_acls),
        ("IgnorePublicAcls", block.ignore_public_acls),
        ("BlockPublicPolicy", block.block_public_policy),
        ("RestrictPublicBuckets", block.restrict_public_buckets),
    ]
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
const OWNERSHIPS: [&str; 3] = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

#[then(expr = "its object ownership is {string}")]
async fn its_object_ownership_is(w: &mut LogproofWorld, wanted: String) -> Judged {
    if !OWNERSHIPS.contains(&wanted.as_str()) {
        let reason = format!("`{wanted}` is no setting of object ownership; there are {}", OWNERSHIPS.join(", "));
        return Err(Stop::because(reason));
    }
    ownership_is_one_of(w, &[wanted.as_str()]).await
}

#[then("the bucket owner owns the objects that log services deliver")]
async fn the_bucket_owner_owns_the_objects(w: &mut LogproofWorld) -> Judged {
    ownership_is_one_of(w, &["BucketOwnerEnforced", "BucketOwnerPreferred"]).await
}

/// The first of the settings is the better one.
async fn ownership_is_one_of(w: &mut LogproofWorld, wanted: &[&str]) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let ownership = w.see(w.estate()?.bucket_ownership(bucket).await)?;
        let set = ownership.as_ref().map(|one| one.object_ownership.clone());
        let met = wanted.contains(&set.as_deref().unwrap_or("ObjectWriter"));
        if met && set.as_deref() == Some("BucketOwnerPreferred") {
            w.note("BucketOwnerPreferred: an object belongs to the bucket owner when its writer grants bucket-owner-full-control");
        }
        Ok(Setting {
            expected: wanted.join(" or "),
            found: set.unwrap_or_else(|| "no ownership controls, which means ObjectWriter".to_owned()),
            met,
            place: "ObjectOwnership",
            hint: format!("set object ownership of the bucket to {}", wanted.first().copied().unwrap_or_default()),
            exchanges: ownership.exchanges().to_vec(),
        })
    })
    .await
}

#[then("its server access logs go to another bucket")]
#[then("server access logging of the bucket is on, to another bucket")]
async fn its_access_logs_go_elsewhere(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let logging = w.see(w.estate()?.bucket_logging(bucket).await)?;
        let (found, met) = match logging.as_ref() {
            None => ("server access logging is off".to_owned(), false),
            Some(target) if target.bucket == bucket.name => {
                ("logs to the bucket itself: each delivery makes another record".to_owned(), false)
            }
            Some(target) => (format!("logs to `{}` under `{}`", target.bucket, target.prefix), true),
        };
        Ok(Setting {
            expected: "server access logs delivered to another bucket".to_owned(),
            found,
            met,
            place: "BucketLoggingStatus",
            hint: "turn on server access logging, to a bucket of its own in the same account and Region".to_owned(),
            exchanges: logging.exchanges().to_vec(),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_configuration_switches_nothing_on() {
        assert!(settings(None).iter().all(|(_, on)| !on));
        let one = PublicAccessBlock { block_public_policy: true, ..PublicAccessBlock::default() };
        assert_eq!(
            settings(Some(&one)).iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect::<Vec<_>>(),
            ["BlockPublicPolicy"]
        );
    }
}
