//! What would close everything a policy finding names: one statement, proved before it is offered.
//!
//! A statement is made for the place it belongs to (the resource's own policy, or one of the organization), put into the
//! scene, and the same question is asked again. It is offered only when nothing of the question is allowed any more and
//! everybody who needs something keeps it (`kept`). Nothing is ever changed anywhere.

mod document;
pub(crate) mod kept;

use std::sync::Arc;

use logproof_estate::{
    facts::OrgPolicyKind,
    record::{Proposal, ProposedPolicy},
    world::LogproofWorld,
};
use logproof_policy::{Account, Answer, Policy, Question, Scene, Violations, actions as ledger, difference};
use serde_json::{Map, Value, json};

pub(crate) use document::{Kind, Target};
use kept::{Keep, Keeping};

use crate::scene::access_points::never;

/// What would close a finding.
pub(crate) enum Remedy {
    /// A statement that refuses what the question found.
    Deny(Box<Deny>),
    /// Nothing that could be made from what is known; the text says why, as a fragment.
    Unknown(&'static str),
}

/// A statement that refuses whatever a question finds allowed.
pub(crate) struct Deny {
    /// Name of the statement.
    pub(crate) sid: &'static str,
    /// Where it could stand: the first place that suffices is taken, and all together if none does alone.
    pub(crate) places: Vec<Place>,
    /// What it is about, in the form each place needs.
    pub(crate) on: On,
    /// Its `Condition`; an empty object leaves it out.
    pub(crate) condition: Value,
    /// Who must lose nothing by it.
    pub(crate) keeping: Keeping,
}

/// A place for a statement.
#[derive(Clone)]
pub(crate) enum Place {
    /// The resource's own policy.
    Resource(Target),
    /// A policy of the organization, attached to its root.
    Organization(OrgPolicyKind),
}

/// The resources of a statement.
#[derive(Clone)]
pub(crate) enum On {
    /// These.
    These(Vec<String>),
    /// Everything but these.
    AllBut(Vec<String>),
}

/// A question, where it was asked, and what was found.
pub(crate) struct Asked<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) question: &'a Question,
    pub(crate) found: &'a Violations,
}

/// A policy with a statement in it.
struct Placed {
    proposed: ProposedPolicy,
    parsed: Arc<Policy>,
    /// `None` for the resource's own policy.
    layer: Option<OrgPolicyKind>,
}

impl Remedy {
    /// What can be offered for everything the questions found.
    pub(crate) async fn proposed(&self, w: &mut LogproofWorld, asked: &[Asked<'_>]) -> Proposal {
        let offered = match self {
            Self::Deny(deny) => deny.proposed(w, asked).await,
            Self::Unknown(why) => Err((*why).to_owned()),
        };
        match offered {
            Ok(policies) => Proposal::Policies(policies),
            Err(why) => Proposal::NotOffered(why),
        }
    }
}

impl Deny {
    async fn proposed(&self, w: &mut LogproofWorld, asked: &[Asked<'_>]) -> Result<Vec<ProposedPolicy>, String> {
        let actions = actions(asked);
        if actions.is_empty() {
            return Err("no action could be named".to_owned());
        }
        let root = root(w).await;
        let kept = self.keeping.questions(w).await?;
        let mut placed = Vec::new();
        let mut reasons: Vec<String> = Vec::new();
        for place in &self.places {
            let one = match self.placed(place, &actions, asked, root.as_deref()) {
                Ok(one) => one,
                Err(why) => {
                    reasons.push(why);
                    continue;
                }
            };
            match prove(std::slice::from_ref(&one), asked, &kept) {
                Ok(()) => return Ok(vec![one.proposed]),
                Err(why) => reasons.push(format!("{}: {why}", one.proposed.kind)),
            }
            // It may still suffice beside another.
            placed.push(one);
        }
        if placed.len() > 1 && prove(&placed, asked, &kept).is_ok() {
            return Ok(placed.into_iter().map(|one| one.proposed).collect());
        }
        Err(reasons.join("; "))
    }

    /// The policy of a place with the statement in it.
    fn placed(
        &self,
        place: &Place,
        actions: &[String],
        asked: &[Asked<'_>],
        root: Option<&str>,
    ) -> Result<Placed, String> {
        let statement = self.statement(place, actions);
        let made = match place {
            Place::Resource(target) => (target.with(statement)?, None),
            Place::Organization(kind) => {
                if !asked.iter().all(|one| one.scene.organization.accounts.iter().any(|a| has_layer(a, *kind))) {
                    return Err(format!("{} are not enabled in the organization", document::plural(*kind)));
                }
                (document::of_the_organization(*kind, statement, root)?, Some(*kind))
            }
        };
        let (proposed, layer) = made;
        let text = proposed.whole.as_ref().unwrap_or(&proposed.text);
        let parsed = Policy::parse(&format!("the proposed {}", proposed.kind), text.as_bytes());
        let parsed = parsed.map(Arc::new).map_err(|error| format!("the policy cannot be read: {error}"))?;
        Ok(Placed { proposed, parsed, layer })
    }

    fn statement(&self, place: &Place, actions: &[String]) -> Value {
        let mut statement = Map::new();
        let mut put = |name: &str, value: Value| drop(statement.insert(name.to_owned(), value));
        put("Sid", json!(self.sid));
        put("Effect", json!("Deny"));
        if !matches!(place, Place::Organization(OrgPolicyKind::ServiceControl)) {
            put("Principal", json!("*"));
        }
        put("Action", one_or_many(actions));
        match (place, &self.on) {
            // The policy of a role is about that role, the policy of a key about that key.
            (Place::Resource(target), _) if target.kind == Kind::Trust => {}
            (Place::Resource(target), _) if target.kind == Kind::Key => put("Resource", json!("*")),
            (_, On::These(arns)) => put("Resource", one_or_many(arns)),
            (_, On::AllBut(arns)) => put("NotResource", one_or_many(arns)),
        }
        if self.condition.as_object().is_some_and(|condition| !condition.is_empty()) {
            put("Condition", self.condition.clone());
        }
        Value::Object(statement)
    }
}

/// Longest list of actions that is written name by name.
const NAMED: usize = 20;

/// A list that names every action found and none that was not asked about: the names or patterns of the question, and
/// where they are many, patterns that match what was asked about only.
fn actions(asked: &[Asked<'_>]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |action: &str| {
        if !all.iter().any(|known| known == action) {
            all.push(action.to_owned());
        }
    };
    for one in asked {
        let found: Vec<&str> = one.found.allowed.iter().map(|allowed| allowed.action.as_str()).collect();
        let named = one.question.asking_about(&found);
        let short = named.len() <= NAMED;
        for action in named {
            add(&if short { action.to_owned() } else { by_verb(action, one.question) });
        }
    }
    all
}

/// The pattern of all actions with the verb of this one, where each of them was asked about; else the action itself.
fn by_verb(action: &str, question: &Question) -> String {
    let Some((service, name)) = action.split_once(':').filter(|(_, name)| !name.contains(['*', '?'])) else {
        return action.to_owned();
    };
    let after = name.char_indices().skip(1).find(|(_, c)| c.is_ascii_uppercase()).map_or(name.len(), |(at, _)| at);
    let verb = format!("{service}:{}", name.get(..after).unwrap_or(name));
    let alike = ledger::all().iter().map(|known| known.name).filter(|known| known.starts_with(&verb));
    if alike.clone().count() > 1 && alike.clone().all(|known| !question.asking_about(&[known]).is_empty()) {
        return format!("{verb}*");
    }
    action.to_owned()
}

/// A list as policies write it: one text alone, or an array.
pub(crate) fn one_or_many(list: &[String]) -> Value {
    match list {
        [one] => json!(one),
        many => json!(many),
    }
}

/// Id of the organization's root.
async fn root(w: &mut LogproofWorld) -> Option<String> {
    let directory = w.estate().ok()?.directory().await.ok()?;
    Some(directory.root.id.clone())
}

/// That nothing asked about is allowed any more, and that nobody lost what must be kept.
fn prove(placed: &[Placed], asked: &[Asked<'_>], kept: &[Keep]) -> Result<(), String> {
    for one in asked {
        match never(&with(one.scene, placed), one.question) {
            Answer::Holds => {}
            Answer::Violated(witness) => {
                return Err(format!("with a statement there, {}", witness.sentence()));
            }
            Answer::Undecided(reason) => return Err(format!("with a statement there, it is undecided: {reason}")),
        }
    }
    let Some(first) = asked.first() else { return Err("nothing was asked".to_owned()) };
    for keep in kept {
        let before = keep.scene.as_ref().unwrap_or(first.scene);
        match difference(&with(before, placed), before, &keep.question) {
            Answer::Holds => {}
            Answer::Violated(witness) => {
                return Err(format!("{} would lose something it needs: {}", keep.who, witness.sentence()));
            }
            Answer::Undecided(reason) => {
                return Err(format!("whether {} would lose something it needs is undecided: {reason}", keep.who));
            }
        }
    }
    Ok(())
}

fn has_layer(account: &Account, kind: OrgPolicyKind) -> bool {
    match kind {
        OrgPolicyKind::ServiceControl => account.scps.as_ref(),
        OrgPolicyKind::ResourceControl => account.rcps.as_ref(),
    }
    .is_some_and(|levels| !levels.is_empty())
}

/// The scene with the policies in place.
fn with(scene: &Scene, placed: &[Placed]) -> Scene {
    let mut scene = scene.clone();
    for one in placed {
        match one.layer {
            None => scene.resource_policy = Some(Arc::clone(&one.parsed)),
            Some(kind) => {
                for account in &mut scene.organization.accounts {
                    let levels = match kind {
                        OrgPolicyKind::ServiceControl => account.scps.as_mut(),
                        OrgPolicyKind::ResourceControl => account.rcps.as_mut(),
                    };
                    // The root is the first level of every path.
                    if let Some(level) = levels.and_then(|levels| levels.first_mut()) {
                        level.push(Arc::clone(&one.parsed));
                    }
                }
            }
        }
    }
    scene
}
