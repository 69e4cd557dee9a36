//! The `Condition` element.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

use super::{Notes, items};
use crate::condition::{Condition, Order, Read, SetOperator, Test, Values, boolean};
use crate::json::{Node, Value};
use crate::model::Version;
use crate::problem::{Problem, Severity};
use crate::scalar::{self, Network};
use crate::template::{Reading, Template};

/// Reads all conditions; an error is a `Condition` element that cannot be understood as a whole.
pub(crate) fn read(node: &Node, version: Version, notes: &mut Notes<'_>) -> Result<Vec<Condition>, Problem> {
    let Value::Object(operators) = &node.value else {
        let message = format!("`Condition` must be an object of operators, found {}", node.value.kind());
        return Err(notes.block(node.span.start, message));
    };
    if let Some(problem) = notes.duplicates(operators) {
        return Err(problem);
    }
    let mut out = Vec::new();
    for operator in operators {
        let Value::Object(keys) = &operator.value.value else {
            let message = format!(
                "`{}` must be an object of condition keys, found {}",
                operator.key,
                operator.value.value.kind()
            );
            return Err(notes.block(operator.value.span.start, message));
        };
        if let Some(problem) = notes.duplicate_keys(keys) {
            return Err(problem);
        }
        let known = Operator::parse(&operator.key);
        if known.is_none() {
            let message = format!("unknown condition operator `{}`; correct its name", operator.key);
            notes.block(operator.key_span.start, message);
        }
        for key in keys {
            let test = match &known {
                Some(operator) => operator.test(&key.value, version, notes),
                None => Test::Unknown(Problem {
                    position: notes.position(operator.key_span.start),
                    severity: Severity::Blocks,
                    message: format!("unknown condition operator `{}`", operator.key),
                }),
            };
            out.push(Condition {
                key: key.key.to_ascii_lowercase(),
                shown: key.key.clone(),
                set: known.as_ref().map_or(SetOperator::Plain, |o| o.set),
                if_exists: known.as_ref().is_some_and(|o| o.if_exists),
                test,
            });
        }
    }
    Ok(out)
}

/// An operator name taken apart.
struct Operator {
    set: SetOperator,
    if_exists: bool,
    negated: bool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Text { wildcards: bool },
    TextIgnoringCase,
    Arn,
    Number(Order),
    Date(Order),
    Bool,
    Ip,
    Binary,
}

impl Operator {
    fn parse(name: &str) -> Option<Self> {
        let (set, rest) = if let Some(rest) = name.strip_prefix("ForAllValues:") {
            (SetOperator::All, rest)
        } else if let Some(rest) = name.strip_prefix("ForAnyValue:") {
            (SetOperator::Any, rest)
        } else {
            (SetOperator::Plain, name)
        };
        let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
        let (kind, negated) = kind(base)?;
        // `Null` takes neither `IfExists` nor a set qualifier.
        if kind == Kind::Null && (if_exists || set != SetOperator::Plain) {
            return None;
        }
        Some(Self { set, if_exists, negated, kind })
    }

    fn test(&self, node: &Node, version: Version, notes: &mut Notes<'_>) -> Test {
        let found = items(node);
        if found.is_empty() {
            return Test::Unknown(
                notes.block(node.span.start, "an empty list of condition values; name one".to_owned()),
            );
        }
        let reading = |wildcards, arn| Reading { wildcards, arn, variables: version == Version::V2012 };
        let template = move |text: &str, reading| Template::parse(text, reading);
        let values = match self.kind {
            Kind::Null => {
                return Test::Null(collect(found, notes, |t: &str| boolean(t).ok_or_else(|| not("true or false", t))));
            }
            Kind::Text { wildcards } => {
                Values::Text(collect(found, notes, |t: &str| template(t, reading(wildcards, false))))
            }
            Kind::TextIgnoringCase => Values::TextIgnoringCase(collect(found, notes, |t: &str| {
                template(&t.to_lowercase(), reading(false, false))
            })),
            Kind::Arn => Values::Text(collect(found, notes, |t: &str| template(t, reading(true, true)))),
            Kind::Number(order) => Values::Number(
                order,
                collect(found, notes, |t: &str| scalar::number(t).ok_or_else(|| not("a number in range", t))),
            ),
            Kind::Date(order) => Values::Date(
                order,
                collect(found, notes, |t: &str| scalar::date(t).ok_or_else(|| not("a W3C date or epoch seconds", t))),
            ),
            Kind::Bool => {
                Values::Bool(collect(found, notes, |t: &str| boolean(t).ok_or_else(|| not("true or false", t))))
            }
            Kind::Ip => Values::Ip(collect(found, notes, |t: &str| {
                Network::parse(t).ok_or_else(|| not("an IP address or range", t))
            })),
            Kind::Binary => {
                Values::Binary(collect(found, notes, |t: &str| scalar::base64(t).ok_or_else(|| not("base64 text", t))))
            }
        };
        Test::Compare { negated: self.negated, values }
    }
}

fn kind(base: &str) -> Option<(Kind, bool)> {
    Some(match base {
        "Null" => (Kind::Null, false),
        "StringEquals" => (Kind::Text { wildcards: false }, false),
        "StringNotEquals" => (Kind::Text { wildcards: false }, true),
        "StringEqualsIgnoreCase" => (Kind::TextIgnoringCase, false),
        "StringNotEqualsIgnoreCase" => (Kind::TextIgnoringCase, true),
        "StringLike" => (Kind::Text { wildcards: true }, false),
        "StringNotLike" => (Kind::Text { wildcards: true }, true),
        "ArnEquals" | "ArnLike" => (Kind::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Kind::Arn, true),
        "Bool" => (Kind::Bool, false),
        "BinaryEquals" => (Kind::Binary, false),
        "IpAddress" => (Kind::Ip, false),
        "NotIpAddress" => (Kind::Ip, true),
        _ => {
            if let Some((order, negated)) = base.strip_prefix("Numeric").and_then(order) {
                return Some((Kind::Number(order), negated));
            }
            let (order, negated) = base.strip_prefix("Date").and_then(order)?;
            (Kind::Date(order), negated)
        }
    })
}

fn order(name: &str) -> Option<(Order, bool)> {
    Some(match name {
        "Equals" => (Order::Equal, false),
        "NotEquals" => (Order::Equal, true),
        "LessThan" => (Order::Less, false),
        "LessThanEquals" => (Order::LessOrEqual, false),
        "GreaterThan" => (Order::Greater, false),
        "GreaterThanEquals" => (Order::GreaterOrEqual, false),
        _ => return None,
    })
}

fn not(wanted: &str, found: &str) -> String {
    format!("`{found}` is not {wanted}")
}

/// The text of a string, number or boolean: all three are legal as condition values.
fn scalar_text(node: &Node) -> Result<String, String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        other => Err(format!("a condition value is a string, number or boolean, found {}", other.kind())),
    }
}

fn collect<T>(found: &[Node], notes: &mut Notes<'_>, read: impl Fn(&str) -> Result<T, String>) -> Vec<Read<T>> {
    found
        .iter()
        .map(|node| {
            let value = scalar_text(node).and_then(|text| read(&text));
            value.map_err(|message| notes.block(node.span.start, message))
        })
        .collect()
}
