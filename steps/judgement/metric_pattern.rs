//! Filter patterns of Amazon CloudWatch Logs metric filters: whether a filter counts a log event.
//!
//! Owns the grammar of JSON patterns and their three-valued evaluation against a CloudTrail record. What is not
//! documented, or is written in another grammar (terms, space-delimited fields), is [`Matched::Undecided`], never a
//! match. Knows nothing of alarms or of the events worth watching.
//!
//! See: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html>

mod read;

use regex::Regex;
use serde_json::Value;

use super::event_pattern::{Matched, depends_on, is_unknown};

/// A pattern that was read.
#[derive(Debug, Clone)]
pub(crate) enum MetricPattern {
    /// The empty pattern: every event.
    Everything,
    /// Conditions on the fields of a JSON event.
    Json(Condition),
}

/// A condition on a JSON event.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Field { selector: Vec<Part>, test: Test },
}

/// One part of a selector such as `$.userIdentity.type` or `$.resources[0].ARN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Name(String),
    Index(usize),
}

/// What is asked of a field.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    NotExists,
    IsNull,
    Is(bool),
    Compare(Comparison, Operand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// What a field is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// Text in which `*` matches anything; `number` when it was written without quotes and reads as one.
    Text { text: String, number: Option<f64> },
    /// `%expression%`
    Expression(Regex),
}

impl MetricPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What keeps it from being evaluated, as a fragment in lower case.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        read::pattern(text)
    }

    /// Whether the filter counts the event, a CloudTrail record.
    pub(crate) fn matches(&self, event: &Value) -> Matched {
        match self {
            Self::Everything => Matched::Yes,
            Self::Json(condition) => condition.holds(event),
        }
    }
}

impl Condition {
    fn holds(&self, event: &Value) -> Matched {
        match self {
            Self::Any(parts) => Matched::any(parts.iter().map(|part| part.holds(event))),
            Self::All(parts) => Matched::all(parts.iter().map(|part| part.holds(event))),
            Self::Field { selector, test } => match passes_unknown(event, selector) {
                true => depends_on(&in_words(selector)),
                false => test.holds(field(event, selector), selector),
            },
        }
    }
}

/// Whether a selector is, or is below, a field of which nothing is known.
fn passes_unknown(event: &Value, selector: &[Part]) -> bool {
    (0..=selector.len()).any(|end| field(event, selector.get(..end).unwrap_or_default()).is_some_and(is_unknown))
}

fn field<'e>(event: &'e Value, selector: &[Part]) -> Option<&'e Value> {
    selector.iter().try_fold(event, |value, part| match part {
        Part::Name(name) => value.get(name),
        Part::Index(index) => value.get(index),
    })
}

impl Test {
    fn holds(&self, value: Option<&Value>, selector: &[Part]) -> Matched {
        match (self, value) {
            (Self::NotExists, found) => Matched::of(found.is_none()),
            (Self::IsNull, found) => Matched::of(found.is_some_and(Value::is_null)),
            (Self::Is(wanted), found) => Matched::of(found.and_then(Value::as_bool) == Some(*wanted)),
            (Self::Compare(Comparison::NotEqual, _), None) => {
                Matched::Undecided(format!("`{}` is absent, and `!=` is not documented for that", in_words(selector)))
            }
            (Self::Compare(..), None) => Matched::No,
            // A selector that points to an array or an object does not match.
            (Self::Compare(..), Some(Value::Array(_) | Value::Object(_) | Value::Null)) => Matched::No,
            (Self::Compare(comparison, operand), Some(found)) => compare(*comparison, operand, found, selector),
        }
    }
}

fn compare(comparison: Comparison, operand: &Operand, found: &Value, selector: &[Part]) -> Matched {
    let equal = match comparison {
        Comparison::Equal | Comparison::NotEqual => equals(operand, found, selector),
        ordered => return in_order(ordered, operand, found),
    };
    match (comparison, equal) {
        (Comparison::NotEqual, Matched::Yes) => Matched::No,
        (Comparison::NotEqual, Matched::No) => Matched::Yes,
        (_, equal) => equal,
    }
}

fn equals(operand: &Operand, found: &Value, selector: &[Part]) -> Matched {
    match (operand, found) {
        (Operand::Expression(expression), Value::String(text)) => Matched::of(expression.is_match(text)),
        (Operand::Text { number: Some(_), .. }, Value::String(_)) => {
            Matched::Undecided(format!("`{}` is text and is compared with a number without quotes", in_words(selector)))
        }
        (Operand::Text { text, number: None }, Value::String(value)) => Matched::of(with_wildcards(text, value)),
        (Operand::Text { number: Some(number), .. }, Value::Number(value)) => {
            Matched::of(value.as_f64().is_some_and(|value| value.total_cmp(number).is_eq()))
        }
        (_, Value::Bool(_)) => Matched::Undecided(format!(
            "`{}` is a truth value and is compared with `=`: `IS TRUE` and `IS FALSE` are documented",
            in_words(selector)
        )),
        _ => Matched::No,
    }
}

fn in_order(comparison: Comparison, operand: &Operand, found: &Value) -> Matched {
    let (Operand::Text { number: Some(bound), .. }, Some(value)) = (operand, found.as_f64()) else {
        return Matched::No;
    };
    Matched::of(match comparison {
        Comparison::Greater => value > *bound,
        Comparison::GreaterOrEqual => value >= *bound,
        Comparison::Less => value < *bound,
        Comparison::LessOrEqual => value <= *bound,
        Comparison::Equal | Comparison::NotEqual => false,
    })
}

/// Whether a text fits a pattern in which `*` matches any text. Case matters.
fn with_wildcards(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

fn in_words(selector: &[Part]) -> String {
    let parts = selector.iter().map(|part| match part {
        Part::Name(name) => format!(".{name}"),
        Part::Index(index) => format!("[{index}]"),
    });
    std::iter::once("$".to_owned()).chain(parts).collect()
}

#[cfg(test)]
mod tests;
