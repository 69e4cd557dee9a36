//! IAM: roles and users with everything that grants them permissions.
//!
//! What is observed of a user includes the policies of its groups and does not say which those are. An edit of a group
//! that the plan does not create makes the whole answer unknown; where a policy is taken from a user that may also come
//! from a group, both are decided.

use jiff::Timestamp;
use logproof_estate::{
    AccountId,
    facts::{AccountAuthorization, NamedPolicy, PrincipalPolicies, Role},
};

use super::{
    Overlay,
    lay::{Pen, State},
};
use crate::{
    document::{Bound, Document, Kind},
    edit::{Change, Edit, Holder, IamChange},
    planned::{Planned, Unknown},
};

/// Keys and values of tags.
type Tags = Vec<(String, String)>;

/// Documents of policies that AWS manages and that decide by themselves.
///
/// See: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html>
const AWS_MANAGED: [(&str, &str); 1] = [(
    ":iam::aws:policy/AdministratorAccess",
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
)];

/// The change, when it is one of IAM.
pub(super) fn of(change: &Change) -> Option<&IamChange> {
    match change {
        Change::Iam(change) => Some(change),
        _ => None,
    }
}

/// Name of a principal: what follows its path.
fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn is_managed(policy: &NamedPolicy) -> bool {
    policy.name.starts_with("arn:")
}

fn principal_arn(edit: &Edit, kind: &str, path: &str, name: &str) -> String {
    let resource = format!("{kind}/{}{name}", path.trim_start_matches('/'));
    edit.region.partition().arn("iam", "", edit.account.as_str(), &resource)
}

/// The longest session of a role that none is given for, in seconds.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
const AN_HOUR: i64 = 3600;

pub(super) fn role(state: &mut State<Option<Role>>, change: &Change, edit: &Edit, as_of: Timestamp, pen: &mut Pen) {
    match of(change) {
        Some(IamChange::Role { name, path, trust, boundary, max_session, .. }) => {
            let (arn, trust_policy) = (principal_arn(edit, "role", path, name), pen.text(trust, Kind::Trust));
            state.change_by(boundary, |role, boundary| {
                let (last_used, created) =
                    role.as_ref().map_or((None, Some(as_of)), |role| (role.last_used, role.created));
                let (name, boundary) = (name.clone(), boundary.clone());
                // One sentence asks for it: what is not known of it leaves the rest of the role known.
                let max_session_seconds = max_session.known().ok().map(|given| given.unwrap_or(AN_HOUR));
                *role = Some(Role { name, arn, trust_policy, last_used, created, boundary, max_session_seconds });
            });
        }
        Some(IamChange::Deleted { holder: Holder::Role, .. }) => *state = State::Is(None),
        _ => {}
    }
}

/// In which order edits of IAM are applied: what is made before what refers to it, what removes others last.
fn rank(change: &IamChange) -> u8 {
    match change {
        IamChange::Deleted { .. } | IamChange::Group { .. } => 0,
        IamChange::ManagedPolicy { .. } => 1,
        IamChange::Role { .. } | IamChange::User { .. } => 2,
        IamChange::Inline { .. } | IamChange::Attached { .. } | IamChange::Detached { .. } => 3,
        IamChange::InlineOnly { .. } | IamChange::AttachedOnly { .. } | IamChange::AttachedTo { .. } => 4,
        IamChange::Member { .. } => 5,
    }
}

impl Overlay {
    /// Edits of the IAM of an account, in the order they are applied.
    pub(super) fn of_iam(&self, account: &AccountId, wanted: impl Fn(&IamChange) -> bool) -> Vec<&Edit> {
        let mut edits = self.chosen(|edit| &edit.account == account && of(&edit.change).is_some_and(&wanted));
        edits.sort_by_key(|edit| of(&edit.change).map_or(0, rank));
        edits
    }
}

/// What edits need to know of the whole account.
pub(super) struct Account<'a> {
    /// All edits of the account's IAM.
    pub(super) edits: &'a [&'a Edit],
}

impl Account<'_> {
    pub(super) fn apply(&self, state: &mut State<AccountAuthorization>, change: &Change, edit: &Edit, pen: &mut Pen) {
        let Some(change) = of(change) else { return };
        let State::Is(all) = state else {
            return;
        };
        if let Err(unknown) = self.change(all, change, edit, pen) {
            *state = State::Unknown(unknown);
        }
    }

    fn change(
        &self,
        all: &mut AccountAuthorization,
        change: &IamChange,
        edit: &Edit,
        pen: &mut Pen,
    ) -> Result<(), Unknown> {
        match change {
            IamChange::Role { name, path, trust, boundary, tags, .. } => {
                let trust = pen.text(trust, Kind::Trust);
                self.principal(all, Holder::Role, (name, path), (boundary, tags), edit, pen)?.trust_policy =
                    Some(trust);
            }
            IamChange::User { name, path, boundary, tags } => {
                self.principal(all, Holder::User, (name, path), (boundary, tags), edit, pen)?;
            }
            IamChange::Deleted { holder: Holder::Role, name } => {
                all.roles.retain(|role| name_of(&role.arn) != name);
            }
            IamChange::Deleted { holder: Holder::User, name } => {
                all.users.retain(|user| name_of(&user.arn) != name);
            }
            IamChange::Inline { holder, name, policy, to } if *holder != Holder::Group => {
                let document = to.as_ref().map(|to| pen.text(to, Kind::Identity));
                self.put(all, *holder, name, policy, document, edit, pen);
            }
            IamChange::Attached { holder, name, policy } if *holder != Holder::Group => {
                let (policy, document) = match policy {
                    Planned::Known(arn) => (arn.clone(), self.document(all, arn, edit, pen)),
                    Planned::Unknown(unknown) => {
                        let document = pen.text(&Document::Unknown(unknown.clone()), Kind::Identity);
                        (format!("arn:of:{}", unknown.attribute), document)
                    }
                };
                self.put(all, *holder, name, &policy, Some(document), edit, pen);
            }
            IamChange::Detached { holder, name, policy } if *holder != Holder::Group => {
                self.put(all, *holder, name, policy, None, edit, pen);
            }
            IamChange::InlineOnly { holder, name, policies } if *holder != Holder::Group => {
                let stay = policies.known().map_err(Clone::clone)?;
                let others = others(all, *holder, name, |policy| !is_managed(policy) && !stay.contains(&policy.name));
                others.iter().for_each(|policy| self.put(all, *holder, name, policy, None, edit, pen));
            }
            IamChange::AttachedOnly { holder, name, policies } if *holder != Holder::Group => {
                let stay = policies.known().map_err(Clone::clone)?;
                let others = others(all, *holder, name, |policy| is_managed(policy) && !stay.contains(&policy.name));
                others.iter().for_each(|policy| self.put(all, *holder, name, policy, None, edit, pen));
            }
            IamChange::AttachedTo { policy, holders } => {
                let holders = holders.known().map_err(Clone::clone)?;
                self.attached_to(all, policy, holders, edit, pen);
            }
            IamChange::ManagedPolicy { arn, to } => {
                let document = to.as_ref().map(|to| pen.text(to, Kind::Identity));
                managed_policy(all, arn, document.as_deref());
            }
            IamChange::Member { group, user, member } => self.member(all, (group, user), *member, edit, pen)?,
            IamChange::Group { .. } => {}
            IamChange::Deleted { holder: Holder::Group, name }
            | IamChange::Inline { name, .. }
            | IamChange::Attached { name, .. }
            | IamChange::Detached { name, .. }
            | IamChange::InlineOnly { name, .. }
            | IamChange::AttachedOnly { name, .. } => self.of_group(name, edit)?,
        }
        Ok(())
    }

    /// An edit of a group changes its members, who are not observed; those of a new group are planned.
    fn of_group(&self, group: &str, edit: &Edit) -> Result<(), Unknown> {
        let new = |other: &&Edit| matches!(of(&other.change), Some(IamChange::Group { name }) if name == group);
        if self.edits.iter().any(new) {
            return Ok(());
        }
        Err(Unknown {
            address: edit.origin.address.clone(),
            attribute: "members".to_owned(),
            why: format!("which users are in the group `{group}` is not observed"),
        })
    }

    fn principal<'p>(
        &self,
        all: &'p mut AccountAuthorization,
        holder: Holder,
        (name, path): (&str, &str),
        (boundary, tags): (&Planned<Option<String>>, &Planned<Tags>),
        edit: &Edit,
        pen: &mut Pen,
    ) -> Result<&'p mut PrincipalPolicies, Unknown> {
        let boundary = boundary.known().map_err(Clone::clone)?.as_ref();
        let tags = tags.known().map_err(Clone::clone)?.clone();
        let boundary =
            boundary.map(|arn| NamedPolicy { name: arn.clone(), document: self.document(all, arn, edit, pen) });
        let arn = principal_arn(edit, if holder == Holder::Role { "role" } else { "user" }, path, name);
        let list = if holder == Holder::Role { &mut all.roles } else { &mut all.users };
        let place = list.iter().position(|one| name_of(&one.arn) == name).unwrap_or(list.len());
        if place == list.len() {
            let trust_policy = None;
            list.push(PrincipalPolicies {
                arn: arn.clone(),
                policies: Vec::new(),
                boundary: None,
                trust_policy,
                tags: Vec::new(),
            });
        }
        let Some(found) = list.get_mut(place) else {
            return Err(Unknown::after_apply(&edit.origin.address, "name"));
        };
        (found.arn, found.boundary, found.tags) = (arn, boundary, tags);
        Ok(found)
    }

    /// The document of a managed policy: as planned, as observed with whoever has it, or known of AWS; else anything.
    fn document(&self, all: &AccountAuthorization, arn: &str, edit: &Edit, pen: &mut Pen) -> String {
        let planned = self.edits.iter().rev().find_map(|other| match of(&other.change) {
            Some(IamChange::ManagedPolicy { arn: other, to: Some(to) }) if other == arn => Some(to),
            _ => None,
        });
        if let Some(document) = planned {
            return pen.text(document, Kind::Identity);
        }
        let holders = || all.roles.iter().chain(&all.users);
        let policies = holders().flat_map(|one| one.policies.iter().chain(&one.boundary));
        if let Some(found) = policies.into_iter().find(|policy| policy.name == arn) {
            return found.document.clone();
        }
        if let Some((_, document)) = AWS_MANAGED.iter().find(|(name, _)| arn.ends_with(name)) {
            return (*document).to_owned();
        }
        let unknown = Unknown {
            address: edit.origin.address.clone(),
            attribute: edit.origin.attribute.clone(),
            why: format!("the document of `{arn}` is neither planned nor observed in the account"),
        };
        pen.text(&Document::Unknown(unknown), Kind::Identity)
    }

    /// Sets or removes one policy of a principal.
    #[expect(clippy::too_many_arguments, reason = "who, which policy, what document, and why")]
    fn put(
        &self,
        all: &mut AccountAuthorization,
        holder: Holder,
        name: &str,
        policy: &str,
        document: Option<String>,
        edit: &Edit,
        pen: &mut Pen,
    ) {
        let list = if holder == Holder::Role { &mut all.roles } else { &mut all.users };
        let Some(found) = list.iter_mut().find(|one| name_of(&one.arn) == name) else { return };
        match document {
            Some(document) => match found.policies.iter_mut().find(|other| other.name == policy) {
                Some(other) => other.document = document,
                None => found.policies.push(NamedPolicy { name: policy.to_owned(), document }),
            },
            None => {
                if holder == Holder::User && found.policies.iter().any(|other| other.name == policy) {
                    pen.doubt(&[Unknown {
                        address: edit.origin.address.clone(),
                        attribute: edit.origin.attribute.clone(),
                        why: format!("whether `{policy}` of the user `{name}` also comes from a group is not observed"),
                    }]);
                    if pen.bound == Bound::Permissive {
                        return;
                    }
                }
                found.policies.retain(|other| other.name != policy);
            }
        }
    }

    fn attached_to(
        &self,
        all: &mut AccountAuthorization,
        policy: &str,
        holders: &[(Holder, String)],
        edit: &Edit,
        pen: &mut Pen,
    ) {
        let document = self.document(all, policy, edit, pen);
        for (holder, name) in holders.iter().filter(|(holder, _)| *holder != Holder::Group) {
            self.put(all, *holder, name, policy, Some(document.clone()), edit, pen);
        }
        let mut others = Vec::new();
        for (holder, list) in [(Holder::Role, &all.roles), (Holder::User, &all.users)] {
            let has = |one: &&PrincipalPolicies| one.policies.iter().any(|other| other.name == policy);
            let names = list.iter().filter(has).map(|one| name_of(&one.arn).to_owned());
            others.extend(names.filter(|name| !holders.contains(&(holder, name.clone()))).map(|name| (holder, name)));
        }
        for (holder, name) in others {
            self.put(all, holder, &name, policy, None, edit, pen);
        }
    }

    /// A user in a group that the plan makes has what the plan gives the group.
    fn member(
        &self,
        all: &mut AccountAuthorization,
        (group, user): (&str, &str),
        member: bool,
        edit: &Edit,
        pen: &mut Pen,
    ) -> Result<(), Unknown> {
        self.of_group(group, edit)?;
        if !member {
            return Ok(());
        }
        for other in self.edits {
            match of(&other.change) {
                Some(IamChange::Inline { holder: Holder::Group, name, policy, to: Some(to) }) if name == group => {
                    let document = pen.text(to, Kind::Identity);
                    self.put(all, Holder::User, user, policy, Some(document), edit, pen);
                }
                Some(IamChange::Attached { holder: Holder::Group, name, policy }) if name == group => {
                    let arn = policy.known().map_err(Clone::clone)?;
                    let document = self.document(all, arn, edit, pen);
                    self.put(all, Holder::User, user, arn, Some(document), edit, pen);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Names of the policies of a principal that a predicate chooses.
fn others(all: &AccountAuthorization, holder: Holder, name: &str, other: impl Fn(&NamedPolicy) -> bool) -> Vec<String> {
    let list = if holder == Holder::Role { &all.roles } else { &all.users };
    let found = list.iter().find(|one| name_of(&one.arn) == name);
    let policies = found.map(|one| one.policies.as_slice()).unwrap_or_default();
    policies.iter().filter(|policy| other(policy)).map(|policy| policy.name.clone()).collect()
}

/// Whoever has a managed policy has its new document.
fn managed_policy(all: &mut AccountAuthorization, arn: &str, document: Option<&str>) {
    for one in all.roles.iter_mut().chain(&mut all.users) {
        match document {
            Some(document) => {
                let policies = one.policies.iter_mut().chain(&mut one.boundary);
                policies.filter(|policy| policy.name == arn).for_each(|policy| policy.document = document.to_owned());
            }
            None => one.policies.retain(|policy| policy.name != arn),
        }
    }
}
