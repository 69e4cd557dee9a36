//! Everything a search needs, collected once from the scenes and the question.
//!
//! Owns which policies, actions and callers are in play. Must not know the walk.

use std::collections::HashSet;
use std::sync::Arc;

use crate::context::Context;
use crate::decide::Policies;
use crate::evaluate::acts;
use crate::glob::Glob;
use crate::model::{Policy, Statement};
use crate::partition::Partition;
use crate::principal::Principal;
use crate::problem::Span;
use crate::prove::alike;
use crate::prove::atoms::Atoms;
use crate::prove::dimensions::{self, Action};
use crate::prove::effort::Effort;
use crate::prove::population::{self, Candidate, Inventory};
use crate::prove::question::Question;
use crate::prove::scene::{Identities, Scene};

/// Policies and facts, collected once; everything else borrows from here.
pub(crate) struct Prepared<'q> {
    pub(crate) scenes: Vec<&'q Scene>,
    pub(crate) question: &'q Question,
    pub(crate) policies: Vec<Arc<Policy>>,
    pub(crate) actions: Vec<Action>,
    pub(crate) candidates: Vec<Candidate>,
    /// Per candidate, the policies of each scene.
    pub(crate) sides: Vec<Vec<Policies>>,
    pub(crate) facts: Context,
    /// Per candidate, the class of those that nothing tells apart; none for one who is alone.
    pub(crate) alike: Vec<Option<usize>>,
    pub(crate) effort: Effort,
    /// Why the classes of callers may not be all of them.
    pub(crate) doubt: Option<&'static str>,
}

impl<'q> Prepared<'q> {
    /// Collects what the scenes and the question hold; the error says why that is impossible.
    pub(crate) fn new(scenes: Vec<&'q Scene>, question: &'q Question) -> Result<Self, String> {
        let Some(scene) = scenes.last().copied() else {
            return Err("there is no scene to ask about".to_owned());
        };
        let effort = Effort::new(&scene.cancellation);
        let policies = everything(&scenes);
        let globs = action_globs(&policies);
        let because = |reason: &str| effort.reason().unwrap_or_else(|| reason.to_owned());
        let too_many = || because("the action patterns have too many combinations");
        let actions = dimensions::actions(question, &globs, &effort).ok_or_else(too_many)?;
        let atoms = collect(&policies, &actions, question);
        let facts = facts(scene, question);
        let (candidates, doubt) = population::candidates(scene, question, &atoms, &facts, &effort).map_err(because)?;
        let inventories: Vec<Inventory<'_>> = scenes.iter().map(|scene| Inventory::of(scene)).collect();
        let side = |who: &Principal| inventories.iter().map(|inventory| inventory.policies(who)).collect();
        let sides: Vec<Vec<Policies>> = candidates.iter().map(|c| side(&c.principal)).collect();
        let alike = alike::classes(&candidates, &sides, &atoms);
        drop(atoms);
        Ok(Self { facts, scenes, question, policies, actions, candidates, sides, alike, effort, doubt })
    }

    /// Steps it takes to weigh one request of a candidate: a look at each statement of the policies that have a say.
    pub(crate) fn weight(&self, candidate: usize) -> usize {
        let sides = self.sides.get(candidate).into_iter().flatten();
        sides.flat_map(Policies::all).flat_map(|policy| policy.statements.iter()).map(weight).sum::<usize>() + 20
    }

    /// The partition everything asked about is in.
    pub(crate) fn partition(&self) -> Partition {
        self.scenes.last().map(|scene| scene.organization.partition).unwrap_or_default()
    }
}

/// Steps it takes to look at a statement: one, and more for long lists and patterns.
fn weight(statement: &Statement) -> usize {
    let Span { start, end } = statement.span();
    1 + end.saturating_sub(start) / 32
}

/// Every policy of the scenes, once; the same document under several names counts as one.
fn everything(scenes: &[&Scene]) -> Vec<Arc<Policy>> {
    let mut out: Vec<Arc<Policy>> = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |policy: &Arc<Policy>| {
        if seen.insert(policy.statements.as_ptr()) {
            out.push(policy.clone());
        }
    };
    for scene in scenes {
        scene.resource_policy.iter().for_each(&mut add);
        for account in &scene.organization.accounts {
            account.scps.iter().flatten().flatten().for_each(&mut add);
            if account.id == scene.resource_account {
                account.rcps.iter().flatten().flatten().for_each(&mut add);
            }
            if let Identities::Known(identities) = &account.identities {
                identities.iter().flat_map(|i| i.policies.iter().chain(&i.boundary)).for_each(&mut add);
            }
        }
    }
    out
}

fn action_globs(policies: &[Arc<Policy>]) -> Vec<Glob> {
    let mut seen = HashSet::new();
    let elements = policies.iter().flat_map(|p| p.statements.iter()).filter_map(|s| s.action.as_ref());
    elements.flat_map(|a| &a.patterns).filter(|g| seen.insert((*g).clone())).cloned().collect()
}

/// Statements that no action asked about can meet do not matter.
pub(crate) fn collect<'p>(policies: &'p [Arc<Policy>], actions: &[Action], question: &'p Question) -> Atoms<'p> {
    let relevant = |statement: &Statement| {
        statement.action.as_ref().is_none_or(|element| actions.iter().any(|a| acts(element, &a.lower)))
    };
    let mut atoms = Atoms::default();
    policies.iter().for_each(|policy| atoms.policy(policy, &relevant));
    atoms.conditions(&question.when);
    atoms
}

/// Keys that follow from the scene alone.
fn facts(scene: &Scene, question: &Question) -> Context {
    let mut facts = Context::new();
    if !scene.resource_account.is_empty() {
        facts.insert("aws:ResourceAccount", scene.resource_account.as_str());
    }
    if scene.organization.is_member(&scene.resource_account) {
        facts.insert("aws:ResourceOrgID", scene.organization.id.clone().unwrap_or_default());
        let path = scene.organization.account(&scene.resource_account).and_then(|owner| owner.org_path.clone());
        if let Some(path) = path {
            facts.insert("aws:ResourceOrgPaths", vec![path]);
        }
    }
    if let Some(now) = &question.now {
        facts.insert("aws:CurrentTime", now.as_str());
        facts.insert("aws:EpochTime", now.as_str());
    }
    facts
}
