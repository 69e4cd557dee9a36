//! What a role is allowed by its own side: its policies, its permissions boundary and the service control policies above
//! its account. What a resource's own policy grants it besides is a question about that resource.

use std::{collections::BTreeSet, sync::Arc};

use logproof_estate::{
    ExchangeId, Fact,
    facts::AccountAuthorization,
    record::Subject,
    subjects::NamedRole,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Identity, Policy, Question, Scene, Who};

use crate::scene::{
    claim::{Answered, Claim},
    organization::OrganizationView,
    policies::delegating,
    principals::{identities, role},
    proposal::Remedy,
};

/// An account that is none of the organization's, as the owner of a resource.
const STRANGER: &str = "999999999999";

/// A role with the policies of its own side.
struct OwnSide {
    identity: Identity,
    view: OrganizationView,
    exchanges: Vec<ExchangeId>,
}

/// Judges that the role's own side allows no request to these actions on any resource that the pattern matches, whoever
/// owns it.
pub(crate) async fn must_not_allow(
    w: &mut LogproofWorld,
    named: &Fact<NamedRole>,
    actions: &[String],
    on: Option<&str>,
) -> Judged {
    let side = OwnSide::read(w, named).await?;
    let list = actions.join(", ");
    let question = Question::about(actions.iter().map(String::as_str))
        .on_all(on.unwrap_or("*"))
        .by(Who::exactly(role(&named.arn)));
    let mut answered: Option<Answered> = None;
    for owner in side.owners(named) {
        let next = Answered::of(&side.scene(w, named, &owner)?, &question);
        match &mut answered {
            None => answered = Some(next),
            Some(answered) => answered.join(next),
        }
    }
    let claim = Claim {
        subject: Subject::arn(&named.arn).at(&named.account, None),
        account: named.account.clone(),
        expected: match on {
            Some(on) => format!("the role's own policies allow no request to {list} on {on}"),
            None => format!("the role's own policies allow no request to {list}"),
        },
        change: format!("take {list} out of the policies of the role, or deny it in its permissions boundary"),
        exchanges: side.exchanges.clone(),
        represented_by: None,
    };
    let answered = answered.ok_or_else(|| Stop::because("no account owns anything"))?;
    let proposal = match answered.found() {
        Some(_) => {
            let remedy = Remedy::Unknown("what the role needs is known to its owner alone");
            Some(remedy.proposed(w, &[]).await)
        }
        None => None,
    };
    claim.conclude(w, answered, proposal);
    Ok(())
}

impl OwnSide {
    async fn read(w: &mut LogproofWorld, named: &Fact<NamedRole>) -> Result<Self, Stop> {
        let authorization = w.see(w.estate()?.account_authorization(&named.account).await)?;
        let it = authorization.roles.iter().find(|one| one.arn == named.arn).cloned();
        let only = AccountAuthorization { users: Vec::new(), roles: it.into_iter().collect(), groups: Vec::new() };
        let identity = identities(w, &named.account, &only)?.pop().ok_or_else(|| {
            Stop::because(format!("iam:GetAccountAuthorizationDetails does not list role {}", named.arn))
        })?;
        let policies: Vec<&Policy> = identity.policies.iter().chain(&identity.boundary).map(Arc::as_ref).collect();
        let view = OrganizationView::read(w, &policies, &[named.account.as_str()]).await?;
        let exchanges = [named.exchanges(), authorization.exchanges(), view.exchanges()].concat();
        Ok(Self { identity, view, exchanges })
    }

    /// Accounts that may own what is asked about: as many as the policies tell apart, the role's own first.
    fn owners(&self, named: &NamedRole) -> Vec<String> {
        let accounts = &self.view.organization().accounts;
        let above = accounts.iter().filter(|one| one.id == named.account.as_str());
        let above = above.flat_map(|one| one.scps.iter().flatten().flatten());
        let policies = self.identity.policies.iter().chain(&self.identity.boundary).chain(above);
        let compared =
            policies.flat_map(|policy| policy.statements()).flat_map(|one| one.texts_of("aws:ResourceAccount"));
        let mut owners: BTreeSet<String> = compared.map(an_account).collect();
        owners.extend(accounts.iter().map(|one| one.id.clone()));
        owners.insert(STRANGER.to_owned());
        owners.remove(named.account.as_str());
        std::iter::once(named.account.to_string()).chain(owners).collect()
    }

    /// A resource of this owner, whose policy leaves everything to the policies of the role's account. Resource control
    /// policies bind resources of some accounts only, so they are left out.
    fn scene(&self, w: &mut LogproofWorld, named: &NamedRole, owner: &str) -> Result<Scene, Stop> {
        let delegating = delegating(w, named.account.as_str())?;
        let mut scene = self.view.scene(&named.account, Some(delegating));
        owner.clone_into(&mut scene.resource_account);
        for account in &mut scene.organization.accounts {
            account.rcps = None;
            if account.id == named.account.as_str() {
                *account = account.clone().with_identities(vec![self.identity.clone()]);
            }
        }
        Ok(scene)
    }
}

/// An account that a text or pattern of policies fits.
fn an_account(pattern: &str) -> String {
    let digits = pattern.replace('?', "9");
    let missing = 12_usize.saturating_sub(digits.chars().filter(char::is_ascii_digit).count());
    digits.replacen('*', &"9".repeat(missing), 1).replace('*', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_accounts_is_filled_in() {
        assert_eq!(an_account("888888888888"), "888888888888");
        assert_eq!(an_account("8888*"), "888899999999");
        assert_eq!(an_account("88888888888?"), "888888888889");
    }
}
