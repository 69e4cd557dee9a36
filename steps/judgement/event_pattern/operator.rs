//! What one value may be: the comparison operators of event patterns.

use std::net::IpAddr;

use serde_json::{Map, Number, Value};

use super::Matched;

/// One member of the list a field of a pattern holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operator {
    /// A text, boolean or null: that very value.
    Is(Value),
    /// A number.
    IsNumber(Number),
    /// A text that is like one of these.
    Text(Likeness, Vec<String>),
    /// A value that is unlike every one of these.
    AnythingBut(Likeness, Vec<String>),
    /// A value that is none of these numbers.
    AnythingButNumber(Vec<f64>),
    /// A number within these bounds.
    Numeric(Vec<(Comparison, f64)>),
    /// An IP address within the network.
    Cidr(Network),
    /// Whether there is a value at all.
    Exists(bool),
    /// Nothing this evaluator can decide; the reason.
    Unknown(String),
}

/// How a text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    SameIgnoringCase,
    Begins,
    BeginsIgnoringCase,
    Ends,
    EndsIgnoringCase,
    Wildcard,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An IPv4 or IPv6 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Operator {
    /// Reads one member of a list.
    pub(super) fn read(value: &Value) -> Self {
        match value {
            Value::Number(number) => Self::IsNumber(number.clone()),
            Value::String(_) | Value::Bool(_) | Value::Null => Self::Is(value.clone()),
            Value::Array(_) => Self::Unknown("a list within a list, which EventBridge refuses".to_owned()),
            Value::Object(comparison) => Self::comparison(comparison).unwrap_or_else(Self::Unknown),
        }
    }

    fn comparison(object: &Map<String, Value>) -> Result<Self, String> {
        let (name, operand) = only_entry(object)?;
        let malformed = || format!("the operand of `{name}` cannot be read");
        match name {
            "anything-but" => Self::anything_but(operand),
            "exists" => operand.as_bool().map(Self::Exists).ok_or_else(malformed),
            "numeric" => numeric(operand).map(Self::Numeric).ok_or_else(malformed),
            "cidr" => operand.as_str().and_then(Network::read).map(Self::Cidr).ok_or_else(malformed),
            _ => {
                let (likeness, operand) = Likeness::read(name, operand)?;
                let text = operand.as_str().ok_or_else(malformed)?;
                likeness.accepts(text)?;
                Ok(Self::Text(likeness, vec![text.to_owned()]))
            }
        }
    }

    fn anything_but(operand: &Value) -> Result<Self, String> {
        let malformed = || "the operand of `anything-but` cannot be read".to_owned();
        let (likeness, operand) = match operand {
            Value::Object(object) => {
                let (name, inner) = only_entry(object)?;
                match Likeness::read(name, inner)? {
                    // Only the plain forms stand below `anything-but`.
                    (Likeness::BeginsIgnoringCase | Likeness::EndsIgnoringCase, _) => return Err(malformed()),
                    plain => plain,
                }
            }
            plain => (Likeness::Same, plain),
        };
        let members: Vec<&Value> = match operand {
            Value::Array(members) => members.iter().collect(),
            single => vec![single],
        };
        if likeness == Likeness::Same
            && let Some(numbers) = every(&members, Value::as_f64)
        {
            return Ok(Self::AnythingButNumber(numbers));
        }
        let texts = every(&members, |member| member.as_str().map(str::to_owned)).ok_or_else(malformed)?;
        texts.iter().try_for_each(|text| likeness.accepts(text))?;
        Ok(Self::AnythingBut(likeness, texts))
    }

    /// Whether the operator holds for one of the values of a field.
    pub(super) fn holds(&self, values: &[&Value]) -> Matched {
        match self {
            Self::Exists(wanted) => Matched::of(*wanted != values.is_empty()),
            Self::Unknown(reason) => Matched::Undecided(reason.clone()),
            _ => Matched::any(values.iter().map(|value| self.holds_for(value))),
        }
    }

    /// Whether it can hold for a field that is not there.
    pub(super) fn holds_without_a_value(&self) -> bool {
        matches!(self, Self::Exists(false) | Self::Unknown(_))
    }

    fn holds_for(&self, value: &Value) -> Matched {
        match self {
            Self::Is(wanted) => Matched::of(wanted == value),
            Self::IsNumber(wanted) => same_number(wanted, value),
            Self::Text(likeness, texts) => {
                Matched::of(value.as_str().is_some_and(|text| texts.iter().any(|like| likeness.holds(like, text))))
            }
            Self::AnythingBut(likeness, texts) => match value {
                Value::String(text) => Matched::of(!texts.iter().any(|like| likeness.holds(like, text))),
                _ => Matched::Undecided("`anything-but` compares texts with a value that is none".to_owned()),
            },
            Self::AnythingButNumber(numbers) => match value.as_f64() {
                #[expect(clippy::float_cmp, reason = "both sides are read from JSON, nothing is computed")]
                Some(number) => Matched::of(numbers.iter().all(|other| *other != number)),
                None => Matched::Undecided("`anything-but` compares numbers with a value that is none".to_owned()),
            },
            Self::Numeric(bounds) => Matched::of(
                value
                    .as_f64()
                    .is_some_and(|number| bounds.iter().all(|(comparison, bound)| comparison.holds(number, *bound))),
            ),
            Self::Cidr(network) => Matched::of(value.as_str().is_some_and(|text| network.contains(text))),
            Self::Exists(_) | Self::Unknown(_) => self.holds(&[value]),
        }
    }
}

fn only_entry(object: &Map<String, Value>) -> Result<(&str, &Value), String> {
    let mut entries = object.iter();
    match (entries.next(), entries.next()) {
        (Some((name, operand)), None) => Ok((name, operand)),
        _ => Err("a comparison that does not name exactly one operator".to_owned()),
    }
}

/// Every member read the same way; `None` when one cannot be, or when there is none.
fn every<T>(members: &[&Value], read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let read: Option<Vec<T>> = members.iter().map(|member| read(member)).collect();
    read.filter(|read| !read.is_empty())
}

/// EventBridge compares numbers as they are written, and newer matchers by value: only where both agree is it decided.
fn same_number(wanted: &Number, value: &Value) -> Matched {
    let Value::Number(number) = value else { return Matched::No };
    match (wanted == number, wanted.as_f64() == number.as_f64()) {
        (true, _) => Matched::Yes,
        (false, false) => Matched::No,
        (false, true) => Matched::Undecided(format!("whether {number} equals {wanted} depends on how it is written")),
    }
}

fn numeric(operand: &Value) -> Option<Vec<(Comparison, f64)>> {
    let members = operand.as_array()?;
    if !matches!(members.len(), 2 | 4) {
        return None;
    }
    let pair = |pair: &[Value]| match pair {
        [comparison, bound] => Some((Comparison::read(comparison.as_str()?)?, bound.as_f64()?)),
        _ => None,
    };
    members.chunks(2).map(pair).collect()
}

impl Comparison {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "=" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    #[expect(clippy::float_cmp, reason = "both sides are read from JSON, nothing is computed")]
    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => number == bound,
            Self::Less => number < bound,
            Self::LessOrEqual => number <= bound,
            Self::Greater => number > bound,
            Self::GreaterOrEqual => number >= bound,
        }
    }
}

impl Likeness {
    /// Reads an operator on texts, and where its text is.
    fn read<'v>(name: &str, operand: &'v Value) -> Result<(Self, &'v Value), String> {
        // `{"prefix": {"equals-ignore-case": "x"}}`
        let ignoring_case = operand.as_object().map(only_entry).transpose()?;
        let inner = match ignoring_case {
            None => None,
            Some(("equals-ignore-case", inner)) => Some(inner),
            Some((other, _)) => return Err(format!("`{name}` of `{other}`, an operator this evaluator does not know")),
        };
        match (name, inner) {
            ("prefix", None) => Ok((Self::Begins, operand)),
            ("prefix", Some(inner)) => Ok((Self::BeginsIgnoringCase, inner)),
            ("suffix", None) => Ok((Self::Ends, operand)),
            ("suffix", Some(inner)) => Ok((Self::EndsIgnoringCase, inner)),
            ("equals-ignore-case", None) => Ok((Self::SameIgnoringCase, operand)),
            ("wildcard", None) => Ok((Self::Wildcard, operand)),
            _ => Err(format!("`{name}`, an operator this evaluator does not know")),
        }
    }

    /// Whether EventBridge accepts the text; what it refuses is not guessed at.
    fn accepts(self, text: &str) -> Result<(), String> {
        match self {
            Self::Wildcard => tokens(text).map(drop),
            Self::Same => Ok(()),
            _ if text.is_empty() => Err("a comparison with an empty text".to_owned()),
            _ => Ok(()),
        }
    }

    fn holds(self, like: &str, text: &str) -> bool {
        match self {
            Self::Same => text == like,
            Self::SameIgnoringCase => fold(text) == fold(like),
            Self::Begins => text.starts_with(like),
            Self::BeginsIgnoringCase => fold(text).starts_with(&fold(like)),
            Self::Ends => text.ends_with(like),
            Self::EndsIgnoringCase => fold(text).ends_with(&fold(like)),
            Self::Wildcard => tokens(like).is_ok_and(|tokens| fits(&tokens, text)),
        }
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// A wildcard text: characters, and `None` for a run of any. A backslash makes the next star or backslash plain.
fn tokens(text: &str) -> Result<Vec<Option<char>>, String> {
    let mut tokens: Vec<Option<char>> = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' if tokens.last() == Some(&None) => return Err("a wildcard with two stars in a row".to_owned()),
            '*' => tokens.push(None),
            '\\' => match characters.next() {
                Some(escaped @ ('*' | '\\')) => tokens.push(Some(escaped)),
                _ => return Err("a wildcard with a backslash before neither star nor backslash".to_owned()),
            },
            plain => tokens.push(Some(plain)),
        }
    }
    Ok(tokens)
}

/// Whether the text fits: the places reached in the pattern after each character of the text.
fn fits(tokens: &[Option<char>], text: &str) -> bool {
    let through_stars = |mut reached: Vec<bool>| {
        for (at, token) in tokens.iter().enumerate() {
            if token.is_none()
                && reached.get(at) == Some(&true)
                && let Some(next) = reached.get_mut(at + 1)
            {
                *next = true;
            }
        }
        reached
    };
    let mut start = vec![false; tokens.len() + 1];
    if let Some(first) = start.first_mut() {
        *first = true;
    }
    let mut reached = through_stars(start);
    for character in text.chars() {
        let mut next = vec![false; tokens.len() + 1];
        for (at, token) in tokens.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true)) {
            let to = match token {
                None => at,
                Some(wanted) if *wanted == character => at + 1,
                Some(_) => continue,
            };
            if let Some(place) = next.get_mut(to) {
                *place = true;
            }
        }
        reached = through_stars(next);
    }
    reached.last() == Some(&true)
}

impl Network {
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let (address, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    fn contains(self, text: &str) -> bool {
        let top = |value: u128, width: u32| value.checked_shr(width - self.bits).unwrap_or(0);
        match (self.address, text.parse()) {
            (IpAddr::V4(network), Ok(IpAddr::V4(address))) => {
                top(u128::from(network.to_bits()), 32) == top(u128::from(address.to_bits()), 32)
            }
            (IpAddr::V6(network), Ok(IpAddr::V6(address))) => {
                top(network.to_bits(), 128) == top(address.to_bits(), 128)
            }
            _ => false,
        }
    }
}
