//! AWS Organizations.

use logproof_estate::facts::{Directory, OrgPolicy, OrgPolicyKind};
use logproof_plan::{Planned, edit::OrganizationChange};

use super::{Left, Making, document, observed};

impl Making<'_> {
    pub(super) fn directory(&mut self, was: &Directory, is: &Directory) -> Result<(), Left> {
        if was.root.id != is.root.id {
            return Err(Left::because("the organization is another one"));
        }
        if was.root.enabled_policy_types != is.root.enabled_policy_types {
            let types = is.root.enabled_policy_types.clone();
            self.organization(OrganizationChange::EnabledPolicyTypes(Planned::Known(types)));
        }
        for unit in is.units.iter().filter(|unit| !was.units.contains(unit)) {
            self.organization(OrganizationChange::Unit(Planned::Known(unit.clone())));
        }
        for unit in was.units.iter().filter(|unit| !is.units.iter().any(|other| other.id == unit.id)) {
            self.organization(OrganizationChange::UnitDeleted { id: unit.id.clone() });
        }
        for account in is.accounts.iter().filter(|account| !was.accounts.contains(account)) {
            let before = was.accounts.iter().find(|other| other.id == account.id);
            match before {
                Some(before) if before.status != account.status && account.status == "SUSPENDED" => {
                    let id = account.id.clone();
                    self.organization(OrganizationChange::AccountGone { id, closed: true });
                }
                Some(before) if before.status != account.status || before.joined != account.joined => {
                    return Err(observed("the status of an account"));
                }
                _ => self.organization(OrganizationChange::Account(Planned::Known(account.clone()))),
            }
        }
        for account in was.accounts.iter().filter(|account| !is.accounts.iter().any(|other| other.id == account.id)) {
            self.organization(OrganizationChange::AccountGone { id: account.id.clone(), closed: false });
        }
        Ok(())
    }

    pub(super) fn policies(&mut self, kind: OrgPolicyKind, was: &[OrgPolicy], is: &[OrgPolicy]) -> Result<(), Left> {
        for policy in is.iter().filter(|policy| !was.contains(policy)) {
            let before = was.iter().find(|other| other.id == policy.id);
            if before.is_some_and(|before| before.aws_managed != policy.aws_managed)
                || before.is_none() && policy.aws_managed
            {
                return Err(Left::because("a policy that AWS manages is another one"));
            }
            if before.is_none_or(|before| before.content != policy.content || before.name != policy.name) {
                let (id, name) = (policy.id.clone(), policy.name.clone());
                self.organization(OrganizationChange::Policy { kind, id, name, content: document(&policy.content) });
            }
            let targets = before.map(|before| before.targets.clone()).unwrap_or_default();
            for target in targets.iter().filter(|target| !policy.targets.contains(target)) {
                let (policy, target) = (policy.id.clone(), target.clone());
                self.organization(OrganizationChange::Detached { policy, target });
            }
            for target in policy.targets.iter().filter(|target| !targets.contains(target)) {
                let (policy, target) = (policy.id.clone(), target.clone());
                self.organization(OrganizationChange::Attached { policy, target });
            }
        }
        for policy in was.iter().filter(|policy| !is.iter().any(|other| other.id == policy.id)) {
            self.organization(OrganizationChange::PolicyDeleted { id: policy.id.clone() });
        }
        Ok(())
    }
}
