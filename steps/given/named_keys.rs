//! `Given` sentences that name keys of any account.

use cucumber::{gherkin, given};
use logproof_estate::{
    AccountId, Fact, KeyRef, Region,
    facts::KmsKey,
    record::{Observation, Subject},
    subjects::Members,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        key_name::{account_of, region_of},
    },
    scene::{
        accounts::{Accounts, named_account},
        asked::column_below,
        listed_keys::keys_of,
        subjects::Filter,
    },
};

const fn names(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::given(sentence, about, example).of(&[Kind::Key])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    Entry {
        keyword: "Given",
        sentence: "the key {string} of account {string}",
        about: "One KMS key by id, ARN or alias, in the Region of its ARN or else in the home Region. That it does not exist is a finding.",
        kinds: &[Kind::Key],
        below: Below::Nothing,
        example: "the key \"alias/acme-log-storage\" of account \"222222222222\"",
    },
    Entry {
        keyword: "Given",
        sentence: "the key {string} of account {string} in Region {string}",
        about: "One KMS key by id or alias in another Region than the home Region. That it does not exist is a finding.",
        kinds: &[Kind::Key],
        below: Below::Nothing,
        example: "the key \"alias/acme-log-replica\" of account \"666666666666\" in Region \"eu-west-1\"",
    },
    Entry {
        keyword: "Given",
        sentence: "these keys",
        about: "KMS keys by their ARNs (or those of aliases), one in each row of the table below. That one does not exist is a finding.",
        kinds: &[Kind::Key],
        below: Below::Table("ARNs of keys"),
        example: "these keys",
    },
    names(
        "every key of {accounts}",
        "All customer managed KMS keys of these accounts in the governed Regions, those that wait for their deletion included. That there are none is NOT-APPLICABLE.",
        "every key of every active account",
    ),
    names(
        "every key of {accounts} that is tagged {string} = {string}",
        "Those customer managed keys of these accounts that have the tag with this value. That none has is NOT-APPLICABLE, with the keys or values that there are.",
        "every key of every active account that is tagged \"data\" = \"payroll\"",
    ),
    names(
        "every key of {accounts} with an alias that matches {string}",
        "Those customer managed keys of these accounts that have an alias which matches the pattern; * is any text, ? any character.",
        "every key of every active account of unit \"Security\" with an alias that matches \"alias/acme-log-*\"",
    ),
];

#[given(expr = "the key {string} of account {string}")]
async fn the_key(w: &mut LogproofWorld, id: String, account: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    let region = region_of(&id).unwrap_or(w.config()?.organization.home_region.clone());
    add(w, id, account, region).await
}

#[given(expr = "the key {string} of account {string} in Region {string}")]
async fn the_key_in_region(w: &mut LogproofWorld, id: String, account: String, region: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    let region: Region = region.parse().map_err(|_| Stop::because(format!("`{region}` is not a Region code")))?;
    add(w, id, account, region).await
}

#[given("these keys")]
async fn these_keys(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let mut members = Vec::new();
    let named = column_below(step)?;
    for arn in &named {
        let (Some(account), Some(region)) = (account_of(arn), region_of(arn)) else {
            return Err(Stop::because(format!("`{arn}` is not the ARN of a key")));
        };
        if let Some(found) = existing(w, KeyRef { id: arn.clone(), account, region }).await? {
            members.push(found);
        }
    }
    w.settle()?;
    w.subjects.keys.push(Members::listed(members, "named keys"));
    w.settle()
}

async fn add(w: &mut LogproofWorld, id: String, account: AccountId, region: Region) -> Judged {
    if account_of(&id).is_some_and(|stated| stated != account) || region_of(&id).is_some_and(|stated| stated != region)
    {
        return Err(Stop::because(format!("`{id}` is not a key of account {account} in {region}")));
    }
    if let Some(found) = existing(w, KeyRef { id, account, region }).await? {
        w.subjects.keys.push(Members::one(found));
    }
    w.settle()
}

/// The key as found; nothing, and a finding, when there is none.
async fn existing(w: &mut LogproofWorld, asked: KeyRef) -> Result<Option<(KeyRef, Fact<KmsKey>)>, Stop> {
    let answer = w.see(w.estate()?.key(&asked).await)?;
    if let Some(key) = answer.as_ref() {
        let key = Fact::new(key.clone(), answer.exchanges());
        return Ok(Some((asked, key)));
    }
    let subject = Subject::arn(asked.arn()).at(&asked.account, Some(&asked.region));
    let expected = format!("the key `{}` exists in account {}, {}", asked.id, asked.account, asked.region);
    w.observe(
        Observation::new(subject, expected, "no such key", false)
            .hint("correct the key in the feature, or create it")
            .resting_on(answer.exchanges()),
    );
    Ok(None)
}

async fn of(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = keys_of(w, searched, filter).await?;
    w.subjects.keys.push(members);
    w.settle()
}

#[given(expr = "every key of {accounts}")]
async fn every_key(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    of(w, &accounts, Filter::default()).await
}

#[given(expr = "every key of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_key(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    of(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every key of {accounts} with an alias that matches {string}")]
async fn every_key_by_alias(w: &mut LogproofWorld, accounts: Accounts, alias: String) -> Judged {
    of(w, &accounts, Filter { alias: Some(alias), ..Filter::default() }).await
}
