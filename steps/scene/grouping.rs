//! Accounts that no policy tells apart: one of each group is asked about.

use std::collections::BTreeMap;

use logproof_estate::{
    AccountId,
    facts::{Account as Member, Directory},
};
use logproof_policy::Policy;

use crate::scene::layers::Layer;

/// What a question looks at that may name an account.
pub(crate) struct Naming<'p> {
    pub(crate) policies: Vec<&'p Policy>,
    /// ARNs and ids.
    pub(crate) texts: Vec<String>,
}

impl Naming<'_> {
    fn names(&self, id: &str) -> bool {
        self.policies.iter().any(|policy| policy.names_account(id)) || self.texts.iter().any(|text| text.contains(id))
    }
}

/// Groups accounts that no policy can tell apart and names the first of each group.
///
/// An account that is named represents itself, and so does every account when a policy matches parts of account ids.
pub(crate) fn representatives(
    active: &[Member],
    directory: &Directory,
    scps: &Layer,
    rcps: &Layer,
    naming: &Naming<'_>,
) -> BTreeMap<AccountId, AccountId> {
    let alone = naming.policies.iter().any(|policy| policy.matches_parts_of_account_ids());
    let mut first: BTreeMap<Signature, AccountId> = BTreeMap::new();
    let mut represented_by = BTreeMap::new();
    for member in active {
        let named = alone || naming.names(member.id.as_str());
        let representative = if named {
            member.id.clone()
        } else {
            let path = directory.path_of(member);
            let signature = (scps.signature(&path), rcps.signature(&path), member.parent.clone());
            first.entry(signature).or_insert_with(|| member.id.clone()).clone()
        };
        represented_by.insert(member.id.clone(), representative);
    }
    represented_by
}

/// Policies per level of both layers, and the parent (organization paths can be named in conditions).
type Signature = (Vec<Vec<usize>>, Vec<Vec<usize>>, String);
