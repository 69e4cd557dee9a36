//! The `Given` sentences: which bucket, key, trail, accounts and Regions a scenario speaks of.
//!
//! What does not exist is a finding here, once, so that the sentences after it can speak of "the log bucket" without
//! each asking whether there is one. Judges nothing else about what it finds.

use std::future::Future;

use cucumber::given;
use futures::stream::{self, StreamExt};
use logproof_estate::{
    AccountId, BucketRef, Everywhere, Fact, Unseen,
    facts::Trail,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

/// Questions a step has open at once; the source bounds the calls in flight on its own.
const QUESTIONS_AT_ONCE: usize = 64;

#[given("the log bucket of the log archive account")]
async fn the_log_bucket(w: &mut LogproofWorld) -> Judged {
    let named = w.estate()?.log_bucket();
    let bucket = existing_bucket(w, named, "the log bucket").await?;
    w.bucket = Some(bucket);
    w.settle()
}

#[given("the bucket of AWS Config")]
async fn the_bucket_of_aws_config(w: &mut LogproofWorld) -> Judged {
    let bucket = w.estate()?.config_bucket();
    if bucket.name == w.estate()?.log_bucket().name {
        return Err(w.not_applicable("names.config_bucket is the log bucket, which is examined as such"));
    }
    let bucket = config_bucket(w).await?;
    w.bucket = Some(bucket);
    w.settle()
}

/// The bucket of AWS Config in the account it belongs into; a stop when it is not there.
pub(crate) async fn config_bucket(w: &mut LogproofWorld) -> Result<BucketRef, Stop> {
    let bucket = w.estate()?.config_bucket();
    let hint = "name its account in `names.config_account`: it is examined there";
    owned_bucket(w, bucket, "LS-5.2", hint).await
}

#[given("the bucket of access logs in the log archive account")]
async fn the_bucket_of_access_logs(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    // A bucket of that name in another account must not be asked where its access logs go.
    let log_bucket = existing_bucket(w, estate.log_bucket(), "the log bucket").await?;
    let logging = w.see(estate.bucket_logging(&log_bucket).await)?;
    let Some(target) = logging.as_ref() else {
        return Err(w.not_applicable("s3:GetBucketLogging of the log bucket returned no target: see control LS-7.1"));
    };
    let named = [estate.log_bucket().name, w.config()?.config_bucket_name()];
    if named.contains(&target.bucket) {
        return Err(
            w.not_applicable(format!("access logs go to `{}`, which is examined by its other name", target.bucket))
        );
    }
    let hint = "let access be logged into a bucket of the same account: S3 delivers to no other";
    let bucket = owned_bucket(w, estate.archive_bucket(&target.bucket), "LS-7.1", hint).await?;
    w.bucket = Some(bucket);
    w.settle()
}

/// A further bucket of the log store. That it does not exist is the finding of one control, not of every one; where it
/// exists in another account it was not examined, and nothing may pass for that.
async fn owned_bucket(
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

#[given("the log key")]
async fn the_log_key(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let asked = estate.log_key();
    let answer = w.see(estate.key(&asked).await)?;
    let Some(key) = answer.as_ref() else {
        let subject = Subject::arn(asked.arn());
        let expected = format!("the log key `{}` exists in account {}, {}", asked.id, asked.account, asked.region);
        w.observe(
            Observation::new(subject.at(&asked.account, Some(&asked.region)), expected, "no such key", false)
                .hint("create the customer managed key and its alias, or correct `names.key` and `names.key_account`")
                .resting_on(answer.exchanges()),
        );
        return w.settle();
    };
    w.key = Some((asked, Fact::new(key.clone(), answer.exchanges())));
    w.settle()
}

/// The organization trail where there is one, for sentences that speak of something else.
pub(crate) async fn organization_trail(w: &mut LogproofWorld) -> Result<Option<Fact<Trail>>, Stop> {
    let (estate, config) = (w.estate()?, w.config()?);
    let (account, region) = (&config.organization.management_account, &config.organization.home_region);
    let trails = w.see(estate.trails(account, region).await)?;
    let picked = pick_trail(&trails, &config.names.trail, &config.trail_arn());
    Ok(picked.map(|trail| Fact::new(trail.clone(), trails.exchanges())))
}

#[given("the organization trail")]
async fn the_organization_trail(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (account, region) = (&config.organization.management_account, &config.organization.home_region);
    let trails = w.see(estate.trails(account, region).await)?;
    if let Some(trail) = pick_trail(&trails, &config.names.trail, &config.trail_arn()) {
        w.trail = Some(Fact::new(trail.clone(), trails.exchanges()));
        return w.settle();
    }
    let found = match names_of(&trails) {
        names if names.is_empty() => "no trail at all".to_owned(),
        names => format!("no trail of that name, only {}", names.join(", ")),
    };
    let expected = format!("the organization trail `{}` exists in account {account}", config.names.trail);
    w.observe(
        Observation::new(Subject::arn(config.trail_arn()).at(account, Some(region)), expected, found, false)
            .hint("create the organization trail in the management account, or correct `names.trail`")
            .resting_on(trails.exchanges()),
    );
    w.settle()
}

#[given("every active account of the organization")]
async fn every_active_account(w: &mut LogproofWorld) -> Judged {
    let everywhere = active_accounts(w).await?;
    w.everywhere = Some(everywhere);
    w.settle()
}

#[given("every active account of the organization and every governed Region")]
async fn every_active_account_and_region(w: &mut LogproofWorld) -> Judged {
    let mut everywhere = active_accounts(w).await?;
    everywhere.regions = w.config()?.organization.governed_regions.clone();
    everywhere.source = format!("{}; organization.governed_regions", everywhere.source);
    w.everywhere = Some(everywhere);
    w.settle()
}

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

/// Asks `question` about every item, many at once; answers in the order of the items.
pub(crate) async fn ask_each<I, T, Q, F>(items: Vec<I>, question: Q) -> Vec<T>
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    let asked = items.into_iter().enumerate().map(|(at, item)| {
        let answer = question(item);
        async move { (at, answer.await) }
    });
    let mut answers: Vec<(usize, T)> = stream::iter(asked).buffer_unordered(QUESTIONS_AT_ONCE).collect().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

async fn active_accounts(w: &mut LogproofWorld) -> Result<Everywhere, Stop> {
    let estate = w.estate()?;
    let directory = w.see(estate.directory().await)?;
    let mut accounts: Vec<_> = directory.active().cloned().collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    if accounts.is_empty() {
        return Err(w.not_applicable("organizations:ListAccounts returned no active account"));
    }
    let inactive = directory.accounts.iter().filter(|account| account.status != "ACTIVE");
    let left_out = inactive.map(|a| format!("{} ({}): {}, nothing can run in it", a.id, a.name, a.status)).collect();
    let source = format!("organizations:ListAccounts, {} accounts in all", directory.accounts.len());
    Ok(Everywhere { accounts, regions: Vec::new(), left_out, source, exchanges: directory.exchanges().to_vec() })
}

/// The trail of that name: the one at the expected ARN first, then an organization trail, then any.
fn pick_trail<'a>(trails: &'a [Trail], name: &str, arn: &str) -> Option<&'a Trail> {
    let named = || trails.iter().filter(|trail| trail.name == name);
    named().find(|t| t.arn == arn).or_else(|| named().find(|t| t.is_organization_trail)).or_else(|| named().next())
}

fn names_of(trails: &[Trail]) -> Vec<String> {
    trails.iter().map(|trail| format!("`{}`", trail.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(name: &str, arn: &str, organization: bool) -> Trail {
        Trail {
            name: name.to_owned(),
            arn: arn.to_owned(),
            home_region: None,
            is_organization_trail: organization,
            is_multi_region: true,
            include_global_service_events: true,
            log_file_validation: true,
            bucket: "b".to_owned(),
            prefix: None,
            kms_key: None,
            log_group_arn: None,
            sns_topic_arn: None,
        }
    }

    #[test]
    fn the_trail_at_the_expected_arn_goes_before_an_organization_trail_of_the_same_name() {
        let trails = [trail("t", "arn:other", true), trail("t", "arn:expected", false), trail("u", "arn:u", true)];
        assert_eq!(pick_trail(&trails, "t", "arn:expected").unwrap().arn, "arn:expected");
        assert_eq!(pick_trail(&trails, "t", "arn:gone").unwrap().arn, "arn:other");
        assert_eq!(pick_trail(&trails, "v", "arn:gone"), None);
    }

    #[test]
    fn answers_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..200).collect();
        let answers = futures::executor::block_on(ask_each(items.clone(), |n| async move { n }));
        assert_eq!(answers, items);
    }
}
