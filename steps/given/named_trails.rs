//! `Given` sentences that name trails of any account.

use cucumber::given;
use logproof_estate::{
    AccountId, Fact, Region,
    facts::Trail,
    record::{Observation, Subject},
    subjects::Members,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        guide::{Entry, Kind},
        key_name::{account_of, region_of},
    },
    scene::{
        accounts::{Accounts, named_account},
        subjects::Filter,
        trails::trails_of,
    },
};

const fn names(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::given(sentence, about, example).of(&[Kind::Trail])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    names(
        "the trail {string} of account {string}",
        "One trail that the account owns, by its ARN, or by its name where it records the home Region. That it does not exist is a finding.",
        "the trail \"org-trail\" of account \"111111111111\"",
    ),
    names(
        "the trail {string} of account {string} in Region {string}",
        "One trail that the account owns, by its name, where it records another Region than the home Region. That it does not exist is a finding.",
        "the trail \"org-trail\" of account \"111111111111\" in Region \"eu-west-1\"",
    ),
    names(
        "every trail of {accounts}",
        "All trails that these accounts own, as far as they record a governed Region. That there are none is NOT-APPLICABLE.",
        "every trail of every active account",
    ),
    names(
        "every trail of {accounts} whose name matches {string}",
        "Those trails of these accounts whose name matches the pattern; * is any text, ? any character.",
        "every trail of every active account whose name matches \"*-data-events\"",
    ),
];

#[given(expr = "the trail {string} of account {string}")]
async fn the_trail(w: &mut LogproofWorld, name: String, account: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    if account_of(&name).is_some_and(|stated| stated != account) {
        return Err(Stop::because(format!("`{name}` is not a trail of account {account}")));
    }
    let region = region_of(&name).unwrap_or(w.config()?.organization.home_region.clone());
    add(w, &name, &account, &region).await
}

#[given(expr = "the trail {string} of account {string} in Region {string}")]
async fn the_trail_in_region(w: &mut LogproofWorld, name: String, account: String, region: String) -> Judged {
    let account = named_account(w, &account).await?.id;
    let region: Region = region.parse().map_err(|_| Stop::because(format!("`{region}` is not a Region code")))?;
    add(w, &name, &account, &region).await
}

/// Adds the trail that CloudTrail shows in that Region of the account; that it shows none of the account's is a finding.
async fn add(w: &mut LogproofWorld, name: &str, account: &AccountId, region: &Region) -> Judged {
    let seen = w.see(w.estate()?.trails(account, region).await)?;
    let named = |trail: &&Trail| trail.arn == name || trail.name == name;
    let own = |trail: &&Trail| account_of(&trail.arn).as_ref() == Some(account);
    if let Some(trail) = seen.iter().find(|trail| named(trail) && own(trail)) {
        w.subjects.trails.push(Members::one(Fact::new(trail.clone(), seen.exchanges())));
        return w.settle();
    }
    let found = match seen.iter().find(named) {
        Some(other) => format!("only {}, which is seen there and belongs to another account", other.arn),
        None if seen.is_empty() => "no trail at all".to_owned(),
        None => {
            let others: Vec<&str> = seen.iter().map(|trail| trail.arn.as_str()).collect();
            format!("no such trail, only {}", others.join(", "))
        }
    };
    let arn = match name.starts_with("arn:") {
        true => name.to_owned(),
        false => region.partition().arn("cloudtrail", region.as_str(), account.as_str(), &format!("trail/{name}")),
    };
    w.observe(
        Observation::new(
            Subject::arn(arn).at(account, Some(region)),
            format!("account {account} owns a trail `{name}` that records {region}"),
            found,
            false,
        )
        .hint("correct the trail, its account or its Region in the feature, or create it")
        .resting_on(seen.exchanges()),
    );
    w.settle()
}

async fn of(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = trails_of(w, searched, filter).await?;
    w.subjects.trails.push(members);
    w.settle()
}

#[given(expr = "every trail of {accounts}")]
async fn every_trail(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    of(w, &accounts, Filter::default()).await
}

#[given(expr = "every trail of {accounts} whose name matches {string}")]
async fn every_named_trail(w: &mut LogproofWorld, accounts: Accounts, name: String) -> Judged {
    of(w, &accounts, Filter::named(name)).await
}
