//! The service or resource control policies of an organization, by what they are attached to.

use std::{collections::HashMap, sync::Arc};

use logproof_estate::{
    Estate, Fact,
    facts::{Directory, OrgPolicy, OrgPolicyKind},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Levels, Policy};

use crate::scene::policies::parse_org_policy;

/// Policies with their index, by the id of what they are attached to.
pub(super) type ByTarget = HashMap<String, Vec<(usize, Arc<Policy>)>>;

/// The policies of one kind, parsed, by target.
pub(crate) struct Layer {
    /// `None` when the organization has no such layer.
    pub(super) by_target: Option<ByTarget>,
    pub(crate) policies: Vec<Arc<Policy>>,
}

impl Layer {
    /// Asks for the policies of one kind; `None` when the organization has no such layer.
    pub(crate) async fn ask(
        w: &mut LogproofWorld,
        estate: &Estate,
        directory: &Directory,
        kind: OrgPolicyKind,
    ) -> Result<Option<Fact<Vec<OrgPolicy>>>, Stop> {
        match directory.root.enabled_policy_types.iter().any(|enabled| enabled == kind.as_str()) {
            true => w.see(estate.org_policies(kind).await).map(Some),
            false => Ok(None),
        }
    }

    /// The layer of what was answered.
    pub(crate) fn of(
        w: &mut LogproofWorld,
        kind: OrgPolicyKind,
        answered: Option<&Fact<Vec<OrgPolicy>>>,
    ) -> Result<Self, Stop> {
        let Some(answered) = answered else { return Ok(Self { by_target: None, policies: Vec::new() }) };
        let mut by_target = ByTarget::new();
        let mut policies = Vec::new();
        for (index, policy) in answered.iter().enumerate() {
            let parsed = parse_org_policy(w, kind, policy)?;
            for target in &policy.targets {
                by_target.entry(target.clone()).or_default().push((index, Arc::clone(&parsed)));
            }
            policies.push(parsed);
        }
        Ok(Self { by_target: Some(by_target), policies })
    }

    /// Policies per level of a path; `None` without such a layer.
    pub(crate) fn levels(&self, path: &[String]) -> Option<Levels> {
        let by_target = self.by_target.as_ref()?;
        let attached = |node: &String| by_target.get(node).map_or(&[][..], Vec::as_slice);
        Some(path.iter().map(|node| attached(node).iter().map(|(_, policy)| Arc::clone(policy)).collect()).collect())
    }

    /// Which policies stand at which level: equal for accounts that no policy of this layer tells apart.
    pub(crate) fn signature(&self, path: &[String]) -> Vec<Vec<usize>> {
        let Some(by_target) = self.by_target.as_ref() else { return Vec::new() };
        let attached = |node: &String| by_target.get(node).map_or(&[][..], Vec::as_slice);
        path.iter().map(|node| attached(node).iter().map(|(index, _)| *index).collect()).collect()
    }
}
