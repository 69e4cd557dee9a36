//! The actions and resources a question ranges over, one per class.
//!
//! Owns turning patterns into concrete names. Must not know callers or conditions.

use std::collections::{HashMap, HashSet};

use crate::context::View;
use crate::glob::{Glob, Token};
use crate::partition::Partition;
use crate::prove::actions::{self, Works};
use crate::prove::automaton::{self, Machine};
use crate::prove::effort::Effort;
use crate::prove::question::{Question, Resource};
use crate::template::{Resolved, Template};

/// One action that stands for all that the policies treat alike.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) name: String,
    pub(crate) lower: String,
    pub(crate) service: String,
    pub(crate) works: Works,
    /// Every action asked about that the policies treat like this one, itself first.
    pub(crate) alike: Vec<String>,
}

impl Action {
    fn new(name: String) -> Self {
        let lower = name.to_ascii_lowercase();
        let service = lower.split(':').next().unwrap_or_default().to_owned();
        Self { works: actions::works_on(&name), alike: vec![name.clone()], name, lower, service }
    }
}

/// Every action asked about that exists, is named in a policy, or (for services without a list)
/// can be told apart by the patterns.
pub(crate) fn actions(question: &Question, globs: &[Glob], effort: &Effort) -> Option<Vec<Action>> {
    let mut out = Vec::new();
    for (pattern, text) in question.actions.iter().zip(&question.action_texts) {
        if let Glob::Exact(_) = pattern {
            out.push(Action::new(text.clone()));
            continue;
        }
        let service = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let wild = service.contains(['*', '?']);
        let services = if wild { vec!["s3", "kms", "cloudtrail", "config"] } else { vec![service.as_str()] };
        let mut listed = false;
        for service in services {
            let known = actions::of_service(service);
            listed |= known.is_some();
            let names = known.into_iter().flatten().filter(|name| pattern.matches(&name.to_ascii_lowercase()));
            out.extend(names.map(|name| Action::new(name.to_owned())));
        }
        for glob in globs {
            if let Glob::Exact(name) = glob
                && pattern.matches(name)
            {
                out.push(Action::new(name.clone()));
            }
        }
        if wild || !listed {
            let machines: Vec<Machine> = globs.iter().map(Machine::glob).collect();
            let base = if text == "*" { Machine::glob(&Glob::new("x*:?*")) } else { Machine::glob(pattern) };
            let classes = automaton::classes(Some(&base), &machines, effort)?;
            out.extend(classes.into_iter().map(|class| Action::new(class.text)));
        }
    }
    effort.spend(out.len().saturating_mul(globs.len())).ok()?;
    Some(told_apart(out, globs))
}

/// One action per class that the policies tell apart; the others of the class are alike.
fn told_apart(all: Vec<Action>, globs: &[Glob]) -> Vec<Action> {
    let mut places = HashMap::new();
    let mut names = HashSet::new();
    let mut out: Vec<Action> = Vec::new();
    for action in all {
        if !names.insert(action.lower.clone()) {
            continue;
        }
        let vector: Vec<bool> = globs.iter().map(|g| g.matches(&action.lower)).collect();
        let special = actions::is_special(&action.name).then(|| action.lower.clone());
        let class = (vector, action.works as u8, action.service.clone(), special);
        let place = *places.entry(class).or_insert(out.len());
        match out.get_mut(place) {
            Some(first) => first.alike.push(action.name),
            None => out.push(action),
        }
    }
    out
}

/// The resources asked about, one per class; the flag says that a variable made the classes inexact.
pub(crate) fn resources(
    question: &Question,
    templates: &[&Template],
    partition: Partition,
    view: &impl View,
    effort: &Effort,
) -> Option<(Vec<String>, bool)> {
    let mut inexact = false;
    let mut machines = Vec::new();
    let mut known = HashSet::new();
    for template in templates {
        let machine = match template.resolve(view) {
            Resolved::Text(glob) => Machine::glob(&glob),
            Resolved::Arn(arn) => Machine::arn(&arn),
            Resolved::Open(_) => {
                inexact = true;
                Machine::glob(&template.loose())
            }
            Resolved::Nothing | Resolved::Unresolved => continue,
        };
        if known.insert(machine.clone()) {
            machines.push(machine);
        }
    }
    machines.extend(question.except_resources.iter().map(Machine::glob));
    let mut out: Vec<String> = Vec::new();
    for resource in &question.resources {
        match resource {
            Resource::Exact(arn) => out.push(arn.clone()),
            Resource::Pattern(glob) => out.extend(of_pattern(glob, &machines, partition, effort)?),
        }
    }
    let mut seen = HashSet::new();
    let spared = |arn: &str| question.except_resources.iter().any(|glob| glob.matches(arn));
    out.retain(|arn| !spared(arn) && seen.insert(arn.clone()));
    Some((out, inexact))
}

/// One resource per class of those that a pattern matches; ARNs of other partitions are resources of nobody here.
fn of_pattern(glob: &Glob, machines: &[Machine], partition: Partition, effort: &Effort) -> Option<Vec<String>> {
    let text = |class: automaton::Class| class.text;
    let base = Machine::glob(glob);
    let begins = |head: &str| glob.tokens().into_iter().zip(head.chars()).all(|(t, c)| t == Token::Char(c));
    let (any, own) = ("arn:", format!("arn:{partition}:"));
    if begins(&own) {
        return Some(automaton::classes(Some(&base), machines, effort)?.into_iter().map(text).collect());
    }
    let of = |head: &str| Machine::glob(&Glob::new(&format!("{head}*")));
    let machines: Vec<Machine> = [of(any), of(&own)].into_iter().chain(machines.iter().cloned()).collect();
    let foreign = |class: &automaton::Class| matches!(class.accepts.as_slice(), [true, false, ..]);
    let classes = automaton::classes(Some(&base), &machines, effort)?;
    Some(classes.into_iter().filter(|class| !foreign(class)).map(text).collect())
}
