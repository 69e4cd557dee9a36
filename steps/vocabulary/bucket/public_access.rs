//! Settings of a bucket that decide who can be let in at all: Block Public Access, object ownership, the access control
//! list.

use cucumber::then;
use logproof_estate::{
    ExchangeId,
    facts::{AclGrant, PublicAccessBlock},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

#[then("each of the four Block Public Access settings is on, for the bucket or for its whole account")]
async fn each_public_access_setting_is_on(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
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
    w.settle()
}

#[then("the bucket owner owns the objects that log services deliver")]
async fn the_bucket_owner_owns_the_objects(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let ownership = w.see(estate.bucket_ownership(&bucket).await)?;
    let (found, met) = match ownership.as_ref().map(|one| one.object_ownership.as_str()) {
        Some(setting @ ("BucketOwnerEnforced" | "BucketOwnerPreferred")) => (setting.to_owned(), true),
        Some(setting) => (setting.to_owned(), false),
        // See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
        None => ("no ownership controls, which means ObjectWriter".to_owned(), false),
    };
    if found == "BucketOwnerPreferred" {
        w.note("BucketOwnerPreferred: an object belongs to the bucket owner when its writer grants bucket-owner-full-control");
    }
    w.observe(
        Observation::new(Subject::bucket(&bucket), "BucketOwnerEnforced or BucketOwnerPreferred", found, met)
            .place("ObjectOwnership")
            .hint("set object ownership of the bucket to BucketOwnerEnforced")
            .resting_on(ownership.exchanges()),
    );
    w.settle()
}

/// Whom S3 lets deliver access logs by a grant, where the bucket's policy does not.
// See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

#[then("its access control list grants nothing to anyone but its owner")]
async fn the_acl_grants_nothing_to_others(w: &mut LogproofWorld) -> Judged {
    let (bucket, estate) = (w.bucket()?, w.estate()?);
    let acl = w.see(estate.bucket_acl(&bucket).await)?;
    let subject = Subject::bucket(&bucket);
    let expected = "no grant to anyone but the bucket's owner";
    let config = w.config()?;
    let named = [config.log_bucket_name(), config.config_bucket_name()].contains(&bucket.name);
    let delivers = |grant: &AclGrant| {
        !named && grant.grantee == LOG_DELIVERY && ["WRITE", "READ_ACP"].contains(&grant.permission.as_str())
    };
    let others: Vec<_> = acl.grants.iter().filter(|grant| grant.grantee != acl.owner && !delivers(grant)).collect();
    if others.is_empty() {
        let delivery = if acl.grants.iter().any(delivers) { " or to S3's delivery of access logs" } else { "" };
        let found = format!("{} grants, all to the owner{delivery}", acl.grants.len());
        w.observe(Observation::new(subject, expected, found, true).resting_on(acl.exchanges()));
        return w.settle();
    }
    for grant in others {
        let found = format!("{} to {} {}", grant.permission, grant.kind, grant.grantee);
        w.observe(
            Observation::new(subject.clone(), expected, found, false)
                .place("access control list")
                .hint("set object ownership to BucketOwnerEnforced, which disables access control lists")
                .resting_on(acl.exchanges()),
        );
    }
    w.settle()
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
