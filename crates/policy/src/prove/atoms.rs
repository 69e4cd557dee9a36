//! What the policies in play mention: keys with their tests, callers, actions, resources.
//!
//! Owns collecting, from every statement that can match an action asked about. Must not know
//! how classes are made of it.

use std::collections::{HashMap, HashSet};

use crate::condition::{Condition, Test, Values};
use crate::context::Context;
use crate::glob::{Glob, Token, wildcard};
use crate::model::{Policy, Statement};
use crate::principal::Entry;
use crate::prove::automaton::Machine;
use crate::prove::catalog;
use crate::template::{Piece, Resolved, Shape, Template};

/// Everything mentioned, borrowed from the policies.
#[derive(Debug, Default)]
pub(crate) struct Atoms<'p> {
    /// By canonical lowercase key.
    conditions: HashMap<&'p str, Vec<&'p Condition>>,
    /// By canonical key that stands as a variable in their values.
    using: HashMap<&'p str, Vec<&'p Condition>>,
    /// Key names as they are written first.
    shown: HashMap<&'p str, &'p str>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) actions: Vec<Glob>,
    pub(crate) resources: Vec<&'p Template>,
    seen_entries: HashSet<&'p Entry>,
    seen_actions: HashSet<&'p Glob>,
    seen_resources: HashSet<(&'p str, bool)>,
}

impl<'p> Atoms<'p> {
    pub(crate) fn policy(&mut self, policy: &'p Policy, wanted: &dyn Fn(&Statement) -> bool) {
        for statement in policy.statements.iter().filter(|s| wanted(s)) {
            self.conditions(&statement.conditions);
            for entry in statement.principal.iter().flat_map(|p| &p.entries) {
                if self.seen_entries.insert(entry) {
                    self.entries.push(entry.clone());
                }
            }
            for pattern in statement.action.iter().flat_map(|a| &a.patterns) {
                if self.seen_actions.insert(pattern) {
                    self.actions.push(pattern.clone());
                }
            }
            for pattern in statement.resource.iter().flat_map(|r| &r.patterns) {
                let variable = matches!(pattern.shape, Shape::Variable { .. });
                if self.seen_resources.insert((pattern.raw.as_str(), variable)) {
                    self.resources.push(pattern);
                }
            }
        }
    }

    pub(crate) fn conditions(&mut self, conditions: &'p [Condition]) {
        for condition in conditions {
            let key = catalog::canonical(&condition.key);
            self.conditions.entry(key).or_default().push(condition);
            self.shown.entry(key).or_insert(&condition.shown);
            for variable in variables(condition) {
                self.using.entry(variable).or_default().push(condition);
            }
        }
    }

    pub(crate) fn of_key(&self, key: &str) -> &[&'p Condition] {
        self.conditions.get(key).map_or(&[], Vec::as_slice)
    }

    /// Every key mentioned, as it is written.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'p str, &'p str)> {
        self.shown.iter().map(|(key, shown)| (*key, *shown))
    }

    pub(crate) fn shown(&self, key: &str) -> Option<&'p str> {
        self.shown.get(key).copied()
    }

    /// The text patterns on one key; variables are left to the caller.
    pub(crate) fn templates(&self, key: &str) -> impl Iterator<Item = (&'p Template, bool)> {
        self.of_key(key)
            .iter()
            .flat_map(|c| match &c.test {
                Test::Compare { values: Values::Text(texts), .. } => texts.iter().map(|t| (t, false)).collect(),
                Test::Compare { values: Values::TextIgnoringCase(texts), .. } => {
                    texts.iter().map(|t| (t, true)).collect()
                }
                _ => Vec::new(),
            })
            .filter_map(|(text, fold)| text.as_ref().ok().map(|t| (t, fold)))
    }

    /// Conditions into whose values a key is substituted.
    pub(crate) fn using(&self, key: &str) -> &[&'p Condition] {
        self.using.get(key).map_or(&[], Vec::as_slice)
    }

    /// The keys that stand as variables in the values of conditions.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'p str> {
        self.using.keys().copied()
    }

    pub(crate) fn literals(&self, key: &str) -> Vec<String> {
        let fixed = |t: &Template| match &t.shape {
            Shape::Text(Glob::Exact(text)) => Some(text.clone()),
            _ => None,
        };
        self.templates(key).filter_map(|(t, _)| fixed(t)).collect()
    }

    /// What the policies can tell about the ARN of a caller of whom `known` is known, and whether that is all: what a
    /// variable stands for may not be known.
    pub(crate) fn principal_machines(
        &self,
        account: &str,
        who: impl Iterator<Item = Machine>,
        known: &Context,
    ) -> (Vec<Machine>, bool) {
        let mut all = true;
        let mut machines: Vec<Machine> = Vec::new();
        let mut add = |machine: Machine| {
            if !machines.contains(&machine) {
                machines.push(machine);
            }
        };
        who.for_each(&mut add);
        for (template, fold) in self.templates("aws:principalarn") {
            match template.resolve(known) {
                Resolved::Text(glob) if fold => add(Machine::any_case(&glob)),
                Resolved::Text(glob) => add(Machine::glob(&glob)),
                Resolved::Arn(arn) => add(Machine::arn(&arn)),
                Resolved::Nothing => {}
                Resolved::Unresolved | Resolved::Open(_) => {
                    add(Machine::glob(&template.loose()));
                    all = false;
                }
            }
        }
        for entry in &self.entries {
            if let Entry::Arn(arn) = entry
                && arn.split(':').nth(2) == Some("iam")
                && arn.split(':').nth(4) == Some(account)
            {
                add(Machine::glob(&Glob::Exact(arn.clone())));
            }
        }
        (machines, all)
    }

    /// What the policies can tell about the name of a user whose ARN begins with `users`, as patterns on that ARN, and
    /// whether that is all. A path may stand between.
    pub(crate) fn user_name_machines(&self, users: &str, known: &Context) -> (Vec<Machine>, bool) {
        let mut all = true;
        let mut machines: Vec<Machine> = Vec::new();
        for (template, fold) in self.templates("aws:username") {
            let name = match template.resolve(known) {
                Resolved::Text(name) => name,
                Resolved::Arn(_) | Resolved::Nothing => continue,
                Resolved::Unresolved | Resolved::Open(_) => {
                    all = false;
                    template.loose()
                }
            };
            for path in ["", "*/"] {
                let head = users.chars().map(Token::Char).chain(path.chars().map(wildcard));
                let glob = Glob::from_tokens(head.chain(name.tokens()).collect());
                let machine = if fold { Machine::any_case(&glob) } else { Machine::glob(&glob) };
                if !machines.contains(&machine) {
                    machines.push(machine);
                }
            }
        }
        (machines, all)
    }
}

/// The keys that stand as variables in the values of a condition, each once.
fn variables(condition: &Condition) -> HashSet<&str> {
    let Test::Compare { values: Values::Text(texts) | Values::TextIgnoringCase(texts), .. } = &condition.test else {
        return HashSet::new();
    };
    let pieces = texts.iter().flatten().filter_map(|text| match &text.shape {
        Shape::Variable { pieces, .. } => Some(pieces),
        _ => None,
    });
    let mut keys = HashSet::new();
    for piece in pieces.flatten() {
        if let Piece::Variable { key, .. } = piece {
            keys.insert(catalog::canonical(key));
        }
    }
    keys
}
