//! AWS Organizations.

use logproof_plan::{Edit, edit::OrganizationChange};
use serde_json::{Value, json};

use super::{Fate, Writing, known, text};
use crate::edits::block;

impl Writing<'_> {
    pub(super) fn of_organization(&mut self, edit: &Edit, change: &OrganizationChange) -> Option<()> {
        match change {
            OrganizationChange::EnabledPolicyTypes(_) | OrganizationChange::FeatureSet(_) => {
                let attributes = self.whole_organization()?;
                self.put(edit, "aws_organizations_organization", "", Fate::Updated, attributes)
            }
            OrganizationChange::Unit(to) => {
                let to = known(to)?;
                let attributes = json!({"id": to.id, "arn": to.arn, "name": to.name, "parent_id": to.parent});
                self.put(edit, "aws_organizations_organizational_unit", &to.id, Fate::Updated, attributes)
            }
            OrganizationChange::UnitDeleted { id } => {
                self.put(edit, "aws_organizations_organizational_unit", id, Fate::Deleted, json!({"id": id}))
            }
            OrganizationChange::Account(to) => {
                let to = known(to)?;
                let attributes = json!({"id": to.id.as_str(), "arn": to.arn, "name": to.name, "status": to.status,
                    "parent_id": to.parent});
                self.put(edit, "aws_organizations_account", to.id.as_str(), Fate::Updated, attributes)
            }
            OrganizationChange::AccountGone { id, closed } => {
                let attributes = json!({"id": id.as_str(), "close_on_deletion": closed});
                self.put(edit, "aws_organizations_account", id.as_str(), Fate::Deleted, attributes)
            }
            OrganizationChange::Policy { kind, id, name, content } => {
                let attributes = json!({"id": id, "name": name, "type": kind.as_str(), "content": text(content)?});
                self.put(edit, "aws_organizations_policy", id, Fate::Updated, attributes)
            }
            OrganizationChange::PolicyDeleted { id } => {
                self.put(edit, "aws_organizations_policy", id, Fate::Deleted, json!({"id": id}))
            }
            OrganizationChange::Attached { policy, target } => self.attachment(edit, policy, target, Fate::Created),
            OrganizationChange::Detached { policy, target } => self.attachment(edit, policy, target, Fate::Deleted),
            OrganizationChange::DelegatedAdministrator { service, account, registered } => {
                let fate = if *registered { Fate::Created } else { Fate::Deleted };
                let attributes = json!({"account_id": account.as_str(), "service_principal": service});
                self.put(
                    edit,
                    "aws_organizations_delegated_administrator",
                    &format!("{account} {service}"),
                    fate,
                    attributes,
                )
            }
            OrganizationChange::DelegationPolicy(to) => {
                let (fate, attributes) = match to {
                    Some(to) => (Fate::Updated, json!({"content": text(to)?})),
                    None => (Fate::Deleted, json!({"id": "rp-1"})),
                };
                self.put(edit, "aws_organizations_resource_policy", "", fate, attributes)
            }
        }
    }

    fn attachment(&mut self, edit: &Edit, policy: &str, target: &str, fate: Fate) -> Option<()> {
        let attributes = json!({"policy_id": policy, "target_id": target});
        self.put(edit, "aws_organizations_policy_attachment", &format!("{policy} {target}"), fate, attributes)
    }

    /// One resource has the feature set and the enabled types.
    fn whole_organization(&self) -> Option<Value> {
        let (organization, directory) = (block(self.after.organization()).ok()?, block(self.after.directory()).ok()?);
        Some(json!({"id": organization.id, "feature_set": organization.feature_set,
            "enabled_policy_types": directory.root.enabled_policy_types}))
    }
}
