//! What the policies in play mention: keys with their tests, callers, actions, resources.
//!
//! Owns collecting, from every statement that can match an action asked about. Must not know
//! how classes are made of it.

use std::collections::{HashMap, HashSet};

use crate::condition::{Condition, Test, Values};
use crate::glob::Glob;
use crate::model::{Policy, Statement};
use crate::principal::Entry;
use crate::prove::automaton::Machine;
use crate::prove::catalog;
use crate::template::{Piece, Shape, Template};

/// Everything mentioned, borrowed from the policies.
#[derive(Debug, Default)]
pub(crate) struct Atoms<'p> {
    /// By canonical lowercase key.
    conditions: HashMap<&'p str, Vec<&'p Condition>>,
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
    pub(crate) fn using(&self, key: &str) -> Vec<&'p Condition> {
        let mentions = |t: &Template| match &t.shape {
            Shape::Variable { pieces, .. } => {
                pieces.iter().any(|p| matches!(p, Piece::Variable { key: k, .. } if catalog::canonical(k) == key))
            }
            _ => false,
        };
        let texts = |c: &Condition| match &c.test {
            Test::Compare { values: Values::Text(t) | Values::TextIgnoringCase(t), .. } => {
                t.iter().flatten().any(mentions)
            }
            _ => false,
        };
        self.conditions.values().flatten().copied().filter(|c| texts(c)).collect()
    }

    pub(crate) fn literals(&self, key: &str) -> Vec<String> {
        let fixed = |t: &Template| match &t.shape {
            Shape::Text(Glob::Exact(text)) => Some(text.clone()),
            _ => None,
        };
        self.templates(key).filter_map(|(t, _)| fixed(t)).collect()
    }

    /// What the policies can tell about the ARN of a caller of one account.
    pub(crate) fn principal_machines(&self, account: &str, who: impl Iterator<Item = Machine>) -> Vec<Machine> {
        let mut machines: Vec<Machine> = Vec::new();
        let mut add = |machine: Machine| {
            if !machines.contains(&machine) {
                machines.push(machine);
            }
        };
        who.for_each(&mut add);
        for (template, fold) in self.templates("aws:principalarn") {
            template_machine(template, fold, account).into_iter().for_each(&mut add);
        }
        for entry in &self.entries {
            if let Entry::Arn(arn) = entry
                && arn.split(':').nth(2) == Some("iam")
                && arn.split(':').nth(4) == Some(account)
            {
                add(Machine::glob(&Glob::Exact(arn.clone())));
            }
        }
        machines
    }
}

/// A template on `aws:PrincipalArn` as a machine; of all variables only the caller's account is known here.
fn template_machine(template: &Template, fold: bool, account: &str) -> Option<Machine> {
    use crate::context::Context;
    use crate::template::Resolved;
    let context = Context::new().with("aws:PrincipalAccount", account);
    Some(match template.resolve(&context) {
        Resolved::Text(glob) if fold => Machine::any_case(&glob),
        Resolved::Text(glob) => Machine::glob(&glob),
        Resolved::Arn(arn) => Machine::arn(&arn),
        Resolved::Nothing | Resolved::Unresolved | Resolved::Open(_) => return None,
    })
}
