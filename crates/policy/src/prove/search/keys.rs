//! The classes of a key's values at one point of the walk.
//!
//! Owns what follows from the caller and from variables for the next key to be chosen.

use std::rc::Rc;

use super::{Combination, Walk};
use crate::condition::{Condition, Test, Values};
use crate::context::{ContextValue, Lookup, View};
use crate::glob::Glob;
use crate::principal::Principal;
use crate::prove::automaton::Machine;
use crate::prove::catalog::{self, SOURCE};
use crate::prove::cells::{self, Assumed, Cell, Form, Stuck};
use crate::prove::effort::Effort;
use crate::prove::partial::Partial;
use crate::prove::source;
use crate::template::{Matched, Piece, Shape, Template};

/// Most values a variable may take to make a known text match.
const MAX_FITS: usize = 64;

impl Walk<'_> {
    pub(super) fn cells(
        &mut self,
        key: &str,
        combination: Combination<'_>,
        partial: &Partial<'_>,
    ) -> Result<Rc<Vec<Cell>>, Stuck> {
        if let (SOURCE, Some(sources)) = (key, &self.sources) {
            return Ok(Rc::new(sources.choices()));
        }
        let effort = &self.prepared.effort;
        let candidate = self.prepared.candidates.get(combination.candidate);
        if let (true, true, Some(sources)) = (source::owns(key), partial.service_call, &self.sources) {
            let account = match partial.chosen(SOURCE) {
                Some(Some(ContextValue::One(account))) => account.as_str(),
                _ => "",
            };
            let named = matches!(partial.chosen("aws:sourceaccount"), Some(Some(_)));
            let service = match candidate.map(|c| &c.principal) {
                Some(Principal::Service { name }) => name.split('.').next().unwrap_or_default(),
                _ => "",
            };
            if let Some(cells) = sources.cells(key, account, named, service, &self.atoms, partial, effort) {
                return cells.map(Rc::new);
            }
        }
        let never = self.foreign(key, partial);
        let kind = (key.to_owned(), never.is_some());
        if let Some(known) = self.cells.get(&kind) {
            return Ok(known.clone());
        }
        let used = self.atoms.using(key).to_vec();
        let varies =
            !used.is_empty() || self.atoms.templates(key).any(|(t, _)| matches!(t.shape, Shape::Variable { .. }));
        let mut form = Form { never, ..Form::default() };
        for condition in used {
            let Some(fits) = fits(key, condition, partial, effort) else {
                self.unsure(format!(
                    "a policy variable compares `{}` with `{key}`, whose value is not known",
                    condition.shown
                ));
                continue;
            };
            let fold = matches!(&condition.test, Test::Compare { values: Values::TextIgnoringCase(_), .. });
            form.also.extend(fits.iter().map(|text| Machine::exactly(text, fold)));
        }
        let cells = Rc::new(cells::of_key(key, self.atoms.of_key(key), &form, partial, effort)?);
        if !varies {
            self.cells.insert(kind, cells.clone());
        }
        Ok(cells)
    }

    /// What the organization keys of a principal of another organization never hold.
    // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
    fn foreign(&self, key: &str, partial: &Partial<'_>) -> Option<Machine> {
        let ours = self.prepared.scenes.last().and_then(|scene| scene.organization.id.as_deref())?;
        let own = matches!(partial.caller.get("aws:PrincipalOrgID"), Some(ContextValue::One(id)) if id == ours);
        match key {
            "aws:principalorgid" if !own => Some(Machine::exactly(ours, false)),
            "aws:principalorgpaths" if !own => Some(Machine::glob(&Glob::new(&format!("{ours}/*")))),
            _ => None,
        }
    }
}

/// Values of a key that make a condition on another key match, into whose values it is substituted; `None` if they
/// cannot be told, because that other key or another variable is open too.
fn fits(key: &str, condition: &Condition, view: &impl View, effort: &Effort) -> Option<Vec<String>> {
    let found: Vec<String> = match view.lookup(&condition.key) {
        Lookup::Absent => return Some(Vec::new()),
        Lookup::One(text) => vec![text.into_owned()],
        Lookup::Many(texts) => texts.to_vec(),
        Lookup::Open => return None,
    };
    let (texts, fold) = match &condition.test {
        Test::Compare { values: Values::Text(texts), .. } => (texts, false),
        Test::Compare { values: Values::TextIgnoringCase(texts), .. } => (texts, true),
        _ => return Some(Vec::new()),
    };
    let mut out = Vec::new();
    for template in texts.iter().flatten() {
        let Shape::Variable { pieces, .. } = &template.shape else { continue };
        let is_it = |piece: &Piece| matches!(piece, Piece::Variable { key: k, .. } if catalog::canonical(k) == key);
        if !pieces.iter().any(is_it) {
            continue;
        }
        for text in &found {
            let text = if fold { text.to_lowercase() } else { text.clone() };
            substrings_that_fit(key, template, &text, view, effort, &mut out)?;
        }
    }
    Some(out)
}

/// A value that makes a template match a text is a part of that text: each is tried.
fn substrings_that_fit(
    key: &str,
    template: &Template,
    text: &str,
    view: &impl View,
    effort: &Effort,
    out: &mut Vec<String>,
) -> Option<()> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for (index, from) in ends.iter().enumerate() {
        for to in ends.iter().skip(index) {
            let part = text.get(*from..*to).unwrap_or_default();
            effort.spend(1 + out.len() + (text.len() + template.raw.len()) / 8).ok()?;
            if out.iter().any(|known| known == part) {
                continue;
            }
            let value = ContextValue::One(part.to_owned());
            match template.matches(text, &Assumed { key, value: &value, rest: view }) {
                Matched::Yes => out.push(part.to_owned()),
                Matched::No | Matched::Unresolved => {}
                Matched::Maybe(_) => return None,
            }
            if out.len() > MAX_FITS {
                return None;
            }
        }
    }
    Some(())
}
