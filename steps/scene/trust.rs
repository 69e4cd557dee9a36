//! Who can assume a role, by its trust policy and the policies above it.

use std::{collections::BTreeSet, sync::Arc};

use logproof_estate::{
    record::Observation,
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Policy, Question, Who};
use serde_json::json;

use crate::scene::{
    asked::Named,
    conditions::{organization_id, when},
    identity_providers::{Providers, no_strangers, others_by_provider},
    organization::OrganizationView,
    principals::identities,
    proposal::{Remedy, kept::Entering},
    role::{Role, principals_allowed},
};

const EXPECTED: &str =
    "only principals of the accounts its trust policy names, of this organization, can assume the role";
const WITH_MFA: &str = "the role can be assumed with multi-factor authentication only";
const FROM_INSIDE: &str = "nobody outside the organization can assume the role";

/// Judges one role; a role that does not exist is nobody's to assume, and that was looked at.
pub(crate) async fn only_the_named(w: &mut LogproofWorld, role: &Role) -> Judged {
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

/// Judges that nobody of `who` can assume the role without multi-factor authentication.
pub(crate) async fn only_with_mfa(w: &mut LogproofWorld, role: &Role, who: Who, ids: &[&str]) -> Judged {
    let Some(trust) = &role.trust else {
        w.observe(
            Observation::new(role.subject(), format!("role {} exists", role.arn), "no such role", false)
                .hint("create the role, or correct `names.storage_role` (the path is part of the ARN)")
                .resting_on(&role.exchanges),
        );
        return Ok(());
    };
    let view = OrganizationView::read(w, &[trust.as_ref()], ids).await?;
    // The key is absent for long-term credentials: both must be refused.
    let without = json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}});
    let question = when(Question::about(["sts:AssumeRole"]).on(&role.arn).by(who), &without)?;
    let scene = view.scene(&role.account, Some(Arc::clone(trust)));
    let remedy = role.deny("OnlyWithMfa", without, Entering::WithMfa);
    let change = "add Bool aws:MultiFactorAuthPresent true to every Allow of the trust policy";
    role.claim(WITH_MFA, change, view.exchanges()).prove(w, &scene, &question, remedy).await;
    Ok(())
}

/// Judges that only these principals, and identities of these providers, can assume the role. The users and roles of its
/// own account are known; in every other an administrator is assumed.
pub(crate) async fn only_these(w: &mut LogproofWorld, role: &Role, named: &Named) -> Judged {
    let expected = format!("only {} can assume the role", named.in_words());
    let Some(trust) = &role.trust else {
        w.observe(Observation::new(role.subject(), expected, "no such role", true).resting_on(&role.exchanges));
        return Ok(());
    };
    let view = OrganizationView::read(w, &[trust.as_ref()], &named.ids()).await?;
    let mut further = view.exchanges().to_vec();
    let scene = match view.knows(role.account.as_str()) {
        true => {
            let authorization = w.see(w.estate()?.account_authorization(&role.account).await)?;
            further.extend_from_slice(authorization.exchanges());
            let inventory = identities(w, &role.account, &authorization)?;
            view.scene_with_inventory(&role.account, Some(Arc::clone(trust)), &inventory)
        }
        false => view.scene(&role.account, Some(Arc::clone(trust))),
    };
    let question = Question::about(["sts:AssumeRole"]).on(&role.arn).by(named.excepted_from(Who::anyone()));
    let remedy = role.deny("OnlyNamedPrincipals", named.everybody_else(), Entering::These(named.all.clone()));
    let change = "name in the trust policy, by whole ARN, only those who need the role";
    role.claim(&expected, change, &further).prove(w, &scene, &question, remedy).await;
    others_by_provider(w, role, &named.providers, Providers::Refused(&expected)).await
}

/// Judges that no principal of another organization, nobody without credentials and no stranger at an identity provider can
/// assume the role.
pub(crate) async fn no_outsiders(w: &mut LogproofWorld, role: &Role) -> Judged {
    if let Some(trust) = &role.trust {
        let view = OrganizationView::read(w, &[trust.as_ref()], &[]).await?;
        let question = Question::about(["sts:AssumeRole"]).on(&role.arn).by(Who::outsiders());
        let outside = json!({
            "StringNotEquals": {"aws:PrincipalOrgID": organization_id(w).await?},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        });
        let scene = view.scene(&role.account, Some(Arc::clone(trust)));
        let remedy = role.deny("OnlyTheOrganization", outside, Entering::Inside);
        let change = "remove principals of other organizations from the trust policy";
        role.claim(FROM_INSIDE, change, view.exchanges()).prove(w, &scene, &question, remedy).await;
    }
    no_strangers(w, role).await
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
