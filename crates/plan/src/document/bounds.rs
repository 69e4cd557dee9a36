//! The most permissive and the most restrictive document that a document with holes can become.
//!
//! Of an Allow the permissive one is as wide as it can be and of a Deny as narrow, and the other way round. Each statement
//! is widened and narrowed on its own: the same hole in two statements is treated as two, which only makes the two
//! documents differ more than they need.

use serde_json::{Map, Value, json};

use super::{Bound, Kind, fill, has_hole};

/// The document when nothing of it is known.
pub(super) fn anything(bound: Bound, kind: Kind) -> String {
    let effect = if bound == Bound::Permissive { "Allow" } else { "Deny" };
    let statement = match kind {
        Kind::Identity | Kind::ServiceControl => json!({"Effect": effect, "Action": "*", "Resource": "*"}),
        Kind::Resource | Kind::ResourceControl => {
            json!({"Effect": effect, "Principal": "*", "Action": "*", "Resource": "*"})
        }
        Kind::Trust => json!({"Effect": effect, "Principal": "*", "Action": "sts:*"}),
    };
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// The document of a bound; `None` when it can be anything.
pub(super) fn bounded(document: &Value, bound: Bound) -> Option<Value> {
    let document = document.as_object()?;
    let statements = match document.get("Statement")? {
        Value::Array(statements) => statements.iter().collect(),
        one @ Value::Object(_) => vec![one],
        _ => return None,
    };
    let mut kept = Vec::new();
    for statement in statements {
        let statement = statement.as_object()?;
        if !holed(&Value::Object(statement.clone())) {
            kept.push(Value::Object(statement.clone()));
            continue;
        }
        let widen = match (statement.get("Effect")?.as_str()?, bound) {
            ("Allow", Bound::Permissive) | ("Deny", Bound::Restrictive) => true,
            ("Allow", Bound::Restrictive) | ("Deny", Bound::Permissive) => false,
            _ => return None,
        };
        if statement.keys().any(|name| has_hole(name)) {
            return None;
        }
        kept.extend(if widen { Some(widest(statement)) } else { narrowest(statement) }.map(Value::Object));
    }
    let mut bounded: Map<String, Value> = document
        .iter()
        .filter(|(name, value)| name.as_str() != "Statement" && !has_hole(name) && !holed(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    bounded.insert("Statement".to_owned(), Value::Array(kept));
    Some(Value::Object(bounded))
}

fn holed(value: &Value) -> bool {
    match value {
        Value::String(text) => has_hole(text),
        Value::Array(items) => items.iter().any(holed),
        Value::Object(members) => members.iter().any(|(name, value)| has_hole(name) || holed(value)),
        _ => false,
    }
}

/// The items of an element: one text, or a list.
fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

fn without_holes(value: &Value) -> Vec<Value> {
    items(value).into_iter().filter(|item| !holed(item)).collect()
}

/// A statement that applies to whatever it can apply to.
fn widest(statement: &Map<String, Value>) -> Map<String, Value> {
    let mut wide = Map::new();
    for (name, value) in statement {
        if !holed(value) {
            wide.insert(name.clone(), value.clone());
            continue;
        }
        match name.as_str() {
            "Action" | "Resource" => {
                wide.insert(name.clone(), Value::Array(items(value).iter().map(any_text).collect()));
            }
            "Principal" => {
                wide.insert(name.clone(), json!("*"));
            }
            "NotAction" | "NotResource" | "NotPrincipal" => {
                let (positive, known) = (name.trim_start_matches("Not").to_owned(), known_names(value));
                match known {
                    Some(known) => wide.insert(name.clone(), known),
                    None => wide.insert(positive, json!("*")),
                };
            }
            "Condition" => {
                let condition = value.as_object().map(widest_condition).unwrap_or_default();
                if !condition.is_empty() {
                    wide.insert(name.clone(), Value::Object(condition));
                }
            }
            // A Sid decides nothing.
            _ => {}
        }
    }
    wide
}

/// A text in which a hole may be anything.
fn any_text(item: &Value) -> Value {
    match item.as_str() {
        Some(text) if has_hole(text) => {
            let wide = fill(text, "*");
            // What begins with a hole may be anything at all.
            Value::String(if wide.starts_with('*') { "*".to_owned() } else { wide })
        }
        _ => item.clone(),
    }
}

/// The names of a negated element that are known; `None` when none is.
fn known_names(value: &Value) -> Option<Value> {
    match value {
        Value::Object(kinds) => {
            let kinds: Map<String, Value> = kinds
                .iter()
                .map(|(kind, names)| (kind.clone(), without_holes(names)))
                .filter(|(_, names)| !names.is_empty())
                .map(|(kind, names)| (kind, Value::Array(names)))
                .collect();
            (!kinds.is_empty()).then_some(Value::Object(kinds))
        }
        other => {
            let known = without_holes(other);
            (!known.is_empty()).then_some(Value::Array(known))
        }
    }
}

/// Whether an operator is met by what its values do not name.
fn is_negated(operator: &str) -> bool {
    operator.contains("Not")
}

fn widest_condition(condition: &Map<String, Value>) -> Map<String, Value> {
    let mut wide = Map::new();
    for (operator, keys) in condition {
        let Some(keys) = keys.as_object().filter(|_| !has_hole(operator)) else { continue };
        let mut kept = Map::new();
        for (key, values) in keys.iter().filter(|(key, _)| !has_hole(key)) {
            if !holed(values) {
                kept.insert(key.clone(), values.clone());
            } else if is_negated(operator) {
                let known = without_holes(values);
                if !known.is_empty() {
                    kept.insert(key.clone(), Value::Array(known));
                }
            }
        }
        if !kept.is_empty() {
            wide.insert(operator.clone(), Value::Object(kept));
        }
    }
    wide
}

/// A statement that applies to nothing it need not apply to; `None` when that is nothing at all.
fn narrowest(statement: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut narrow = Map::new();
    for (name, value) in statement {
        if !holed(value) {
            narrow.insert(name.clone(), value.clone());
            continue;
        }
        match name.as_str() {
            "Action" | "Resource" | "Principal" => {
                narrow.insert(name.clone(), known_names(value)?);
            }
            "NotAction" | "NotResource" | "NotPrincipal" => return None,
            "Condition" => {
                narrow.insert(name.clone(), Value::Object(narrowest_condition(value.as_object()?)?));
            }
            _ => {}
        }
    }
    Some(narrow)
}

fn narrowest_condition(condition: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut narrow = Map::new();
    for (operator, keys) in condition {
        if has_hole(operator) {
            return None;
        }
        let mut kept = Map::new();
        for (key, values) in keys.as_object()? {
            if has_hole(key) {
                return None;
            }
            if !holed(values) {
                kept.insert(key.clone(), values.clone());
                continue;
            }
            // One of several values is enough where the operator is not negated and compares with one value of the
            // request; elsewhere one more value can keep a request out.
            if is_negated(operator) || operator.contains(':') || operator == "Null" {
                return None;
            }
            let known = without_holes(values);
            if known.is_empty() {
                return None;
            }
            kept.insert(key.clone(), Value::Array(known));
        }
        narrow.insert(operator.clone(), Value::Object(kept));
    }
    Some(narrow)
}
