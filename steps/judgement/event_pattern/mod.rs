//! Amazon EventBridge event patterns: whether a rule sees an event.
//!
//! Owns the grammar of patterns and three-valued matching: what this evaluator does not know, or what EventBridge
//! would not accept, is [`Matched::Undecided`], never a match and never silently none. Knows nothing of rules, targets
//! or the events worth watching.
//!
//! See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>; the semantics of
//! arrays, absent fields and `$or` are those of <https://github.com/aws/event-ruler>.

mod operator;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use operator::Operator;

/// `$or` may represent at most so many combinations.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or>
const MOST_COMBINATIONS: usize = 1000;

/// EventBridge takes no longer pattern.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
const MOST_CHARACTERS: usize = 4096;

/// Words that make an object a comparison rather than fields.
const OPERATOR_NAMES: [&str; 9] =
    ["exactly", "prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"];

/// Whether an event is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Matched {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It cannot be said; the reason is a fragment in lower case.
    Undecided(String),
}

impl Matched {
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    /// Every part must match: one that does not decides, whatever cannot be said of the others.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Yes;
        for part in parts {
            match part {
                Self::No => return Self::No,
                Self::Undecided(_) if all == Self::Yes => all = part,
                Self::Yes | Self::Undecided(_) => {}
            }
        }
        all
    }

    /// One part must match: one that does decides, whatever cannot be said of the others.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for part in parts {
            match part {
                Self::Yes => return Self::Yes,
                Self::Undecided(_) if any == Self::No => any = part,
                Self::No | Self::Undecided(_) => {}
            }
        }
        any
    }
}

/// A field of an event of which nothing is known, not even whether it is there: what depends on it is undecided.
pub(crate) fn unknown() -> Value {
    Value::Object(Map::from_iter([(UNKNOWN.to_owned(), Value::Null)]))
}

/// No field of a record is named so.
const UNKNOWN: &str = "\u{0}unknown";

/// Whether a value is one of which nothing is known.
pub(crate) fn is_unknown(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.contains_key(UNKNOWN))
}

/// What is to be said of what depends on such a field.
pub(crate) fn depends_on(field: &str) -> Matched {
    Matched::Undecided(format!("it depends on `{field}` of the event, which is not given"))
}

/// Fields that must all match.
type Fields = BTreeMap<String, Node>;

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// Fields below this one.
    Below(Fields),
    /// What the value may be: one of these must hold.
    OneOf(Vec<Operator>),
}

/// An event pattern, with every `$or` multiplied out: one of the alternatives must match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventPattern {
    alternatives: Vec<Fields>,
}

impl EventPattern {
    /// Reads the text of a pattern.
    ///
    /// # Errors
    /// Why the pattern as a whole cannot be evaluated. A comparison that is not known is no error: it makes only what
    /// depends on it undecided.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MOST_CHARACTERS {
            return Err(format!("the pattern has {} characters, more than {MOST_CHARACTERS}", text.len()));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| format!("the pattern is not JSON: {error}"))?;
        let Value::Object(fields) = value else { return Err("the pattern is not a JSON object".to_owned()) };
        Ok(Self { alternatives: expand(&fields)? })
    }

    /// Whether a rule with this pattern sees the event.
    pub(crate) fn matches(&self, event: &Value) -> Matched {
        Matched::any(self.alternatives.iter().map(|fields| match_fields(fields, event)))
    }
}

/// The alternatives a JSON object of fields represents.
fn expand(object: &Map<String, Value>) -> Result<Vec<Fields>, String> {
    if object.is_empty() {
        return Err("the pattern holds an empty object, which EventBridge refuses".to_owned());
    }
    let mut plain = Fields::new();
    let mut choices = Vec::new();
    for (name, value) in object {
        // What leaves no choice is put together first: it would be copied for each of a thousand alternatives.
        match field(name, value)?.as_mut_slice() {
            [only] => plain = merge(&plain, only)?,
            several => choices.push(several.to_vec()),
        }
    }
    choices.iter().try_fold(vec![plain], |alternatives, choice| combine(&alternatives, choice))
}

/// The alternatives of one field.
fn field(name: &str, value: &Value) -> Result<Vec<Fields>, String> {
    // EventBridge joins names with dots, so that such a name may mean two places.
    if name.contains('.') {
        return Err(format!("the field name `{name}` holds a dot"));
    }
    let single = |node: Node| Fields::from([(name.to_owned(), node)]);
    match value {
        Value::Array(values) if name == "$or" => either(values),
        Value::Object(below) => Ok(expand(below)?.into_iter().map(|fields| single(Node::Below(fields))).collect()),
        Value::Array(values) if values.is_empty() => {
            Err(format!("the list of `{name}` is empty, which EventBridge refuses"))
        }
        Value::Array(values) => Ok(vec![single(Node::OneOf(values.iter().map(Operator::read).collect()))]),
        _ => Err(format!("`{name}` is neither a list nor an object, which EventBridge refuses")),
    }
}

/// The alternatives of an `$or`. One that EventBridge would take for an ordinary field is not evaluated.
fn either(values: &[Value]) -> Result<Vec<Fields>, String> {
    let mut alternatives = Vec::new();
    for value in values {
        let fields = value.as_object().ok_or("`$or` must list objects of fields, and lists another value")?;
        if let Some(name) = fields.keys().find(|name| OPERATOR_NAMES.contains(&name.as_str())) {
            return Err(format!("`$or` lists the comparison `{name}` instead of fields"));
        }
        alternatives.extend(expand(fields)?);
        if alternatives.len() > MOST_COMBINATIONS {
            return Err(too_many());
        }
    }
    if values.len() < 2 {
        return Err("`$or` needs two alternatives or more".to_owned());
    }
    Ok(alternatives)
}

fn too_many() -> String {
    format!("`$or` expands to more than {MOST_COMBINATIONS} combinations")
}

/// Every alternative of one side together with every alternative of the other.
fn combine(left: &[Fields], right: &[Fields]) -> Result<Vec<Fields>, String> {
    if left.len().saturating_mul(right.len()) > MOST_COMBINATIONS {
        return Err(too_many());
    }
    left.iter().flat_map(|a| right.iter().map(move |b| merge(a, b))).collect()
}

fn merge(left: &Fields, right: &Fields) -> Result<Fields, String> {
    let mut merged = left.clone();
    for (name, node) in right {
        let both = match (merged.get(name), node) {
            (None, node) => node.clone(),
            (Some(Node::Below(a)), Node::Below(b)) => Node::Below(merge(a, b)?),
            (Some(_), _) => return Err(format!("`$or` and the fields beside it both refer to `{name}`")),
        };
        merged.insert(name.clone(), both);
    }
    Ok(merged)
}

/// Whether the fields match a value. A value that is no object has no fields.
fn match_fields(fields: &Fields, value: &Value) -> Matched {
    Matched::all(fields.iter().map(|(name, node)| {
        let below = value.as_object().and_then(|object| object.get(name));
        if below.is_some_and(is_unknown) {
            return depends_on(name);
        }
        match node {
            Node::OneOf(operators) => match_value(operators, below),
            Node::Below(fields) => match_below(fields, below),
        }
    }))
}

fn match_value(operators: &[Operator], value: Option<&Value>) -> Matched {
    let mut scalars = Vec::new();
    if let Some(value) = value {
        leaves(value, &mut scalars);
    }
    Matched::any(operators.iter().map(|operator| operator.holds(&scalars)))
}

/// The values of a field: itself, or the members of an array. An object is no value.
fn leaves<'v>(value: &'v Value, scalars: &mut Vec<&'v Value>) {
    match value {
        Value::Array(members) => members.iter().for_each(|member| leaves(member, scalars)),
        Value::Object(_) => {}
        scalar => scalars.push(scalar),
    }
}

fn match_below(fields: &Fields, value: Option<&Value>) -> Matched {
    let mut objects = Vec::new();
    if let Some(value) = value {
        objects_in(value, &mut objects);
    }
    match objects.as_slice() {
        [] => match_fields(fields, &Value::Null),
        [only] => match_fields(fields, only),
        // Fields that match must do so in one and the same member of an array.
        many => {
            let answers: Vec<Matched> = many.iter().map(|object| match_fields(fields, object)).collect();
            if !speaks_of_absence(fields) || answers.iter().all(|answer| Some(answer) == answers.first()) {
                return Matched::any(answers);
            }
            // Absence is judged over the whole event there, which one member does not show.
            Matched::Undecided("the absence of a field is asked for within an array".to_owned())
        }
    }
}

fn objects_in<'v>(value: &'v Value, objects: &mut Vec<&'v Value>) {
    match value {
        Value::Array(members) => members.iter().for_each(|member| objects_in(member, objects)),
        Value::Object(_) => objects.push(value),
        _ => {}
    }
}

fn speaks_of_absence(fields: &Fields) -> bool {
    fields.values().any(|node| match node {
        Node::Below(fields) => speaks_of_absence(fields),
        Node::OneOf(operators) => operators.iter().any(Operator::holds_without_a_value),
    })
}

#[cfg(test)]
mod tests;
