//! What the trails a scenario names deliver, how it is encrypted, and which accesses to objects they record. Their settings
//! are judged by the sentences of the organization trail.

use cucumber::then;
use logproof_estate::{
    BucketRef, Fact, Region,
    facts::Trail,
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        guide::{Entry, Kind},
        selectors::{Access, ObjectEvents, object_events},
    },
    scene::{
        accounts::named_account,
        buckets::existing_bucket,
        subjects::{every, trails},
        trail::{home_of, owner_of, trail_subject},
        trail_status::{delivered, no_delivery_error},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Trail])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "its log files are encrypted with SSE-KMS",
        "The trail names a KMS key for what it delivers.",
        "its log files are encrypted with SSE-KMS",
    ),
    judges(
        "it delivered log files in the last {int} hours",
        "CloudTrail reports a delivery in these hours, of a trail of all Regions in every governed Region. A digest in its place shows that there was nothing to log.",
        "it delivered log files in the last 24 hours",
    ),
    judges(
        "it reports no delivery error",
        "CloudTrail reports no error of the last delivery, of a trail of all Regions in every governed Region.",
        "it reports no delivery error",
    ),
    judges(
        "it records every read of objects in the bucket {string} of account {string}",
        "Its event selectors take in every data event that reads an object of the bucket, and it is a trail of the bucket's account or of the organization, and of the bucket's Region or of all.",
        "it records every read of objects in the bucket \"aws-acme-log-storage-222222222222-eu-central-1\" of account \"222222222222\"",
    ),
    judges(
        "it records every write to objects in the bucket {string} of account {string}",
        "The same of data events that write or delete an object.",
        "it records every write to objects in the bucket \"aws-acme-log-storage-222222222222-eu-central-1\" of account \"222222222222\"",
    ),
];

#[then("its log files are encrypted with SSE-KMS")]
async fn its_log_files_are_encrypted_with_kms(w: &mut LogproofWorld) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let found = trail.kms_key.clone().unwrap_or_else(|| "no key: SSE-S3 (AES256)".to_owned());
        w.observe(
            Observation::new(trail_subject(&trail), "a KMS key", found, trail.kms_key.is_some())
                .place("KmsKeyId")
                .hint("set a KMS key for the log files of the trail")
                .resting_on(trail.exchanges()),
        );
        Ok(())
    };
    every(w, trails, judge).await
}

/// The Regions in which the trail delivers, of those that are governed.
fn regions_of(w: &LogproofWorld, trail: &Trail) -> Result<Vec<Region>, Stop> {
    Ok(match trail.is_multi_region {
        true => w.config()?.organization.governed_regions.clone(),
        false => vec![home_of(w, trail)?],
    })
}

#[then(expr = "it delivered log files in the last {int} hours")]
async fn it_delivered(w: &mut LogproofWorld, hours: u32) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let regions = regions_of(w, &trail)?;
        delivered(w, &trail, regions, hours, None).await
    };
    every(w, trails, judge).await
}

#[then("it reports no delivery error")]
async fn it_reports_no_error(w: &mut LogproofWorld) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let regions = regions_of(w, &trail)?;
        no_delivery_error(w, &trail, regions).await
    };
    every(w, trails, judge).await
}

#[then(expr = "it records every read of objects in the bucket {string} of account {string}")]
async fn it_records_reads(w: &mut LogproofWorld, bucket: String, account: String) -> Judged {
    records_objects(w, bucket, &account, Access::Read, "reads").await
}

#[then(expr = "it records every write to objects in the bucket {string} of account {string}")]
async fn it_records_writes(w: &mut LogproofWorld, bucket: String, account: String) -> Judged {
    records_objects(w, bucket, &account, Access::Write, "writes and deletions").await
}

async fn records_objects(w: &mut LogproofWorld, name: String, account: &str, access: Access, what: &str) -> Judged {
    let owner = named_account(w, account).await?.id;
    let region = w.config()?.organization.home_region.clone();
    let bucket = existing_bucket(w, BucketRef { name, owner, region }, "the bucket").await?;
    // The events of a bucket are recorded in its own Region.
    let location = w.see(w.estate()?.bucket_location(&bucket).await)?;
    let region = location.as_ref().ok_or_else(|| Stop::because("the bucket was deleted during the run"))?;
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let (owner, home) = (owner_of(w, &trail)?, home_of(w, &trail)?);
        let selectors = w.see(w.estate()?.event_selectors(&owner, &home, &trail.arn).await)?;
        let (found, met) = if !trail.is_organization_trail && owner != bucket.owner {
            (format!("a trail of account {owner}, which sees no event of account {}", bucket.owner), false)
        } else if !trail.is_multi_region && home != *region {
            (format!("a trail of {home}, and the bucket is in {region}"), false)
        } else {
            match object_events(&selectors, &bucket.arn(), access) {
                ObjectEvents::All => ("all are recorded".to_owned(), true),
                ObjectEvents::Some(parts) => (parts.join("; "), false),
                ObjectEvents::None => ("none is recorded".to_owned(), false),
            }
        };
        w.observe(
            Observation::new(
                trail_subject(&trail),
                format!("{what} of objects in {} recorded", bucket.name),
                found,
                met,
            )
            .place(if selectors.advanced.is_empty() { "EventSelectors" } else { "AdvancedEventSelectors" })
            .hint("record AWS::S3::Object data events of the whole bucket")
            .resting_on(trail.exchanges())
            .resting_on(location.exchanges())
            .resting_on(selectors.exchanges()),
        );
        Ok(())
    };
    every(w, trails, judge).await
}
