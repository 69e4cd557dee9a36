//! `Given` sentences that name SQS queues of any account.

use cucumber::{gherkin, given};
use logproof_estate::{
    subjects::NamedQueue,
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
    Entry::given(sentence, about, example).of(&[Kind::Queue])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    names(
        "the queue {string} of account {string}",
        "One SQS queue by its ARN, or by its name in the home Region. That it does not exist is a finding.",
        "the queue \"acme-audit-events\" of account \"222222222222\"",
    ),
    names(
        "the queue {string} of account {string} in Region {string}",
        "One SQS queue by its name in another Region than the home Region. That it does not exist is a finding.",
        "the queue \"acme-audit-events\" of account \"222222222222\" in Region \"eu-central-1\"",
    ),
    names(
        "these queues",
        "SQS queues of accounts of the organization by their ARNs, one in each row of the table below. That one does not exist is a finding.",
        "these queues",
    )
    .below(Below::Table("ARNs of queues")),
    names(
        "every queue of {accounts}",
        "All SQS queues of these accounts in the governed Regions. That there are none is NOT-APPLICABLE.",
        "every queue of every active account",
    ),
    names(
        "every queue of {accounts} that is tagged {string} = {string}",
        "Those queues of these accounts that have the tag with this value. That none has is NOT-APPLICABLE, with the keys or values that there are.",
        "every queue of every active account that is tagged \"data\" = \"audit\"",
    ),
    names(
        "every queue of {accounts} whose name matches {string}",
        "Those queues of these accounts whose name matches the pattern; * is any text, ? any character.",
        "every queue of account \"log-archive\" whose name matches \"acme-audit-*\"",
    ),
];

#[given(expr = "the queue {string} of account {string}")]
async fn the_queue(w: &mut LogproofWorld, name: String, account: String) -> Judged {
    name_one::<NamedQueue>(w, &name, &account, None).await
}

#[given(expr = "the queue {string} of account {string} in Region {string}")]
async fn the_queue_in_region(w: &mut LogproofWorld, name: String, account: String, region: String) -> Judged {
    name_one::<NamedQueue>(w, &name, &account, Some(&region)).await
}

#[given("these queues")]
async fn these_queues(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    name_these::<NamedQueue>(w, &column_below(step)?).await
}

#[given(expr = "every queue of {accounts}")]
async fn every_queue(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    name_every::<NamedQueue>(w, &accounts, Filter::default()).await
}

#[given(expr = "every queue of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_queue(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    name_every::<NamedQueue>(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every queue of {accounts} whose name matches {string}")]
async fn every_named_queue(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    name_every::<NamedQueue>(w, &accounts, Filter::named(name)).await
}
