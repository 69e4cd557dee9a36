//! The second copy of the log store: complete, somewhere else, kept in versions and encrypted there.

use cucumber::then;
use logproof_estate::world::{Judged, LogproofWorld};

use crate::{
    judgement::key_name::region_of,
    scene::copies::{Copies, asked_key},
};

#[then("the copy is in another account of the organization")]
async fn the_copy_is_in_another_account(w: &mut LogproofWorld) -> Judged {
    let config = w.config()?;
    let (home, wanted) = (w.bucket()?, config.expectations.replica_account.as_ref());
    let copies = Copies::read(w).await?;
    for copy in copies.that_count(&home.owner, wanted) {
        let (found, met) = match &copy.bucket {
            None => ("no active account of the organization owns it".to_owned(), false),
            Some(bucket) => {
                let same = if bucket.owner == home.owner { ", the account of the log bucket" } else { "" };
                let stated = copy.rule.destination_account.as_deref().filter(|stated| *stated != bucket.owner.as_str());
                // S3 refuses to change the ownership to an account that does not own the destination.
                let wrong = stated.map(|stated| format!("; the rule states account {stated}, so nothing is copied"));
                (
                    format!(
                        "in account {}{same}, {}{}",
                        bucket.owner,
                        bucket.region,
                        wrong.clone().unwrap_or_default()
                    ),
                    copy.is_elsewhere(&home.owner, wanted) && wrong.is_none(),
                )
            }
        };
        if copy.bucket.as_ref().is_some_and(|bucket| bucket.region == home.region) {
            w.note(format!(
                "the copy is in {}, the Region of the log bucket: both can be lost with the Region",
                home.region
            ));
        }
        let expected = match wanted {
            Some(account) => format!("in account {account}"),
            None => format!("in an account of the organization other than {}", home.owner),
        };
        copy.observe(
            w,
            expected,
            found,
            met,
            "replicate to a bucket of that account: whoever rules one account must not rule both copies",
        );
    }
    w.settle()
}

#[then("the bucket of the copy exists and keeps versions")]
async fn the_copy_keeps_versions(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (home, wanted) = (w.bucket()?, config.expectations.replica_account.as_ref());
    let copies = Copies::read(w).await?;
    for copy in copies.that_count(&home.owner, wanted) {
        let (found, met, seen) = match &copy.bucket {
            None => ("no such bucket in any active account of the organization".to_owned(), false, Vec::new()),
            Some(bucket) => {
                let versioning = w.see(estate.bucket_versioning(bucket).await)?;
                let status = versioning.status.as_deref().unwrap_or("never configured");
                (format!("versioning {status}"), status == "Enabled", versioning.exchanges().to_vec())
            }
        };
        let copy = copy.clone().resting_on(&seen);
        copy.observe(
            w,
            "an existing bucket with versioning Enabled".to_owned(),
            found,
            met,
            "create the bucket and enable its versioning: S3 replicates nothing to a bucket without",
        );
    }
    w.settle()
}

#[then("the copy is encrypted with an enabled key of its own Region")]
async fn the_copy_is_encrypted_there(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (home, wanted) = (w.bucket()?, config.expectations.replica_account.as_ref());
    let copies = Copies::read(w).await?;
    for copy in copies.that_count(&home.owner, wanted) {
        let (found, met, seen) = match (&copy.bucket, &copy.rule.replica_key) {
            (_, None) => ("no replica key".to_owned(), false, Vec::new()),
            (None, Some(key)) => (format!("key `{key}` for a bucket that does not exist"), false, Vec::new()),
            (Some(bucket), Some(name)) => {
                let asked = asked_key(name, bucket);
                let key = w.see(estate.key(&asked).await)?;
                let seen = key.exchanges().to_vec();
                match key.as_ref() {
                    None => (format!("there is no key `{name}`"), false, seen),
                    Some(key) => {
                        let place = region_of(&key.arn);
                        let where_it_is = place.as_ref().map_or("no Region", |region| region.as_str());
                        let met = key.state == "Enabled" && place.as_ref() == Some(&bucket.region);
                        (format!("key {} is {}, in {where_it_is}", key.arn, key.state), met, seen)
                    }
                }
            }
        };
        let copy = copy.clone().resting_on(&seen);
        copy.observe(w, "an enabled KMS key of the Region of the copy".to_owned(), found, met, "name an enabled key of the destination's Region as replica key: without one encrypted objects are not copied");
    }
    w.settle()
}
