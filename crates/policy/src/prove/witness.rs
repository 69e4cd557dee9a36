//! A concrete request that shows something, fit for an auditor's eyes.
//!
//! Owns the public result types of properties and their wording.

use serde::Serialize;

use crate::context::ContextValue;
use crate::decide::Request;
use crate::decision::{Decided, Decision};
use crate::scalar;

/// The answer to a property.
#[derive(Debug, Clone)]
pub enum Answer {
    /// True of every request: proven by going through all classes of requests.
    Holds,
    /// Not true; the witness is a request that shows it.
    Violated(Box<Witness>),
    /// It could not be decided, and why.
    Undecided(String),
}

impl Answer {
    /// Whether the property was proven.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Holds)
    }

    /// The request that refutes the property, if there is one.
    #[must_use]
    pub fn witness(&self) -> Option<&Witness> {
        match self {
            Self::Violated(witness) => Some(witness),
            Self::Holds | Self::Undecided(_) => None,
        }
    }
}

/// A request found by a property, confirmed by [`crate::decide()`] before it is shown.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The whole request.
    pub request: Request,
    /// Its decision, with the statement it rests on.
    pub decided: Decided,
    /// Who the caller stands for, such as "any other role of account 222222222222".
    pub caller: String,
    /// For calls by services: the account on whose behalf, if it matters.
    pub source_account: Option<String>,
    /// The keys the decision depends on, with their values; `None` is "absent".
    pub matters: Vec<(String, Option<ContextValue>)>,
    /// Keys that the policies mention but that make no difference here: any value will do.
    pub any: Vec<String>,
}

impl Witness {
    /// The request as one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let verb = if self.decided.is_allowed() { "can" } else { "cannot" };
        let mut out =
            format!("{} {verb} call `{}` on `{}`", self.caller, self.request.action(), self.request.resource());
        if let Some(account) = &self.source_account {
            out.push_str(&format!(" on behalf of account {account}"));
        }
        for (at, (key, value)) in self.matters.iter().enumerate() {
            out.push_str(if at == 0 { " when " } else { " and " });
            match value {
                Some(value) => out.push_str(&format!("`{key}` is {}", shown(key, value))),
                None => out.push_str(&format!("`{key}` is absent")),
            }
        }
        if !self.any.is_empty() {
            let names: Vec<String> = self.any.iter().map(|key| format!("`{key}`")).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            out.push_str(&format!(", whatever {} {verb}", names.join(", ")));
        }
        let reason = match (&self.decided.decision, &self.decided.statement) {
            (Decision::Allowed, Some(statement)) => format!("{statement} allows it"),
            (_, Some(statement)) => format!("{statement} denies it"),
            (_, None) => self.decided.why.to_string(),
        };
        out.push_str(&format!(": {reason} ({})", self.decided.layer));
        out
    }
}

impl Serialize for Witness {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let keys: Vec<(&str, &ContextValue)> = self.request.context().iter().collect();
        let mut out = serializer.serialize_struct("Witness", 9)?;
        out.serialize_field("caller", &self.caller)?;
        out.serialize_field("principal", self.request.principal())?;
        out.serialize_field("action", self.request.action())?;
        out.serialize_field("resource", self.request.resource())?;
        out.serialize_field("context", &keys)?;
        out.serialize_field("matters", &self.matters)?;
        out.serialize_field("any", &self.any)?;
        out.serialize_field("decided", &self.decided)?;
        out.serialize_field("sentence", &self.sentence())?;
        out.end()
    }
}

fn shown(key: &str, value: &ContextValue) -> String {
    if let (true, ContextValue::One(text)) = (key.eq_ignore_ascii_case("aws:CurrentTime"), value)
        && let Some(instant) = scalar::date(text)
    {
        return format!("`{}`", scalar::show_date(instant));
    }
    value.to_string()
}

/// Who can do something.
#[derive(Debug, Clone, Default)]
pub struct Callers {
    /// One witness per class of callers that can.
    pub can: Vec<Witness>,
    /// Classes for which it is undecided, and why.
    pub undecided: Vec<(String, String)>,
}

/// Everything a question finds allowed.
#[derive(Debug, Clone, Default)]
pub struct Violations {
    /// One entry per action, in the order of the question.
    pub allowed: Vec<Allowed>,
    /// What could not be decided, and why: beside what is allowed, not in place of it.
    pub undecided: Vec<Unsettled>,
    /// Whether the search ended before everything was looked at, so that more may be allowed.
    pub cut_off: bool,
}

impl Violations {
    /// Whether it was proven that nothing is allowed.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.allowed.is_empty() && self.undecided.is_empty() && !self.cut_off
    }
}

/// An action that is allowed although it must not be.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The action.
    pub action: String,
    /// Every class of callers that can, such as "any other role of account 222222222222".
    pub callers: Vec<String>,
    /// A request that shows it, by the first of them.
    pub witness: Witness,
}

/// Something a question could not decide.
#[derive(Debug, Clone)]
pub struct Unsettled {
    /// The actions; none when it is about all of them.
    pub actions: Vec<String>,
    /// The class of callers.
    pub caller: String,
    /// Why.
    pub reason: String,
}
