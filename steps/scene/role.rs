//! Roles that matter, and the trust policies that say who can put them on. Judges nothing.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use logproof_estate::{
    AccountId, ExchangeId, Fact,
    record::Subject,
    subjects::NamedRole,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Effect, Named, Policy};
use serde_json::Value;

use crate::{
    judgement::key_name::account_of,
    scene::{
        claim::Claim,
        policies::parse,
        proposal::{
            Deny, Kind, On, Place, Remedy, Target,
            kept::{Entering, Keeping},
        },
    },
};

/// A role as it is found.
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) account: AccountId,
    /// What says whether it exists, and whom it trusts.
    pub(crate) exchanges: Vec<ExchangeId>,
    /// Its trust policy; `None` when there is no such role.
    pub(crate) trust: Option<Arc<Policy>>,
    /// The same as it was read.
    text: Option<String>,
}

impl Role {
    /// Looks for the role with this ARN.
    pub(crate) async fn read(w: &mut LogproofWorld, arn: &str) -> Result<Self, Stop> {
        let (account, name) = place_of(arn)?;
        let role = w.see(w.estate()?.role(&account, name).await)?;
        let trust = match role.as_ref() {
            Some(found) => {
                let called = format!("the trust policy of {name}");
                Some(parse(w, &called, &found.trust_policy, "iam:GetRole", &account)?)
            }
            None => None,
        };
        let text = role.as_ref().as_ref().map(|found| found.trust_policy.clone());
        Ok(Self { arn: arn.to_owned(), account, exchanges: role.exchanges().to_vec(), trust, text })
    }

    /// The role as a scenario found it.
    pub(crate) fn of(w: &mut LogproofWorld, named: &Fact<NamedRole>) -> Result<Self, Stop> {
        let called = format!("the trust policy of {}", named.arn);
        let trust = parse(w, &called, &named.trust_policy, "iam:GetRole", &named.account)?;
        Ok(Self {
            arn: named.arn.clone(),
            account: named.account.clone(),
            exchanges: named.exchanges().to_vec(),
            trust: Some(trust),
            text: Some(named.trust_policy.clone()),
        })
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(&self.arn).at(&self.account, None)
    }

    /// A statement in its trust policy, which keeps nobody out who enters as `of` says.
    pub(crate) fn deny(&self, sid: &'static str, condition: Value, of: Entering) -> Remedy {
        let place = Place::Resource(Target { kind: Kind::Trust, arn: self.arn.clone(), text: self.text.clone() });
        let keeping = Keeping::Role { arn: self.arn.clone(), of };
        Remedy::Deny(Box::new(Deny { sid, places: vec![place], on: On::These(Vec::new()), condition, keeping }))
    }

    /// A claim about who can put it on, with what else it is based on.
    pub(crate) fn claim(&self, expected: &str, change: &str, further: &[ExchangeId]) -> Claim {
        Claim {
            subject: self.subject(),
            account: self.account.clone(),
            expected: expected.to_owned(),
            change: change.to_owned(),
            exchanges: [&self.exchanges, further].concat(),
            represented_by: None,
        }
    }
}

/// The account and the name of the role with this ARN.
pub(crate) fn place_of(arn: &str) -> Result<(AccountId, &str), Stop> {
    match (account_of(arn), arn.rsplit('/').next()) {
        (Some(account), Some(name)) => Ok((account, name)),
        _ => Err(Stop::because(format!("`{arn}` is not the ARN of a role"))),
    }
}

/// These roles and those behind them: whoever a trust policy names by whole ARN can become the role, and whoever can become
/// that one, too. Each once, and only roles of accounts of the organization; others are judged where they are named.
pub(crate) async fn with_those_behind(
    w: &mut LogproofWorld,
    roles: impl IntoIterator<Item = String>,
) -> Result<Vec<Role>, Stop> {
    let estate = w.estate()?;
    let mut waiting: VecDeque<String> = roles.into_iter().collect();
    let mut met: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some(arn) = waiting.pop_front() {
        let role = Role::read(w, &arn).await?;
        let named: BTreeSet<String> = role.trust.iter().flat_map(|trust| roles_named(trust)).collect();
        if !named.is_empty() {
            let directory = w.see(estate.directory().await)?;
            let ours =
                |arn: &String| account_of(arn).is_some_and(|id| directory.active().any(|account| account.id == id));
            waiting.extend(named.into_iter().filter(ours).filter(|arn| met.insert(arn.clone())));
        }
        found.push(role);
    }
    Ok(found)
}

/// Whom the statements of a trust policy that allow something name.
pub(crate) fn principals_allowed(trust: &Policy) -> impl Iterator<Item = Named<'_>> {
    let allow = trust.statements().iter().filter(|statement| statement.effect() == Some(Effect::Allow));
    allow.flat_map(|statement| statement.principals())
}

/// ARNs of the roles that a trust policy allows by name.
fn roles_named(trust: &Policy) -> Vec<String> {
    let arns = principals_allowed(trust).filter_map(|principal| match principal {
        Named::Arn(arn) if arn.contains(":role/") && !arn.contains(['*', '?']) => Some(arn.to_owned()),
        _ => None,
    });
    arns.collect()
}
