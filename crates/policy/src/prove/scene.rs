//! The world a question is asked in: accounts, their organization, the resource's policy.
//!
//! Owns the facts the caller supplies, and the decision of one request among them. Must not know how questions about
//! many requests are answered.

use std::sync::Arc;

use crate::cancellation::Cancellation;
use crate::context::Context;
use crate::decide::{Request, decide};
use crate::decision::Decided;
use crate::model::Policy;
use crate::partition::Partition;
use crate::principal::Principal;
use crate::prove::population;

/// The organization and every account that matters.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    /// The organization's id, such as `o-exampleorgid`; `None` for a lone account.
    pub id: Option<String>,
    /// The partition all of it is in. Callers, and the resources services act for, are of this partition; principals
    /// of another one cannot call.
    pub partition: Partition,
    /// Known accounts. One that is named in a policy but not listed here counts as an outsider.
    pub accounts: Vec<Account>,
}

impl Organization {
    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.id == id)
    }

    pub(crate) fn is_member(&self, id: &str) -> bool {
        self.id.is_some() && self.account(id).is_some_and(|a| a.member)
    }
}

/// Policies per level: root, organizational units, account.
pub type Levels = Vec<Vec<Arc<Policy>>>;

/// One account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Whether the account belongs to the organization.
    pub member: bool,
    /// Whether it is the management account.
    pub management: bool,
    /// SCPs on the account's path; `None` if there is no SCP layer.
    pub scps: Option<Levels>,
    /// RCPs on the account's path; `None` if there is no RCP layer.
    pub rcps: Option<Levels>,
    /// The account's `aws:PrincipalOrgPaths` value, such as `o-a1/r-b2/ou-c3/`, if it is known.
    pub org_path: Option<String>,
    /// Who is in the account.
    pub identities: Identities,
}

impl Account {
    /// A member account of which nothing else is known: assume an administrator inside.
    #[must_use]
    pub fn member(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            member: true,
            management: false,
            scps: None,
            rcps: None,
            org_path: None,
            identities: Identities::Unknown,
        }
    }

    /// The management account.
    #[must_use]
    pub fn management(id: &str) -> Self {
        Self { management: true, ..Self::member(id) }
    }

    /// A known account outside the organization.
    #[must_use]
    pub fn outside(id: &str) -> Self {
        Self { member: false, ..Self::member(id) }
    }

    /// The same account with the SCPs on its path.
    #[must_use]
    pub fn with_scps(mut self, levels: Levels) -> Self {
        self.scps = Some(levels);
        self
    }

    /// The same account with the RCPs on its path.
    #[must_use]
    pub fn with_rcps(mut self, levels: Levels) -> Self {
        self.rcps = Some(levels);
        self
    }

    /// The same account with a complete inventory of its users and roles.
    #[must_use]
    pub fn with_identities(mut self, identities: Vec<Identity>) -> Self {
        self.identities = Identities::Known(identities);
        self
    }
}

/// What is known of an account's users and roles.
#[derive(Debug, Clone)]
pub enum Identities {
    /// Nothing: any name may exist, with an identity policy that allows everything.
    Unknown,
    /// These and no others, besides the root user.
    Known(Vec<Identity>),
}

/// A user or role with its policies.
#[derive(Debug, Clone)]
pub struct Identity {
    /// A user or a role (with any session name).
    pub principal: Principal,
    /// Attached and inline policies, those of groups too.
    pub policies: Vec<Arc<Policy>>,
    /// The permissions boundary.
    pub boundary: Option<Arc<Policy>>,
    /// Tags, as names and values.
    pub tags: Vec<(String, String)>,
}

/// The world around one resource.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// The organization and its accounts.
    pub organization: Organization,
    /// The account that owns the resource. Empty means: each caller's own account, see
    /// [`Scene::in_every_account`].
    pub resource_account: String,
    /// The resource's own policy.
    pub resource_policy: Option<Arc<Policy>>,
    /// Ends the work on questions about this scene before they are decided.
    pub cancellation: Cancellation,
}

impl Scene {
    /// The same resource in every account, each asked by its own principals: the trail of an
    /// organization, the recorder of each account. Only the identity side and the SCPs on each
    /// account's path decide, so one question covers all accounts. Ask it of [`super::Who::organization`].
    #[must_use]
    pub fn in_every_account(organization: Organization) -> Self {
        Self { organization, ..Self::default() }
    }

    /// Decides one request of a caller with everything that has a say in this scene. Keys that AWS derives from the
    /// caller (`aws:PrincipalArn`, `aws:PrincipalOrgID`, tags ..) are filled in; `context` adds the others and wins
    /// over them. `None` when nobody can be this caller: its account is known and has no such user or role, or it is of
    /// another partition.
    #[must_use]
    pub fn decide(&self, principal: &Principal, action: &str, resource: &str, context: &Context) -> Option<Decided> {
        if !population::is_known(self, principal) {
            return None;
        }
        let mut keys = population::keys(self, principal);
        let owner = match self.resource_account.as_str() {
            "" => principal.account().unwrap_or_default(),
            owner => owner,
        };
        keys.insert("aws:ResourceAccount", owner);
        if let Some(organization) = self.organization.id.as_deref().filter(|_| self.organization.is_member(owner)) {
            keys.insert("aws:ResourceOrgID", organization);
            if let Some(path) = self.organization.account(owner).and_then(|owner| owner.org_path.clone()) {
                keys.insert("aws:ResourceOrgPaths", vec![path]);
            }
        }
        for (key, value) in context.iter() {
            keys.insert(key, value.clone());
        }
        let request = Request::new(principal.clone(), action, resource).with_context(keys).owned_by(owner);
        Some(decide(&request, &population::policies(self, principal)))
    }
}
