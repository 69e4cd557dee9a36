//! Questions about the organization.

use logproof_estate::{
    AccountId, Answer,
    facts::{DelegatedAdministrator, Directory, OrgPolicy, OrgPolicyKind, Organization},
};

use crate::{
    document::Kind,
    edit::{Change, Edit, OrganizationChange},
    overlay::{
        Overlay, bucket,
        lay::{Asked, Pen, State},
        organization,
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_organization(&self) -> Answer<Organization> {
        of_organization!(self.organization(), "organizations:DescribeOrganization", about "the organization",
        OrganizationChange::FeatureSet(_) => |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            organization::organization(state, change);
        })
    }

    pub(in crate::overlay) async fn planned_directory(&self) -> Answer<Directory> {
        of_organization!(self.directory(), "organizations:ListRoots", about "the organization",
            OrganizationChange::EnabledPolicyTypes(_) | OrganizationChange::Unit(_)
            | OrganizationChange::UnitDeleted { .. } | OrganizationChange::Account(_)
            | OrganizationChange::AccountGone { .. } =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| organization::directory(state, change))
    }

    pub(in crate::overlay) async fn planned_org_policies(&self, kind: OrgPolicyKind) -> Answer<Vec<OrgPolicy>> {
        let asked = Asked {
            question: "org_policies",
            operation: "organizations:ListPolicies",
            account: &self.setting.management_account,
            region: None,
            subject: kind.as_str(),
        };
        let edits = self.of_organization(|change| {
            !matches!(
                change,
                OrganizationChange::FeatureSet(_)
                    | OrganizationChange::DelegatedAdministrator { .. }
                    | OrganizationChange::DelegationPolicy(_)
            )
        });
        let edits = self.concerning(kind, edits).await;
        let nodes = self.nodes_of_enabled_type(&edits).await?;
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| {
            organization::policies(state, change, edit, (kind, &nodes), pen);
        };
        self.lay(asked, None, self.base.org_policies(kind), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_delegated_administrators(
        &self,
        service: &str,
    ) -> Answer<Vec<DelegatedAdministrator>> {
        let edits = self.chosen(|edit| {
            matches!(organization::of(&edit.change),
                Some(OrganizationChange::DelegatedAdministrator { service: other, .. }) if other == service)
        });
        let asked = Asked {
            question: "delegated_administrators",
            operation: "organizations:ListDelegatedAdministrators",
            account: &self.setting.management_account,
            region: None,
            subject: service,
        };
        let directory = if edits.is_empty() { None } else { Some(self.planned_directory().await?) };
        let name_of = |account: &AccountId| {
            let accounts = directory.as_ref().map(|directory| directory.accounts.as_slice()).unwrap_or_default();
            accounts.iter().find(|one| &one.id == account).map(|one| one.name.clone()).unwrap_or_default()
        };
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            organization::administrators(state, change, service, &name_of);
        };
        self.lay(asked, None, self.base.delegated_administrators(service), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_delegation_policy(&self) -> Answer<Option<String>> {
        of_organization!(self.delegation_policy(), "organizations:DescribeResourcePolicy",
        about "the delegation policy of the organization",
        OrganizationChange::DelegationPolicy(_) =>
        |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| {
            if let Some(OrganizationChange::DelegationPolicy(to)) = organization::of(change) {
                bucket::policy(state, to.as_ref(), pen, Kind::Resource);
            }
        })
    }

    /// Edits of policies that can concern one kind: those of policies of the other kind are not laid over it.
    async fn concerning<'e>(&'e self, kind: OrgPolicyKind, edits: Vec<&'e Edit>) -> Vec<&'e Edit> {
        let other = match kind {
            OrgPolicyKind::ServiceControl => OrgPolicyKind::ResourceControl,
            OrgPolicyKind::ResourceControl => OrgPolicyKind::ServiceControl,
        };
        let mut of_other: Vec<String> = Vec::new();
        for edit in &edits {
            if let Some(OrganizationChange::Policy { kind, id, .. }) = organization::of(&edit.change)
                && *kind == other
            {
                of_other.push(id.clone());
            }
        }
        let names_one = edits.iter().any(|edit| {
            matches!(
                organization::of(&edit.change),
                Some(
                    OrganizationChange::Attached { .. }
                        | OrganizationChange::Detached { .. }
                        | OrganizationChange::PolicyDeleted { .. }
                )
            )
        });
        if names_one && let Ok(policies) = self.base.org_policies(other).await {
            of_other.extend(policies.iter().map(|policy| policy.id.clone()));
        }
        edits
            .into_iter()
            .filter(|edit| match organization::of(&edit.change) {
                Some(OrganizationChange::Policy { kind: other, .. }) => *other == kind,
                Some(
                    OrganizationChange::Attached { policy, .. }
                    | OrganizationChange::Detached { policy, .. }
                    | OrganizationChange::PolicyDeleted { id: policy },
                ) => !of_other.contains(policy),
                _ => true,
            })
            .collect()
    }
}
