//! Where the objects of the buckets a scenario names may be: Regions, and copies.

use cucumber::{gherkin, then};
use logproof_estate::{
    AccountId, BucketRef, ExchangeId,
    facts::ReplicationRule,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        asked::column_below,
        questions::ask_each,
        subjects::{buckets, every},
    },
};

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
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
    let groups = buckets(w)?;
    every(w, groups, async |w: &mut LogproofWorld, bucket: BucketRef| {
        let location = w.see(w.estate()?.bucket_location(&bucket).await)?;
        let found = location.as_ref().as_ref().map(ToString::to_string);
        let met = found.as_ref().is_some_and(|found| regions.contains(found));
        let found = found.map_or_else(|| "no such bucket".to_owned(), |found| format!("in {found}"));
        w.observe(
            Observation::new(Subject::bucket(&bucket), format!("in one of {}", regions.join(", ")), found, met)
                .hint("move the objects to a bucket in one of these Regions")
                .resting_on(location.exchanges()),
        );
        Ok(())
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
