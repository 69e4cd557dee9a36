//! What the policies above an account keep its administrators from.

use cucumber::then;
use logproof_estate::{
    facts::Account,
    record::Subject,
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Question, Who};

use crate::{
    judgement::guide::Entry,
    scene::{
        accounts::named_account,
        asked::{Actions, Principals},
        claim::Claim,
        organization::OrganizationView,
        policies::delegating,
        principals::principal,
        proposal::Remedy,
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example)
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "an administrator of account {string} cannot {actions}",
        "Service control policies refuse it to every user and role of the account, whatever its own policies allow and whatever the resource. Needs no `Given`.",
        "an administrator of account \"444444444444\" cannot config:StopConfigurationRecorder",
    ),
    judges(
        "an administrator of account {string} cannot {actions}, except by {principals}",
        "The same but for these roles or users.",
        "an administrator of account \"222222222222\" cannot config:StopConfigurationRecorder, except by arn:aws:iam::222222222222:role/LogArchive-Administrator",
    ),
    judges(
        "the root user of account {string} cannot {actions}",
        "Service control policies refuse it to the root user of the account, whatever the resource. Needs no `Given`.",
        "the root user of account \"444444444444\" cannot iam:CreateUser",
    ),
];

#[then(expr = "an administrator of account {string} cannot {actions}")]
async fn no_administrator_can(w: &mut LogproofWorld, account: String, actions: Actions) -> Judged {
    let account = named_account(w, &account).await?;
    let who = Who::account(account.id.as_str()).except_root_users();
    refused_above(w, &account, who, &actions.names()?, "an administrator").await
}

#[then(expr = "an administrator of account {string} cannot {actions}, except by {principals}")]
async fn no_administrator_can_except_by(
    w: &mut LogproofWorld,
    account: String,
    actions: Actions,
    principals: Principals,
) -> Judged {
    let account = named_account(w, &account).await?;
    let named = principals.named(w).await?;
    let who = named.excepted_from(Who::account(account.id.as_str()).except_root_users());
    let others = format!("an administrator other than {}", named.in_words());
    refused_above(w, &account, who, &actions.names()?, &others).await
}

#[then(expr = "the root user of account {string} cannot {actions}")]
async fn no_root_user_can(w: &mut LogproofWorld, account: String, actions: Actions) -> Judged {
    let account = named_account(w, &account).await?;
    let who = Who::exactly(principal(&w.config()?.root_arn(&account.id)));
    refused_above(w, &account, who, &actions.names()?, "the root user").await
}

/// Asks it with an administrator assumed in the account, about whatever the actions work on.
async fn refused_above(w: &mut LogproofWorld, account: &Account, who: Who, actions: &[String], called: &str) -> Judged {
    let view = OrganizationView::read(w, &[], &[account.id.as_str()]).await?;
    let list = actions.join(", ");
    let question = Question::about(actions.iter().map(String::as_str)).on_all("*").by(who);
    let claim = Claim {
        subject: Subject::arn(&account.arn).at(&account.id, None),
        account: account.id.clone(),
        expected: format!("{called} of account {} cannot {list}", account.id),
        change: format!("attach to the account, or to a unit above it, a service control policy that denies {list}"),
        exchanges: view.exchanges().to_vec(),
        represented_by: None,
    };
    let remedy = Remedy::Unknown("whom a policy above the account must spare is known to its owner alone");
    // A key trusts nobody by itself: its policy leaves everything to the policies of the account.
    let delegating = delegating(w, account.id.as_str())?;
    claim.prove(w, &view.scene(&account.id, Some(delegating)), &question, remedy).await;
    w.settle()
}
