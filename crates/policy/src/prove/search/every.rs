//! Everything that meets the goal, not only the first request: action by action, caller by caller.
//!
//! Owns how the bounds of one search are shared by its parts. Must not know what the list is for.

use std::collections::HashSet;

use super::{Found, Walk};
use crate::decide::decide_with;
use crate::prove::witness::{Allowed, Unsettled, Violations, Witness};

impl Walk<'_> {
    /// Looks at every action of every caller.
    pub(crate) fn every(&mut self) -> Violations {
        let prepared = self.prepared;
        let mut found: Vec<Vec<(usize, Box<Witness>)>> = prepared.actions.iter().map(|_| Vec::new()).collect();
        let mut all = Violations::default();
        let mut looked = false;
        let mut refused: HashSet<(usize, usize)> = HashSet::new();
        'callers: for (index, candidate) in prepared.candidates.iter().enumerate() {
            (self.doubt, self.weight) = (None, prepared.weight(index));
            let class = prepared.alike.get(index).copied().flatten();
            let Some(resources) = self.resources(candidate) else {
                all.undecided.push(self.unsettled(index, Vec::new()));
                continue;
            };
            // What makes the resources inexact makes every answer about this caller inexact.
            let inexact = self.doubt.take();
            for (number, (action, slot)) in prepared.actions.iter().zip(&mut found).enumerate() {
                // One like it was refused whatever the circumstances.
                if class.is_some_and(|class| refused.contains(&(class, number))) {
                    continue;
                }
                (self.looked, self.doubt) = (false, None);
                let witness = self.call(index, action, &resources);
                looked |= self.looked;
                if let Some(witness) = witness {
                    slot.push((index, witness));
                    continue;
                }
                if prepared.effort.reason().is_some() {
                    all.cut_off = true;
                    break 'callers;
                }
                if self.doubt.is_none() && self.looked {
                    self.doubt.clone_from(&inexact);
                }
                if self.doubt.is_some() {
                    all.undecided.push(self.unsettled(index, action.alike.clone()));
                } else if let Some(class) = class {
                    refused.insert((class, number));
                }
            }
        }
        self.looked = looked;
        self.doubt = None;
        if let Found::Undecided(reason) = self.nothing() {
            all.undecided.push(Unsettled { actions: Vec::new(), caller: "everybody".to_owned(), reason });
        }
        for (action, slot) in prepared.actions.iter().zip(found) {
            self.name_all(&action.alike, &slot, &mut all);
        }
        all
    }

    fn unsettled(&mut self, candidate: usize, actions: Vec<String>) -> Unsettled {
        let caller = self.prepared.candidates.get(candidate).map(|c| c.label.clone()).unwrap_or_default();
        Unsettled { actions, caller, reason: self.doubt.take().unwrap_or_default() }
    }

    /// One entry for each action of a class; each is decided by itself before it is shown.
    fn name_all(&self, alike: &[String], found: &[(usize, Box<Witness>)], all: &mut Violations) {
        let Some((candidate, witness)) = found.first() else { return };
        let policies = self.prepared.sides.get(*candidate).and_then(|sides| sides.last());
        for action in alike {
            let request = witness.request.clone().calling(action);
            let decided = policies.map(|p| decide_with(&request, p, self.prepared.question.owner_root_exempt));
            match decided {
                Some(decided) if decided.is_allowed() => {
                    let mut callers: Vec<String> = Vec::new();
                    for (_, witness) in found {
                        if !callers.contains(&witness.caller) {
                            callers.push(witness.caller.clone());
                        }
                    }
                    let witness = Witness { request, decided, ..(**witness).clone() };
                    all.allowed.push(Allowed { action: action.clone(), callers, witness });
                }
                _ => all.undecided.push(Unsettled {
                    actions: vec![action.clone()],
                    caller: witness.caller.clone(),
                    reason:
                        "it is decided otherwise than an action the policies treat alike; this is a defect of logproof"
                            .to_owned(),
                }),
            }
        }
    }
}
