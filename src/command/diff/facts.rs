//! Answers of AWS that are not what they were, question by question.

use std::{collections::BTreeMap, path::Path};

use logproof_digest::sha256_hex;
use serde::Serialize;
use serde_json::Value;

use crate::bundle::{
    line::{self, Line},
    tape::{self, Lines, Place, TapeError},
};

/// Changed members named per answer.
const MEMBERS: usize = 8;

/// A question that was answered differently, or asked on one side only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FactChange {
    /// Account and Region.
    pub place: String,
    /// `service:Operation`.
    pub operation: String,
    /// What was asked, in short.
    pub request: String,
    /// Exchange before.
    pub was: Option<Answer>,
    /// Exchange now.
    pub is: Option<Answer>,
    /// Members of a JSON answer that differ, as JSON pointers.
    pub members: Vec<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Answer {
    /// Exchange id.
    pub exchange: String,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
}

struct Known {
    answer: Answer,
    place: Place,
    digest: String,
    names: (String, String, String),
}

/// Compares the recordings. Only digests are held; the bodies of changed answers are read again.
pub(super) fn compare(before: &Path, after: &Path) -> Result<Vec<FactChange>, TapeError> {
    let (old, new) = (index(before)?, index(after)?);
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let (mut changes, lines) = (Vec::new(), (Lines::of(before)?, Lines::of(after)?));
    for key in keys {
        let (was, is) = (old.get(key), new.get(key));
        if was.map(|known| &known.digest) == is.map(|known| &known.digest) {
            continue;
        }
        let members = match (was, is) {
            (Some(was), Some(is)) => {
                let (a, b) = (lines.0.at(was.place)?, lines.1.at(is.place)?);
                members(&a, &b)
            }
            _ => Vec::new(),
        };
        let Some((place, operation, request)) = is.or(was).map(|known| known.names.clone()) else { continue };
        let answer = |known: Option<&Known>| known.map(|known| known.answer.clone());
        changes.push(FactChange { place, operation, request, was: answer(was), is: answer(is), members });
    }
    Ok(changes)
}

/// The last answer to each question. Credential calls tell nothing of the estate.
fn index(path: &Path) -> Result<BTreeMap<String, Known>, TapeError> {
    let mut known = BTreeMap::new();
    tape::each_line(path, |line, place| {
        let tag = &line.exchange.tag;
        if tag.service == "sts" || tag.service == "credentials" {
            return;
        }
        let names =
            (format!("{} {}", tag.account, tag.region), format!("{}:{}", tag.service, tag.operation), short(&line));
        let answer = Answer { exchange: line.id.to_string(), status: line.exchange.status };
        let digest = sha256_hex(lasting(&line).as_bytes());
        known.insert(line::question(&line.exchange), Known { answer, place, digest, names });
    })?;
    Ok(known)
}

/// What was asked: the path of REST services, the body of the others.
fn short(line: &Line) -> String {
    let request = &line.exchange.request;
    let asked =
        if request.path == "/" { request.body.clone() } else { request.canonical_path(&line.exchange.tag.service) };
    asked.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// The part of an answer that two runs share when nothing changed: without the id AWS gives each request.
fn lasting(line: &Line) -> String {
    let body = String::from_utf8_lossy(&line.bytes().unwrap_or_default()).into_owned();
    let body = serde_json::from_str::<Value>(&body).map_or(body, |value| sorted(value).to_string());
    let mut text = format!("{:?} {:?} {body}", line.exchange.status, line.exchange.failure);
    for name in ["RequestId", "HostId"] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        if let Some((head, rest)) = text.split_once(&open)
            && let Some((_, tail)) = rest.split_once(&close)
        {
            text = format!("{head}{tail}");
        }
    }
    text
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<String, Value> = map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            Value::Object(ordered.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn members(before: &Line, after: &Line) -> Vec<String> {
    let parse = |line: &Line| line.bytes().ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let mut found = Vec::new();
    if let (Some(a), Some(b)) = (parse(before), parse(after)) {
        differing(&a, &b, String::new(), &mut found);
    }
    found.truncate(MEMBERS);
    found
}

fn differing(a: &Value, b: &Value, at: String, found: &mut Vec<String>) {
    if a == b || found.len() > MEMBERS {
        return;
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let nothing = Value::Null;
                let (x, y) = (a.get(name).unwrap_or(&nothing), b.get(name).unwrap_or(&nothing));
                differing(x, y, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (number, (x, y)) in a.iter().zip(b).enumerate() {
                differing(x, y, format!("{at}/{number}"), found);
            }
        }
        _ => found.push(at),
    }
}
