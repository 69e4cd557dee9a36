//! Requests that a plan newly allows.
//!
//! The request that shows a finding is decided on the landing zone as it is and as it would be, with the same users and
//! roles known. Where it was allowed before as well, one that was not is looked for among the same actions. What is said
//! here was decided on both sides: nothing is concluded from the texts of the policies.

use std::sync::Arc;

use logproof_estate::{AccountId, Estate};
use logproof_plan::Symbols;
use logproof_policy::{
    Answer, Cancellation, Context, ContextValue, Decided, Decision, Policy, Principal, Question, Scene, StatementRef,
    difference,
};
use logproof_steps::ask::{Inhabitants, scene_around};
use serde::Deserialize;
use serde_json::Value;
use tokio::time;

use super::outcome::{ControlChange, Direction, Finding, Gained};

/// Findings of a control whose request is decided on both sides, of those that have one.
const LOOKED_AT: usize = 8;

/// How long a newly allowed request is looked for.
const PATIENCE: time::Duration = time::Duration::from_secs(5);

/// A request as a finding has it.
#[derive(Deserialize)]
struct Asked {
    principal: Principal,
    action: String,
    resource: String,
    context: Vec<(String, ContextValue)>,
    sentence: String,
}

/// The landing zone as it is, and as it would be: two of them where it was decided twice.
pub(super) struct Sides<'a> {
    pub(super) before: &'a Arc<Estate>,
    pub(super) after: &'a [Arc<Estate>],
    pub(super) symbols: &'a Symbols,
}

/// The same world without and with the plan.
struct Scenes {
    before: Scene,
    after: Vec<Scene>,
}

impl Sides<'_> {
    /// Adds to the findings of controls that get worse a request that is newly allowed.
    pub(super) async fn add(&self, controls: &mut [ControlChange]) {
        for control in controls.iter_mut().filter(|control| control.direction == Direction::Worse) {
            let shown = control.new.iter_mut().filter(|finding| finding.request.is_some());
            for finding in shown.take(LOOKED_AT) {
                finding.newly_allowed = self.gained(finding).await;
            }
        }
    }

    async fn gained(&self, finding: &Finding) -> Option<Gained> {
        let asked: Asked =
            serde_json::from_value::<Value>(finding.request.clone()?).and_then(serde_json::from_value).ok()?;
        let mut allowed_before = None;
        for inhabitants in inhabitants(&asked.principal) {
            let Some(scenes) = self.scenes(&asked.resource, &inhabitants).await else { continue };
            match scenes.decided(&asked) {
                Found::Gained(gained) => return Some(self.shown(gained)),
                Found::AllowedBefore => allowed_before = Some(scenes),
                Found::Nothing => {}
            }
        }
        let scenes = allowed_before?;
        let actions = if finding.more.is_empty() { vec![asked.action] } else { finding.more.clone() };
        scenes.differing(actions, asked.resource).await.map(|gained| self.shown(gained))
    }

    async fn scenes(&self, resource: &str, inhabitants: &Inhabitants) -> Option<Scenes> {
        let scene = async |estate: &Arc<Estate>| {
            let around = bucket_of(resource);
            let mut scene = scene_around(estate, around, inhabitants).await.ok()?;
            // Trails and recorders are asked for by principals of their own account, and have no policy.
            if !["s3", "kms", "sns", "iam"].contains(&service(resource)) {
                scene.resource_account = String::new();
            }
            Some(scene)
        };
        let before = scene(self.before).await?;
        let mut after = Vec::new();
        for estate in self.after {
            after.push(scene(estate).await?);
        }
        Some(Scenes { before, after })
    }

    fn shown(&self, gained: Gained) -> Gained {
        Gained {
            request: self.symbols.shown(&gained.request),
            before: self.symbols.shown(&gained.before),
            statement: gained.statement.map(|statement| self.symbols.shown(&statement)),
        }
    }
}

/// Who may be in the accounts: the users and roles of the caller's account, else an administrator that is assumed.
fn inhabitants(principal: &Principal) -> Vec<Inhabitants> {
    let account: Option<AccountId> = principal.account().and_then(|account| account.parse().ok());
    account.map(Inhabitants::RealIn).into_iter().chain([Inhabitants::Administrators]).collect()
}

fn service(resource: &str) -> &str {
    resource.split(':').nth(2).unwrap_or_default()
}

/// The bucket of an object; any other resource is what it is.
fn bucket_of(resource: &str) -> &str {
    if service(resource) == "s3" { resource.split('/').next().unwrap_or(resource) } else { resource }
}

/// What the two sides say to a request.
enum Found {
    Gained(Gained),
    /// Allowed on both.
    AllowedBefore,
    /// It is not decided, or not as the finding has it.
    Nothing,
}

impl Scenes {
    fn decided(&self, asked: &Asked) -> Found {
        let with = |context: Context, (key, value): &(String, ContextValue)| context.with(key, value.clone());
        let context = asked.context.iter().fold(Context::new(), with);
        let decide = |scene: &Scene| scene.decide(&asked.principal, &asked.action, &asked.resource, &context);
        let allowed = |decided: &Decided| decided.decision == Decision::Allowed;
        let after: Vec<Decided> = self.after.iter().filter_map(decide).filter(allowed).collect();
        // Whatever parts of policies are unknown.
        let (Some(first), true) = (after.first(), after.len() == self.after.len()) else { return Found::Nothing };
        match decide(&self.before) {
            Some(before) if allowed(&before) => Found::AllowedBefore,
            Some(Decided { decision: Decision::Undecided(_), .. }) => Found::Nothing,
            before => Found::Gained(self.between(asked.sentence.clone(), before.as_ref(), first)),
        }
    }

    /// What decides a request before and after.
    fn between(&self, request: String, before: Option<&Decided>, after: &Decided) -> Gained {
        Gained {
            request,
            before: before.map_or_else(|| "there is no such caller".to_owned(), in_words),
            statement: before.and_then(|before| self.statement(before, after)),
        }
    }

    /// A request that is allowed after and was refused before.
    async fn differing(self, actions: Vec<String>, resource: String) -> Option<Gained> {
        let cancellation = Cancellation::default();
        let Self { mut before, after } = self;
        let [mut after] = <[Scene; 1]>::try_from(after).ok()?;
        for scene in [&mut before, &mut after] {
            scene.cancellation = cancellation.clone();
        }
        let work = tokio::task::spawn_blocking(move || {
            let question = Question::about(actions.iter().map(String::as_str)).on(&resource);
            match difference(&before, &after, &question) {
                Answer::Violated(witness) => {
                    let request = &witness.request;
                    let decided =
                        before.decide(request.principal(), request.action(), request.resource(), request.context());
                    Some((Self { before, after: vec![after] }, witness, decided))
                }
                Answer::Holds | Answer::Undecided(_) => None,
            }
        });
        let found = time::timeout(PATIENCE, work).await;
        cancellation.cancel("nobody waits for it any more");
        let (scenes, witness, before) = found.ok()?.ok()??;
        Some(scenes.between(witness.sentence(), before.as_ref(), &witness.decided))
    }

    /// What becomes of the statement that decided before, or where the one that decides after comes from.
    fn statement(&self, before: &Decided, after: &Decided) -> Option<String> {
        if before.decision == Decision::ExplicitDeny {
            return Some(match fate(before.statement.as_ref()?, self.after.first()?)? {
                Fate::NoPolicy => "that policy is not in force any more".to_owned(),
                Fate::Gone => "the plan takes that statement out".to_owned(),
                Fate::There => "the plan changes that statement, or where it is in force".to_owned(),
            });
        }
        let allows = after.statement.as_ref()?;
        Some(match fate(allows, &self.before)? {
            Fate::NoPolicy => format!("`{}` is new", allows.policy_name),
            Fate::Gone => format!("the plan adds {allows}"),
            Fate::There => format!("the plan changes {allows}, or something else that it needs"),
        })
    }
}

/// What there is of a statement on the other side.
enum Fate {
    /// No policy of its name.
    NoPolicy,
    /// The policy, without it.
    Gone,
    /// A statement of its name.
    There,
}

/// What there is of a statement in a scene; nothing for one without a name, which nothing identifies.
fn fate(statement: &StatementRef, scene: &Scene) -> Option<Fate> {
    let sid = statement.sid.as_deref().filter(|sid| !sid.is_empty())?;
    let mut named = policies(scene).filter(|policy| policy.name() == &*statement.policy_name).peekable();
    if named.peek().is_none() {
        return Some(Fate::NoPolicy);
    }
    let there = named.any(|policy| policy.statements().iter().any(|other| other.sid() == Some(sid)));
    Some(if there { Fate::There } else { Fate::Gone })
}

/// The policies of resources and of the organization.
fn policies(scene: &Scene) -> impl Iterator<Item = &Policy> {
    let accounts = scene.organization.accounts.iter();
    let layers = accounts.flat_map(|account| account.scps.iter().chain(&account.rcps)).flatten().flatten();
    scene.resource_policy.iter().chain(layers).map(Arc::as_ref)
}

/// What decided, in words.
fn in_words(decided: &Decided) -> String {
    match (&decided.decision, &decided.statement) {
        (Decision::ExplicitDeny, Some(statement)) => format!("{statement} denies it ({})", decided.layer),
        _ => format!("{} ({})", decided.why, decided.layer),
    }
}
