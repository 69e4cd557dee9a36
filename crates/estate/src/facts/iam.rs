//! AWS IAM. Policy documents are URL-decoded text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A role. See: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Role name.
    pub name: String,
    /// Role ARN, path included.
    pub arn: String,
    /// Trust policy text.
    pub trust_policy: String,
    /// Last use within the tracking period (400 days); `None` means none was seen.
    pub last_used: Option<Timestamp>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Permission boundary ARN.
    pub boundary: Option<String>,
    /// Longest session that may be asked for, in seconds; nothing where the answer does not have it.
    #[serde(default)]
    pub max_session_seconds: Option<i64>,
}

/// A policy document with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPolicy {
    /// Inline policy name or managed policy ARN.
    pub name: String,
    /// Policy document text.
    pub document: String,
}

/// A user or role with everything that grants it permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalPolicies {
    /// ARN of the user or role.
    pub arn: String,
    /// Inline and attached managed policies; behind a user's own those of its groups, group by group.
    pub policies: Vec<NamedPolicy>,
    /// Names of a user's groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Permission boundary.
    pub boundary: Option<NamedPolicy>,
    /// Trust policy text of a role.
    pub trust_policy: Option<String>,
    /// Tags as (key, value).
    pub tags: Vec<(String, String)>,
}

/// Every user and role of an account. See: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountAuthorization {
    /// Users.
    pub users: Vec<PrincipalPolicies>,
    /// Roles, service-linked ones included.
    pub roles: Vec<PrincipalPolicies>,
    /// Groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupPolicies>,
}

/// A group of users with what it grants them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPolicies {
    /// Group name.
    pub name: String,
    /// Inline and attached managed policies.
    pub policies: Vec<NamedPolicy>,
}
