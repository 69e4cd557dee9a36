//! `Given` sentences that name SQS queues of any account.

use cucumber::{gherkin, given};
use logproof_estate::{
    AccountId, Fact, Region,
    record::{Observation, Subject},
    subjects::{Members, NamedQueue},
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
        listed::queues_of,
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
    let account = named_account(w, &account).await?.id;
    if account_of(&name).is_some_and(|stated| stated != account) {
        return Err(Stop::because(format!("`{name}` is not a queue of account {account}")));
    }
    let region = region_of(&name).unwrap_or(w.config()?.organization.home_region.clone());
    add(w, &name, account, region).await
}

#[given(expr = "the queue {string} of account {string} in Region {string}")]
async fn the_queue_in_region(w: &mut LogproofWorld, name: String, account: String, region: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    let region: Region = region.parse().map_err(|_| Stop::because(format!("`{region}` is not a Region code")))?;
    if region_of(&name).is_some_and(|stated| stated != region) {
        return Err(Stop::because(format!("`{name}` is not a queue in {region}")));
    }
    add(w, &name, account, region).await
}

#[given("these queues")]
async fn these_queues(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let mut members = Vec::new();
    for arn in &column_below(step)? {
        let (Some(account), Some(region)) = (account_of(arn), region_of(arn)) else {
            return Err(Stop::because(format!("`{arn}` is not the ARN of a queue")));
        };
        let account = named_account(w, account.as_str()).await?.id;
        members.extend(existing(w, arn, account, region).await?);
    }
    w.settle()?;
    w.subjects.queues.push(Members::listed(members, "named queues"));
    w.settle()
}

async fn add(w: &mut LogproofWorld, name: &str, account: AccountId, region: Region) -> Judged {
    if let Some(found) = existing(w, name, account, region).await? {
        w.subjects.queues.push(Members::one(found));
    }
    w.settle()
}

/// The queue as found; nothing, and a finding, when there is none.
async fn existing(
    w: &mut LogproofWorld,
    name: &str,
    account: AccountId,
    region: Region,
) -> Result<Option<Fact<NamedQueue>>, Stop> {
    let arn = match name.starts_with("arn:") {
        true => name.to_owned(),
        false => region.partition().arn("sqs", region.as_str(), account.as_str(), name),
    };
    if arn.split(':').nth(2) != Some("sqs") {
        return Err(Stop::because(format!("`{arn}` is not the ARN of a queue")));
    }
    let answer = w.see(w.estate()?.queue(&account, &region, &arn).await)?;
    if let Some(queue) = answer.as_ref() {
        let found = NamedQueue { arn, account, region, queue: queue.clone() };
        return Ok(Some(Fact::new(found, answer.exchanges())));
    }
    w.observe(
        Observation::new(
            Subject::arn(&arn).at(&account, Some(&region)),
            format!("the queue `{name}` exists in account {account}, {region}"),
            "no such queue",
            false,
        )
        .hint("correct the queue in the feature, or create it")
        .resting_on(answer.exchanges()),
    );
    Ok(None)
}

async fn of(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = queues_of(w, searched, filter).await?;
    w.subjects.queues.push(members);
    w.settle()
}

#[given(expr = "every queue of {accounts}")]
async fn every_queue(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    of(w, &accounts, Filter::default()).await
}

#[given(expr = "every queue of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_queue(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    of(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every queue of {accounts} whose name matches {string}")]
async fn every_named_queue(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    of(w, &accounts, Filter::named(name)).await
}
