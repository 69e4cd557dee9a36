//! The `Given` sentences: which bucket, key, trail, accounts and Regions a scenario refers to.
//!
//! What does not exist is a finding here, once, so that the sentences after it can refer to "the log bucket" without
//! each asking whether there is one. Judges nothing else about what it finds.

use cucumber::given;
use logproof_estate::{
    Everywhere, Fact,
    facts::Trail,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::scene::{
    buckets::{config_bucket, existing_bucket, owned_bucket},
    trail::pick_trail,
};

#[given("the log bucket of the log archive account")]
async fn the_log_bucket(w: &mut LogproofWorld) -> Judged {
    let named = w.estate()?.log_bucket();
    let bucket = existing_bucket(w, named, "the log bucket").await?;
    w.bucket = Some(bucket);
    w.settle()
}

#[given("the bucket of AWS Config")]
async fn the_bucket_of_aws_config(w: &mut LogproofWorld) -> Judged {
    if w.estate()?.config_bucket().name == w.estate()?.log_bucket().name {
        return Err(w.not_applicable("names.config_bucket is the log bucket, which is examined as such"));
    }
    let bucket = config_bucket(w).await?;
    w.bucket = Some(bucket);
    w.settle()
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

/// The sentences that mean every active account: a run in shares divides what follows them.
pub(crate) const EVERY_ACCOUNT: [&str; 2] =
    ["every active account of the organization", "every active account of the organization and every governed Region"];

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

async fn active_accounts(w: &mut LogproofWorld) -> Result<Everywhere, Stop> {
    let estate = w.estate()?;
    let directory = w.see(estate.directory().await)?;
    if directory.active().next().is_none() {
        return Err(w.not_applicable("organizations:ListAccounts returned no active account"));
    }
    let left_out = directory.left_out(|_| true).iter().map(|one| format!("{one}, nothing can run in it")).collect();
    let source = format!("organizations:ListAccounts, {} accounts in all", directory.accounts.len());
    let accounts = w.active_accounts(&directory)?;
    Ok(Everywhere { accounts, regions: Vec::new(), left_out, source, exchanges: directory.exchanges().to_vec() })
}

fn names_of(trails: &[Trail]) -> Vec<String> {
    trails.iter().map(|trail| format!("`{}`", trail.name)).collect()
}
