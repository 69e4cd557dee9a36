//! `Given` sentences that name SNS topics of any account.

use cucumber::{gherkin, given};
use logproof_estate::{
    AccountId, Fact, Region,
    record::{Observation, Subject},
    subjects::{Members, NamedTopic},
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
        listed::topics_of,
        subjects::Filter,
    },
};

const fn names(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::given(sentence, about, example).of(&[Kind::Topic])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    names(
        "the topic {string} of account {string}",
        "One SNS topic by its ARN, or by its name in the home Region. That it does not exist is a finding.",
        "the topic \"log-store-alerts\" of account \"222222222222\"",
    ),
    names(
        "the topic {string} of account {string} in Region {string}",
        "One SNS topic by its name in another Region than the home Region. That it does not exist is a finding.",
        "the topic \"log-store-alerts\" of account \"222222222222\" in Region \"eu-central-1\"",
    ),
    Entry {
        keyword: "Given",
        sentence: "these topics",
        about: "SNS topics of accounts of the organization by their ARNs, one in each row of the table below. That one does not exist is a finding.",
        kinds: &[Kind::Topic],
        below: Below::Table("ARNs of topics"),
        example: "these topics",
    },
    names(
        "every topic of {accounts}",
        "All SNS topics of these accounts in the governed Regions. That there are none is NOT-APPLICABLE.",
        "every topic of every active account",
    ),
    names(
        "every topic of {accounts} that is tagged {string} = {string}",
        "Those topics of these accounts that have the tag with this value. That none has is NOT-APPLICABLE, with the keys or values that there are.",
        "every topic of every active account that is tagged \"data\" = \"audit\"",
    ),
    names(
        "every topic of {accounts} whose name matches {string}",
        "Those topics of these accounts whose name matches the pattern; * is any text, ? any character.",
        "every topic of every active account whose name matches \"log-store-*\"",
    ),
];

#[given(expr = "the topic {string} of account {string}")]
async fn the_topic(w: &mut LogproofWorld, name: String, account: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    if account_of(&name).is_some_and(|stated| stated != account) {
        return Err(Stop::because(format!("`{name}` is not a topic of account {account}")));
    }
    let region = region_of(&name).unwrap_or(w.config()?.organization.home_region.clone());
    add(w, &name, account, region).await
}

#[given(expr = "the topic {string} of account {string} in Region {string}")]
async fn the_topic_in_region(w: &mut LogproofWorld, name: String, account: String, region: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    let region: Region = region.parse().map_err(|_| Stop::because(format!("`{region}` is not a Region code")))?;
    if region_of(&name).is_some_and(|stated| stated != region) {
        return Err(Stop::because(format!("`{name}` is not a topic in {region}")));
    }
    add(w, &name, account, region).await
}

#[given("these topics")]
async fn these_topics(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let mut members = Vec::new();
    for arn in &column_below(step)? {
        let (Some(account), Some(region)) = (account_of(arn), region_of(arn)) else {
            return Err(Stop::because(format!("`{arn}` is not the ARN of a topic")));
        };
        let account = named_account(w, account.as_str()).await?.id;
        members.extend(existing(w, arn, account, region).await?);
    }
    w.settle()?;
    w.subjects.topics.push(Members::listed(members, "named topics"));
    w.settle()
}

async fn add(w: &mut LogproofWorld, name: &str, account: AccountId, region: Region) -> Judged {
    if let Some(found) = existing(w, name, account, region).await? {
        w.subjects.topics.push(Members::one(found));
    }
    w.settle()
}

/// The topic as found; nothing, and a finding, when there is none.
async fn existing(
    w: &mut LogproofWorld,
    name: &str,
    account: AccountId,
    region: Region,
) -> Result<Option<Fact<NamedTopic>>, Stop> {
    let arn = match name.starts_with("arn:") {
        true => name.to_owned(),
        false => region.partition().arn("sns", region.as_str(), account.as_str(), name),
    };
    if arn.split(':').nth(2) != Some("sns") {
        return Err(Stop::because(format!("`{arn}` is not the ARN of a topic")));
    }
    let answer = w.see(w.estate()?.topic(&account, &region, &arn).await)?;
    if let Some(topic) = answer.as_ref() {
        let found = NamedTopic { arn, account, region, topic: topic.clone() };
        return Ok(Some(Fact::new(found, answer.exchanges())));
    }
    w.observe(
        Observation::new(
            Subject::arn(&arn).at(&account, Some(&region)),
            format!("the topic `{name}` exists in account {account}, {region}"),
            "no such topic",
            false,
        )
        .hint("correct the topic in the feature, or create it")
        .resting_on(answer.exchanges()),
    );
    Ok(None)
}

async fn of(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = topics_of(w, searched, filter).await?;
    w.subjects.topics.push(members);
    w.settle()
}

#[given(expr = "every topic of {accounts}")]
async fn every_topic(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    of(w, &accounts, Filter::default()).await
}

#[given(expr = "every topic of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_topic(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    of(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every topic of {accounts} whose name matches {string}")]
async fn every_named_topic(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    of(w, &accounts, Filter::named(name)).await
}
