//! Places in a described landing zone, and edits of one place.

use serde_json::Value;

/// One weakened zone: what it is called, and the one thing that differs.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// Path and what was done there, in words that stay when the zone grows.
    pub(crate) name: String,
    edits: Vec<(Vec<String>, Edit)>,
}

/// What is done at a place.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// The value becomes this one; a key that is not there is added.
    Set(Value),
    /// The key or element goes.
    Remove,
}

impl Mutant {
    pub(crate) fn new(place: &[String], what: &str, edit: Edit) -> Self {
        Self { name: format!("{} {what}", place.join("/")), edits: vec![(place.to_vec(), edit)] }
    }

    /// A mutant with a name of its own.
    pub(crate) fn named(name: &str, place: &[&str], value: Value) -> Self {
        let place = place.iter().map(ToString::to_string).collect();
        Self { name: name.to_owned(), edits: vec![(place, Edit::Set(value))] }
    }

    /// Whether the one thing that differs is at `place` or below it.
    pub(crate) fn is_below(&self, place: &[String]) -> bool {
        self.edits.iter().all(|(edited, _)| edited.starts_with(place))
    }

    /// Whether a setting gets another value: nothing goes, and no record of the past is another.
    pub(crate) fn is_of_a_setting(&self) -> bool {
        let past = |place: &[String]| matches!(place[0].as_str(), "trail_events" | "chain_flaws");
        self.edits.iter().all(|(place, edit)| matches!(edit, Edit::Set(_)) && !past(place))
    }

    /// The zone with this one thing changed.
    pub(crate) fn of(&self, zone: &Value) -> Value {
        let mut zone = zone.clone();
        for (place, edit) in &self.edits {
            let (last, above) = place.split_last().expect("an edit has a place");
            let parent = above.iter().fold(&mut zone, |value, step| child(value, step));
            match (parent, edit) {
                (Value::Object(map), Edit::Set(value)) => drop(map.insert(last.clone(), value.clone())),
                (Value::Object(map), Edit::Remove) => drop(map.shift_remove(last)),
                (Value::Array(list), Edit::Set(value)) if last == "+" => list.push(value.clone()),
                (Value::Array(list), Edit::Set(value)) => list[last.parse::<usize>().unwrap()] = value.clone(),
                (Value::Array(list), Edit::Remove) => drop(list.remove(last.parse().unwrap())),
                (other, _) => panic!("{}: nothing can be edited in {other}", self.name),
            }
        }
        zone
    }
}

/// The value one step below; maps on the way to a new value are made.
fn child<'a>(value: &'a mut Value, step: &str) -> &'a mut Value {
    match value {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        Value::Object(map) => map.entry(step.to_owned()).or_insert_with(|| Value::Object(serde_json::Map::new())),
        other => panic!("`{step}` is not in {other}"),
    }
}

/// What differs in one place and has more parts than this is another thing, not the same thing a little different: a
/// bucket of another name is weakened where it has the usual one.
const PARTS: usize = 8;

/// Places at which a zone differs from another, as high up as everything below differs.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    differ(Some(before), after, &mut Vec::new(), &mut found);
    found
}

fn differ(before: Option<&Value>, after: &Value, place: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let mut below = |step: String, before: Option<&Value>, after: &Value| {
        place.push(step);
        differ(before, after, place, found);
        place.pop();
    };
    match (before, after) {
        (Some(Value::Object(before)), Value::Object(after)) => {
            after.iter().for_each(|(key, value)| below(key.clone(), before.get(key), value));
        }
        (Some(Value::Array(before)), Value::Array(after)) => {
            for (index, value) in after.iter().enumerate().filter(|(_, value)| !before.contains(value)) {
                let same_place = before.get(index).filter(|_| before.len() == after.len());
                below(index.to_string(), same_place, value);
            }
        }
        (before, after) if before != Some(after) && parts(after) <= PARTS => found.push(place.clone()),
        _ => {}
    }
}

fn parts(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(parts).sum(),
        Value::Array(list) => list.iter().map(parts).sum(),
        _ => 1,
    }
}
