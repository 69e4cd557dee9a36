//! `Given` sentences that name buckets of any account.

use cucumber::given;
use logproof_estate::{
    BucketRef,
    subjects::Members,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Entry, Kind},
    scene::{
        accounts::{Accounts, named_account},
        buckets::existing_bucket,
        subjects::{Filter, buckets_of},
    },
};

const fn names(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::given(sentence, about, example).of(&[Kind::Bucket])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    names(
        "the bucket {string} of account {string}",
        "One bucket, by its name and the id or name of the account that owns it. That it does not exist is a finding.",
        "the bucket \"acme-payroll\" of account \"444444444444\"",
    ),
    names(
        "every bucket of {accounts}",
        "All buckets that these accounts own. That they own none makes the scenario NOT-APPLICABLE.",
        "every bucket of every active account",
    ),
    names(
        "every bucket of {accounts} that is tagged {string} = {string}",
        "Those buckets of these accounts that have the tag with this value. That none has is NOT-APPLICABLE, with the keys or values that there are.",
        "every bucket of account \"workload-prod\" that is tagged \"data\" = \"payroll\"",
    ),
    names(
        "every bucket of {accounts} whose name matches {string}",
        "Those buckets of these accounts whose name matches the pattern; * is any text, ? any character.",
        "every bucket of every active account of unit \"Workloads\" whose name matches \"acme-payroll*\"",
    ),
    names(
        "every bucket of {accounts} that is tagged {string} = {string} and whose name matches {string}",
        "Those buckets of these accounts that have the tag with this value and a name that matches the pattern.",
        "every bucket of every active account that is tagged \"data\" = \"payroll\" and whose name matches \"acme-*\"",
    ),
];

#[given(expr = "the bucket {string} of account {string}")]
async fn the_bucket(w: &mut LogproofWorld, name: String, account: String) -> Judged {
    let owner = named_account(w, &account).await?.id;
    let region = w.config()?.organization.home_region.clone();
    let bucket = existing_bucket(w, BucketRef { name, owner, region }, "the bucket").await?;
    w.subjects.buckets.push(Members::one(bucket));
    w.settle()
}

async fn of(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = buckets_of(w, searched, filter).await?;
    w.subjects.buckets.push(members);
    w.settle()
}

#[given(expr = "every bucket of {accounts}")]
async fn every_bucket(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    of(w, &accounts, Filter::default()).await
}

#[given(expr = "every bucket of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_bucket(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    of(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every bucket of {accounts} whose name matches {string}")]
async fn every_named_bucket(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    of(w, &accounts, Filter::named(name)).await
}

#[given(expr = "every bucket of {accounts} that is tagged {string} = {string} and whose name matches {string}")]
async fn every_tagged_and_named_bucket(
    w: &mut LogproofWorld,
    accounts: Accounts,
    key: String,
    value: String,
    name: String,
) -> Judged {
    of(w, &accounts, Filter { name: Some(name), ..Filter::tagged(key, value) }).await
}
