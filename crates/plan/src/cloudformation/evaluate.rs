//! Evaluates the functions of a template. What is not in the list here is not known; nothing is guessed.
// See: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
};

use serde_json::Value;

use super::{Place, Stack};
use crate::{
    context::Context,
    symbol::Symbols,
    tree::{Gap, Part, Tree},
};

/// How the reason ends where a parameter has no value.
pub(super) const NOT_GIVEN: &str = "is not given";

/// Functions are evaluated no deeper than this.
const DEEP_ENOUGH: usize = 48;

/// So many values are evaluated in one template, and no more.
const LONG_ENOUGH: usize = 1_000_000;

/// A text is no longer than a whole template may be.
const LARGE_ENOUGH: usize = 1024 * 1024;

/// A template with everything its functions may refer to.
pub(super) struct Scope<'t> {
    pub(super) template: &'t Value,
    pub(super) stack: &'t Stack,
    pub(super) context: &'t Context,
    pub(super) place: Option<&'t Place>,
    pub(super) stack_name: String,
    pub(super) symbols: RefCell<Symbols>,
    /// Values evaluated so far.
    pub(super) evaluated: Cell<usize>,
}

/// Where a value stands: the path of its property, for what is not known.
#[derive(Clone)]
pub(super) struct At {
    pub(super) path: String,
    pub(super) depth: usize,
}

impl At {
    pub(super) fn top() -> Self {
        Self { path: String::new(), depth: 0 }
    }

    fn below(&self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { path, depth: self.depth + 1 }
    }

    fn item(&self, at: usize) -> Self {
        Self { path: format!("{}[{at}]", self.path), depth: self.depth + 1 }
    }

    fn deeper(&self) -> Self {
        Self { path: self.path.clone(), depth: self.depth + 1 }
    }

    pub(super) fn unknown(&self, why: impl Into<String>) -> Tree {
        Tree::Unknown(Arc::new(Gap { attribute: self.path.clone(), references: Vec::new(), why: why.into() }))
    }
}

/// What `AWS::NoValue` becomes until the object or list around drops it.
fn no_value(value: &Value) -> bool {
    value.get("Ref").and_then(Value::as_str) == Some("AWS::NoValue")
}

impl Scope<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, expression: &Value, at: &At) -> Tree {
        self.evaluated.set(self.evaluated.get() + 1);
        if at.depth > DEEP_ENOUGH || self.evaluated.get() > LONG_ENOUGH {
            return at.unknown("nested too deep");
        }
        match expression {
            Value::Object(map) => match (map.len(), map.iter().next()) {
                (1, Some((name, argument))) if name == "Ref" || name.starts_with("Fn::") => {
                    self.function(name, argument, at)
                }
                _ => self.object(map, at),
            },
            Value::Array(items) => {
                let kept = items.iter().filter(|item| !self.dropped(item, at));
                Tree::List(kept.enumerate().map(|(index, item)| self.value(item, &at.item(index))).collect())
            }
            Value::String(text) => dynamic(text, &at.path),
            other => Tree::from(other.clone()),
        }
    }

    fn object(&self, map: &serde_json::Map<String, Value>, at: &At) -> Tree {
        let mut found = BTreeMap::new();
        for (key, value) in map {
            if key.starts_with("Fn::") {
                return at.below(key).unknown(format!("`{key}` is not evaluated"));
            }
            if !self.dropped(value, at) {
                found.insert(key.clone(), self.value(value, &at.below(key)));
            }
        }
        Tree::Map(found)
    }

    /// Whether a value is `AWS::NoValue`, by itself or as the chosen branch of a condition.
    fn dropped(&self, value: &Value, at: &At) -> bool {
        if at.depth > DEEP_ENOUGH {
            return false;
        }
        if no_value(value) {
            return true;
        }
        let Some(Value::Array(branches)) = value.get("Fn::If") else { return false };
        let [condition, yes, no] = branches.as_slice() else { return false };
        let chosen = condition.as_str().and_then(|name| self.condition(name, at.depth + 1));
        match chosen {
            Some(true) => self.dropped(yes, &at.deeper()),
            Some(false) => self.dropped(no, &at.deeper()),
            None => false,
        }
    }

    fn function(&self, name: &str, argument: &Value, at: &At) -> Tree {
        let list = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (name, list()) {
            ("Ref", _) => self.reference(argument.as_str().unwrap_or_default(), at),
            ("Fn::GetAtt", [resource, attribute]) => {
                let attribute = self.value(attribute, &at.deeper()).text().ok().flatten();
                self.attribute(resource.as_str().unwrap_or_default(), attribute.as_deref().unwrap_or_default(), at)
            }
            ("Fn::GetAtt", _) => {
                let path = argument.as_str().unwrap_or_default();
                let (resource, attribute) = path.split_once('.').unwrap_or((path, ""));
                self.attribute(resource, attribute, at)
            }
            ("Fn::Sub", []) => self.substituted(argument.as_str().unwrap_or_default(), &Value::Null, at),
            ("Fn::Sub", [text, names]) => self.substituted(text.as_str().unwrap_or_default(), names, at),
            ("Fn::Sub", [text]) => self.substituted(text.as_str().unwrap_or_default(), &Value::Null, at),
            ("Fn::Join", [separator, items]) => self.joined(separator.as_str().unwrap_or_default(), items, at),
            ("Fn::If", [condition, yes, no]) => {
                match condition.as_str().and_then(|name| self.condition(name, at.depth + 1)) {
                    Some(true) => self.value(yes, &at.deeper()),
                    Some(false) => self.value(no, &at.deeper()),
                    None => {
                        let name = condition.as_str().unwrap_or_default();
                        at.unknown(format!("condition `{name}` is not known"))
                    }
                }
            }
            ("Fn::Select", [index, items]) => self.selected(index, items, at),
            ("Fn::Split", [separator, text]) => {
                let separator = separator.as_str().filter(|separator| !separator.is_empty());
                match (separator, self.value(text, &at.deeper()).text()) {
                    (Some(separator), Ok(Some(text))) => Tree::List(text.split(separator).map(Tree::from).collect()),
                    _ => at.unknown("`Fn::Split` of what is not known"),
                }
            }
            ("Fn::FindInMap", [map, first, second, ..]) => self.mapped(map, first, second, at),
            ("Fn::ToJsonString", _) => match self.value(argument, &at.deeper()) {
                tree if tree.gap().is_some() => tree,
                tree => match tree.document("") {
                    Some(crate::Document::Text(text)) => Tree::Text(text),
                    _ => at.unknown("`Fn::ToJsonString` of nothing"),
                },
            },
            _ => at.unknown(format!("`{name}` is not resolved")),
        }
    }

    fn reference(&self, name: &str, at: &At) -> Tree {
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo(pseudo, at);
        }
        if self.template.get("Parameters").and_then(|all| all.get(name)).is_some() {
            return self.parameter(name, at);
        }
        self.attribute(name, "", at)
    }

    fn pseudo(&self, name: &str, at: &At) -> Tree {
        let partition = self.context.partition;
        match (name, self.place) {
            ("Partition", _) => Tree::from(partition.as_str()),
            ("AccountId", Some(place)) => Tree::from(place.account.as_str()),
            ("Region", Some(place)) => Tree::from(place.region.as_str()),
            ("StackName", _) => Tree::Text(self.stack_name.clone()),
            ("URLSuffix", _) if partition == logproof_estate::Partition::Commercial => Tree::from("amazonaws.com"),
            ("URLSuffix", _) if partition == logproof_estate::Partition::UsGov => Tree::from("amazonaws.com"),
            ("URLSuffix", _) if partition == logproof_estate::Partition::China => Tree::from("amazonaws.com.cn"),
            ("NoValue", _) => Tree::Null,
            _ => at.unknown(format!("`AWS::{name}` is not known")),
        }
    }

    fn parameter(&self, name: &str, at: &At) -> Tree {
        let declared = self.template.get("Parameters").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
        let kind = declared.get("Type").and_then(Value::as_str).unwrap_or("String");
        let given = self.stack.parameters.get(name).map(|text| Value::String(text.clone()));
        let Some(value) = given.or_else(|| declared.get("Default").cloned()) else {
            return at.unknown(format!("parameter `{name}` {NOT_GIVEN}"));
        };
        if kind.starts_with("AWS::SSM::") {
            return at.unknown(format!("parameter `{name}` is read from Systems Manager"));
        }
        let tree = match &value {
            Value::String(text) if kind == "CommaDelimitedList" || kind.starts_with("List<") => {
                Tree::List(text.split(',').map(|item| dynamic(item.trim(), &at.path)).collect())
            }
            Value::String(text) => dynamic(text, &at.path),
            _ => Tree::from(value),
        };
        let hidden = declared.get("NoEcho");
        let hidden = hidden.is_some_and(|hidden| hidden == true || hidden.as_str() == Some("true"));
        if hidden { Tree::Sensitive(Box::new(tree)) } else { tree }
    }

    /// A text with `${...}`.
    fn substituted(&self, text: &str, names: &Value, at: &At) -> Tree {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            parts.push(Tree::from(before));
            let Some((name, tail)) = after.split_once('}') else {
                parts.push(Tree::Text(format!("${{{after}")));
                rest = "";
                break;
            };
            parts.push(match name.strip_prefix('!') {
                Some(literal) => Tree::Text(format!("${{{literal}}}")),
                None => match (names.get(name), name.split_once('.')) {
                    (Some(given), _) => self.value(given, &at.deeper()),
                    (None, Some((resource, attribute))) => self.attribute(resource, attribute, &at.deeper()),
                    (None, None) => self.reference(name, &at.deeper()),
                },
            });
            rest = tail;
        }
        parts.push(Tree::from(rest));
        together(&parts, at)
    }

    fn joined(&self, separator: &str, items: &Value, at: &At) -> Tree {
        let list = self.value(items, &at.deeper());
        let Ok(items) = list.items() else { return at.unknown("`Fn::Join` of what is not known") };
        let mut parts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                parts.push(Tree::from(separator));
            }
            parts.push(item.clone());
        }
        together(&parts, at)
    }

    fn selected(&self, index: &Value, items: &Value, at: &At) -> Tree {
        let index = self.value(index, &at.deeper()).number().ok().flatten();
        let list = self.value(items, &at.deeper());
        let chosen = index.and_then(|index| usize::try_from(index).ok());
        match (chosen, list.items()) {
            (Some(chosen), Ok(items)) => {
                items.get(chosen).cloned().unwrap_or_else(|| at.unknown("there is no such item"))
            }
            _ => at.unknown("`Fn::Select` of what is not known"),
        }
    }

    fn mapped(&self, map: &Value, first: &Value, second: &Value, at: &At) -> Tree {
        let text = |value: &Value| self.value(value, &at.deeper()).text().ok().flatten();
        let (Some(map), Some(first), Some(second)) = (text(map), text(first), text(second)) else {
            return at.unknown("`Fn::FindInMap` of what is not known");
        };
        let found = self.template.get("Mappings").and_then(|all| all.get(&map)?.get(&first)?.get(&second));
        match found {
            Some(found) => Tree::from(found.clone()),
            None => at.unknown(format!("mapping `{map}` has no such entry")),
        }
    }

    /// A condition by name; nothing when it depends on what is not known.
    pub(super) fn condition(&self, name: &str, depth: usize) -> Option<bool> {
        self.holds(self.template.get("Conditions")?.get(name)?, depth)
    }

    fn holds(&self, condition: &Value, depth: usize) -> Option<bool> {
        if depth > DEEP_ENOUGH {
            return None;
        }
        let (name, argument) = condition.as_object()?.iter().next()?;
        let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let each = || list.iter().map(|one| self.holds(one, depth + 1));
        match (name.as_str(), list) {
            ("Condition", _) => self.condition(argument.as_str()?, depth + 1),
            ("Fn::Equals", [one, other]) => {
                let at = At { path: String::new(), depth: depth + 1 };
                let (one, other) = (self.value(one, &at), self.value(other, &at));
                Some(one.text().ok()? == other.text().ok()?)
            }
            ("Fn::Not", [one]) => self.holds(one, depth + 1).map(|holds| !holds),
            // One that decides is enough, whatever the others are.
            ("Fn::And", _) => match (each().any(|one| one == Some(false)), each().all(|one| one == Some(true))) {
                (true, _) => Some(false),
                (false, all) => all.then_some(true),
            },
            ("Fn::Or", _) => match (each().any(|one| one == Some(true)), each().all(|one| one == Some(false))) {
                (true, _) => Some(true),
                (false, all) => all.then_some(false),
            },
            _ => None,
        }
    }
}

/// How a reference begins that CloudFormation looks up when it deploys: in Systems Manager or Secrets Manager.
// See: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
const DYNAMIC: &str = "{{resolve:";

const LOOKED_UP: &str = "a dynamic reference is looked up at deployment";

/// A text, open where it has a dynamic reference.
pub(super) fn dynamic(text: &str, path: &str) -> Tree {
    if !text.contains(DYNAMIC) {
        return Tree::from(text);
    }
    let gap = Arc::new(Gap { attribute: path.to_owned(), references: Vec::new(), why: LOOKED_UP.to_owned() });
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((before, reference)) = rest.split_once(DYNAMIC) {
        parts.extend([Part::Text(before.to_owned()), Part::Unknown(Arc::clone(&gap))]);
        rest = reference.split_once("}}").map_or("", |(_, after)| after);
    }
    parts.push(Part::Text(rest.to_owned()));
    let whole = parts.iter().all(|part| !matches!(part, Part::Text(text) if !text.is_empty()));
    if whole { Tree::Unknown(gap) } else { Tree::Parts(parts) }
}

/// Several values as one text, open where one of them is.
fn together(values: &[Tree], at: &At) -> Tree {
    let (mut parts, mut sensitive) = (Vec::new(), false);
    for value in values {
        sensitive |= value.has_sensitive();
        match value.open() {
            Tree::Parts(inner) => parts.extend(inner.iter().cloned()),
            Tree::Unknown(gap) => parts.push(Part::Unknown(Arc::clone(gap))),
            Tree::Bool(flag) => parts.push(Part::Text(flag.to_string())),
            other => match other.text() {
                Ok(text) => parts.push(Part::Text(text.unwrap_or_default())),
                Err(_) => return at.unknown("a text is made of what is no text"),
            },
        }
    }
    let length = |part: &Part| if let Part::Text(text) = part { text.len() } else { 0 };
    if parts.iter().map(length).sum::<usize>() > LARGE_ENOUGH {
        return at.unknown("a text is too large");
    }
    let text: Option<String> =
        parts.iter().map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None }).collect();
    let begins = |part: &Part| matches!(part, Part::Text(text) if text.contains(DYNAMIC));
    let tree = match text {
        Some(text) => dynamic(&text, &at.path),
        // What is looked up is itself not known.
        None if parts.iter().any(begins) => at.unknown(LOOKED_UP),
        None => Tree::Parts(parts),
    };
    if sensitive { Tree::Sensitive(Box::new(tree)) } else { tree }
}
