//! `Given` sentences that name roles of any account.

use cucumber::{gherkin, given};
use logproof_estate::{
    subjects::Members,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        accounts::{Accounts, named_account},
        asked::column_below,
        role::place_of,
        roles::{existing_role, roles_of},
        subjects::Filter,
    },
};

const fn names(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::given(sentence, about, example).of(&[Kind::Role])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    names(
        "the role {string} of account {string}",
        "One role, by its name or its ARN (the path is part of it). That it does not exist is a finding.",
        "the role \"BreakGlass\" of account \"333333333333\"",
    ),
    Entry {
        keyword: "Given",
        sentence: "these roles",
        about: "Roles of accounts of the organization by their ARNs, one in each row of the table below. That one does not exist is a finding.",
        kinds: &[Kind::Role],
        below: Below::Table("ARNs of roles"),
        example: "these roles",
    },
    names(
        "every role of {accounts}",
        "All roles of these accounts but service-linked ones, which AWS alone decides about. That there are none is NOT-APPLICABLE.",
        "every role of account \"workload-prod\"",
    ),
    names(
        "every role of {accounts} that is tagged {string} = {string}",
        "Those roles of these accounts that have the tag with this value. That none has is NOT-APPLICABLE, with the keys or values that there are.",
        "every role of every active account that is tagged \"use\" = \"break-glass\"",
    ),
    names(
        "every role of {accounts} whose name matches {string}",
        "Those roles of these accounts whose name matches the pattern; * is any text, ? any character. The path is no part of the name.",
        "every role of every active account of unit \"Security\" whose name matches \"BreakGlass*\"",
    ),
];

#[given(expr = "the role {string} of account {string}")]
async fn the_role(w: &mut LogproofWorld, name: String, account: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    if name.starts_with("arn:") && place_of(&name)?.0 != account {
        return Err(Stop::because(format!("`{name}` is not a role of account {account}")));
    }
    if let Some(found) = existing_role(w, &name, &account).await? {
        w.subjects.roles.push(Members::one(found));
    }
    w.settle()
}

#[given("these roles")]
async fn these_roles(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let mut members = Vec::new();
    for arn in &column_below(step)? {
        if !arn.contains(":role/") {
            return Err(Stop::because(format!("`{arn}` is not the ARN of a role")));
        }
        let account = named_account(w, place_of(arn)?.0.as_str()).await?.id;
        members.extend(existing_role(w, arn, &account).await?);
    }
    w.settle()?;
    w.subjects.roles.push(Members::listed(members, "named roles"));
    w.settle()
}

async fn of(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = roles_of(w, searched, filter).await?;
    w.subjects.roles.push(members);
    w.settle()
}

#[given(expr = "every role of {accounts}")]
async fn every_role(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    of(w, &accounts, Filter::default()).await
}

#[given(expr = "every role of {accounts} that is tagged {string} = {string}")]
async fn every_tagged_role(w: &mut LogproofWorld, accounts: Accounts, key: String, value: String) -> Judged {
    of(w, &accounts, Filter::tagged(key, value)).await
}

#[given(expr = "every role of {accounts} whose name matches {string}")]
async fn every_named_role(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    of(w, &accounts, Filter::named(name)).await
}
