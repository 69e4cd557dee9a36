//! The search for a request that meets a goal, over all classes of requests.
//!
//! Owns the walk: callers, actions, resources, then keys one at a time, as far as the
//! three-valued evaluation of the request so far leaves the goal open. Must not know what the
//! goal is for.

mod every;
mod keys;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::context::{ContextValue, Lookup, View};
use crate::decide::{Asked, Request, Verdict, decide_with, weigh};
use crate::decision::{Decided, Decision};
use crate::evaluate::Subject;
use crate::principal::Principal;
use crate::prove::actions;
use crate::prove::atoms::Atoms;
use crate::prove::catalog::{self, SOURCE};
use crate::prove::cells::{Cell, Stuck};
use crate::prove::dimensions::{self, Action};
use crate::prove::partial::Partial;
use crate::prove::population::Candidate;
use crate::prove::prepare::{Prepared, collect};
use crate::prove::question::Source;
use crate::prove::scene::Scene;
use crate::prove::source::Sources;
use crate::prove::witness::Witness;
use crate::template::Shape;
use crate::tri::{Doubt, Tri};

/// Most keys chosen along one path.
const MAX_KEYS: usize = 40;

/// What a request must be to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    Allowed,
    Refused,
    /// Allowed in the last scene and not in the first.
    Gained,
}

/// The end of a walk.
pub(crate) enum Found {
    Nothing,
    Witness(Box<Witness>),
    Undecided(String),
}

/// One walk and what it has learnt so far.
pub(crate) struct Walk<'p> {
    prepared: &'p Prepared<'p>,
    goal: Goal,
    atoms: Atoms<'p>,
    sources: Option<Sources>,
    /// Resource patterns hold variables, so resource classes differ per caller.
    varying: bool,
    /// Why "nothing found" would not be a proof.
    doubt: Option<String>,
    /// Whether any request was weighed at all: an empty question proves nothing.
    looked: bool,
    /// By key, and whether values of our organization are left out.
    cells: HashMap<(String, bool), Rc<Vec<Cell>>>,
    resources: Option<Rc<Vec<String>>>,
    /// Steps it takes to weigh a request of the caller at hand.
    weight: usize,
}

/// One caller, action and resource.
#[derive(Clone, Copy)]
struct Combination<'w> {
    candidate: usize,
    action: &'w Action,
    resource: &'w str,
}

impl<'p> Walk<'p> {
    pub(crate) fn new(prepared: &'p Prepared<'p>, goal: Goal) -> Self {
        let atoms = collect(&prepared.policies, &prepared.actions, prepared.question);
        let sources =
            prepared.scenes.last().and_then(|scene| Sources::new(scene, prepared.question, &atoms, &prepared.effort));
        let varying = atoms.resources.iter().any(|t| matches!(t.shape, Shape::Variable { .. }));
        Self {
            prepared,
            goal,
            atoms,
            sources,
            varying,
            doubt: None,
            looked: false,
            cells: HashMap::new(),
            resources: None,
            weight: 0,
        }
    }

    /// Looks at every caller.
    pub(crate) fn run(&mut self) -> Found {
        let mut asked = HashSet::new();
        for (candidate, class) in self.prepared.alike.iter().enumerate() {
            // Nothing was found of one like it, or the walk had ended; what was in doubt stays so.
            if class.is_some_and(|class| !asked.insert(class)) {
                continue;
            }
            if let Some(witness) = self.caller(candidate) {
                return Found::Witness(witness);
            }
        }
        self.nothing()
    }

    /// Looks at one caller.
    pub(crate) fn run_one(&mut self, candidate: usize) -> Found {
        self.doubt = None;
        self.looked = false;
        match self.caller(candidate) {
            Some(witness) => Found::Witness(witness),
            None => self.nothing(),
        }
    }

    fn nothing(&mut self) -> Found {
        if let Some(reason) = self.prepared.doubt {
            self.unsure(reason);
        }
        if self.sources.is_none() {
            self.unsure("the policies tell too many source accounts apart");
        }
        if !self.looked {
            self.unsure("no caller, action and resource fit the question, so nothing was examined");
        }
        // Whatever else was in doubt: there was no going on, and that is what to tell.
        let given_up = self.prepared.effort.reason();
        given_up.or_else(|| self.doubt.take()).map_or(Found::Nothing, Found::Undecided)
    }

    fn unsure(&mut self, reason: impl Into<String>) {
        if self.doubt.is_none() {
            self.doubt = Some(reason.into());
        }
    }

    fn caller(&mut self, index: usize) -> Option<Box<Witness>> {
        self.weight = self.prepared.weight(index);
        let resources = self.resources(self.prepared.candidates.get(index)?)?;
        self.prepared.actions.iter().find_map(|action| self.call(index, action, &resources))
    }

    /// Looks at one caller and one action.
    fn call(&mut self, index: usize, action: &Action, resources: &[String]) -> Option<Box<Witness>> {
        let prepared = self.prepared;
        let candidate = prepared.candidates.get(index)?;
        for resource in resources.iter().filter(|r| actions::fits(action.works, r)) {
            let mut partial = Partial {
                caller: &candidate.fixed,
                scene: &prepared.facts,
                signed: candidate.principal.account().is_some(),
                signs_in: matches!(candidate.principal, Principal::WebIdentity { .. }),
                service_call: matches!(candidate.principal, Principal::Service { .. }),
                service: action.service.clone(),
                chosen: Vec::new(),
            };
            let combination = Combination { candidate: index, action, resource };
            let found = if partial.service_call && prepared.question.source != Source::Any {
                self.branch(SOURCE, combination, &mut partial)
            } else {
                self.explore(combination, &mut partial)
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn resources(&mut self, candidate: &Candidate) -> Option<Rc<Vec<String>>> {
        if let (false, Some(known)) = (self.varying, &self.resources) {
            return Some(known.clone());
        }
        let view = Partial {
            caller: &candidate.fixed,
            scene: &self.prepared.facts,
            signed: candidate.principal.account().is_some(),
            signs_in: matches!(candidate.principal, Principal::WebIdentity { .. }),
            service_call: matches!(candidate.principal, Principal::Service { .. }),
            service: String::new(),
            chosen: Vec::new(),
        };
        let Some((list, inexact)) = dimensions::resources(
            self.prepared.question,
            &self.atoms.resources,
            self.prepared.partition(),
            &view,
            &self.prepared.effort,
        ) else {
            self.unsure("the resource patterns have too many combinations");
            return None;
        };
        if inexact {
            self.unsure("a resource pattern holds a policy variable whose value is not known");
        }
        let list = Rc::new(list);
        self.resources = Some(list.clone());
        Some(list)
    }

    /// Weighs the request so far; if that leaves the goal open, tries every class of the open key.
    fn explore(&mut self, combination: Combination<'_>, partial: &mut Partial<'_>) -> Option<Box<Witness>> {
        if self.prepared.effort.spend(self.weight).is_err() {
            return None;
        }
        self.looked = true;
        match self.judge(combination, partial) {
            Tri::No => None,
            Tri::Yes => self.witness(combination, partial),
            Tri::Maybe(Doubt::Open(key)) => {
                if partial.chosen.len() >= MAX_KEYS {
                    self.unsure(format!("more than {MAX_KEYS} condition keys bear on one request"));
                    return None;
                }
                let key = partial.first(key);
                self.branch(&key, combination, partial)
            }
            Tri::Maybe(doubt) => {
                self.unsure(doubt.to_string());
                None
            }
        }
    }

    fn branch(&mut self, key: &str, combination: Combination<'_>, partial: &mut Partial<'_>) -> Option<Box<Witness>> {
        let cells = match self.cells(key, combination, partial) {
            Ok(cells) => cells,
            Err(Stuck::First(other)) => {
                self.unsure(format!("a policy variable compares `{key}` with `{other}`, whose value is not known"));
                let other = partial.first(&other);
                if other == key || partial.chosen(&other).is_some() {
                    return None;
                }
                return self.branch(&other, combination, partial);
            }
            Err(Stuck::TooMany) => {
                self.unsure(format!("the values of `{key}` have too many classes"));
                return None;
            }
        };
        for cell in cells.iter() {
            partial.chosen.push((key.to_owned(), cell.clone()));
            let found = self.explore(combination, partial);
            partial.chosen.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn judge(&self, combination: Combination<'_>, partial: &Partial<'_>) -> Tri<'p> {
        let mut truth = Tri::Yes;
        for condition in &self.prepared.question.when {
            truth = truth.and(condition.holds(partial));
            if truth.is_no() {
                return truth;
            }
        }
        let allowed = |side: usize| self.allowed(combination, partial, side);
        truth.and(match self.goal {
            Goal::Allowed => allowed(0),
            Goal::Refused => allowed(0).not(),
            Goal::Gained => allowed(1).and(allowed(0).not()),
        })
    }

    fn allowed(&self, combination: Combination<'_>, partial: &Partial<'_>, side: usize) -> Tri<'p> {
        let prepared = self.prepared;
        let Some(policies) = prepared.sides.get(combination.candidate).and_then(|s| s.get(side)) else {
            return Tri::No;
        };
        let (Some(candidate), Some(scene)) =
            (prepared.candidates.get(combination.candidate), prepared.scenes.get(side))
        else {
            return Tri::No;
        };
        let subject = Subject {
            principal: &candidate.principal,
            action: &combination.action.lower,
            resource: combination.resource,
            view: partial,
            bounded: policies.boundary.is_some(),
        };
        let asked =
            Asked { subject, resource_account: owner(scene), owner_root_exempt: prepared.question.owner_root_exempt };
        let outcome = weigh(&asked, policies);
        match outcome.verdict {
            Verdict::Allowed => Tri::Yes,
            Verdict::ExplicitDeny | Verdict::ImplicitDeny => Tri::No,
            Verdict::Undecided => outcome.truth,
        }
    }

    /// Drops what does not matter, and shows the rest only if the concrete evaluator agrees.
    fn witness(&mut self, combination: Combination<'_>, partial: &mut Partial<'_>) -> Option<Box<Witness>> {
        let before = partial.chosen.clone();
        for at in (0..partial.chosen.len()).rev() {
            let removed = partial.chosen.remove(at);
            let asked = removed.0 == SOURCE && self.prepared.question.source != Source::Any;
            let needed =
                asked || partial.chosen.iter().any(|(k, _)| catalog::prerequisite(k) == Some(removed.0.as_str()));
            if needed || !self.judge(combination, partial).is_yes() {
                partial.chosen.insert(at, removed);
            }
        }
        let witness = self.confirmed(combination, partial);
        partial.chosen = before;
        if witness.is_none() {
            self.unsure(
                "a request was found that the concrete evaluator does not confirm; this is a defect of logproof",
            );
        }
        witness.map(Box::new)
    }

    fn confirmed(&self, combination: Combination<'_>, partial: &Partial<'_>) -> Option<Witness> {
        let prepared = self.prepared;
        let candidate = prepared.candidates.get(combination.candidate)?;
        let name = |key: &str| self.atoms.shown(key).unwrap_or(key).to_owned();
        let context = partial.concrete(name);
        let meets = prepared.question.when.iter().all(|condition| condition.holds(&context).is_yes());
        let mut request = Request::new(candidate.principal.clone(), &combination.action.name, combination.resource);
        let scene = prepared.scenes.last()?;
        if let Some(owner) = owner(scene) {
            request = request.owned_by(owner);
        }
        let request = request.with_context(context);
        let decisions: Vec<Decided> = prepared
            .sides
            .get(combination.candidate)?
            .iter()
            .map(|p| decide_with(&request, p, prepared.question.owner_root_exempt))
            .collect();
        let decided = decisions.last()?.clone();
        let agrees = match self.goal {
            Goal::Allowed => decided.is_allowed(),
            Goal::Refused => !decided.is_allowed() && !matches!(decided.decision, Decision::Undecided(_)),
            Goal::Gained => decided.is_allowed() && decisions.first().is_some_and(|old| !old.is_allowed()),
        };
        if !meets || !agrees {
            return None;
        }
        let chosen = |key: &str| match partial.chosen(key) {
            Some(Some(ContextValue::One(text))) => Some(text.clone()),
            _ => None,
        };
        let matters = partial.chosen.iter().filter(|(k, _)| k != SOURCE).map(|(k, v)| (name(k), v.clone())).collect();
        let mut any: Vec<String> =
            self.atoms.keys().filter(|(k, _)| self.is_free(k, partial)).map(|(_, s)| s.to_owned()).collect();
        any.sort();
        Some(Witness {
            request,
            decided,
            caller: candidate.label.clone(),
            source_account: chosen(SOURCE),
            matters,
            any,
        })
    }

    fn is_free(&self, key: &str, partial: &Partial<'_>) -> bool {
        partial.chosen(key).is_none() && matches!(partial.lookup(key), Lookup::Open)
    }
}

fn owner(scene: &Scene) -> Option<&str> {
    Some(scene.resource_account.as_str()).filter(|id| !id.is_empty())
}
