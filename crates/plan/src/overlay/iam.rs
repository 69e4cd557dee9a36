//! IAM: roles and users with everything that grants them permissions.
//!
//! What is observed of a user includes the policies of its groups. They are taken off before an edit is applied, and joined
//! to the user's own again after it. A group that is neither observed nor planned makes the answer unknown.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use logproof_estate::{
    AccountId,
    facts::{AccountAuthorization, GroupPolicies, NamedPolicy, PrincipalPolicies, Role},
};

use super::{
    Overlay,
    lay::{Pen, State},
    tags,
};
use crate::{
    document::{Document, Kind},
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
    /// Documents of the managed policies that are planned, by ARN; the last one counts.
    documents: HashMap<&'a str, &'a Document>,
    /// Where roles and users are in their lists, by name; made again after one has gone.
    places: Mutex<Option<Places>>,
}

/// Places of roles and users in their lists, by name, and how many there were.
struct Places {
    roles: HashMap<String, usize>,
    users: HashMap<String, usize>,
    lengths: (usize, usize),
}

fn lengths(all: &AccountAuthorization) -> (usize, usize) {
    (all.roles.len(), all.users.len())
}

impl Places {
    fn of(all: &AccountAuthorization) -> Self {
        let places = |list: &[PrincipalPolicies]| {
            // The first of a name is the one that is meant.
            let named = list.iter().enumerate().rev().map(|(place, one)| (name_of(&one.arn).to_owned(), place));
            named.collect()
        };
        Self { roles: places(&all.roles), users: places(&all.users), lengths: lengths(all) }
    }

    fn list(&mut self, holder: Holder) -> &mut HashMap<String, usize> {
        if holder == Holder::Role { &mut self.roles } else { &mut self.users }
    }
}

impl<'a> Account<'a> {
    /// What all edits of the account's IAM plan.
    pub(super) fn of(edits: &[&'a Edit]) -> Self {
        let planned = |edit: &&'a Edit| match of(&edit.change) {
            Some(IamChange::ManagedPolicy { arn, to: Some(to) }) => Some((arn.as_str(), to)),
            _ => None,
        };
        Self { documents: edits.iter().filter_map(planned).collect(), places: Mutex::default() }
    }

    /// The place of a role or user of a name, where it is there.
    fn place(&self, all: &AccountAuthorization, holder: Holder, name: &str) -> Option<usize> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        // Edits are tried on copies, too: what was learnt of another length is of another copy.
        if places.as_ref().is_none_or(|places| places.lengths != lengths(all)) {
            *places = Some(Places::of(all));
        }
        places.as_mut().and_then(|places| places.list(holder).get(name).copied())
    }

    /// A role or user has been added at the end of its list.
    fn came(&self, all: &AccountAuthorization, holder: Holder, name: &str, place: usize) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = places.as_mut() {
            places.list(holder).insert(name.to_owned(), place);
            places.lengths = lengths(all);
        }
    }

    fn forget_places(&self) {
        *self.places.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn apply(&self, state: &mut State<AccountAuthorization>, change: &Change, edit: &Edit, pen: &mut Pen) {
        let Some(change) = of(change) else { return };
        let State::Is(all) = state else {
            return;
        };
        apart(all);
        let changed = self.change(all, change, edit, pen);
        join(all);
        if let Err(unknown) = changed {
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
            IamChange::Group { name } => {
                if !all.groups.iter().any(|group| &group.name == name) {
                    all.groups.push(GroupPolicies { name: name.clone(), policies: Vec::new() });
                }
            }
            IamChange::Deleted { holder, name } => {
                deleted(all, *holder, name);
                self.forget_places();
            }
            IamChange::Inline { holder, name, policy, to } => {
                let document = to.as_ref().map(|to| pen.text(to, Kind::Identity));
                put(self.held(all, *holder, name, edit)?, policy, document);
            }
            IamChange::Attached { holder, name, policy } => {
                let (policy, document) = match policy {
                    Planned::Known(arn) => (arn.clone(), self.document(all, arn, edit, pen)),
                    Planned::Unknown(unknown) => {
                        let document = pen.text(&Document::Unknown(unknown.clone()), Kind::Identity);
                        (format!("arn:of:{}", unknown.attribute), document)
                    }
                };
                put(self.held(all, *holder, name, edit)?, &policy, Some(document));
            }
            IamChange::Detached { holder, name, policy } => put(self.held(all, *holder, name, edit)?, policy, None),
            IamChange::InlineOnly { holder, name, policies } => {
                let stay = policies.known().map_err(Clone::clone)?;
                if let Some(held) = self.held(all, *holder, name, edit)? {
                    held.retain(|policy| is_managed(policy) || stay.contains(&policy.name));
                }
            }
            IamChange::AttachedOnly { holder, name, policies } => {
                let stay = policies.known().map_err(Clone::clone)?;
                if let Some(held) = self.held(all, *holder, name, edit)? {
                    held.retain(|policy| !is_managed(policy) || stay.contains(&policy.name));
                }
            }
            IamChange::AttachedTo { policy, holders } => {
                let holders = holders.known().map_err(Clone::clone)?;
                let document = self.document(all, policy, edit, pen);
                every_policy_list(all).for_each(|held| held.retain(|other| &other.name != policy));
                for (holder, name) in holders {
                    put(self.held(all, *holder, name, edit)?, policy, Some(document.clone()));
                }
            }
            IamChange::ManagedPolicy { arn, to } => {
                let document = to.as_ref().map(|to| pen.text(to, Kind::Identity));
                managed_policy(all, arn, document.as_deref());
            }
            IamChange::Member { group, user, member } => {
                // A group that nobody knows grants what nobody knows.
                self.held(all, Holder::Group, group, edit)?;
                let place = self.place(all, Holder::User, user);
                if let Some(user) = place.and_then(|place| all.users.get_mut(place)) {
                    user.groups.retain(|other| other != group);
                    if *member {
                        user.groups.push(group.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// The policies that a holder has itself; nothing for a role or user that is not there.
    fn held<'p>(
        &self,
        all: &'p mut AccountAuthorization,
        holder: Holder,
        name: &str,
        edit: &Edit,
    ) -> Result<Option<&'p mut Vec<NamedPolicy>>, Unknown> {
        let place = if holder == Holder::Group { None } else { self.place(all, holder, name) };
        let named = |list: &'p mut Vec<PrincipalPolicies>| {
            place.and_then(|place| list.get_mut(place)).map(|one| &mut one.policies)
        };
        match holder {
            Holder::Role => Ok(named(&mut all.roles)),
            Holder::User => Ok(named(&mut all.users)),
            Holder::Group => match all.groups.iter_mut().find(|group| group.name == name) {
                Some(group) => Ok(Some(&mut group.policies)),
                None => Err(Unknown {
                    address: edit.origin.address.clone(),
                    attribute: "group".to_owned(),
                    why: format!("the group `{name}` is neither observed nor planned"),
                }),
            },
        }
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
        let found = self.place(all, holder, name);
        let list = if holder == Holder::Role { &mut all.roles } else { &mut all.users };
        let place = found.unwrap_or(list.len());
        if found.is_none() {
            list.push(PrincipalPolicies {
                arn: arn.clone(),
                policies: Vec::new(),
                groups: Vec::new(),
                boundary: None,
                trust_policy: None,
                tags: Vec::new(),
            });
            self.came(all, holder, name, place);
        }
        let list = if holder == Holder::Role { &mut all.roles } else { &mut all.users };
        let Some(found) = list.get_mut(place) else {
            return Err(Unknown::after_apply(&edit.origin.address, "name"));
        };
        tags::replace_pairs(&mut found.tags, tags);
        (found.arn, found.boundary) = (arn, boundary);
        Ok(found)
    }

    /// The document of a managed policy: as planned, as observed with whoever has it, or known of AWS; else anything.
    fn document(&self, all: &AccountAuthorization, arn: &str, edit: &Edit, pen: &mut Pen) -> String {
        if let Some(document) = self.documents.get(arn) {
            return pen.text(document, Kind::Identity);
        }
        let holders = all.roles.iter().chain(&all.users);
        let of_groups = all.groups.iter().flat_map(|group| &group.policies);
        let mut policies = holders.flat_map(|one| one.policies.iter().chain(&one.boundary)).chain(of_groups);
        if let Some(found) = policies.find(|policy| policy.name == arn) {
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
}

/// Takes the policies of groups off the users' own.
fn apart(all: &mut AccountAuthorization) {
    for user in &mut all.users {
        let of_groups = user.groups.iter().filter_map(|name| all.groups.iter().find(|group| &group.name == name));
        let count: usize = of_groups.map(|group| group.policies.len()).sum();
        user.policies.truncate(user.policies.len().saturating_sub(count));
    }
}

/// Joins the policies of groups to the users' own.
fn join(all: &mut AccountAuthorization) {
    for user in &mut all.users {
        let of_groups = user.groups.iter().filter_map(|name| all.groups.iter().find(|group| &group.name == name));
        user.policies.extend(of_groups.flat_map(|group| group.policies.iter().cloned()));
    }
}

fn deleted(all: &mut AccountAuthorization, holder: Holder, name: &str) {
    match holder {
        Holder::Role => all.roles.retain(|role| name_of(&role.arn) != name),
        Holder::User => all.users.retain(|user| name_of(&user.arn) != name),
        Holder::Group => {
            all.groups.retain(|group| group.name != name);
            all.users.iter_mut().for_each(|user| user.groups.retain(|group| group != name));
        }
    }
}

/// Sets or removes one policy.
fn put(held: Option<&mut Vec<NamedPolicy>>, policy: &str, document: Option<String>) {
    let Some(held) = held else { return };
    let Some(document) = document else {
        held.retain(|other| other.name != policy);
        return;
    };
    match held.iter_mut().find(|other| other.name == policy) {
        Some(other) => other.document = document,
        None => held.push(NamedPolicy { name: policy.to_owned(), document }),
    }
}

fn every_policy_list(all: &mut AccountAuthorization) -> impl Iterator<Item = &mut Vec<NamedPolicy>> {
    let holders = all.roles.iter_mut().chain(&mut all.users).map(|one| &mut one.policies);
    holders.chain(all.groups.iter_mut().map(|group| &mut group.policies))
}

/// Whoever has a managed policy has its new document.
fn managed_policy(all: &mut AccountAuthorization, arn: &str, document: Option<&str>) {
    let Some(document) = document else {
        every_policy_list(all).for_each(|held| held.retain(|policy| policy.name != arn));
        return;
    };
    let principals = all.roles.iter_mut().chain(&mut all.users);
    let policies = principals.flat_map(|one| one.policies.iter_mut().chain(&mut one.boundary));
    let policies = policies.chain(all.groups.iter_mut().flat_map(|group| &mut group.policies));
    policies.filter(|policy| policy.name == arn).for_each(|policy| policy.document = document.to_owned());
}
