//! A request under construction: what follows from the caller, what is chosen, what is open.
//!
//! Owns the coupling of keys. Must not know how values are found.

use std::borrow::Cow;

use crate::context::{Context, ContextValue, Lookup, View};
use crate::prove::catalog::{self, SOURCE, TIME, TLS, TLS_VERSION};
use crate::prove::cells::Cell;

/// The context of a partial request.
pub(crate) struct Partial<'s> {
    /// Keys that follow from the caller.
    pub(crate) caller: &'s Context,
    /// Keys that follow from the scene.
    pub(crate) scene: &'s Context,
    pub(crate) signed: bool,
    /// The caller shows a provider's token instead of a signature.
    pub(crate) signs_in: bool,
    pub(crate) service_call: bool,
    /// The action's service prefix, lowercase.
    pub(crate) service: String,
    /// Canonical keys with the value chosen, in order.
    pub(crate) chosen: Vec<(String, Cell)>,
}

impl Partial<'_> {
    pub(crate) fn chosen(&self, key: &str) -> Option<&Cell> {
        self.chosen.iter().find(|(k, _)| k == key).map(|(_, cell)| cell)
    }

    fn chosen_text(&self, key: &str) -> Option<&str> {
        match self.chosen(key) {
            Some(Some(ContextValue::One(text))) => Some(text),
            _ => None,
        }
    }

    /// The key to choose next, when this one is wanted.
    pub(crate) fn first(&self, key: &str) -> String {
        let mut key = catalog::canonical(key);
        while let Some(before) = catalog::prerequisite(key) {
            if self.chosen(before).is_some() || before == SOURCE && !self.service_call {
                break;
            }
            key = before;
        }
        key.to_owned()
    }

    /// Whether a key cannot be on this request at all.
    fn impossible(&self, key: &str) -> bool {
        let carried = self.signed || self.signs_in && catalog::comes_with_a_token(key);
        if catalog::is_source(key) && !self.service_call || catalog::is_signed_only(key) && !carried {
            return true;
        }
        if catalog::belongs_elsewhere(key, &self.service) {
            return true;
        }
        if key == "aws:principalservicename" || key == "aws:principalservicenameslist" {
            return !self.service_call;
        }
        // Role sessions have no user name, and only the organization's principals have its id;
        // the scene's own keys were looked up before.
        if key == "aws:username" || key == "aws:principalisawsservice" || key == "aws:principaltype" {
            return true;
        }
        if key == TLS_VERSION && self.chosen_text(TLS) == Some("false") {
            return true;
        }
        catalog::excludes(key).iter().any(|other| matches!(self.chosen(other), Some(Some(_))))
    }

    /// The request's context with every open key left out.
    pub(crate) fn concrete(&self, shown: impl Fn(&str) -> String) -> Context {
        let mut context = Context::new();
        for (key, value) in self.scene.iter().chain(self.caller.iter()) {
            context.insert(key, value.clone());
        }
        for (key, cell) in &self.chosen {
            if key == SOURCE {
                continue;
            }
            let Some(value) = cell else { continue };
            if key == TIME {
                context.insert("aws:EpochTime", value.clone());
                context.insert("aws:CurrentTime", value.clone());
            } else {
                context.insert(&shown(key), value.clone());
            }
        }
        context
    }
}

impl View for Partial<'_> {
    fn lookup(&self, lower: &str) -> Lookup<'_> {
        let key = catalog::canonical(lower);
        if let Some(cell) = self.chosen(key) {
            return cell.as_ref().map_or(Lookup::Absent, Lookup::from);
        }
        for known in [self.caller, self.scene] {
            match known.lookup(key) {
                Lookup::Absent => {}
                Lookup::One(Cow::Borrowed(text)) => return Lookup::One(Cow::Borrowed(text)),
                found => return found,
            }
        }
        if self.impossible(key) { Lookup::Absent } else { Lookup::Open }
    }
}
