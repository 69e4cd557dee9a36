//! Where the objects of the buckets a scenario names may be: Regions, and copies.

use cucumber::{gherkin, then};
use logproof_estate::{
    AccountId, BucketRef, ExchangeId,
    facts::ReplicationRule,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        log_files::log_root,
    },
    scene::{
        asked::column_below,
        copies::shortfalls,
        questions::ask_each,
        settings::{Setting, each},
        subjects::{buckets, every},
    },
};

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    Entry::then(
        "a replication rule copies every object to another bucket",
        "One enabled rule without a filter copies everything, objects encrypted with SSE-KMS included.",
        "a replication rule copies every object to another bucket",
    )
    .of(&[Kind::Bucket]),
    Entry::then(
        "it is in one of these Regions",
        "The Region the bucket is in, as S3 states it, is in the table below.",
        "it is in one of these Regions\n| eu-central-1 |",
    )
    .of(&[Kind::Bucket])
    .below(Below::Table("Regions")),
    Entry::then(
        "no replication rule copies objects out of the organization",
        "The destination of each enabled rule is a bucket that an active account of the organization owns. A bucket without enabled rules meets it.",
        "no replication rule copies objects out of the organization",
    )
    .of(&[Kind::Bucket]),
];

#[then("it is in one of these Regions")]
async fn it_is_in_one_of(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let regions = column_below(step)?;
    let expected = format!("in one of {}", regions.join(", "));
    in_one_of(w, &regions, &expected, "move the objects to a bucket in one of these Regions").await
}

#[then("the log bucket is in the home Region")]
async fn the_log_bucket_is_in_the_home_region(w: &mut LogproofWorld) -> Judged {
    let home = w.config()?.organization.home_region.to_string();
    let expected = format!("in the home Region {home}");
    let hint =
        "a bucket cannot be moved: create the log bucket in the home Region, or correct `organization.home_region`";
    in_one_of(w, &[home], &expected, hint).await
}

async fn in_one_of(w: &mut LogproofWorld, regions: &[String], expected: &str, hint: &'static str) -> Judged {
    let groups = buckets(w)?;
    every(w, groups, async |w: &mut LogproofWorld, bucket: BucketRef| {
        let location = w.see(w.estate()?.bucket_location(&bucket).await)?;
        let found = location.as_ref().as_ref().map(ToString::to_string);
        let met = found.as_ref().is_some_and(|found| regions.contains(found));
        let found = found.unwrap_or_else(|| "no such bucket".to_owned());
        w.observe(
            Observation::new(Subject::bucket(&bucket), expected, found, met)
                .hint(hint)
                .resting_on(location.exchanges()),
        );
        Ok(())
    })
    .await
}

#[then("a replication rule copies every object to another bucket")]
async fn a_rule_copies_every_object(w: &mut LogproofWorld) -> Judged {
    let expected = "one enabled rule that copies every object, those encrypted with SSE-KMS included";
    copied(w, "", expected).await
}

#[then("a replication rule is on that copies every log file, the encrypted ones included")]
async fn a_rule_copies_every_log_file(w: &mut LogproofWorld) -> Judged {
    let root = log_root(w.config()?.names.log_prefix.as_deref());
    let expected =
        format!("one enabled rule that copies everything below `{root}`, objects encrypted with SSE-KMS included");
    copied(w, &root, &expected).await
}

/// Whether one rule of each bucket copies everything below a prefix.
async fn copied(w: &mut LogproofWorld, root: &str, expected: &str) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let replication = w.see(w.estate()?.bucket_replication(bucket).await)?;
        let rules = replication.as_ref().as_ref().map(|one| one.rules.as_slice()).unwrap_or_default();
        let own = bucket.arn();
        let short = |rule: &ReplicationRule| {
            let itself = (rule.destination_bucket == own).then(|| "copies to the bucket itself".to_owned());
            shortfalls(rule, rules, root).into_iter().chain(itself).collect::<Vec<_>>()
        };
        let short: Vec<Vec<String>> = rules.iter().map(short).collect();
        let met = short.iter().any(Vec::is_empty);
        let found: Vec<String> = rules
            .iter()
            .zip(&short)
            .filter(|(_, short)| !met || short.is_empty())
            .map(|(rule, short)| match short.as_slice() {
                [] => format!("rule `{}` copies to {}", rule.id, rule.destination_bucket),
                short => format!("rule `{}` {}", rule.id, short.join(" and ")),
            })
            .collect();
        Ok(Setting {
            expected: expected.to_owned(),
            found: if found.is_empty() { "no replication".to_owned() } else { found.join("; ") },
            met,
            place: "ReplicationConfiguration",
            hint: "enable one replication rule without a filter, with SSE-KMS encrypted objects and a replica key"
                .to_owned(),
            exchanges: replication.exchanges().to_vec(),
        })
    })
    .await
}

#[then("no replication rule copies objects out of the organization")]
async fn no_rule_copies_out(w: &mut LogproofWorld) -> Judged {
    let groups = buckets(w)?;
    every(w, groups, copies_stay).await
}

async fn copies_stay(w: &mut LogproofWorld, bucket: BucketRef) -> Judged {
    let replication = w.see(w.estate()?.bucket_replication(&bucket).await)?;
    let rules = replication.as_ref().as_ref().map(|one| one.rules.as_slice()).unwrap_or_default();
    let enabled: Vec<&ReplicationRule> = rules.iter().filter(|rule| rule.enabled).collect();
    let expected = "every destination owned by an active account of the organization";
    let hint = "remove the rule, or let it copy to a bucket of the organization";
    if enabled.is_empty() {
        w.observe(
            Observation::new(Subject::bucket(&bucket), expected, "no enabled replication rule", true)
                .resting_on(replication.exchanges()),
        );
    }
    for rule in enabled {
        let (owner, seen) = owner_of(w, &rule.destination_bucket).await?;
        let found = match &owner {
            Some(owner) => format!("{} of account {owner}", rule.destination_bucket),
            None => format!("{}, which no active account owns", rule.destination_bucket),
        };
        w.observe(
            Observation::new(Subject::bucket(&bucket), expected, found, owner.is_some())
                .place(format!("replication rule `{}`", rule.id))
                .hint(hint)
                .resting_on(replication.exchanges())
                .resting_on(&seen),
        );
    }
    Ok(())
}

/// The active account that owns a bucket. An account whose buckets cannot be listed may own it: that is recorded, unless
/// another one does.
async fn owner_of(w: &mut LogproofWorld, arn: &str) -> Result<(Option<AccountId>, Vec<ExchangeId>), Stop> {
    let name = arn.rsplit(':').next().unwrap_or_default();
    let estate = w.estate()?;
    let directory = w.see(estate.directory().await)?;
    w.record.rest_on(directory.exchanges());
    let accounts: Vec<AccountId> = directory.active().map(|account| account.id.clone()).collect();
    let answers = ask_each(accounts, |account| {
        let estate = &estate;
        async move {
            let answer = estate.buckets(&account).await;
            (account, answer)
        }
    })
    .await;
    let (mut seen, mut hidden) = (Vec::new(), Vec::new());
    for (account, answer) in answers {
        match answer {
            Ok(owned) if owned.iter().any(|one| one.name == name) => {
                return Ok((Some(account), owned.exchanges().to_vec()));
            }
            Ok(owned) => seen.extend_from_slice(owned.exchanges()),
            Err(unseen) => hidden.push(unseen),
        }
    }
    match hidden.into_iter().next() {
        Some(unseen) => w.see::<()>(Err(unseen)).map(|_| (None, seen)),
        None => Ok((None, seen)),
    }
}
