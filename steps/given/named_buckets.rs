//! `Given` sentences that name buckets of any account.

use cucumber::given;
use logproof_estate::{
    BucketRef,
    subjects::Members,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        buckets::existing_bucket,
        subjects::{Filter, active_accounts, buckets_of, named_account},
    },
};

const fn names(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry { keyword: "Given", sentence, about, kinds: &[Kind::Bucket], below: Below::Nothing, example }
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    names(
        "the bucket {string} of account {string}",
        "One bucket, by its name and the id or name of the account that owns it. That it does not exist is a finding.",
        "the bucket \"acme-payroll\" of account \"444444444444\"",
    ),
    names(
        "every bucket of account {string}",
        "All buckets that the account owns. An account without buckets makes the scenario NOT-APPLICABLE.",
        "every bucket of account \"444444444444\"",
    ),
    names(
        "every bucket of account {string} that is tagged {string} = {string}",
        "Those buckets of the account that have the tag with this value.",
        "every bucket of account \"workload-prod\" that is tagged \"data\" = \"payroll\"",
    ),
    names(
        "every bucket of account {string} whose name matches {string}",
        "Those buckets of the account whose name matches the pattern; * is any text, ? any character.",
        "every bucket of account \"workload-prod\" whose name matches \"acme-payroll*\"",
    ),
    names(
        "every bucket of every active account",
        "All buckets of all accounts of the organization whose status is ACTIVE.",
        "every bucket of every active account",
    ),
    names(
        "every bucket of every active account that is tagged {string} = {string}",
        "Those buckets of all active accounts that have the tag with this value.",
        "every bucket of every active account that is tagged \"data\" = \"payroll\"",
    ),
    names(
        "every bucket of every active account whose name matches {string}",
        "Those buckets of all active accounts whose name matches the pattern; * is any text, ? any character.",
        "every bucket of every active account whose name matches \"acme-*\"",
    ),
    names(
        "every bucket of every active account that is tagged {string} = {string} and whose name matches {string}",
        "Those buckets of all active accounts that have the tag with this value and a name that matches the pattern.",
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

async fn of_account(w: &mut LogproofWorld, account: &str, filter: Filter) -> Judged {
    let account = named_account(w, account).await?;
    let members = buckets_of(w, vec![account], Vec::new(), filter).await?;
    w.subjects.buckets.push(members);
    w.settle()
}

async fn of_every_account(w: &mut LogproofWorld, filter: Filter) -> Judged {
    let (accounts, left_out) = active_accounts(w).await?;
    let members = buckets_of(w, accounts, left_out, filter).await?;
    w.subjects.buckets.push(members);
    w.settle()
}

#[given(expr = "every bucket of account {string}")]
async fn every_bucket_of_account(w: &mut LogproofWorld, account: String) -> Judged {
    of_account(w, &account, Filter::default()).await
}

#[given(expr = "every bucket of account {string} that is tagged {string} = {string}")]
async fn every_tagged_bucket_of_account(w: &mut LogproofWorld, account: String, key: String, value: String) -> Judged {
    of_account(w, &account, Filter { tag: Some((key, value)), name: None }).await
}

#[given(expr = "every bucket of account {string} whose name matches {string}")]
async fn every_named_bucket_of_account(w: &mut LogproofWorld, account: String, name: String) -> Judged {
    of_account(w, &account, Filter { tag: None, name: Some(name) }).await
}

#[given("every bucket of every active account")]
async fn every_bucket(w: &mut LogproofWorld) -> Judged {
    of_every_account(w, Filter::default()).await
}

#[given(expr = "every bucket of every active account that is tagged {string} = {string}")]
async fn every_tagged_bucket(w: &mut LogproofWorld, key: String, value: String) -> Judged {
    of_every_account(w, Filter { tag: Some((key, value)), name: None }).await
}

#[given(expr = "every bucket of every active account whose name matches {string}")]
async fn every_named_bucket(w: &mut LogproofWorld, name: String) -> Judged {
    of_every_account(w, Filter { tag: None, name: Some(name) }).await
}

#[given(
    expr = "every bucket of every active account that is tagged {string} = {string} and whose name matches {string}"
)]
async fn every_tagged_and_named_bucket(w: &mut LogproofWorld, key: String, value: String, name: String) -> Judged {
    of_every_account(w, Filter { tag: Some((key, value)), name: Some(name) }).await
}
