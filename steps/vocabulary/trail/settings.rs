//! The organization trail, or any other: whom it covers, what it records and where it delivers.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    AccountId, Fact, Region,
    facts::Trail,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        key_name::account_of,
        selectors::{Access, management_gaps},
    },
    scene::{
        questions::judge_each,
        subjects::{every, trails},
        trail::{home_of, owner_of, trail_subject},
    },
};

const fn judges(sentence: &'static str, about: &'static str) -> Entry {
    Entry::then(sentence, about, sentence).of(&[Kind::Trail])
}

/// What is documented of the sentences of this file that fit any trail.
pub(crate) const GUIDE: &[Entry] = &[
    judges("it is an organization trail", "The trail records every account of the organization."),
    judges("it is owned by the management account", "The trail belongs to the management account of the organization."),
    judges("it records in every Region", "The trail is a trail of all Regions."),
    judges("it records the events of global services", "IncludeGlobalServiceEvents is on: IAM and STS report there."),
    judges("it is logging now", "The status of the trail is logging."),
    judges(
        "it records every management event that reads",
        "The event selectors leave out no management event that reads, of any event source.",
    ),
    judges(
        "it records every management event that writes",
        "The event selectors leave out no management event that writes, of any event source.",
    ),
    Entry {
        keyword: "Then",
        sentence: "it delivers to the bucket {string}",
        about: "The trail delivers to the bucket with this name.",
        kinds: &[Kind::Trail],
        below: Below::Nothing,
        example: "it delivers to the bucket \"aws-acme-log-storage-222222222222-eu-central-1\"",
    },
    judges(
        "it delivers to a log group of CloudWatch Logs",
        "The trail delivers to a log group too, where metric filters can count its events.",
    ),
];

#[then("it is an organization trail")]
async fn it_is_an_organization_trail(w: &mut LogproofWorld) -> Judged {
    each_setting(w, |_, trail| {
        let is = trail.is_organization_trail;
        Ok(Setting {
            expected: "an organization trail".into(),
            found: (if is { "an organization trail" } else { "a trail of its own account only" }).to_owned(),
            met: is,
            hint: "recreate it in the management account as an organization trail",
        })
    })
    .await
}

#[then("it is owned by the management account")]
async fn it_is_owned_by_the_management_account(w: &mut LogproofWorld) -> Judged {
    let organization = w.see(w.estate()?.organization().await)?;
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
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
        Ok(())
    };
    every(w, trails, judge).await
}

#[then("the organization trail is seen in each of these accounts and Regions, under one and the same ARN")]
async fn the_trail_is_seen_everywhere(w: &mut LogproofWorld) -> Judged {
    let (estate, trail, everywhere) = (w.estate()?, w.trail()?, w.everywhere()?);
    let question = |(account, region)| {
        let estate = Arc::clone(&estate);
        async move {
            let answer = estate.trails(&account, &region).await;
            (account, region, answer)
        }
    };
    let expected: Arc<str> = Arc::from(format!("the organization trail {}", trail.arn));
    let mut examined = 0;
    judge_each(everywhere.cells(), question, |(account, region, answer)| {
        let Some(trails) = w.see_or_note(answer) else { return };
        examined += 1;
        let met = trails.iter().any(|seen| seen.arn == trail.arn);
        let found = if met { "seen".to_owned() } else { others_in_words(&trails) };
        w.observe(
            Observation::new(cell(&account, &region), Arc::clone(&expected), found, met)
                .hint("make it an organization trail of all Regions, with trusted access for CloudTrail in AWS Organizations")
                .resting_on(trails.exchanges()),
        );
    })
    .await;
    w.population(everywhere.cells_examined(examined));
    w.settle()
}

#[then("it records in every Region")]
async fn it_records_in_every_region(w: &mut LogproofWorld) -> Judged {
    each_setting(w, |w, trail| {
        Ok(Setting {
            expected: "a trail of all Regions".into(),
            found: match trail.is_multi_region {
                true => "a trail of all Regions".to_owned(),
                false => format!("a trail of one Region, {}", home_of(w, trail)?),
            },
            met: trail.is_multi_region,
            hint: "make the trail apply to all Regions",
        })
    })
    .await
}

#[then("it records the events of global services")]
async fn it_records_global_services(w: &mut LogproofWorld) -> Judged {
    each_setting(w, |_, trail| {
        let met = trail.include_global_service_events;
        let found = if met { "IncludeGlobalServiceEvents is on" } else { "IncludeGlobalServiceEvents is off" };
        Ok(Setting {
            expected: "IncludeGlobalServiceEvents is on".into(),
            found: found.to_owned(),
            met,
            hint: "include global service events: IAM and STS report there",
        })
    })
    .await
}

#[then("it is logging now")]
async fn it_is_logging_now(w: &mut LogproofWorld) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let (owner, home) = (owner_of(w, &trail)?, home_of(w, &trail)?);
        let status = w.see(w.estate()?.trail_status(&owner, &home, &trail.arn).await)?;
        let found = match status.as_ref() {
            None => "no such trail any more".to_owned(),
            Some(status) if status.is_logging => "logging".to_owned(),
            Some(status) => match status.stopped_logging {
                Some(at) => format!("not logging, stopped on {at}"),
                None => "not logging, never started".to_owned(),
            },
        };
        let met = status.as_ref().as_ref().is_some_and(|status| status.is_logging);
        w.observe(
            Observation::new(trail_subject(&trail), "logging", found, met)
                .hint("start logging, and find out who stopped it and when")
                .resting_on(trail.exchanges())
                .resting_on(status.exchanges()),
        );
        Ok(())
    };
    every(w, trails, judge).await
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
    let expected = format!("bucket `{}` of account {}", bucket.name, bucket.owner);
    delivers_to(&bucket.name, expected, "set the trail's S3 bucket to the log bucket", &trail).observe(w, &trail);
    w.settle()
}

#[then(expr = "it delivers to the bucket {string}")]
async fn it_delivers_to_the_bucket(w: &mut LogproofWorld, bucket: String) -> Judged {
    each_setting(w, |_, trail| {
        Ok(delivers_to(&bucket, format!("bucket `{bucket}`"), "set the S3 bucket of the trail to that bucket", trail))
    })
    .await
}

fn delivers_to(bucket: &str, expected: String, hint: &'static str, trail: &Trail) -> Setting {
    Setting {
        expected: expected.into(),
        found: format!("bucket `{}`", trail.bucket),
        met: trail.bucket == bucket,
        hint,
    }
}

#[then("it delivers to a log group of CloudWatch Logs")]
async fn it_delivers_to_a_log_group(w: &mut LogproofWorld) -> Judged {
    each_setting(w, |_, trail| {
        Ok(Setting {
            expected: "a log group of CloudWatch Logs".into(),
            found: trail.log_group_arn.clone().unwrap_or_else(|| "no log group".to_owned()),
            met: trail.log_group_arn.is_some(),
            hint: "set a log group of CloudWatch Logs, and a role that may write to it",
        })
    })
    .await
}

#[then("it delivers under the key prefix agreed for it")]
async fn it_delivers_under_the_agreed_prefix(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    let (agreed, found) = (plain(config.names.log_prefix.as_deref()), plain(trail.prefix.as_deref()));
    let hint = "set the trail's key prefix, or `names.log_prefix`: retention and readers are given by prefix";
    let (expected, found, met) = (prefix_in_words(agreed).into(), prefix_in_words(found), agreed == found);
    Setting { expected, found, met, hint }.observe(w, &trail);
    w.settle()
}

async fn it_records_every_management_event(w: &mut LogproofWorld, access: Access, kind: &str) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let (owner, home) = (owner_of(w, &trail)?, home_of(w, &trail)?);
        let selectors = w.see(w.estate()?.event_selectors(&owner, &home, &trail.arn).await)?;
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
        Ok(())
    };
    every(w, trails, judge).await
}

/// What is required of a setting of a trail, what is there, and what to change.
struct Setting {
    expected: Arc<str>,
    found: String,
    met: bool,
    hint: &'static str,
}

impl Setting {
    fn observe(self, w: &mut LogproofWorld, trail: &Fact<Trail>) {
        w.observe(
            Observation::new(trail_subject(trail), self.expected, self.found, self.met)
                .hint(self.hint)
                .resting_on(trail.exchanges()),
        );
    }
}

/// Judges a setting of every trail the scenario is about.
async fn each_setting(w: &mut LogproofWorld, look: impl Fn(&LogproofWorld, &Trail) -> Result<Setting, Stop>) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        look(w, &trail)?.observe(w, &trail);
        Ok(())
    };
    every(w, trails, judge).await
}

/// CloudTrail of one account in one Region.
fn cell(account: &AccountId, region: &Region) -> Subject {
    let arn = region.partition().arn("cloudtrail", region.as_str(), account.as_str(), "*");
    Subject::arn(arn).at(account, Some(region))
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
