//! Roles that matter, and the trust policies that say who can put them on. Judges nothing.

use std::sync::Arc;

use logproof_estate::{
    AccountId, ExchangeId,
    record::Subject,
    world::{LogproofWorld, Stop},
};
use logproof_policy::Policy;
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

    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(&self.arn).at(&self.account, None)
    }

    /// A statement in its trust policy, which keeps nobody out who enters as `of` says.
    pub(crate) fn deny(&self, sid: &'static str, condition: Value, of: Entering) -> Remedy {
        let place = Place::Resource(Target { kind: Kind::Trust, arn: self.arn.clone(), text: self.text.clone() });
        let keeping = Keeping::Role { arn: self.arn.clone(), of };
        Remedy::Deny(Box::new(Deny { sid, places: vec![place], on: On::These(Vec::new()), condition, keeping }))
    }

    /// A claim about who can put it on, with what else it rests on.
    pub(crate) fn claim(&self, expected: &str, change: &str, further: &[ExchangeId]) -> Claim {
        Claim {
            subject: self.subject(),
            account: self.account.clone(),
            expected: expected.to_owned(),
            change: change.to_owned(),
            exchanges: [&self.exchanges, further].concat(),
            stood_for_by: None,
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
