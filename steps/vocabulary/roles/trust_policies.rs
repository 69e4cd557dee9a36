//! Who can become a role that matters: what its trust policy says to those it does not name.
//!
//! A list of readers means nothing where anybody may put on a reader's role.

use std::{collections::BTreeSet, sync::Arc};

use cucumber::then;
use logproof_estate::{
    record::Observation,
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Policy, Question, Who};
use serde_json::json;

use crate::scene::{
    organization::OrganizationView,
    proposal::{Remedy, kept::Entering},
    readers::reader_roles,
    role::{Role, principals_allowed, with_those_behind},
};

const EXPECTED: &str =
    "only principals of the accounts its trust policy names, of this organization, can assume the role";

#[then("nobody can assume the log storage role whom its trust policy does not name")]
async fn only_the_named_become_the_storage_role(w: &mut LogproofWorld) -> Judged {
    let arn = w.config()?.storage_role_arn();
    for role in with_those_behind(w, [arn]).await? {
        only_the_named(w, &role).await?;
    }
    w.settle()
}

#[then("nobody can assume the role of a named reader whom its trust policy does not name")]
async fn only_the_named_become_readers(w: &mut LogproofWorld) -> Judged {
    let readers = reader_roles(w).await?;
    for role in with_those_behind(w, readers).await? {
        only_the_named(w, &role).await?;
    }
    w.settle()
}

/// Judges one role; a role that does not exist is nobody's to assume, and that was looked at.
async fn only_the_named(w: &mut LogproofWorld, role: &Role) -> Judged {
    let config = w.config()?;
    let Some(trust) = &role.trust else {
        w.observe(Observation::new(role.subject(), EXPECTED, "no such role", true).resting_on(&role.exchanges));
        return Ok(());
    };
    let view = OrganizationView::read(w, &[trust.as_ref()], &[]).await?;
    let mut who = Who::anyone().except_services();
    // To name a stranger is no reason to let one in.
    let known = |id: &String| view.knows(id) || config.organization.auditor_accounts.iter().any(|a| a.as_str() == id);
    let accounts: Vec<String> = accounts_named(trust).into_iter().filter(known).collect();
    for named in &accounts {
        who = who.except_account(named);
    }
    let remedy = if accounts.is_empty() {
        Remedy::Unknown("the trust policy names no account of the organization, so nothing says who needs the role")
    } else {
        // A service is no stranger: it is named, or not let in by a principal `*` of accounts.
        let condition = json!({
            "StringNotEquals": {"aws:PrincipalAccount": accounts},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        });
        role.deny("OnlyTheNamedAccounts", condition, Entering::From(accounts))
    };
    let question = Question::about(["sts:AssumeRole"]).on(&role.arn).by(who);
    let scene = view.scene(&role.account, Some(Arc::clone(trust)));
    let change = "replace the wildcard principal of the trust policy by the ARNs of those who need the role";
    role.claim(EXPECTED, change, view.exchanges()).prove(w, &scene, &question, remedy).await;
    Ok(())
}

/// Accounts a trust policy lets in by naming them as, or in, a principal. A wildcard names none.
fn accounts_named(trust_policy: &Policy) -> BTreeSet<String> {
    principals_allowed(trust_policy).filter_map(|principal| principal.account().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_names_no_account() {
        let trust = br#"{"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": ["*", "arn:aws:iam::333333333333:role/R", "444444444444"]}},
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::666666666666:role/*"}},
            {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::555555555555:role/R"}},
            {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}]}"#;
        let trust = Policy::parse("the trust policy", trust).unwrap();
        let named: Vec<String> = accounts_named(&trust).into_iter().collect();
        assert_eq!(named, ["333333333333", "444444444444"]);
    }
}
