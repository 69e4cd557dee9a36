//! Roles that a scenario names: one, or all of some accounts that a filter leaves.

use logproof_estate::{
    AccountId, Fact,
    facts::PrincipalPolicies,
    record::{Observation, Subject},
    subjects::{Members, NamedRole},
    world::{LogproofWorld, Stop},
};

use crate::scene::{
    accounts::Searched,
    questions::ask_each,
    subjects::{Filter, nobody, none_tagged},
};

/// The role of that name or ARN; nothing, and a finding, when the account has none.
pub(crate) async fn existing_role(
    w: &mut LogproofWorld,
    named: &str,
    account: &AccountId,
) -> Result<Option<Fact<NamedRole>>, Stop> {
    let name = named.rsplit('/').next().unwrap_or(named);
    let role = w.see(w.estate()?.role(account, name).await)?;
    let fits = |arn: &str| match (named.starts_with("arn:"), named.contains('/')) {
        (true, _) => arn == named,
        (false, true) => arn.ends_with(&format!(":role/{}", named.trim_start_matches('/'))),
        (false, false) => true,
    };
    let found = match role.as_ref() {
        Some(one) if fits(&one.arn) => {
            let (arn, trust_policy) = (one.arn.clone(), one.trust_policy.clone());
            let found = NamedRole { arn, account: account.clone(), trust_policy };
            return Ok(Some(Fact::new(found, role.exchanges())));
        }
        Some(one) => format!("no such role, only {}", one.arn),
        None => format!("no role `{name}`"),
    };
    let arn = if named.starts_with("arn:") { named.to_owned() } else { w.config()?.role_arn(account, name) };
    w.observe(
        Observation::new(
            Subject::arn(arn).at(account, None),
            format!("the role `{named}` exists in account {account}"),
            found,
            false,
        )
        .hint("correct the role in the feature (the path is part of an ARN), or create it")
        .resting_on(role.exchanges()),
    );
    Ok(None)
}

/// Every role of these accounts that the filter leaves; none at all ends the scenario as not applicable.
///
/// Service-linked roles are left out: AWS alone decides what they can do, and who can assume them.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html>
pub(crate) async fn roles_of(
    w: &mut LogproofWorld,
    searched: Searched,
    filter: Filter,
) -> Result<Members<Fact<NamedRole>>, Stop> {
    let estate = w.estate()?;
    let Searched { accounts, mut left_out, called: searched } = searched;
    let answers = ask_each(accounts, |account| {
        let estate = &estate;
        async move { (account.id.clone(), estate.account_authorization(&account.id).await) }
    })
    .await;
    let (mut exchanges, mut all, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    let (mut seen, mut linked) = (0, 0);
    for (account, answer) in answers {
        let Some(authorization) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(authorization.exchanges());
        for role in &authorization.roles {
            if role.arn.contains(":role/aws-service-role/") {
                linked += 1;
                continue;
            }
            seen += 1;
            if !filter.takes_name(role.arn.rsplit('/').next().unwrap_or_default()) {
                continue;
            }
            tags.extend(role.tags.iter().cloned());
            if filter.tag.as_ref().is_none_or(|wanted| role.tags.contains(wanted)) {
                all.push(Fact::new(as_named(role, &account)?, authorization.exchanges()));
            }
        }
    }
    w.record.rest_on(&exchanges);
    w.settle()?;
    let source = format!("iam:GetAccountAuthorizationDetails of {searched}: {seen} roles");
    if all.is_empty() && !w.is_examined_elsewhere() {
        let pairs = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let why = filter.tag.as_ref().map(|(key, value)| none_tagged("role", (key, value), pairs));
        return Err(nobody(w, &source, &filter, why));
    }
    if linked > 0 {
        left_out.push(format!("{linked} service-linked roles: AWS alone decides what they can do"));
    }
    let called = Some(format!("roles{} of {searched}", filter.in_words()));
    Ok(Members { all, called, source, left_out, exchanges })
}

fn as_named(role: &PrincipalPolicies, account: &AccountId) -> Result<NamedRole, Stop> {
    let trust_policy = role.trust_policy.clone();
    let trust_policy = trust_policy.ok_or_else(|| Stop::because(format!("role {} has no trust policy", role.arn)))?;
    Ok(NamedRole { arn: role.arn.clone(), account: account.clone(), trust_policy })
}
