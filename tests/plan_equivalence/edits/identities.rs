//! Roles and users.

use logproof_estate::{
    AccountId, Region,
    facts::{AccountAuthorization, PrincipalPolicies, Role},
};
use logproof_plan::{
    Change, Planned,
    edit::{Holder, IamChange},
};

use super::{HOME, Left, Making, block, document, observed, value};
use crate::questions::Asked;

impl Making<'_> {
    /// A role is in the listing of its account too, which has its tags.
    pub(super) fn role(&mut self, asked: &Asked) -> Result<(), Left> {
        let (account, name): (AccountId, String) = (asked.arg(0), asked.arg(1));
        let (was, is): (Option<Role>, Option<Role>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let Some(is) = is else {
            let change = IamChange::Deleted { holder: Holder::Role, name };
            self.add(&account, &HOME.parse().unwrap(), Change::Iam(change));
            return Ok(());
        };
        let used = was.as_ref().is_some_and(|was| (was.last_used, was.created) != (is.last_used, is.created))
            || was.is_none() && is.last_used.is_some();
        if used && !self.greenfield {
            return Err(observed("when a role was used"));
        }
        let all = block(self.listening.after.account_authorization(&account))
            .map_err(|_| Left::because("`account_authorization` cannot be answered"))?;
        match all.roles.iter().find(|one| one.arn == is.arn) {
            Some(role) => self.principal(&account, Holder::Role, role),
            None => return Err(Left::because("a role is not in the listing of its account")),
        }
        Ok(())
    }

    /// A role or user with everything but its policies.
    pub(super) fn principal(&mut self, account: &AccountId, holder: Holder, one: &PrincipalPolicies) {
        let name = one.arn.rsplit('/').next().unwrap().to_owned();
        let path = one.arn.split_once(":role").or(one.arn.split_once(":user")).unwrap().1;
        let path = path.strip_suffix(name.as_str()).unwrap().to_owned();
        let boundary = Planned::Known(one.boundary.as_ref().map(|boundary| boundary.name.clone()));
        let tags = Planned::Known(one.tags.clone());
        let change = match holder {
            Holder::Role => {
                let trust = document(one.trust_policy.as_deref().unwrap());
                IamChange::Role { name, path, trust, boundary, max_session: Planned::Known(None), tags }
            }
            _ => IamChange::User { name, path, boundary, tags },
        };
        self.add_as(
            if self.greenfield { "create" } else { "update" },
            account,
            &HOME.parse().unwrap(),
            Change::Iam(change),
        );
        if let Some(boundary) = &one.boundary {
            let change =
                IamChange::ManagedPolicy { arn: boundary.name.clone(), to: Some(document(&boundary.document)) };
            self.add(account, &HOME.parse().unwrap(), Change::Iam(change));
        }
    }

    pub(super) fn iam(&mut self, asked: &Asked) -> Result<(), Left> {
        let account: AccountId = asked.arg(0);
        let (was, is): (AccountAuthorization, AccountAuthorization) =
            (value(&asked.before, asked)?, value(&asked.after, asked)?);
        for (holder, was, is) in [(Holder::Role, &was.roles, &is.roles), (Holder::User, &was.users, &is.users)] {
            for one in is.iter().filter(|one| !was.contains(one)) {
                let before = was.iter().find(|other| other.arn == one.arn);
                let same = before.is_some_and(|before| {
                    (&before.trust_policy, &before.boundary, &before.tags)
                        == (&one.trust_policy, &one.boundary, &one.tags)
                });
                if !same {
                    self.principal(&account, holder, one);
                }
                self.held(&account, holder, before, one);
            }
            for one in was.iter().filter(|one| !is.iter().any(|other| other.arn == one.arn)) {
                let name = one.arn.rsplit('/').next().unwrap().to_owned();
                if is.iter().any(|other| other.arn.rsplit('/').next() == Some(name.as_str())) {
                    continue;
                }
                self.add(&account, &HOME.parse().unwrap(), Change::Iam(IamChange::Deleted { holder, name }));
            }
        }
        Ok(())
    }

    /// The policies of a principal.
    pub(super) fn held(
        &mut self,
        account: &AccountId,
        holder: Holder,
        before: Option<&PrincipalPolicies>,
        one: &PrincipalPolicies,
    ) {
        let name = one.arn.rsplit('/').next().unwrap().to_owned();
        let home: Region = HOME.parse().unwrap();
        let had = before.map(|before| before.policies.clone()).unwrap_or_default();
        for policy in had.iter().filter(|policy| !one.policies.iter().any(|other| other.name == policy.name)) {
            let (name, policy) = (name.clone(), policy.name.clone());
            let change = if policy.starts_with("arn:") {
                IamChange::Detached { holder, name, policy }
            } else {
                IamChange::Inline { holder, name, policy, to: None }
            };
            self.add(account, &home, Change::Iam(change));
        }
        for policy in one.policies.iter().filter(|policy| !had.contains(policy)) {
            let (name, to) = (name.clone(), Some(document(&policy.document)));
            if policy.name.starts_with("arn:") {
                let (arn, held) = (policy.name.clone(), Planned::Known(policy.name.clone()));
                self.add(account, &home, Change::Iam(IamChange::ManagedPolicy { arn, to }));
                self.add(account, &home, Change::Iam(IamChange::Attached { holder, name, policy: held }));
            } else {
                let policy = policy.name.clone();
                self.add(account, &home, Change::Iam(IamChange::Inline { holder, name, policy, to }));
            }
        }
    }
}
