//! AWS Organizations: units and accounts, policies and their targets.

use logproof_estate::{
    AccountId, Unseen,
    facts::{Account, DelegatedAdministrator, Directory, OrgPolicy, OrgPolicyKind, Organization, OrganizationalUnit},
};

use super::{
    Overlay,
    lay::{Pen, State},
};
use crate::{
    document::Kind,
    edit::{Change, Edit, OrganizationChange},
    planned::Planned,
};

/// The change, when it is one of Organizations.
pub(super) fn of(change: &Change) -> Option<&OrganizationChange> {
    match change {
        Change::Organization(change) => Some(change),
        _ => None,
    }
}

pub(super) fn organization(state: &mut State<Organization>, change: &Change) {
    if let Some(OrganizationChange::FeatureSet(to)) = of(change) {
        state.change_by(to, |organization, to| organization.feature_set.clone_from(to));
    }
}

pub(super) fn directory(state: &mut State<Directory>, change: &Change) {
    match of(change) {
        Some(OrganizationChange::EnabledPolicyTypes(to)) => {
            state.change_by(to, |directory, to| directory.root.enabled_policy_types.clone_from(to));
        }
        Some(OrganizationChange::Unit(to)) => state.change_by(to, unit),
        Some(OrganizationChange::UnitDeleted { id }) => {
            state.change(|directory| directory.units.retain(|unit| &unit.id != id));
        }
        Some(OrganizationChange::Account(to)) => state.change_by(to, account),
        Some(OrganizationChange::AccountGone { id, closed }) => state.change(|directory| {
            if !closed {
                directory.accounts.retain(|account| &account.id != id);
            } else if let Some(account) = directory.accounts.iter_mut().find(|account| &account.id == id) {
                account.status = "SUSPENDED".to_owned();
            }
        }),
        _ => {}
    }
}

fn unit(directory: &mut Directory, to: &OrganizationalUnit) {
    match directory.units.iter_mut().find(|unit| unit.id == to.id) {
        Some(unit) => *unit = to.clone(),
        None => directory.units.push(to.clone()),
    }
    // Parents come before children: one that was moved or made may come after its own.
    let mut sorted: Vec<OrganizationalUnit> = Vec::with_capacity(directory.units.len());
    let mut rest = std::mem::take(&mut directory.units);
    while !rest.is_empty() {
        let open: Vec<String> = rest.iter().map(|unit| unit.id.clone()).collect();
        let (now, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|unit| !open.contains(&unit.parent));
        if now.is_empty() {
            // A circle, which Organizations refuses.
            sorted.extend(later);
            break;
        }
        sorted.extend(now);
        rest = later;
    }
    directory.units = sorted;
}

/// An empty parent is the root for a new account, and no move of another.
fn account(directory: &mut Directory, to: &Account) {
    let now = directory.accounts.iter().find(|account| account.id == to.id).map(|account| &account.parent);
    let parent = match to.parent.as_str() {
        "" => now.unwrap_or(&directory.root.id).clone(),
        parent => parent.to_owned(),
    };
    let to = &Account { parent, ..to.clone() };
    match directory.accounts.iter_mut().find(|account| account.id == to.id) {
        // When it joined and whether it is active is not a property of the plan.
        Some(account) => {
            *account = Account { status: account.status.clone(), joined: account.joined, ..to.clone() };
        }
        None => directory.accounts.push(to.clone()),
    }
    directory.accounts.sort_by(|one, other| one.id.cmp(&other.id));
}

pub(super) fn policies(
    state: &mut State<Vec<OrgPolicy>>,
    change: &Change,
    edit: &Edit,
    (asked, nodes): (OrgPolicyKind, &[String]),
    pen: &mut Pen,
) {
    match of(change) {
        Some(OrganizationChange::Policy { kind, id, name, content }) if *kind == asked => {
            let of = if asked == OrgPolicyKind::ServiceControl { Kind::ServiceControl } else { Kind::ResourceControl };
            let content = pen.text(content, of);
            state.change(|policies| match policies.iter_mut().find(|policy| &policy.id == id) {
                Some(policy) => (policy.name, policy.content) = (name.clone(), content),
                None => policies.push(OrgPolicy {
                    id: id.clone(),
                    arn: edit.region.partition().arn(
                        "organizations",
                        "",
                        edit.account.as_str(),
                        &format!("policy/{}/{id}", asked.as_str().to_lowercase()),
                    ),
                    name: name.clone(),
                    aws_managed: false,
                    content,
                    targets: Vec::new(),
                }),
            });
        }
        Some(OrganizationChange::PolicyDeleted { id }) => {
            state.change(|policies| policies.retain(|policy| &policy.id != id));
        }
        Some(OrganizationChange::Attached { policy, target }) => of_policy(state, policy, |targets| {
            if !targets.contains(target) {
                targets.push(target.clone());
            }
        }),
        Some(OrganizationChange::Detached { policy, target }) => {
            of_policy(state, policy, |targets| targets.retain(|other| other != target));
        }
        Some(OrganizationChange::Unit(Planned::Known(unit))) => full_access(state, &unit.id),
        Some(OrganizationChange::Account(Planned::Known(account))) => full_access(state, account.id.as_str()),
        Some(OrganizationChange::UnitDeleted { id }) => everywhere_but(state, id),
        Some(OrganizationChange::AccountGone { id, closed: false }) => everywhere_but(state, id.as_str()),
        Some(OrganizationChange::EnabledPolicyTypes(to)) => state.change_by(to, |policies, enabled| {
            type_enabled(policies, enabled.iter().any(|kind| kind == asked.as_str()), nodes);
        }),
        _ => {}
    }
}

/// A type that is disabled detaches its policies from everything, and keeps them; one that is enabled attaches the policy that
/// allows everything to the root, every unit and every account.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/disable-policy-type.html>
fn type_enabled(policies: &mut [OrgPolicy], enabled: bool, nodes: &[String]) {
    if !enabled {
        policies.iter_mut().for_each(|policy| policy.targets.clear());
    } else if policies.iter().all(|policy| policy.targets.is_empty())
        && let Some(full) = policies.iter_mut().find(|policy| policy.aws_managed)
    {
        full.targets = nodes.to_vec();
    }
}

fn of_policy(state: &mut State<Vec<OrgPolicy>>, id: &str, change: impl FnOnce(&mut Vec<String>)) {
    state.change(|policies| {
        if let Some(policy) = policies.iter_mut().find(|policy| policy.id == id) {
            change(&mut policy.targets);
        }
    });
}

/// Organizations attaches the policy that allows everything to each new unit and account.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
fn full_access(state: &mut State<Vec<OrgPolicy>>, target: &str) {
    state.change(|policies| {
        let known = policies.iter().any(|policy| policy.targets.iter().any(|other| other == target));
        if !known && let Some(full) = policies.iter_mut().find(|policy| policy.aws_managed) {
            full.targets.push(target.to_owned());
        }
    });
}

fn everywhere_but(state: &mut State<Vec<OrgPolicy>>, target: &str) {
    state.change(|policies| policies.iter_mut().for_each(|policy| policy.targets.retain(|other| other != target)));
}

pub(super) fn administrators(
    state: &mut State<Vec<DelegatedAdministrator>>,
    change: &Change,
    service: &str,
    name_of: &dyn Fn(&AccountId) -> String,
) {
    let Some(OrganizationChange::DelegatedAdministrator { service: other, account, registered }) = of(change) else {
        return;
    };
    if other != service {
        return;
    }
    state.change(|all| {
        all.retain(|administrator| &administrator.account != account);
        if *registered {
            all.push(DelegatedAdministrator { account: account.clone(), name: name_of(account) });
        }
    });
}

impl Overlay {
    /// Edits of Organizations that a predicate chooses: what is made before what refers to it, whatever the order of the
    /// resources in the plan.
    pub(super) fn of_organization(&self, wanted: fn(&OrganizationChange) -> bool) -> Vec<&Edit> {
        let mut edits = self.chosen(|edit| of(&edit.change).is_some_and(wanted));
        edits.sort_by_key(|edit| of(&edit.change).map_or(0, rank));
        edits
    }

    /// What a policy type that an edit enables is in force on: the root, every unit and every account. Nothing without such
    /// an edit.
    ///
    /// # Errors
    /// When the organization cannot be observed.
    pub(super) async fn nodes_of_enabled_type(&self, edits: &[&Edit]) -> Result<Vec<String>, Unseen> {
        if !edits.iter().any(|edit| matches!(of(&edit.change), Some(OrganizationChange::EnabledPolicyTypes(_)))) {
            return Ok(Vec::new());
        }
        let directory = self.planned_directory().await?;
        let units = directory.units.iter().map(|unit| unit.id.clone());
        let accounts = directory.accounts.iter().map(|account| account.id.to_string());
        Ok([directory.root.id.clone()].into_iter().chain(units).chain(accounts).collect())
    }
}

fn rank(change: &OrganizationChange) -> u8 {
    match change {
        OrganizationChange::EnabledPolicyTypes(_) | OrganizationChange::FeatureSet(_) => 0,
        OrganizationChange::PolicyDeleted { .. } => 1,
        OrganizationChange::Policy { .. } => 2,
        OrganizationChange::Unit(_) => 3,
        OrganizationChange::Account(_) => 4,
        // A replaced attachment is detached, then attached: in the order they come.
        OrganizationChange::Detached { .. }
        | OrganizationChange::Attached { .. }
        | OrganizationChange::DelegatedAdministrator { .. }
        | OrganizationChange::DelegationPolicy(_) => 5,
        OrganizationChange::AccountGone { .. } => 6,
        OrganizationChange::UnitDeleted { .. } => 7,
    }
}
