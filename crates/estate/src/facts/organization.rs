//! AWS Organizations and the caller.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::place::AccountId;

/// Who the credentials belong to. See: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerIdentity {
    /// Account of the caller.
    pub account: AccountId,
    /// ARN of the caller (user, assumed-role session, root).
    pub arn: String,
    /// Unique id of the caller.
    pub user_id: String,
}

/// The organization. See: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `o-...`.
    pub id: String,
    /// ARN of the organization.
    pub arn: String,
    /// The management account.
    pub management_account: AccountId,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    pub feature_set: String,
}

/// Every node of the organization. Complete: the accounts found below the roots equal the accounts listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// The root (an organization has one).
    pub root: Root,
    /// Organizational units, parents before children.
    pub units: Vec<OrganizationalUnit>,
    /// Accounts, by id.
    pub accounts: Vec<Account>,
}

impl Directory {
    /// Ids from the root down to the account: root, each organizational unit, the account itself. Empty when the
    /// account is not in the organization.
    #[must_use]
    pub fn path(&self, account: &AccountId) -> Vec<String> {
        self.accounts.iter().find(|a| &a.id == account).map_or_else(Vec::new, |found| self.path_of(found))
    }

    /// The same of an account that is in the organization: it need not be looked for.
    #[must_use]
    pub fn path_of(&self, account: &Account) -> Vec<String> {
        let mut path = vec![account.id.to_string()];
        let mut parent = account.parent.clone();
        // Bounded by the number of units: a cycle cannot exist in Organizations, but input is input.
        for _ in 0..=self.units.len() {
            path.push(parent.clone());
            match self.units.iter().find(|unit| unit.id == parent) {
                Some(unit) => parent = unit.parent.clone(),
                None => break,
            }
        }
        path.reverse();
        path
    }

    /// Accounts that can be examined: those with status `ACTIVE`.
    pub fn active(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(|account| account.status == "ACTIVE")
    }

    /// Those of the wanted accounts that cannot be examined, one line each: id, name and status.
    pub fn left_out(&self, wanted: impl Fn(&Account) -> bool) -> Vec<String> {
        let others = self.accounts.iter().filter(|account| account.status != "ACTIVE" && wanted(account));
        others.map(|account| format!("{} ({}): {}", account.id, account.name, account.status)).collect()
    }
}

/// The root of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// `r-...`.
    pub id: String,
    /// ARN of the root.
    pub arn: String,
    /// Policy types with status `ENABLED`, for example `SERVICE_CONTROL_POLICY`.
    pub enabled_policy_types: Vec<String>,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationalUnit {
    /// `ou-...`.
    pub id: String,
    /// ARN of the unit.
    pub arn: String,
    /// Name of the unit.
    pub name: String,
    /// Id of the root or unit above it.
    pub parent: String,
}

/// A member (or the management) account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Account id.
    pub id: AccountId,
    /// ARN of the account in the organization.
    pub arn: String,
    /// Account name.
    pub name: String,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` ...
    pub status: String,
    /// Id of the root or unit it is in.
    pub parent: String,
    /// When it joined.
    pub joined: Option<Timestamp>,
}

/// Kind of organization policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrgPolicyKind {
    /// Service control policy.
    ServiceControl,
    /// Resource control policy.
    ResourceControl,
}

impl OrgPolicyKind {
    /// The name the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }
}

/// An SCP or RCP with its attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgPolicy {
    /// `p-...`.
    pub id: String,
    /// ARN of the policy.
    pub arn: String,
    /// Name of the policy.
    pub name: String,
    /// Managed by AWS, like `FullAWSAccess`.
    pub aws_managed: bool,
    /// Policy document text.
    pub content: String,
    /// Ids of the root, units and accounts it is attached to.
    pub targets: Vec<String>,
}

/// A delegated administrator account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegatedAdministrator {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
}
