//! A plan made against another state: what it believes to change is not what is observed.

use serde::Serialize;
use serde_json::Value;

use super::lay::Asked;
use crate::edit::{Edit, Origin};

/// Where the plan was made against another state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stale {
    /// The resource.
    pub origin: Origin,
    /// API operation by which it was observed.
    pub operation: String,
    /// What was asked about.
    pub subject: String,
    /// What the plan believes; absent when it is sensitive.
    pub believed: Option<Value>,
    /// What is observed; absent when it is sensitive.
    pub observed: Option<Value>,
}

/// The difference, when there is one that means something: documents are compared as documents, lists as sets.
pub(super) fn between<T: Serialize>(asked: &Asked<'_>, edit: &Edit, believed: &T, observed: &T) -> Option<Stale> {
    let (believed, observed) = (serde_json::to_value(believed).ok()?, serde_json::to_value(observed).ok()?);
    if meaning(&believed) == meaning(&observed) {
        return None;
    }
    let shown = |value| (!edit.sensitive).then_some(value);
    Some(Stale {
        origin: edit.origin.clone(),
        operation: asked.operation.to_owned(),
        subject: asked.subject.to_owned(),
        believed: shown(believed),
        observed: shown(observed),
    })
}

/// A value without what means nothing: the order of lists and members, a list around one thing, spaces in documents.
fn meaning(value: &Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with('{') => {
            serde_json::from_str::<Value>(text).map_or_else(|_| value.clone(), |document| meaning(&document))
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(meaning).collect();
            if items.len() == 1 {
                return items.remove(0);
            }
            items.sort_by_cached_key(Value::to_string);
            items.dedup();
            Value::Array(items)
        }
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.iter().map(|(name, member)| (name.clone(), meaning(member))).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(members.into_iter().collect())
        }
        other => other.clone(),
    }
}
