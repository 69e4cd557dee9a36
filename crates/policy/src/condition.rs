//! One condition: an operator, a key and its values, and whether it holds for a request.
//!
//! Owns the meaning of the operators, `IfExists` and the set qualifiers. Must not know
//! statements, and leaves reading the document to `parse`.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

use crate::context::{Lookup, View};
use crate::problem::Problem;
use crate::scalar::{self, Fixed, Network};
use crate::template::{Matched, Template};
use crate::tri::{Doubt, Tri};

/// A value that could be read, or what is wrong with it.
pub(crate) type Read<T> = Result<T, Problem>;

/// One `operator: {key: values}` entry.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// Lowercase, for lookup.
    pub(crate) key: String,
    /// As it is written.
    pub(crate) shown: String,
    pub(crate) set: SetOperator,
    pub(crate) if_exists: bool,
    pub(crate) test: Test,
}

/// `ForAllValues:`, `ForAnyValue:` or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetOperator {
    Plain,
    All,
    Any,
}

#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// `Null`: `true` means the key must be absent.
    Null(Vec<Read<bool>>),
    Compare {
        negated: bool,
        values: Values,
    },
    /// An operator or a shape of values that is not known.
    Unknown(Problem),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(crate) fn holds(self, found: Fixed, wanted: Fixed) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
        }
    }
}

/// The values of one condition, read as its operator wants them.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    /// `StringEquals`, `StringLike` and the ARN operators.
    Text(Vec<Read<Template>>),
    /// `StringEqualsIgnoreCase`: lowercase templates.
    TextIgnoringCase(Vec<Read<Template>>),
    Number(Order, Vec<Read<Fixed>>),
    Date(Order, Vec<Read<Fixed>>),
    Bool(Vec<Read<bool>>),
    Ip(Vec<Read<Network>>),
    Binary(Vec<Read<Vec<u8>>>),
}

impl Condition {
    /// Steps it takes to compare a value: one for each it is compared with, and more for long patterns.
    pub(crate) fn size(&self) -> usize {
        let long = |texts: &[Read<Template>]| texts.iter().flatten().map(|text| text.raw.len() / 32).sum::<usize>();
        match &self.test {
            Test::Null(values) => values.len(),
            Test::Unknown(_) => 1,
            Test::Compare { values, .. } => match values {
                Values::Text(texts) | Values::TextIgnoringCase(texts) => texts.len() + long(texts),
                Values::Number(_, numbers) | Values::Date(_, numbers) => numbers.len(),
                Values::Bool(bools) => bools.len(),
                Values::Ip(networks) => networks.len(),
                Values::Binary(blobs) => blobs.len(),
            },
        }
    }

    /// Whether the condition holds.
    pub(crate) fn holds(&self, view: &impl View) -> Tri<'_> {
        let (negated, values) = match &self.test {
            Test::Unknown(problem) => return Tri::Maybe(Doubt::Problem(problem)),
            Test::Null(values) => return self.null(values, view),
            Test::Compare { negated, values } => (*negated, values),
        };
        let one = |value: &str| self.compare(negated, values, value, view);
        match (view.lookup(&self.key), self.set) {
            (Lookup::Open, _) => Tri::Maybe(Doubt::Open(&self.key)),
            (Lookup::Absent, set) => (self.if_exists || absent(set, negated)).into(),
            (Lookup::One(value), SetOperator::Plain) => one(&value),
            // A value that is the empty string counts as an empty set here.
            // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
            (Lookup::One(value), set) if value.is_empty() => (set == SetOperator::All).into(),
            (Lookup::One(value), _) => one(&value),
            // A key with several values needs a set operator.
            (Lookup::Many(_), SetOperator::Plain) => Tri::No,
            (Lookup::Many(found), set) if found.iter().all(String::is_empty) => (set == SetOperator::All).into(),
            (Lookup::Many(found), SetOperator::All) => found.iter().fold(Tri::Yes, |all, v| all.and(one(v))),
            (Lookup::Many(found), SetOperator::Any) => found.iter().fold(Tri::No, |any, v| any.or(one(v))),
        }
    }

    fn null<'c>(&'c self, values: &'c [Read<bool>], view: &impl View) -> Tri<'c> {
        let absent = match view.lookup(&self.key) {
            Lookup::Open => return Tri::Maybe(Doubt::Open(&self.key)),
            Lookup::Absent => true,
            Lookup::One(_) | Lookup::Many(_) => false,
        };
        any(values, |wanted| (*wanted == absent).into())
    }

    /// One request value against all policy values: OR, or NOR for a negated operator.
    fn compare<'c>(&'c self, negated: bool, values: &'c Values, found: &str, view: &impl View) -> Tri<'c> {
        let key = self.shown.as_str();
        let bad = |wanted| Tri::Maybe(Doubt::Value { key, wanted });
        let hit = match values {
            Values::Text(texts) => any(texts, |text| matched(text, found, view, negated)),
            Values::TextIgnoringCase(texts) => {
                let lower = found.to_lowercase();
                any(texts, |text| matched(text, &lower, &Lowered(view), negated))
            }
            Values::Number(order, numbers) => match scalar::number(found) {
                Some(found) => any(numbers, |wanted| order.holds(found, *wanted).into()),
                None => bad("a number"),
            },
            Values::Date(order, dates) => match scalar::date(found) {
                Some(found) => any(dates, |wanted| order.holds(found, *wanted).into()),
                None => bad("a date"),
            },
            Values::Bool(bools) => any(bools, |wanted| boolean(found).is_some_and(|found| found == *wanted).into()),
            Values::Ip(networks) => match scalar::address_bits(found) {
                Some(found) => any(networks, |network| network.contains(found).into()),
                None => bad("an IP address"),
            },
            Values::Binary(blobs) => match scalar::base64(found) {
                Some(found) => any(blobs, |wanted| (*wanted == found).into()),
                None => bad("base64 text"),
            },
        };
        if negated { hit.not() } else { hit }
    }
}

/// A missing key: positive operators are false, negated ones true, the set operators have their own rule.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
fn absent(set: SetOperator, negated: bool) -> bool {
    match set {
        SetOperator::Plain => negated,
        SetOperator::All => true,
        SetOperator::Any => false,
    }
}

fn any<'c, T>(values: &'c [Read<T>], test: impl Fn(&'c T) -> Tri<'c>) -> Tri<'c> {
    let mut result = Tri::No;
    for value in values {
        result = result.or(match value {
            Ok(value) => test(value),
            Err(problem) => Tri::Maybe(Doubt::Problem(problem)),
        });
        if result.is_yes() {
            break;
        }
    }
    result
}

fn matched<'c>(text: &'c Template, found: &str, view: &impl View, negated: bool) -> Tri<'c> {
    match text.matches(found, view) {
        Matched::Yes => Tri::Yes,
        Matched::No => Tri::No,
        // The documentation says the element then matches nothing; it does not say what a negated operator makes of it.
        Matched::Unresolved if negated => {
            Tri::Maybe(Doubt::Missing("a policy variable under a negated operator has no value"))
        }
        Matched::Unresolved => Tri::No,
        Matched::Maybe(doubt) => Tri::Maybe(doubt),
    }
}

/// Reads `true` and `false` in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Substitutes variables in lowercase, for the operators that ignore case.
struct Lowered<'v, V>(&'v V);

impl<V: View> View for Lowered<'_, V> {
    fn lookup(&self, lower: &str) -> Lookup<'_> {
        match self.0.lookup(lower) {
            Lookup::One(value) => Lookup::One(value.to_lowercase().into()),
            other => other,
        }
    }
}
