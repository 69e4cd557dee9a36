//! The organization trail: whom it covers, what it records and where it delivers.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    AccountId, Region,
    facts::Trail,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::{
        key_name::account_of,
        selectors::{Access, management_gaps},
    },
    scene::{
        questions::ask_each,
        trail::{home_of, owner_of, trail_subject},
    },
};

#[then("it is an organization trail")]
async fn it_is_an_organization_trail(w: &mut LogproofWorld) -> Judged {
    let trail = w.trail()?;
    let found = if trail.is_organization_trail { "an organization trail" } else { "a trail of its own account only" };
    judge_trail(
        w,
        "an organization trail",
        found,
        trail.is_organization_trail,
        "recreate it in the management account as an organization trail",
    )
}

#[then("it is owned by the management account")]
async fn it_is_owned_by_the_management_account(w: &mut LogproofWorld) -> Judged {
    let (estate, trail) = (w.estate()?, w.trail()?);
    let organization = w.see(estate.organization().await)?;
    let owner = account_of(&trail.arn);
    let found = owner.as_ref().map_or_else(|| trail.arn.clone(), |owner| format!("owned by account {owner}"));
    w.observe(
        Observation::new(
            trail_subject(&trail),
            format!("owned by the management account {}", organization.management_account),
            found,
            owner.as_ref() == Some(&organization.management_account),
        )
        .hint("create the organization trail in the management account, or as its delegated administrator")
        .resting_on(trail.exchanges())
        .resting_on(organization.exchanges()),
    );
    w.settle()
}

#[then("the organization trail is seen in each of these accounts and Regions, under one and the same ARN")]
async fn the_trail_is_seen_everywhere(w: &mut LogproofWorld) -> Judged {
    let (estate, trail, everywhere) = (w.estate()?, w.trail()?, w.everywhere()?);
    let answers = ask_each(everywhere.cells(), |(account, region)| {
        let estate = Arc::clone(&estate);
        async move {
            let answer = estate.trails(&account, &region).await;
            (account, region, answer)
        }
    })
    .await;
    let expected: Arc<str> = Arc::from(format!("the organization trail {}", trail.arn));
    let mut examined = 0;
    for (account, region, answer) in answers {
        let Some(trails) = w.see_or_note(answer) else { continue };
        examined += 1;
        let met = trails.iter().any(|seen| seen.arn == trail.arn);
        let found = if met { "seen".to_owned() } else { others_in_words(&trails) };
        w.observe(
            Observation::new(cell(&account, &region), Arc::clone(&expected), found, met)
                .hint("make it an organization trail of all Regions, with trusted access for CloudTrail in AWS Organizations")
                .resting_on(trails.exchanges()),
        );
    }
    w.population(everywhere.cells_examined(examined));
    w.settle()
}

#[then("it records in every Region")]
async fn it_records_in_every_region(w: &mut LogproofWorld) -> Judged {
    let trail = w.trail()?;
    let found = match trail.is_multi_region {
        true => "a trail of all Regions".to_owned(),
        false => format!("a trail of one Region, {}", home_of(w, &trail)?),
    };
    judge_trail(w, "a trail of all Regions", found, trail.is_multi_region, "make the trail apply to all Regions")
}

#[then("it records the events of global services")]
async fn it_records_global_services(w: &mut LogproofWorld) -> Judged {
    let trail = w.trail()?;
    let met = trail.include_global_service_events;
    let found = if met { "IncludeGlobalServiceEvents is on" } else { "IncludeGlobalServiceEvents is off" };
    judge_trail(
        w,
        "IncludeGlobalServiceEvents is on",
        found,
        met,
        "include global service events: IAM and STS report there",
    )
}

#[then("it is logging now")]
async fn it_is_logging_now(w: &mut LogproofWorld) -> Judged {
    let (estate, trail) = (w.estate()?, w.trail()?);
    let (owner, home) = (owner_of(w, &trail)?, home_of(w, &trail)?);
    let status = w.see(estate.trail_status(&owner, &home, &trail.arn).await)?;
    let found = match status.as_ref() {
        None => "no such trail any more".to_owned(),
        Some(status) if status.is_logging => "logging".to_owned(),
        Some(status) => match status.stopped_logging {
            Some(at) => format!("not logging, stopped on {at}"),
            None => "not logging, never started".to_owned(),
        },
    };
    let met = status.as_ref().is_some_and(|status| status.is_logging);
    w.observe(
        Observation::new(trail_subject(&trail), "logging", found, met)
            .hint("start logging, and find out who stopped it and when")
            .resting_on(trail.exchanges())
            .resting_on(status.exchanges()),
    );
    w.settle()
}

#[then("it records every management event that reads")]
async fn it_records_every_read(w: &mut LogproofWorld) -> Judged {
    it_records_every_management_event(w, Access::Read, "read").await
}

#[then("it records every management event that writes")]
async fn it_records_every_write(w: &mut LogproofWorld) -> Judged {
    it_records_every_management_event(w, Access::Write, "write").await
}

#[then("it delivers to the log bucket")]
async fn it_delivers_to_the_log_bucket(w: &mut LogproofWorld) -> Judged {
    let (bucket, trail) = (w.bucket()?, w.trail()?);
    let found = format!("bucket `{}`", trail.bucket);
    let expected = format!("bucket `{}` of account {}", bucket.name, bucket.owner);
    judge_trail(w, expected, found, trail.bucket == bucket.name, "set the trail's S3 bucket to the log bucket")
}

#[then("it delivers under the key prefix agreed for it")]
async fn it_delivers_under_the_agreed_prefix(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    let (agreed, found) = (plain(config.names.log_prefix.as_deref()), plain(trail.prefix.as_deref()));
    let hint = "set the trail's key prefix, or `names.log_prefix`: retention and readers are given by prefix";
    judge_trail(w, prefix_in_words(agreed), prefix_in_words(found), agreed == found, hint)
}

async fn it_records_every_management_event(w: &mut LogproofWorld, access: Access, kind: &str) -> Judged {
    let (estate, trail) = (w.estate()?, w.trail()?);
    let (owner, home) = (owner_of(w, &trail)?, home_of(w, &trail)?);
    let selectors = w.see(estate.event_selectors(&owner, &home, &trail.arn).await)?;
    let gaps = management_gaps(&selectors, access);
    let found = if gaps.is_empty() { "every event source recorded".to_owned() } else { gaps.join("; ") };
    w.observe(
        Observation::new(
            trail_subject(&trail),
            format!("management events that {kind} recorded for every event source"),
            found,
            gaps.is_empty(),
        )
        .place(if selectors.advanced.is_empty() { "EventSelectors" } else { "AdvancedEventSelectors" })
        .hint("record all management events, read and write, and exclude no event source")
        .resting_on(trail.exchanges())
        .resting_on(selectors.exchanges()),
    );
    w.settle()
}

fn judge_trail(
    w: &mut LogproofWorld,
    expected: impl Into<Arc<str>>,
    found: impl Into<String>,
    met: bool,
    hint: &str,
) -> Judged {
    let trail = w.trail()?;
    w.observe(Observation::new(trail_subject(&trail), expected, found, met).hint(hint).resting_on(trail.exchanges()));
    w.settle()
}

/// CloudTrail of one account in one Region.
fn cell(account: &AccountId, region: &Region) -> Subject {
    Subject::arn(format!("arn:{}:cloudtrail:{region}:{account}:*", region.partition())).at(account, Some(region))
}

fn others_in_words(trails: &[Trail]) -> String {
    if trails.is_empty() {
        return "no trail at all".to_owned();
    }
    let arns: Vec<&str> = trails.iter().map(|trail| trail.arn.as_str()).collect();
    format!("only {}", arns.join(", "))
}

fn plain(prefix: Option<&str>) -> &str {
    prefix.unwrap_or_default().trim_matches('/')
}

fn prefix_in_words(prefix: &str) -> String {
    if prefix.is_empty() { "no key prefix".to_owned() } else { format!("key prefix `{prefix}/`") }
}
