//! What changes in AWS Organizations.

use logproof_estate::{
    AccountId,
    facts::{Account, OrgPolicyKind, OrganizationalUnit},
};
use serde::{Deserialize, Serialize};

use crate::{document::Document, planned::Planned};

/// What changes in AWS Organizations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OrganizationChange {
    /// The policy types that the root has enabled, all of them.
    EnabledPolicyTypes(Planned<Vec<String>>),
    /// `ALL` or `CONSOLIDATED_BILLING`.
    FeatureSet(Planned<String>),
    /// A unit is created, renamed or moved. Its id may be a symbol.
    Unit(Planned<OrganizationalUnit>),
    /// A unit is deleted.
    UnitDeleted {
        /// Its id.
        id: String,
    },
    /// An account is created, renamed or moved. Its id may be a symbol; an empty parent is the root for a new account, and
    /// no move of another.
    Account(Planned<Account>),
    /// An account leaves the organization, or is closed (`SUSPENDED`).
    AccountGone {
        /// Its id.
        id: AccountId,
        /// Closed, and so suspended; else it is no longer a member.
        closed: bool,
    },
    /// A policy is created, or its name or content is set. Its id may be a symbol; attachments are edits of their own.
    Policy {
        /// Its kind.
        kind: OrgPolicyKind,
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// Its content.
        content: Document,
    },
    /// A policy is deleted.
    PolicyDeleted {
        /// Its id.
        id: String,
    },
    /// A policy is attached.
    Attached {
        /// Id of the policy.
        policy: String,
        /// Id of the root, unit or account.
        target: String,
    },
    /// A policy is detached.
    Detached {
        /// Id of the policy.
        policy: String,
        /// Id of the root, unit or account.
        target: String,
    },
    /// An account becomes delegated administrator of a service, or ceases to be.
    DelegatedAdministrator {
        /// Service principal.
        service: String,
        /// The account.
        account: AccountId,
        /// Whether it is from now on.
        registered: bool,
    },
    /// The policy by which the organization delegates its administration.
    DelegationPolicy(Option<Document>),
}
