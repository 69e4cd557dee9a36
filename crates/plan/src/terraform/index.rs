//! Who is who in a plan: instances by block, and what an unknown id or ARN is.
//!
//! An attribute that only the apply will tell has no value in the plan, but its expression says what it refers to. Where
//! an attribute takes the id of one other resource and its expression refers to exactly one such resource, it is that
//! resource's id: known where it follows from a name, else a symbol. Expressions that refer to several resources, or to
//! texts that could be joined to the id, stay unknown.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
};

use logproof_estate::{AccountId, Region};
use serde_json::Value;

use super::{
    configuration::{Configuration, bracket, parent, references, steps},
    link::Link,
    model::{Key, ResourceChange, StateResource, Variable},
};
use crate::{context::Context, symbol::Symbols};

/// References are followed no further than this.
const FAR_ENOUGH: usize = 24;

/// So many references are followed for one resource, and no more.
const LONG_ENOUGH: usize = 20_000;

/// A module, mode, type and name.
type Block = (String, bool, String, String);

/// The instances of a block.
#[derive(Default)]
struct Instances {
    all: Vec<usize>,
    by_key: HashMap<Key, usize>,
}

/// The plan, indexed.
pub(super) struct Index<'p> {
    pub(super) changes: &'p [ResourceChange],
    pub(super) configuration: &'p Configuration,
    pub(super) variables: &'p BTreeMap<String, Variable>,
    pub(super) context: &'p Context,
    pub(super) symbols: RefCell<Symbols>,
    pub(super) notes: RefCell<BTreeSet<String>>,
    /// References followed for the resource at hand.
    followed: Cell<usize>,
    /// Account and Region of each provider, as far as data sources and other resources tell.
    pub(super) providers: HashMap<String, (Option<AccountId>, Option<Region>)>,
    /// The buckets of the plan by name.
    pub(super) buckets: HashMap<String, usize>,
    blocks: HashMap<Block, Instances>,
    read: HashMap<String, &'p StateResource>,
}

impl Instances {
    /// The instance a reference means: that of its key; the only one; that of the same key as the resource it stands in.
    fn one(&self, key: Option<&Key>, own: Option<&Key>) -> Option<usize> {
        match (key, self.all.as_slice()) {
            (Some(key), _) => self.by_key.get(key).copied(),
            (None, [only]) => Some(*only),
            (None, _) => self.by_key.get(own?).copied(),
        }
    }
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// A text that identifies a resource of this plan.
    Value(String),
    /// A data source of this plan, by its place in the list.
    Data(usize),
    /// Something that has a value already, and so is not what is unknown.
    Known(Value),
    /// It cannot be followed.
    Opaque,
}

/// An expression in its module, with the instance key of what it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s> {
    pub(super) module: &'s str,
    pub(super) key: Option<&'s Key>,
}

impl<'p> Index<'p> {
    pub(super) fn new(
        changes: &'p [ResourceChange],
        configuration: &'p Configuration,
        variables: &'p BTreeMap<String, Variable>,
        read: &'p [StateResource],
        context: &'p Context,
    ) -> Self {
        let mut blocks: HashMap<Block, Instances> = HashMap::new();
        for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.deposed.is_none()) {
            let block = (change.module.clone(), change.data, change.kind.clone(), change.name.clone());
            let instances = blocks.entry(block).or_default();
            instances.all.push(at);
            if let Some(key) = &change.key {
                instances.by_key.insert(key.clone(), at);
            }
        }
        let mut index = Self {
            changes,
            configuration,
            variables,
            context,
            symbols: RefCell::default(),
            notes: RefCell::default(),
            followed: Cell::default(),
            providers: HashMap::new(),
            buckets: HashMap::new(),
            blocks,
            read: read.iter().map(|resource| (resource.address.clone(), resource)).collect(),
        };
        index.providers = index.told_providers(read);
        let buckets = changes.iter().enumerate().filter(|(_, change)| change.kind == "aws_s3_bucket" && !change.data);
        index.buckets = buckets.map(|(at, change)| (index.own_name(change, "bucket"), at)).collect();
        index
    }

    /// Begins with another resource.
    pub(super) fn begin(&self) {
        self.followed.set(0);
    }

    /// The expressions that the block of a resource is given.
    pub(super) fn expressions(&self, change: &ResourceChange) -> Option<&'p Value> {
        self.configuration
            .resource(&change.module, change.data, &change.kind, &change.name)
            .map(|block| &block.expressions)
    }

    /// What an expression of a resource refers to, if the link accepts it and it is one thing.
    pub(super) fn resolve(
        &self,
        change: &ResourceChange,
        expression: &Value,
        link: Link,
        depth: usize,
    ) -> Option<Found> {
        self.follow(Spot { module: &change.module, key: change.key.as_ref() }, expression, link, depth)
    }

    /// What an expression is, if it is one thing.
    fn follow(&self, spot: Spot<'_>, expression: &Value, link: Link, depth: usize) -> Option<Found> {
        if let Some(constant) = expression.get("constant_value") {
            return Some(Found::Known(constant.clone()));
        }
        let mut found: Vec<Found> = Vec::new();
        for reference in references(expression) {
            match self.reference(spot, &reference, link, depth) {
                // A condition, or an alternative that is not set: it is not what is unknown.
                Some(Found::Known(value)) if link.selects() || is_switch(&value) => {}
                Some(Found::Known(_)) | Some(Found::Opaque) => return Some(Found::Opaque),
                Some(thing) if found.contains(&thing) => {}
                Some(thing) => found.push(thing),
                None => {}
            }
        }
        match found.len() {
            1 => found.pop(),
            _ => None,
        }
    }

    /// The things each unknown item of a list is derived from, one for each; nothing when the numbers do not agree.
    pub(super) fn resolve_each(
        &self,
        change: &ResourceChange,
        expression: &Value,
        count: usize,
        link: Link,
        depth: usize,
    ) -> Option<Vec<Found>> {
        let spot = Spot { module: &change.module, key: change.key.as_ref() };
        let mut each = Vec::new();
        for reference in references(expression) {
            match self.reference(spot, &reference, link, depth) {
                Some(Found::Known(_)) | None => {}
                Some(thing) => each.push(thing),
            }
        }
        (each.len() == count).then_some(each)
    }

    /// Where one reference leads; nothing for what carries no value of its own.
    fn reference(&self, spot: Spot<'_>, reference: &str, link: Link, depth: usize) -> Option<Found> {
        self.followed.set(self.followed.get() + 1);
        if depth > FAR_ENOUGH || self.followed.get() > LONG_ENOUGH {
            return Some(Found::Opaque);
        }
        let (head, rest) = reference.split_once('.').unwrap_or((reference, ""));
        match head {
            "each" | "count" | "path" | "terraform" => None,
            "self" | "local" => Some(Found::Opaque),
            "var" => self.variable(spot, rest, link, depth),
            "module" => Some(self.output(spot, rest, link, depth)),
            "data" => {
                let (kind, rest) = rest.split_once('.').unwrap_or((rest, ""));
                self.object(spot, true, kind, rest, link, depth)
            }
            kind => self.object(spot, false, kind, rest, link, depth),
        }
    }

    fn variable(&self, spot: Spot<'_>, rest: &str, link: Link, depth: usize) -> Option<Found> {
        let name = rest.split(['.', '[']).next().unwrap_or_default();
        let whole = name == rest;
        let known = |value: &Value| if whole { Found::Known(value.clone()) } else { Found::Known(Value::Null) };
        if spot.module.is_empty() {
            let value = self.variables.get(name).map(|variable| &variable.value);
            return Some(value.or_else(|| self.configuration.default("", name)).map_or(Found::Opaque, known));
        }
        let Some(argument) = self.configuration.argument(spot.module, name) else {
            return Some(self.configuration.default(spot.module, name).map_or(Found::Known(Value::Null), known));
        };
        if let Some(constant) = argument.get("constant_value") {
            return Some(known(constant));
        }
        if !whole {
            return Some(Found::Opaque);
        }
        let (steps, around) = (steps(spot.module), parent(spot.module));
        let key = steps.last().and_then(|(_, key)| read_key(key));
        Some(
            self.follow(Spot { module: &around, key: key.as_ref() }, argument, link, depth + 1)
                .unwrap_or(Found::Opaque),
        )
    }

    fn output(&self, spot: Spot<'_>, rest: &str, link: Link, depth: usize) -> Found {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        let key = bracket(tail);
        let output = tail.strip_prefix(key).and_then(|tail| tail.strip_prefix('.')).unwrap_or_default();
        let inside = format!("{}{}module.{name}{key}", spot.module, if spot.module.is_empty() { "" } else { "." });
        match self.configuration.output(&inside, output) {
            Some(expression) => {
                let spot = Spot { module: &inside, key: None };
                self.follow(spot, expression, link, depth + 1).unwrap_or(Found::Opaque)
            }
            None => Found::Opaque,
        }
    }

    /// A resource or data source: `logs.arn`, `logs[0].arn`, `logs`.
    fn object(&self, spot: Spot<'_>, data: bool, kind: &str, rest: &str, link: Link, depth: usize) -> Option<Found> {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        let key = bracket(tail);
        let attribute = tail.strip_prefix(key).and_then(|tail| tail.strip_prefix('.')).unwrap_or_default();
        let block = (spot.module.to_owned(), data, kind.to_owned(), name.to_owned());
        let Some(instances) = self.blocks.get(&block) else {
            // A data source that was read already; or a block with no instances, which is not what is unknown.
            return data.then(|| self.was_read(spot, kind, name, key)).flatten();
        };
        let Some(at) = instances.one(read_key(key).as_ref(), spot.key) else { return Some(Found::Opaque) };
        let Some(change) = self.changes.get(at) else { return Some(Found::Opaque) };
        let Some(attribute) = link.attribute(&change.kind, attribute) else { return Some(Found::Opaque) };
        if data {
            let known = change.after.get(attribute).text().ok().flatten();
            return Some(known.map_or(Found::Data(at), |text| Found::Known(Value::String(text))));
        }
        Some(self.value(change, attribute, depth + 1).map_or(Found::Opaque, Found::Value))
    }

    fn was_read(&self, spot: Spot<'_>, kind: &str, name: &str, key: &str) -> Option<Found> {
        let dot = if spot.module.is_empty() { "" } else { "." };
        let address = format!("{}{dot}data.{kind}.{name}{key}", spot.module);
        self.read.get(&address).map(|resource| Found::Known(resource.values.clone()))
    }

    /// The text of an attribute: known, following from a name, or a symbol.
    pub(super) fn value(&self, change: &ResourceChange, attribute: &str, depth: usize) -> Option<String> {
        if depth > FAR_ENOUGH {
            return None;
        }
        let side = if change.after.is_absent() { &change.before } else { &change.after };
        if let Ok(Some(text)) = side.get(attribute).text() {
            return Some(text);
        }
        self.identity(change, attribute, depth)
    }

    /// A link as text: the value of the attribute, or what it refers to.
    pub(super) fn linked(&self, change: &ResourceChange, attribute: &str, link: Link, depth: usize) -> Option<String> {
        let side = if change.after.is_absent() { &change.before } else { &change.after };
        match side.get(attribute).text() {
            Ok(text) => text,
            Err(_) => match self.resolve(change, self.expressions(change)?.get(attribute)?, link, depth + 1)? {
                Found::Value(text) => Some(text),
                _ => None,
            },
        }
    }

    /// Name of the bucket a resource is, or belongs to.
    pub(super) fn bucket(&self, change: &ResourceChange, depth: usize) -> Option<String> {
        match change.kind.as_str() {
            "aws_s3_bucket" => self.value(change, "bucket", depth),
            kind if kind.starts_with("aws_s3_bucket_") => self.linked(change, "bucket", Link::Bucket, depth),
            _ => None,
        }
    }

    /// A note for the reader of the answer.
    pub(super) fn note(&self, note: String) {
        self.notes.borrow_mut().insert(note);
    }

    /// The tree of a data source, to rebuild what it will give.
    pub(super) fn data(&self, at: usize) -> Option<&'p ResourceChange> {
        self.changes.get(at).filter(|change| change.data)
    }

    /// The value of an expression that is a constant, or a variable that was given one.
    pub(super) fn constant(&self, module: &str, expression: &Value, depth: usize) -> Option<Value> {
        if let Some(constant) = expression.get("constant_value") {
            return Some(constant.clone());
        }
        let all = references(expression);
        let [only] = all.as_slice() else { return None };
        let name = only.strip_prefix("var.").filter(|_| depth < FAR_ENOUGH)?;
        if module.is_empty() {
            let value = self.variables.get(name).map(|variable| &variable.value);
            return value.or_else(|| self.configuration.default("", name)).cloned();
        }
        match self.configuration.argument(module, name) {
            Some(argument) => self.constant(&parent(module), argument, depth + 1),
            None => self.configuration.default(module, name).cloned(),
        }
    }
}

/// Whether a known value can only have decided which of several values is taken, not be a part of it.
fn is_switch(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(_) => false,
    }
}

/// The key of an instance, as addresses write it.
pub(super) fn read_key(text: &str) -> Option<Key> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if inner.starts_with('"') {
        return serde_json::from_str(inner).ok().map(Key::Text);
    }
    inner.parse().ok().map(Key::Number)
}
