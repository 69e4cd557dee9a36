//! Whether the log services can deliver: the requests CloudTrail and AWS Config really make, decided one by one.
//!
//! See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html>,
//! <https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html>

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cucumber::then;
use logproof_estate::{
    AccountId, BucketRef, Region,
    record::{Observation, Population, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::Request;

use crate::scene::{
    bucket::BucketAccess,
    buckets::config_bucket,
    conditions::organization_id,
    questions::{ask_each, pause},
    service_requests::{CLOUDTRAIL, CONFIG, by_service, config_arn, context_of_service, decide_for_service},
    trail::organization_trail,
};

/// Records whether one request is allowed.
fn must_be_allowed(
    w: &mut LogproofWorld,
    access: &BucketAccess,
    request: &Request,
    (what, account): (&str, Option<&AccountId>),
    change: &str,
) {
    let expected = format!("{what} is accepted");
    let Some(decided) = decide_for_service(&access.organization, &access.owner, access.policy.clone(), request) else {
        return;
    };
    if let logproof_policy::Decision::Undecided(reason) = &decided.decision {
        access.claim(expected, change).undecided(w, reason.clone());
        return;
    }
    let found = if decided.is_allowed() { "accepted".to_owned() } else { format!("refused: {decided}") };
    w.record.rest_on(access.exchanges());
    w.observe(
        Observation::new(access.subject(), expected, found, decided.is_allowed())
            .for_account(account)
            .place(format!("{} on {}", request.action(), request.resource()))
            .hint(change),
    );
}

/// The key prefix the organization trail writes below; where there is no trail, the one it should have.
async fn trail_prefix(w: &mut LogproofWorld) -> Result<Option<String>, Stop> {
    let agreed = w.config()?.names.log_prefix.clone();
    Ok(match organization_trail(w).await? {
        Some(trail) => {
            w.record.rest_on(trail.exchanges());
            trail.prefix.clone()
        }
        None => agreed,
    })
}

fn prefixed(prefix: Option<&str>, path: &str) -> String {
    match prefix.map(|prefix| prefix.trim_matches('/')).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!("{prefix}/{path}"),
        None => path.to_owned(),
    }
}

#[then("CloudTrail can read the bucket ACL and write the logs of the organization trail")]
async fn cloudtrail_can_deliver(w: &mut LogproofWorld) -> Judged {
    let access = BucketAccess::read(w).await?;
    let (config, organization) = (w.config()?, organization_id(w).await?);
    let trail = config.trail_arn();
    let owner = &config.organization.management_account;
    let context = || context_of_service(&organization, owner, &trail);
    let change = "allow cloudtrail.amazonaws.com s3:GetBucketAcl on the bucket and s3:PutObject on AWSLogs/<management account>/* and AWSLogs/<organization id>/*, with aws:SourceArn of the trail";
    let prefix = trail_prefix(w).await?;
    let acl = by_service(CLOUDTRAIL, "s3:GetBucketAcl", &access.arn, &access.owner, context());
    must_be_allowed(w, &access, &acl, ("CloudTrail's check of the bucket ACL", None), change);
    let mut written = 0;
    // Before an organization trail writes under the organization id it writes under its own account. Each member's
    // logs stand under the organization id and the member's own.
    let mut paths = vec![(owner, format!("AWSLogs/{owner}/CloudTrail/{}/x", config.organization.home_region))];
    for member in access.organization.members().map(|m| &m.id).chain([owner]) {
        let path = format!("AWSLogs/{organization}/{member}/CloudTrail/{}/x", config.organization.home_region);
        paths.push((member, path));
        written += 1;
    }
    for (member, path) in paths {
        pause().await;
        let object = format!("{}/{}", access.arn, prefixed(prefix.as_deref(), &path));
        let context = context()
            .with("s3:x-amz-acl", "bucket-owner-full-control")
            .with("s3:x-amz-server-side-encryption", "aws:kms");
        let context = match key_arn(w).await? {
            Some(arn) => context.with("s3:x-amz-server-side-encryption-aws-kms-key-id", arn),
            None => context,
        };
        let put = by_service(CLOUDTRAIL, "s3:PutObject", &object, &access.owner, context);
        must_be_allowed(w, &access, &put, (&format!("CloudTrail's delivery to {path}"), Some(member)), change);
    }
    w.population(Population {
        of: "active accounts".to_owned(),
        expected: access.organization.members().count() + 1,
        examined: written,
        source: "organizations:ListAccounts".to_owned(),
        left_out: access.organization.left_out().to_vec(),
    });
    w.settle()
}

async fn key_arn(w: &mut LogproofWorld) -> Result<Option<String>, Stop> {
    let estate = w.estate()?;
    Ok(w.see(estate.key(&estate.log_key()).await)?.as_ref().map(|key| key.arn.clone()))
}

#[then("CloudTrail can deliver with the log key and with the bucket's default encryption")]
async fn cloudtrail_delivers_with_either_encryption(w: &mut LogproofWorld) -> Judged {
    let access = BucketAccess::read(w).await?;
    let (config, organization) = (w.config()?, organization_id(w).await?);
    let owner = &config.organization.management_account;
    let path = format!("AWSLogs/{organization}/{owner}/CloudTrail/{}/x", config.organization.home_region);
    let prefix = trail_prefix(w).await?;
    let object = format!("{}/{}", access.arn, prefixed(prefix.as_deref(), &path));
    let plain =
        context_of_service(&organization, owner, &config.trail_arn()).with("s3:x-amz-acl", "bucket-owner-full-control");
    let change = "let the Deny apply only when the encryption header is present: pair StringNotEquals with Null: false";
    let put = by_service(CLOUDTRAIL, "s3:PutObject", &object, &access.owner, plain.clone());
    must_be_allowed(w, &access, &put, ("a delivery that leaves encryption to the bucket's default", None), change);
    if let Some(arn) = key_arn(w).await? {
        let context = plain
            .with("s3:x-amz-server-side-encryption", "aws:kms")
            .with("s3:x-amz-server-side-encryption-aws-kms-key-id", arn);
        let put = by_service(CLOUDTRAIL, "s3:PutObject", &object, &access.owner, context);
        must_be_allowed(w, &access, &put, ("a delivery that asks for the log key", None), change);
    }
    w.settle()
}

#[then("AWS Config can check its bucket and write the configuration logs of every active account")]
async fn config_can_deliver(w: &mut LogproofWorld) -> Judged {
    let (config, organization) = (w.config()?, organization_id(w).await?);
    let bucket = config_bucket(w).await?;
    let access = BucketAccess::of(w, bucket).await?;
    let change = "allow config.amazonaws.com s3:GetBucketAcl and s3:ListBucket on the bucket and s3:PutObject on AWSLogs/<account>/Config/* below the key prefix of the delivery channel, with aws:SourceAccount or aws:SourceOrgID";
    let accounts: Vec<AccountId> = access
        .organization
        .members()
        .map(|member| member.id.clone())
        .chain([access.organization.management().clone()])
        .collect();
    let prefixes = channel_prefixes(w, &accounts, &access.resource.name).await?;
    for account in &accounts {
        pause().await;
        let prefixes = prefixes.of.get(account).unwrap_or(&prefixes.agreed);
        config_requests(w, &access, account, (&organization, &config.organization.home_region), prefixes, change);
    }
    w.population(Population {
        of: "active accounts".to_owned(),
        expected: accounts.len(),
        examined: accounts.len(),
        source: "organizations:ListAccounts".to_owned(),
        left_out: access.organization.left_out().to_vec(),
    });
    w.settle()
}

/// The key prefixes below which the delivery channels of each account write into a bucket.
struct ChannelPrefixes {
    of: BTreeMap<AccountId, BTreeSet<Option<String>>>,
    /// Those of all channels: what an account without a channel would be given.
    agreed: BTreeSet<Option<String>>,
}

async fn channel_prefixes(
    w: &mut LogproofWorld,
    accounts: &[AccountId],
    bucket: &str,
) -> Result<ChannelPrefixes, Stop> {
    let (estate, regions) = (w.estate()?, w.config()?.organization.governed_regions.clone());
    let cells: Vec<(AccountId, Region)> =
        accounts.iter().flat_map(|account| regions.iter().map(|region| (account.clone(), region.clone()))).collect();
    let answers = ask_each(cells, |(account, region)| {
        let estate = Arc::clone(&estate);
        async move { (estate.config_delivery(&account, &region).await, account) }
    })
    .await;
    let mut of: BTreeMap<AccountId, BTreeSet<Option<String>>> = BTreeMap::new();
    for (channels, account) in answers {
        let Some(channels) = w.see_or_note(channels) else { continue };
        w.record.rest_on(channels.exchanges());
        for channel in channels.iter().filter(|channel| channel.bucket == bucket) {
            of.entry(account.clone()).or_default().insert(channel.prefix.clone());
        }
    }
    let mut agreed: BTreeSet<Option<String>> = of.values().flatten().cloned().collect();
    if agreed.is_empty() {
        agreed.insert(None);
    }
    Ok(ChannelPrefixes { of, agreed })
}

fn config_requests(
    w: &mut LogproofWorld,
    access: &BucketAccess,
    account: &AccountId,
    (organization, region): (&str, &Region),
    prefixes: &BTreeSet<Option<String>>,
    change: &str,
) {
    let source = config_arn(region, account);
    let context = || context_of_service(organization, account, &source);
    let BucketRef { owner, .. } = &access.resource;
    for action in ["s3:GetBucketAcl", "s3:ListBucket"] {
        let request = by_service(CONFIG, action, &access.arn, owner, context());
        must_be_allowed(
            w,
            access,
            &request,
            (&format!("AWS Config's {action} for account {account}"), Some(account)),
            change,
        );
    }
    for prefix in prefixes {
        let path = prefixed(prefix.as_deref(), &format!("AWSLogs/{account}/Config/{region}/x"));
        let context = context().with("s3:x-amz-acl", "bucket-owner-full-control");
        let put = by_service(CONFIG, "s3:PutObject", &format!("{}/{path}", access.arn), owner, context);
        must_be_allowed(
            w,
            access,
            &put,
            (&format!("AWS Config's delivery for account {account}"), Some(account)),
            change,
        );
    }
}

#[then("every service principal in the bucket policy is an AWS service")]
async fn every_service_principal_is_a_service(w: &mut LogproofWorld) -> Judged {
    let access = BucketAccess::read(w).await?;
    observe_problems(w, &access);
    w.settle()
}

/// Names every oddity of a policy: principals that are none, wildcards inside principals, unknown elements.
fn observe_problems(w: &mut LogproofWorld, access: &BucketAccess) {
    let subject: Subject = access.subject();
    let expected = "every principal of the bucket policy can be somebody, and every element has a meaning";
    let problems: Vec<String> =
        access.policy.iter().flat_map(|policy| policy.problems().iter().map(ToString::to_string)).collect();
    if problems.is_empty() {
        let found = if access.policy.is_some() { "no such problem in the policy" } else { "no bucket policy" };
        w.observe(Observation::new(subject, expected, found, true).resting_on(access.exchanges()));
        return;
    }
    for problem in problems {
        w.observe(
            Observation::new(subject.clone(), expected, problem.replace('\n', " "), false)
                .place("bucket policy")
                .hint("write the service principal, ARN or element as AWS documents it")
                .resting_on(access.exchanges()),
        );
    }
}
