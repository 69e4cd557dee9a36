//! The file that `terraform show -json` and `tofu show -json` write, as far as a reader needs it.
//!
//! Owns the form of the file and its bounds. What is not known is skipped while reading, so that a large plan takes no more
//! memory than its resources that matter. `planned_values` is never read: it cannot tell unknown from absent.
// See: https://developer.hashicorp.com/terraform/internals/json-format

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::Value;

use super::configuration::Configuration;
use crate::{coverage, tree::Tree};

/// More changes than this are no plan that anybody reviews.
pub(super) const MOST_CHANGES: usize = 200_000;

/// The whole file.
#[derive(Deserialize)]
pub(super) struct File {
    #[serde(default)]
    pub(super) format_version: Option<String>,
    #[serde(default)]
    pub(super) timestamp: Option<String>,
    #[serde(default)]
    pub(super) complete: Option<bool>,
    #[serde(default)]
    pub(super) errored: bool,
    #[serde(default)]
    pub(super) resource_changes: Option<Changes>,
    #[serde(default)]
    pub(super) deferred_changes: Vec<Deferred>,
    #[serde(default)]
    pub(super) action_invocations: Vec<IgnoredAny>,
    #[serde(default)]
    pub(super) deferred_action_invocations: Vec<IgnoredAny>,
    #[serde(default)]
    pub(super) variables: BTreeMap<String, Variable>,
    #[serde(default)]
    pub(super) prior_state: PriorState,
    #[serde(default)]
    pub(super) configuration: Configuration,
}

/// The value of a variable of the root module.
#[derive(Debug, Deserialize)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) value: Value,
}

/// A change that a later plan will make.
#[derive(Deserialize)]
pub(super) struct Deferred {
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    resource_change: Option<RawChange>,
}

/// Policy documents that were rendered already: data sources that need not be read again are in the state only.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PriorState {
    values: StateValues,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StateValues {
    root_module: StateModule,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StateModule {
    resources: StateResources,
    child_modules: Vec<StateModule>,
}

/// An object of the prior state.
#[derive(Debug, Deserialize)]
pub(super) struct StateResource {
    pub(super) address: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) mode: String,
    #[serde(default)]
    pub(super) values: Value,
}

/// The data sources of a module of the prior state.
#[derive(Debug, Default)]
struct StateResources(Vec<StateResource>);

impl<'de> Deserialize<'de> for StateResources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keep;
        impl<'de> Visitor<'de> for Keep {
            type Value = StateResources;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of resources")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<StateResources, A::Error> {
                let mut kept = Vec::new();
                while let Some(resource) = items.next_element::<StateResource>()? {
                    if resource.mode == "data" && coverage::is_helper(&resource.kind) {
                        kept.push(resource);
                    }
                }
                Ok(StateResources(kept))
            }
        }
        deserializer.deserialize_seq(Keep)
    }
}

impl PriorState {
    /// The data sources of all modules.
    pub(super) fn data(self) -> Vec<StateResource> {
        let (mut open, mut found) = (vec![self.values.root_module], Vec::new());
        while let Some(module) = open.pop() {
            found.extend(module.resources.0);
            open.extend(module.child_modules);
        }
        found
    }
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing.
    NoOp,
    /// A data source is read during the apply.
    Read,
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is deleted.
    Delete,
    /// It is deleted, then created.
    DeleteCreate,
    /// It is created, then the old one is deleted.
    CreateDelete,
    /// Terraform forgets it; it stays as it is.
    Forget,
    /// It is created, and the old one forgotten.
    CreateForget,
}

impl Act {
    fn of(actions: &[String]) -> Option<Self> {
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        Some(match actions.as_slice() {
            ["no-op"] => Self::NoOp,
            ["read"] => Self::Read,
            ["create"] => Self::Create,
            ["update"] => Self::Update,
            ["delete"] => Self::Delete,
            ["delete", "create"] => Self::DeleteCreate,
            ["create", "delete"] => Self::CreateDelete,
            ["forget"] => Self::Forget,
            ["create", "forget"] => Self::CreateForget,
            _ => return None,
        })
    }

    /// Whether anything in AWS changes.
    pub(super) fn changes(self) -> bool {
        !matches!(self, Self::NoOp | Self::Read | Self::Forget)
    }
}

/// The key of an instance under `count` or `for_each`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// `[0]`.
    Number(i64),
    /// `["a"]`.
    Text(String),
}

/// One planned change of a resource that is looked at.
#[derive(Debug)]
pub(super) struct ResourceChange {
    pub(super) address: String,
    pub(super) module: String,
    pub(super) data: bool,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) key: Option<Key>,
    pub(super) deposed: Option<String>,
    pub(super) act: Act,
    pub(super) importing: bool,
    /// It is not known how many of it there will be, or what will become of it.
    pub(super) open_ended: bool,
    pub(super) before: Tree,
    pub(super) after: Tree,
    /// `account_id` and `region` of the object, where the provider tells them.
    pub(super) identity: Tree,
}

/// The planned changes that are looked at, and a count of the others.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) kept: Vec<ResourceChange>,
    /// Addresses of changed resources of other types, by type.
    pub(super) others: BTreeMap<String, Vec<String>>,
    /// How many resources change at all.
    pub(super) changed: usize,
    /// Addresses of which it is not known how many instances there will be.
    pub(super) index_unknown: Vec<String>,
}

#[derive(Deserialize)]
struct RawChange {
    address: String,
    #[serde(default)]
    module_address: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    index: Option<Value>,
    #[serde(default)]
    index_unknown: bool,
    #[serde(default)]
    deposed: Option<String>,
    change: RawDetail,
}

#[derive(Deserialize)]
struct RawDetail {
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
    #[serde(default)]
    importing: Option<IgnoredAny>,
    #[serde(default)]
    before_identity: Value,
    #[serde(default)]
    after_identity: Value,
}

impl Changes {
    /// Takes in what a later plan will change, and says what.
    pub(super) fn defer(&mut self, deferred: Vec<Deferred>) -> Result<Vec<String>, String> {
        let mut told = Vec::new();
        for Deferred { reason, resource_change } in deferred {
            let Some(raw) = resource_change else {
                told.push(format!("a change is deferred to a later plan ({reason})"));
                continue;
            };
            told.push(format!("`{}` is deferred to a later plan ({reason})", raw.address));
            let known = self.kept.len();
            self.take(raw)?;
            self.kept.iter_mut().skip(known).for_each(|change| change.open_ended = true);
        }
        Ok(told)
    }

    fn take(&mut self, raw: RawChange) -> Result<(), String> {
        let RawChange { address, module_address: module, mode, kind, name, index, index_unknown, deposed, change } =
            raw;
        let Some(act) = Act::of(&change.actions) else {
            return Err(format!("`{address}` has actions that are not known: {:?}", change.actions));
        };
        let data = mode == "data";
        if act.changes() && !data {
            self.changed += 1;
        }
        if index_unknown {
            self.index_unknown.push(address.clone());
        }
        let looked_at = !data && coverage::is_looked_at(&kind);
        if !looked_at && !data && act.changes() {
            self.others.entry(kind.clone()).or_default().push(address.clone());
        }
        if !looked_at && !coverage::is_helper(&kind) {
            return Ok(());
        }
        let key = match index {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(Key::Text(text)),
            Some(Value::Number(number)) => number.as_i64().map(Key::Number),
            Some(_) => return Err(format!("`{address}` has an index that is neither number nor text")),
        };
        let RawDetail { before, after, after_unknown, before_sensitive, after_sensitive, .. } = change;
        let identity = if change.after_identity.is_null() { change.before_identity } else { change.after_identity };
        self.kept.push(ResourceChange {
            address,
            module,
            data,
            kind,
            name,
            key,
            deposed,
            act,
            open_ended: index_unknown,
            importing: change.importing.is_some(),
            before: Tree::merge(before, &Value::Null, &before_sensitive),
            after: Tree::merge(after, &after_unknown, &after_sensitive),
            identity: Tree::from(identity),
        });
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keep;
        impl<'de> Visitor<'de> for Keep {
            type Value = Changes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of resource changes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Changes, A::Error> {
                let (mut changes, mut count) = (Changes::default(), 0_usize);
                while let Some(raw) = items.next_element::<RawChange>()? {
                    count += 1;
                    if count > MOST_CHANGES {
                        return Err(A::Error::custom(format!("more than {MOST_CHANGES} resource changes")));
                    }
                    changes.take(raw).map_err(A::Error::custom)?;
                }
                Ok(changes)
            }
        }
        deserializer.deserialize_seq(Keep)
    }
}
