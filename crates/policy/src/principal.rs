//! Who makes a request, and whether a `Principal` element names them.
//!
//! Owns exact matching of principals and the class of grant a match is. Must not know layers.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

use serde::{Deserialize, Serialize};

use crate::partition::Partition;
use crate::problem::Problem;
use crate::tri::{Doubt, Tri};

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Principal {
    /// An IAM user.
    User {
        /// `arn:aws:iam::ACCOUNT:user/...`
        arn: String,
        /// Account of the user.
        account: String,
    },
    /// A session of an IAM role.
    Role {
        /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`
        role_arn: String,
        /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`
        session_arn: String,
        /// Account of the role.
        account: String,
        /// A service-linked role, which no SCP or RCP restricts.
        service_linked: bool,
    },
    /// A session of an IAM user got with `GetFederationToken`.
    Federated {
        /// `arn:aws:sts::ACCOUNT:federated-user/NAME`
        arn: String,
        /// ARN of the user that asked for the session.
        user_arn: String,
        /// Account of the user.
        account: String,
    },
    /// The root user of an account.
    Root {
        /// `arn:aws:iam::ACCOUNT:root`
        arn: String,
        /// The account.
        account: String,
    },
    /// An AWS service acting for itself, such as `cloudtrail.amazonaws.com`.
    Service {
        /// Name of the service principal.
        name: String,
    },
    /// A caller who signs in through a web or SAML identity provider (role trust policies only).
    WebIdentity {
        /// ARN or name of the provider.
        provider: String,
    },
    /// A request without credentials.
    Anonymous,
}

impl Principal {
    /// The caller an ARN names: a user, the root user of an account, a role (then a session of it) or a session; `None`
    /// when the text names no caller.
    #[must_use]
    pub fn named(arn: &str) -> Option<Self> {
        let partition = Partition::of_arn(arn)?;
        let ["arn", _, service, "", account, name] = *arn.splitn(6, ':').collect::<Vec<_>>().as_slice() else {
            return None;
        };
        if !crate::parse::is_account(account) {
            return None;
        }
        let of = || account.to_owned();
        match (service, name.split_once('/')) {
            ("iam", None) if name == "root" => Some(Self::Root { arn: arn.to_owned(), account: of() }),
            ("iam", Some(("user", _))) => Some(Self::User { arn: arn.to_owned(), account: of() }),
            ("iam", Some(("role", _))) => Some(Self::session(arn, account, "session")),
            ("sts", Some(("assumed-role", rest))) => {
                let role = rest.split('/').next().unwrap_or_default();
                let role_arn = partition.arn("iam", "", account, &format!("role/{role}"));
                Some(Self::Role { role_arn, session_arn: arn.to_owned(), account: of(), service_linked: false })
            }
            _ => None,
        }
    }

    /// A session of the role with this ARN, in the role's own partition.
    #[must_use]
    pub fn session(role_arn: &str, account: &str, session: &str) -> Self {
        let name = role_arn.rsplit('/').next().unwrap_or_default();
        let partition = Partition::of_arn(role_arn).unwrap_or_default();
        Self::Role {
            role_arn: role_arn.to_owned(),
            session_arn: partition.arn("sts", "", account, &format!("assumed-role/{name}/{session}")),
            account: account.to_owned(),
            // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
            service_linked: role_arn.contains(":role/aws-service-role/"),
        }
    }

    /// The partition of the caller; `None` for services and callers without credentials, who are of any.
    #[must_use]
    pub fn partition(&self) -> Option<Partition> {
        self.condition_arn().and_then(Partition::of_arn)
    }

    /// The account the caller belongs to; services and anonymous callers have none.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::User { account, .. }
            | Self::Role { account, .. }
            | Self::Federated { account, .. }
            | Self::Root { account, .. } => Some(account),
            Self::Service { .. } | Self::WebIdentity { .. } | Self::Anonymous => None,
        }
    }

    /// Whether a name has the form of an AWS service principal: `cloudtrail.amazonaws.com` has,
    /// `cloudtrail.amazonaws.com.example.net` has not.
    #[must_use]
    pub fn is_service_name(name: &str) -> bool {
        crate::parse::is_service(name)
    }

    /// The value of `aws:PrincipalArn`: for a session it is the role's ARN, never the session's.
    // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    #[must_use]
    pub fn condition_arn(&self) -> Option<&str> {
        match self {
            Self::User { arn, .. } | Self::Root { arn, .. } | Self::Federated { arn, .. } => Some(arn),
            Self::Role { role_arn, .. } => Some(role_arn),
            Self::Service { .. } | Self::WebIdentity { .. } | Self::Anonymous => None,
        }
    }

    /// Whether the caller is a service-linked role.
    #[must_use]
    pub fn is_service_linked_role(&self) -> bool {
        matches!(self, Self::Role { service_linked: true, .. })
    }
}

impl std::fmt::Display for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User { arn, .. } => write!(f, "user `{arn}`"),
            Self::Role { role_arn, service_linked: true, .. } => write!(f, "service-linked role `{role_arn}`"),
            Self::Role { role_arn, .. } => write!(f, "role `{role_arn}`"),
            Self::Federated { arn, .. } => write!(f, "federated user `{arn}`"),
            Self::Root { account, .. } => write!(f, "the root user of account `{account}`"),
            Self::Service { name } => write!(f, "service `{name}`"),
            Self::WebIdentity { provider } => write!(f, "an identity of `{provider}`"),
            Self::Anonymous => f.write_str("anyone without credentials"),
        }
    }
}

/// What stands for the account in the ARN of an origin access identity, with which a distribution of anybody's reads.
// See: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
pub(crate) const CLOUDFRONT: &str = "cloudfront";

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone)]
pub(crate) struct PrincipalElement {
    pub(crate) negated: bool,
    pub(crate) entries: Vec<Entry>,
}

/// One name in a principal element.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    /// A lone `*`.
    Everyone,
    /// An account, by number (then of the partition the policy is in) or by root ARN.
    Account {
        id: String,
        partition: Option<Partition>,
    },
    /// A user, role, session or federated user.
    Arn(String),
    Service(String),
    AnyService,
    Provider(String),
    AnyProvider,
    /// An S3 canonical user id, which no other fact ties to an account.
    Canonical(String),
    /// Something that never names anybody: a wildcard inside an ARN, a deleted principal's id.
    Nobody(String),
    /// Something whose meaning is unknown.
    Unknown(Problem),
}

/// How directly a resource policy grants; it decides which other layers can take the grant away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// To a user, a session, a service or everyone.
    Direct,
    /// To a role, which boundaries and session policies still limit.
    Role,
    /// To an account, which only delegates to its identity policies.
    Account,
}

impl Entry {
    /// Whether the entry names this caller, and as what.
    fn names<'e>(&'e self, who: &Principal) -> Option<(Tri<'e>, Grant)> {
        let hit = |grant| Some((Tri::Yes, grant));
        match (self, who) {
            (Self::Everyone, _) => hit(Grant::Direct),
            (Self::Account { id, partition }, _) if who.account() == Some(id) => {
                // The account of that number in another partition is another account.
                let same = partition.is_none() || who.partition().is_none() || *partition == who.partition();
                let grant = if matches!(who, Principal::Root { .. }) { Grant::Direct } else { Grant::Account };
                if same { hit(grant) } else { None }
            }
            (Self::Arn(named), Principal::User { arn, .. }) if named == arn => hit(Grant::Direct),
            (Self::Arn(named), Principal::Federated { arn, .. }) if named == arn => hit(Grant::Direct),
            // A grant to the user who asked for the session is limited like a grant to a role.
            (Self::Arn(named), Principal::Federated { user_arn, .. }) if named == user_arn => hit(Grant::Role),
            (Self::Arn(named), Principal::Role { session_arn, .. }) if named == session_arn => hit(Grant::Direct),
            (Self::Arn(named), Principal::Role { role_arn, .. }) if named == role_arn => hit(Grant::Role),
            (Self::Service(named), Principal::Service { name }) if named == name => hit(Grant::Direct),
            (Self::AnyService, Principal::Service { .. }) => hit(Grant::Direct),
            (Self::Provider(named), Principal::WebIdentity { provider }) if named == provider => hit(Grant::Direct),
            (Self::AnyProvider, Principal::WebIdentity { .. }) => hit(Grant::Direct),
            (Self::Canonical(_), _) if who.account().is_some() => {
                Some((Tri::Maybe(Doubt::Missing("a canonical user id cannot be tied to an account")), Grant::Account))
            }
            (Self::Unknown(problem), _) => Some((Tri::Maybe(Doubt::Problem(problem)), Grant::Direct)),
            _ => None,
        }
    }
}

/// Whether a statement's principal element covers a caller, by class of grant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Covered<'p> {
    pub(crate) direct: Tri<'p>,
    pub(crate) role: Tri<'p>,
    pub(crate) account: Tri<'p>,
}

impl<'p> Covered<'p> {
    pub(crate) const NOBODY: Self = Self { direct: Tri::No, role: Tri::No, account: Tri::No };

    pub(crate) fn direct(truth: Tri<'p>) -> Self {
        Self { direct: truth, ..Self::NOBODY }
    }

    pub(crate) fn any(self) -> Tri<'p> {
        self.direct.or(self.role).or(self.account)
    }

    pub(crate) fn and(self, other: Tri<'p>) -> Self {
        Self { direct: self.direct.and(other), role: self.role.and(other), account: self.account.and(other) }
    }
}

impl PrincipalElement {
    /// Who is covered; `deny` and `bounded` matter for `NotPrincipal` only.
    pub(crate) fn covers(&self, who: &Principal, deny: bool, bounded: bool) -> Covered<'_> {
        if self.negated {
            let exempt = if deny { self.exempts(who, bounded) } else { self.named(who).any() };
            return Covered::direct(exempt.not());
        }
        self.named(who)
    }

    fn named(&self, who: &Principal) -> Covered<'_> {
        let mut covered = Covered::NOBODY;
        for (truth, grant) in self.entries.iter().filter_map(|entry| entry.names(who)) {
            let slot = match grant {
                Grant::Direct => &mut covered.direct,
                Grant::Role => &mut covered.role,
                Grant::Account => &mut covered.account,
            };
            *slot = slot.or(truth);
        }
        covered
    }

    /// `NotPrincipal` with `Deny` spares a caller only if every level is listed: the session, its
    /// role and its account. A principal with a permissions boundary is never spared.
    // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    fn exempts(&self, who: &Principal, bounded: bool) -> Tri<'_> {
        if self.entries.contains(&Entry::Everyone) {
            return Tri::Yes;
        }
        if bounded {
            return Tri::No;
        }
        let named = self.named(who);
        match who {
            Principal::Role { .. } => named.direct.and(named.role).and(named.account),
            Principal::User { .. } => named.direct.and(named.account),
            Principal::Federated { .. } => named.direct.and(named.account),
            Principal::Root { .. }
            | Principal::Service { .. }
            | Principal::WebIdentity { .. }
            | Principal::Anonymous => named.direct,
        }
    }
}
