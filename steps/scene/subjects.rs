//! The subjects that a scenario names itself: found, filtered, and examined one after the other.

use logproof_estate::{
    BucketRef, Fact, KeyRef,
    facts::{Account, Directory, KmsKey},
    record::{Observation, Population, Subject},
    subjects::Members,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::Glob;

use crate::scene::questions::ask_each;

/// Which buckets of a population are meant.
#[derive(Default)]
pub(crate) struct Filter {
    /// A tag they have, with its value.
    pub(crate) tag: Option<(String, String)>,
    /// A pattern of their names.
    pub(crate) name: Option<String>,
}

impl Filter {
    /// In words, as the end of "buckets".
    fn in_words(&self) -> String {
        let tag = self.tag.iter().map(|(key, value)| format!(" tagged `{key}` = `{value}`"));
        tag.chain(self.name.iter().map(|name| format!(" whose name matches `{name}`"))).collect()
    }
}

/// The account with this id or name; a finding and a stop when the organization has no such active account.
pub(crate) async fn named_account(w: &mut LogproofWorld, named: &str) -> Result<Account, Stop> {
    let estate = w.estate()?;
    let organization = w.see(estate.organization().await)?;
    let directory = w.see(estate.directory().await)?;
    let of_that_name = || directory.active().filter(|account| account.id.as_str() == named || account.name == named);
    if let (Some(account), 1) = (of_that_name().next(), of_that_name().count()) {
        w.record.rest_on(directory.exchanges());
        return Ok(account.clone());
    }
    let found = match directory.accounts.iter().find(|account| account.id.as_str() == named || account.name == named) {
        Some(account) if account.status != "ACTIVE" => format!("account {} is {}", account.id, account.status),
        Some(_) => format!("{} active accounts of that name", of_that_name().count()),
        None => format!("no such account among the {} of {}", directory.accounts.len(), organization.id),
    };
    let expected = format!("`{named}` is the id or the name of one active account of the organization");
    w.observe(
        Observation::new(Subject::arn(&organization.arn), expected, found, false)
            .hint("correct the account in the feature")
            .resting_on(organization.exchanges())
            .resting_on(directory.exchanges()),
    );
    w.settle()?;
    Err(Stop::because("there is no such account"))
}

/// Active accounts of the organization, by id, with those left out.
pub(crate) async fn active_accounts(w: &mut LogproofWorld) -> Result<(Vec<Account>, Vec<String>), Stop> {
    let estate = w.estate()?;
    let directory: Fact<Directory> = w.see(estate.directory().await)?;
    w.record.rest_on(directory.exchanges());
    let mut accounts: Vec<Account> = directory.active().cloned().collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    let inactive = directory.accounts.iter().filter(|account| account.status != "ACTIVE");
    Ok((accounts, inactive.map(|a| format!("{} ({}): {}", a.id, a.name, a.status)).collect()))
}

/// Every bucket of these accounts that the filter leaves: none at all ends the scenario as not applicable.
///
/// An account whose buckets, or a bucket whose tags or Region cannot be seen, is recorded as such: who is meant is then
/// not known.
pub(crate) async fn buckets_of(
    w: &mut LogproofWorld,
    accounts: Vec<Account>,
    left_out: Vec<String>,
    filter: Filter,
) -> Result<Members<BucketRef>, Stop> {
    let estate = w.estate()?;
    let searched = match accounts.as_slice() {
        [one] => format!("account {}", one.id),
        many => format!("{} active accounts", many.len()),
    };
    let mut exchanges = Vec::new();
    let (mut all, mut seen) = (Vec::new(), 0);
    let answers = ask_each(accounts, |account| {
        let estate = &estate;
        async move { (account.id.clone(), estate.buckets(&account.id).await) }
    })
    .await;
    let region = w.config()?.organization.home_region.clone();
    for (owner, answer) in answers {
        let Some(owned) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(owned.exchanges());
        seen += owned.len();
        all.extend(owned.iter().map(|one| BucketRef {
            name: one.name.clone(),
            owner: owner.clone(),
            region: region.clone(),
        }));
    }
    if let Some(name) = &filter.name {
        let pattern = Glob::new(name);
        all.retain(|bucket| pattern.matches(&bucket.name));
    }
    let all = located(w, all, &mut exchanges).await?;
    let all = match &filter.tag {
        Some((key, value)) => tagged(w, all, (key, value), &mut exchanges).await?,
        None => all,
    };
    w.record.rest_on(&exchanges);
    w.settle()?;
    let words = filter.in_words();
    let source = format!("s3:ListBuckets of {searched}: {seen} buckets");
    if all.is_empty() {
        let none = if words.is_empty() { String::new() } else { format!(", none{words}") };
        return Err(w.not_applicable(format!("{source}{none}")));
    }
    Ok(Members { all, called: Some(format!("buckets{words} of {searched}")), source, left_out, exchanges })
}

/// The same buckets in the Regions they are really in; one that was deleted meanwhile is none.
async fn located(
    w: &mut LogproofWorld,
    buckets: Vec<BucketRef>,
    exchanges: &mut Vec<logproof_estate::ExchangeId>,
) -> Result<Vec<BucketRef>, Stop> {
    let estate = w.estate()?;
    let answers = ask_each(buckets, |bucket| {
        let estate = &estate;
        async move {
            let answer = estate.bucket_location(&bucket).await;
            (bucket, answer)
        }
    })
    .await;
    let mut found = Vec::new();
    for (bucket, answer) in answers {
        let Some(location) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(location.exchanges());
        match location.as_ref() {
            Some(region) => found.push(BucketRef { region: region.clone(), ..bucket }),
            None => w.note(format!("bucket {} was deleted during the run", bucket.name)),
        }
    }
    Ok(found)
}

/// Those of the buckets that have the tag. Where none has, the keys that are there are noted: one may be misspelt.
async fn tagged(
    w: &mut LogproofWorld,
    buckets: Vec<BucketRef>,
    (key, value): (&str, &str),
    exchanges: &mut Vec<logproof_estate::ExchangeId>,
) -> Result<Vec<BucketRef>, Stop> {
    let estate = w.estate()?;
    let answers = ask_each(buckets, |bucket| {
        let estate = &estate;
        async move {
            let answer = estate.bucket_tags(&bucket).await;
            (bucket, answer)
        }
    })
    .await;
    let mut found = Vec::new();
    let mut there: Vec<String> = Vec::new();
    for (bucket, answer) in answers {
        let Some(tags) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(tags.exchanges());
        if tags.iter().any(|tag| tag.key == key && tag.value == value) {
            found.push(bucket);
        }
        there.extend(tags.iter().map(|tag| tag.key.clone()));
    }
    if found.is_empty() {
        there.sort();
        there.dedup();
        let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
        w.note(format!("no bucket is tagged `{key}` = `{value}`; keys of tags that buckets have: {there}"));
    }
    Ok(found)
}

/// The buckets the scenario is about: those it names itself, or the one of the log store.
pub(crate) fn buckets(w: &LogproofWorld) -> Result<Vec<Members<BucketRef>>, Stop> {
    if !w.subjects.buckets.is_empty() {
        return Ok(w.subjects.buckets.clone());
    }
    Ok(vec![Members::one(w.bucket()?)])
}

/// A key as it was asked for, and as it is.
pub(crate) type AskedKey = (KeyRef, Fact<KmsKey>);

/// The keys the scenario is about: those it names itself, or the one of the log store.
pub(crate) fn keys(w: &LogproofWorld) -> Result<Vec<Members<AskedKey>>, Stop> {
    if !w.subjects.keys.is_empty() {
        return Ok(w.subjects.keys.clone());
    }
    Ok(vec![Members::one(w.key()?)])
}

/// Judges every member, and counts those that were examined. What could not be seen of one does not keep the others
/// from being examined.
pub(crate) async fn every<T: Clone>(
    w: &mut LogproofWorld,
    groups: Vec<Members<T>>,
    judge: impl AsyncFn(&mut LogproofWorld, T) -> Judged,
) -> Judged {
    for group in groups {
        let mut examined = 0;
        for member in &group.all {
            let recorded = w.record.unseen.len() + w.record.observations.len();
            match judge(w, member.clone()).await {
                Ok(()) => examined += 1,
                Err(stop) if w.record.unseen.len() + w.record.observations.len() == recorded => return Err(stop),
                Err(_) => {}
            }
        }
        let Some(called) = &group.called else { continue };
        let population = Population {
            of: called.clone(),
            expected: group.all.len(),
            examined,
            source: group.source.clone(),
            left_out: group.left_out.clone(),
        };
        if !w.record.populations.contains(&population) {
            w.population(population);
        }
    }
    w.settle()
}
