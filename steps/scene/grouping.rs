//! The accounts of the organization, and which of them no policy tells apart: one of each group is asked about.
//!
//! What no question changes is worked out once and shared by all scenarios of a run: of an organization of thousands of
//! accounts it takes megabytes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use logproof_estate::{
    AccountId,
    facts::{Account as Member, Directory},
};
use logproof_policy::{Account, Levels, Policy};

use crate::scene::layers::Layer;

/// What may name an account.
pub(crate) struct Naming<'p> {
    pub(crate) policies: Vec<&'p Policy>,
    /// ARNs and ids.
    pub(crate) texts: Vec<String>,
}

impl Naming<'_> {
    fn names(&self, id: &str) -> bool {
        self.policies.iter().any(|policy| policy.names_account(id)) || self.texts.iter().any(|text| text.contains(id))
    }

    fn matches_parts_of_account_ids(&self) -> bool {
        self.policies.iter().any(|policy| policy.matches_parts_of_account_ids())
    }
}

/// The active accounts with the service and resource control policies above each.
pub(crate) struct Grouping {
    management: AccountId,
    /// By id.
    active: Arc<[Member]>,
    /// What is known of each of them, in the same order.
    known: Vec<Known>,
    groups: Vec<Group>,
    /// A service or resource control policy matches parts of account ids: no account represents another.
    apart: bool,
}

struct Known {
    /// Place in `groups`.
    group: usize,
    /// Named in a service or resource control policy, or by the owner.
    named: bool,
    /// ARN of the one role that the protection of the log store may exempt.
    exempt: Arc<str>,
}

/// Accounts of one root or unit that no service or resource control policy tells apart without naming them.
struct Group {
    /// The value of `aws:PrincipalOrgPaths` and its like.
    org_path: String,
    scps: Option<Levels>,
    rcps: Option<Levels>,
}

/// Policies per level of both layers, and the parent (organization paths can be named in conditions).
type Signature = (Vec<Vec<usize>>, Vec<Vec<usize>>, String);

impl Grouping {
    /// Groups the `active` accounts of an organization with the id `organization`. `texts` are what the owner names: an
    /// account named there represents itself, and so does one that a policy of the layers names. `exempt_role` says which
    /// role is exempt in an account with this path.
    pub(crate) fn of(
        (organization, management): (&str, &AccountId),
        (directory, active): (&Directory, Arc<[Member]>),
        (scps, rcps): (&Layer, &Layer),
        texts: Vec<String>,
        exempt_role: impl Fn(&AccountId, &[String]) -> String,
    ) -> Self {
        let policies = scps.policies.iter().chain(&rcps.policies).map(Arc::as_ref).collect();
        let naming = Naming { policies, texts };
        let (mut groups, mut by_signature) = (Vec::new(), HashMap::<Signature, usize>::new());
        // Most exempt roles are the same one.
        let mut roles = BTreeSet::<Arc<str>>::new();
        let mut known = Vec::with_capacity(active.len());
        for member in active.iter() {
            let path = directory.path_of(member);
            let signature = (scps.signature(&path), rcps.signature(&path), member.parent.clone());
            let group = *by_signature.entry(signature).or_insert_with(|| {
                let above = path.split_last().map_or(&[][..], |(_, above)| above);
                let org_path = format!("{organization}/{}/", above.join("/"));
                groups.push(Group { org_path, scps: scps.levels(&path), rcps: rcps.levels(&path) });
                groups.len() - 1
            });
            let exempt: Arc<str> = exempt_role(&member.id, &path).into();
            let exempt = roles.get(&exempt).cloned().unwrap_or(exempt);
            roles.insert(Arc::clone(&exempt));
            known.push(Known { group, named: naming.names(member.id.as_str()), exempt });
        }
        let apart = naming.matches_parts_of_account_ids();
        Self { management: management.clone(), active, known, groups, apart }
    }

    /// The management account.
    pub(crate) fn management(&self) -> &AccountId {
        &self.management
    }

    /// Active member accounts other than the management account, by id.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.active.iter().filter(|member| member.id != self.management)
    }

    /// Where in the organization an active account is, as condition keys say it.
    pub(crate) fn path(&self, account: &str) -> Option<&str> {
        self.group(self.known_of(account)?).map(|group| group.org_path.as_str())
    }

    /// ARN of the one role that the protection of the log store may exempt in an active account.
    pub(crate) fn exempt_role(&self, account: &AccountId) -> Option<&str> {
        self.known_of(account.as_str()).map(|known| &*known.exempt)
    }

    /// An active account as the policy engine sees it.
    pub(crate) fn account(&self, id: &AccountId) -> Option<Account> {
        let group = self.group(self.known_of(id.as_str())?)?;
        let account = match *id == self.management {
            true => Account::management(id.as_str()),
            false => Account::member(id.as_str()),
        };
        let (scps, rcps) = (group.scps.clone(), group.rcps.clone());
        Some(Account { scps, rcps, org_path: Some(group.org_path.clone()), ..account })
    }

    fn known_of(&self, account: &str) -> Option<&Known> {
        let at = self.active.binary_search_by(|member| member.id.as_str().cmp(account)).ok()?;
        self.known.get(at)
    }

    fn group(&self, known: &Known) -> Option<&Group> {
        self.groups.get(known.group)
    }

    /// Names the first account of each group for a question that looks at what is in `naming` besides: an account named
    /// there represents itself, and so does every account when a policy matches parts of account ids.
    pub(crate) fn representatives(&self, naming: &Naming<'_>) -> Representatives {
        let mut found = Representatives {
            apart: self.apart || naming.matches_parts_of_account_ids(),
            named: BTreeSet::new(),
            first: vec![None; self.groups.len()],
        };
        for (member, known) in self.active.iter().zip(&self.known) {
            if known.named {
                continue;
            }
            if naming.names(member.id.as_str()) {
                found.named.insert(member.id.clone());
            } else if let Some(first @ None) = found.first.get_mut(known.group) {
                *first = Some(member.id.clone());
            }
        }
        found
    }

    /// The account whose answer is this account's answer as well.
    pub(crate) fn representative<'g>(&'g self, by: &'g Representatives, account: &'g AccountId) -> &'g AccountId {
        let Some(known) = self.known_of(account.as_str()) else { return account };
        if by.apart || known.named || by.named.contains(account) {
            return account;
        }
        by.first.get(known.group).and_then(Option::as_ref).unwrap_or(account)
    }

    /// The management account, and every account that represents itself, as the policy engine sees them.
    pub(crate) fn represented(&self, by: &Representatives) -> Vec<Account> {
        let ids = self.active.iter().map(|member| &member.id);
        let kept = ids.filter(|id| **id == self.management || self.representative(by, id) == *id);
        kept.filter_map(|id| self.account(id)).collect()
    }
}

/// Which accounts represent others in one question.
pub(crate) struct Representatives {
    /// None does.
    apart: bool,
    /// Accounts that the question names.
    named: BTreeSet<AccountId>,
    /// The account that represents a group, where one does.
    first: Vec<Option<AccountId>>,
}

#[cfg(test)]
mod tests {
    use logproof_estate::facts::{OrganizationalUnit, Root};

    use super::*;
    use crate::scene::layers::ByTarget;

    fn id(number: usize) -> AccountId {
        format!("{number:012}").parse().unwrap()
    }

    fn policy(json: &str) -> Arc<Policy> {
        Arc::new(Policy::parse("policy", json.as_bytes()).unwrap())
    }

    fn deny(condition: &str) -> Arc<Policy> {
        policy(&format!(r#"{{"Statement": {{"Effect": "Deny", "Action": "s3:*", "Resource": "*"{condition}}}}}"#))
    }

    /// A policy of a layer on one target.
    fn layer(target: &str, policy: &Arc<Policy>) -> Layer {
        let by_target = ByTarget::from([(target.to_owned(), vec![(0, Arc::clone(policy))])]);
        Layer { by_target: Some(by_target), policies: vec![Arc::clone(policy)] }
    }

    /// Nine accounts, the first of them the management account: the first four in the root, the others in a unit.
    fn grouping(scps: &Layer, texts: &[&str]) -> Grouping {
        let member = |number: usize| Member {
            id: id(number),
            arn: format!("arn:{number}"),
            name: format!("account {number}"),
            status: "ACTIVE".to_owned(),
            parent: if number < 5 { "r-root".to_owned() } else { "ou-unit".to_owned() },
            joined: None,
        };
        let accounts: Vec<Member> = (1..10).map(member).collect();
        let directory = Directory {
            root: Root { id: "r-root".to_owned(), arn: String::new(), enabled_policy_types: Vec::new() },
            units: vec![OrganizationalUnit {
                id: "ou-unit".to_owned(),
                arn: String::new(),
                name: "unit".to_owned(),
                parent: "r-root".to_owned(),
            }],
            accounts: accounts.clone(),
        };
        let rcps = Layer { by_target: None, policies: Vec::new() };
        Grouping::of(
            ("o-org", &id(1)),
            (&directory, accounts.into()),
            (scps, &rcps),
            texts.iter().map(|text| (*text).to_owned()).collect(),
            |account, path| format!("{account} in {}", path.len()),
        )
    }

    /// Who represents each of the nine accounts.
    fn of_each(grouping: &Grouping, naming: &Naming<'_>) -> Vec<usize> {
        let by = grouping.representatives(naming);
        let number = |account: &AccountId| account.as_str().parse().unwrap();
        (1..10).map(|account| number(grouping.representative(&by, &id(account)))).collect()
    }

    const NOTHING: Naming<'static> = Naming { policies: Vec::new(), texts: Vec::new() };

    #[test]
    fn accounts_that_nothing_tells_apart_are_represented_by_the_first() {
        let scps = layer("000000000007", &deny(""));
        let grouping = grouping(&scps, &["arn:aws:iam::000000000003:role/Reader"]);
        // The third is named by the owner, and a policy is attached to the seventh.
        assert_eq!(of_each(&grouping, &NOTHING), [1, 1, 3, 1, 5, 5, 7, 5, 5]);
        let bucket = deny(r#", "Condition": {"StringEquals": {"aws:PrincipalAccount": "000000000005"}}"#);
        let naming = Naming { policies: vec![&bucket], texts: vec!["000000000009".to_owned()] };
        assert_eq!(
            of_each(&grouping, &naming),
            [1, 1, 3, 1, 5, 6, 7, 6, 9],
            "the question names the fifth and the ninth"
        );
        let by = grouping.representatives(&NOTHING);
        let seen = grouping.represented(&by);
        let ids: Vec<&str> = seen.iter().map(|account| account.id.trim_start_matches('0')).collect();
        assert_eq!(ids, ["1", "3", "5", "7"]);
        assert_eq!(seen.iter().map(|account| account.management).collect::<Vec<_>>(), [true, false, false, false]);
    }

    #[test]
    fn a_policy_that_matches_parts_of_ids_tells_all_apart() {
        let parts = deny(r#", "Condition": {"StringLike": {"aws:PrincipalAccount": "0000*"}}"#);
        let alone: Vec<usize> = (1..10).collect();
        assert_eq!(of_each(&grouping(&layer("r-root", &parts), &[]), &NOTHING), alone);
        let naming = Naming { policies: vec![&parts], texts: Vec::new() };
        assert_eq!(of_each(&grouping(&layer("r-root", &deny("")), &[]), &naming), alone);
    }

    #[test]
    fn an_account_has_the_policies_and_the_path_of_its_place() {
        let grouping = grouping(&layer("ou-unit", &deny("")), &[]);
        let (in_root, in_unit) = (grouping.account(&id(2)).unwrap(), grouping.account(&id(9)).unwrap());
        assert_eq!(in_root.org_path.as_deref(), Some("o-org/r-root/"));
        assert_eq!(in_unit.org_path.as_deref(), Some("o-org/r-root/ou-unit/"));
        let levels = |account: &Account| account.scps.as_ref().unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!((levels(&in_root), levels(&in_unit)), (vec![0, 0], vec![0, 1, 0]));
        assert!(in_unit.rcps.is_none(), "there is no such layer");
        assert_eq!((in_unit.id.as_str(), in_unit.management), ("000000000009", false));
        assert!(grouping.account(&id(10)).is_none() && grouping.path("000000000010").is_none());
        assert_eq!(grouping.exempt_role(&id(9)), Some("000000000009 in 3"));
        assert_eq!(grouping.members().count(), 8);
    }
}
