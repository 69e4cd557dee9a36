//! A bucket or key with its policy, in its organization: all that a question about who can do what with it needs, and
//! the one way such a question is asked, answered and recorded.

use std::sync::Arc;

use logproof_estate::{
    AccountId, ExchangeId, Region,
    record::Subject,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Identity, Policy, Question, Scene};

use crate::scene::{
    claim::Claim,
    organization::OrganizationView,
    policies::shared,
    principals::identities,
    proposal::{Kind, Place, Remedy, Target},
};

/// A bucket or key, with what decides on requests for it.
pub(crate) struct ResourceAccess<R> {
    pub(crate) resource: R,
    pub(crate) arn: String,
    pub(crate) owner: AccountId,
    pub(crate) region: Region,
    /// Its own policy, where it has one.
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) organization: OrganizationView,
    kind: Kind,
    /// Its own policy as it was read.
    text: Option<String>,
    exchanges: Vec<ExchangeId>,
}

/// What is read of a resource before anything is asked.
pub(crate) struct ResourceRead<R> {
    pub(crate) resource: R,
    pub(crate) kind: Kind,
    pub(crate) arn: String,
    pub(crate) owner: AccountId,
    pub(crate) region: Region,
    /// Its own policy as text, where it has one.
    pub(crate) text: Option<String>,
    /// What findings call its policy, and the operation that returns it.
    pub(crate) policy: (String, &'static str),
    pub(crate) exchanges: Vec<ExchangeId>,
}

/// Whose users and roles a question is asked of; administrators are assumed everywhere else.
#[derive(Clone, Copy)]
pub(crate) enum Callers {
    /// An administrator in the resource's own account, too.
    Assumed,
    /// The users and roles the resource's own account has.
    Inventory,
}

/// Requests that must not be allowed, what a finding says of them, and what would close it.
pub(crate) struct Refusal {
    pub(crate) question: Question,
    pub(crate) callers: Callers,
    pub(crate) expected: String,
    pub(crate) change: String,
    pub(crate) remedy: Remedy,
}

impl<R> ResourceAccess<R> {
    /// Reads the organization around a resource. No account in `ids` is represented by another.
    pub(crate) async fn around(w: &mut LogproofWorld, read: ResourceRead<R>, ids: &[&str]) -> Result<Self, Stop> {
        let ResourceRead { resource, kind, arn, owner, region, text, policy: (called, operation), exchanges } = read;
        let policy = match &text {
            Some(text) => Some(shared(w, &called, text, operation, &owner)?),
            None => None,
        };
        let own: Vec<&Policy> = policy.iter().map(Arc::as_ref).collect();
        let organization = OrganizationView::read(w, &own, ids).await?;
        let exchanges = [&exchanges, organization.exchanges()].concat();
        w.record.rest_on(&exchanges);
        Ok(Self { resource, arn, owner, region, policy, organization, kind, text, exchanges })
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(&self.arn).at(&self.owner, Some(&self.region))
    }

    pub(crate) fn claim(&self, expected: impl Into<String>, change: impl Into<String>) -> Claim {
        Claim {
            subject: self.subject(),
            account: self.owner.clone(),
            expected: expected.into(),
            change: change.into(),
            exchanges: self.exchanges.clone(),
            represented_by: None,
        }
    }

    /// Adds what the answers are based on besides.
    pub(crate) fn rest_on(&mut self, further: &[ExchangeId]) {
        for id in further {
            if !self.exchanges.contains(id) {
                self.exchanges.push(id.clone());
            }
        }
    }

    /// Its own policy as it was read.
    pub(crate) fn policy_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    pub(crate) fn exchanges(&self) -> &[ExchangeId] {
        &self.exchanges
    }

    /// The resource with an administrator assumed in every account.
    pub(crate) fn scene(&self) -> Scene {
        self.organization.scene(&self.owner, self.policy.clone())
    }

    /// The same, with an account that may be none of the organization's.
    pub(crate) fn scene_with(&self, account: &str) -> Scene {
        self.organization.scene_with_account(&self.owner, self.policy.clone(), account)
    }

    /// The resource with the real users and roles of its own account.
    pub(crate) async fn scene_with_inventory(&mut self, w: &mut LogproofWorld) -> Result<Scene, Stop> {
        let inventory = self.inventory(w).await?;
        Ok(self.organization.scene_with_inventory(&self.owner, self.policy.clone(), &inventory))
    }

    /// Asks, records the answer and ends the step.
    pub(crate) async fn must_refuse(mut self, w: &mut LogproofWorld, refusal: Refusal) -> Judged {
        let scene = match refusal.callers {
            Callers::Assumed => self.scene(),
            Callers::Inventory => self.scene_with_inventory(w).await?,
        };
        let claim = self.claim(refusal.expected, refusal.change);
        claim.prove(w, &scene, &refusal.question, refusal.remedy).await;
        w.settle()
    }

    /// Its own policy, as a place for a statement.
    pub(crate) fn own_policy(&self) -> Place {
        Place::Resource(Target { kind: self.kind, arn: self.arn.clone(), text: self.text.clone() })
    }

    /// The users and roles of its account.
    async fn inventory(&mut self, w: &mut LogproofWorld) -> Result<Vec<Identity>, Stop> {
        let estate = w.estate()?;
        let authorization = w.see(estate.account_authorization(&self.owner).await)?;
        self.rest_on(authorization.exchanges());
        identities(w, &self.owner, &authorization)
    }
}
