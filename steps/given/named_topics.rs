//! `Given` sentences that name SNS topics of any account.

use cucumber::{gherkin, given};
use logproof_estate::{
    subjects::NamedTopic,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        accounts::Accounts,
        asked::column_below,
        listed::{name_every, name_one, name_these},
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
    name_one::<NamedTopic>(w, &name, &account, None).await
}

#[given(expr = "the topic {string} of account {string} in Region {string}")]
async fn the_topic_in_region(w: &mut LogproofWorld, name: String, account: String, region: String) -> Judged {
    name_one::<NamedTopic>(w, &name, &account, Some(&region)).await
}

#[given("these topics")]
async fn these_topics(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    name_these::<NamedTopic>(w, &column_below(step)?).await
}

#[given(expr = "every topic of {accounts}")]
async fn every_topic(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    name_every::<NamedTopic>(w, &accounts, Filter::default()).await
}

#[given(expr = "every topic of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_topic(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    name_every::<NamedTopic>(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every topic of {accounts} whose name matches {string}")]
async fn every_named_topic(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    name_every::<NamedTopic>(w, &accounts, Filter::named(name)).await
}
