//! Users and roles as the policy engine sees them.

use std::{collections::HashMap, sync::Arc};

use logproof_estate::{
    AccountId,
    facts::{AccountAuthorization, PrincipalPolicies},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Identity, Policy, Principal};

use crate::scene::policies::{note_unclassified, parse};

/// The users and roles of an account as the policy engine wants them.
pub(crate) fn identities(
    w: &mut LogproofWorld,
    account: &AccountId,
    authorization: &AccountAuthorization,
) -> Result<Vec<Identity>, Stop> {
    let mut identities = Vec::new();
    let mut documents = Documents::default();
    let users = authorization.users.iter().map(|user| (user, true));
    for (principal, is_user) in users.chain(authorization.roles.iter().map(|role| (role, false))) {
        identities.push(identity(w, account, principal, is_user, &mut documents)?);
    }
    Ok(identities)
}

/// One role of an account as the policy engine wants it.
pub(crate) fn identity_of_role(
    w: &mut LogproofWorld,
    account: &AccountId,
    role: &PrincipalPolicies,
) -> Result<Identity, Stop> {
    identity(w, account, role, false, &mut Documents::default())
}

/// Documents by their text, each parsed once: many roles hold the same, and the engine asks one of those that hold nothing
/// else.
type Documents<'t> = HashMap<&'t str, Arc<Policy>>;

fn identity<'t>(
    w: &mut LogproofWorld,
    account: &AccountId,
    principal: &'t PrincipalPolicies,
    is_user: bool,
    documents: &mut Documents<'t>,
) -> Result<Identity, Stop> {
    let mut policies = Vec::new();
    for policy in &principal.policies {
        let name = format!("policy {} of {}", policy.name, principal.arn);
        policies.push(document(w, account, &name, &policy.document, documents)?);
    }
    let boundary = match &principal.boundary {
        Some(policy) => {
            let name = format!("boundary {} of {}", policy.name, principal.arn);
            Some(document(w, account, &name, &policy.document, documents)?)
        }
        None => None,
    };
    let who = if is_user {
        Principal::User { arn: principal.arn.clone(), account: account.to_string() }
    } else {
        role(&principal.arn)
    };
    Ok(Identity { principal: who, policies, boundary, tags: principal.tags.clone() })
}

fn document<'t>(
    w: &mut LogproofWorld,
    account: &AccountId,
    name: &str,
    text: &'t str,
    documents: &mut Documents<'t>,
) -> Result<Arc<Policy>, Stop> {
    if let Some(parsed) = documents.get(text) {
        let policy = Arc::new(parsed.renamed(name));
        note_unclassified(w, &policy);
        return Ok(policy);
    }
    let policy = parse(w, name, text, "iam:GetAccountAuthorizationDetails", account)?;
    documents.insert(text, Arc::clone(&policy));
    Ok(policy)
}

/// A session of the role with this ARN.
pub(crate) fn role(arn: &str) -> Principal {
    Principal::session(arn, arn.split(':').nth(4).unwrap_or_default(), "session")
}

/// The user, role or root user an ARN names.
pub(crate) fn principal(arn: &str) -> Principal {
    let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
    if arn.ends_with(":root") {
        Principal::Root { arn: arn.to_owned(), account }
    } else if arn.contains(":user/") {
        Principal::User { arn: arn.to_owned(), account }
    } else {
        role(arn)
    }
}

/// Whether the ARN may mean many: then nobody in particular was approved.
pub(crate) fn is_pattern(arn: &str) -> bool {
    arn.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_a_principal_of_its_kind() {
        assert!(matches!(principal("arn:aws:iam::111111111111:root"), Principal::Root { .. }));
        assert!(matches!(principal("arn:aws:iam::111111111111:user/a/b"), Principal::User { .. }));
        let Principal::Role { session_arn, .. } = principal("arn:aws:iam::111111111111:role/team/x") else {
            panic!("a role");
        };
        assert_eq!(session_arn, "arn:aws:sts::111111111111:assumed-role/x/session");
        let Principal::Role { session_arn, .. } = principal("arn:aws-cn:iam::111111111111:role/team/x") else {
            panic!("a role");
        };
        assert_eq!(session_arn, "arn:aws-cn:sts::111111111111:assumed-role/x/session");
    }
}
