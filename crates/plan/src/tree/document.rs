//! A value as a policy document in which parts may be open.

use serde_json::Value;

use super::{Gap, Part, Tree};
use crate::{
    document::{Document, hole},
    planned::Unknown,
};

impl Tree {
    /// The policy document it is: a text, or an object in which parts may be open. `address` names the resource.
    #[must_use]
    pub(crate) fn document(&self, address: &str) -> Option<Document> {
        match self.open() {
            Self::Null => None,
            Self::Text(text) => (!text.is_empty()).then(|| Document::Text(text.clone())),
            Self::Unknown(gap) => Some(Document::Unknown(gap.at(address))),
            Self::Parts(_) => self.gap().map(|gap| Document::Unknown(gap.at(address))),
            _ => {
                let mut unknown = Vec::new();
                let json = self.json(address, &mut unknown);
                Some(if unknown.is_empty() {
                    Document::Text(json.to_string())
                } else {
                    Document::Partial { json, unknown }
                })
            }
        }
    }

    /// The value with a hole for each part that is not known.
    fn json(&self, address: &str, unknown: &mut Vec<Unknown>) -> Value {
        let open = |gap: &Gap, unknown: &mut Vec<Unknown>| {
            unknown.push(gap.at(address));
            hole(unknown.len() - 1)
        };
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => Value::Array(items.iter().map(|item| item.json(address, unknown)).collect()),
            Self::Map(map) => {
                Value::Object(map.iter().map(|(key, value)| (key.clone(), value.json(address, unknown))).collect())
            }
            Self::Unknown(gap) => Value::String(open(gap, unknown)),
            Self::Parts(parts) => {
                let part = |part: &Part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Unknown(gap) => open(gap, unknown),
                };
                Value::String(parts.iter().map(part).collect())
            }
            Self::Sensitive(inner) => inner.json(address, unknown),
        }
    }
}
