//! The JSON form of an assessment: every exchange is named once, with its digest, and referred to by a number.
//!
//! The number is the line of the exchange in the recording, so that it leads there without any tool. A digest has 64
//! digits and most exchanges bear many observations: written out each time they would be a third of the document.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use serde_json::Value;

use super::{Assessment, ExchangeLabel};
use crate::{record::Record, source::ExchangeId};

/// Members that are lists of exchanges, wherever they stand.
const LISTS: [&str; 3] = ["exchanges", "basis", "accounts_from"];

/// Free text for machines, in which a member may have any name.
const OPAQUE: &str = "request";

/// The table of exchanges, the last member of the document.
const TABLE: &str = "exchanges";

/// One exchange in the table.
#[derive(Serialize, Deserialize)]
struct Named {
    number: u64,
    sha256: ExchangeId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

impl Assessment {
    /// Every exchange that something rests on, with the number by which it is referred to: its line in the recording,
    /// and numbers behind the last line where the recording does not tell.
    #[must_use]
    pub fn numbered(&self) -> BTreeMap<ExchangeId, u64> {
        let mut numbers: BTreeMap<ExchangeId, u64> = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (id, label) in &self.exchanges {
            if label.line > 0 && taken.insert(label.line) {
                numbers.insert(id.clone(), label.line);
            }
        }
        let mut next = taken.last().copied().unwrap_or(0);
        for id in self.rests_on().into_iter().chain(self.exchanges.keys()) {
            if !numbers.contains_key(id) {
                next += 1;
                numbers.insert(id.clone(), next);
            }
        }
        numbers
    }

    /// Every exchange that a verdict or the list of accounts rests on.
    #[must_use]
    pub fn rests_on(&self) -> BTreeSet<&ExchangeId> {
        let records = self.controls.iter().flat_map(|control| &control.scenarios).map(|scenario| &scenario.record);
        records.flat_map(Record::exchanges).chain(&self.run.accounts_from).collect()
    }
}

impl Serialize for Assessment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = self.numbered();
        let mut document = Self::serialize(self, serde_json::value::Serializer).map_err(S::Error::custom)?;
        each_list(&mut document, &mut |id| {
            let number = id.as_str().and_then(|id| numbers.get(&ExchangeId::new(id)));
            number.map(|number| Value::from(*number)).ok_or_else(|| format!("{id} has no number"))
        })
        .map_err(S::Error::custom)?;
        let table = self.table(&numbers);
        if let (Value::Object(members), false) = (&mut document, table.is_empty()) {
            members.insert(TABLE.to_owned(), serde_json::to_value(table).map_err(S::Error::custom)?);
        }
        document.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Assessment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut document = Value::deserialize(deserializer)?;
        let table = document.as_object_mut().and_then(|members| members.remove(TABLE)).unwrap_or_default();
        let table: Option<Vec<Named>> = serde_json::from_value(table).map_err(D::Error::custom)?;
        let mut ids: BTreeMap<u64, ExchangeId> = BTreeMap::new();
        let mut labels = BTreeMap::new();
        for Named { number, sha256, operation, account, region } in table.into_iter().flatten() {
            if ids.insert(number, sha256.clone()).is_some() {
                return Err(D::Error::custom(format!("two exchanges have the number {number}")));
            }
            if let (Some(operation), Some(account), Some(region)) = (operation, account, region) {
                labels.insert(sha256, ExchangeLabel { line: number, operation, account, region });
            }
        }
        each_list(&mut document, &mut |number| {
            let id = number.as_u64().and_then(|number| ids.get(&number));
            id.map(|id| Value::from(id.as_str())).ok_or_else(|| format!("there is no exchange {number}"))
        })
        .map_err(D::Error::custom)?;
        let mut assessment = Self::deserialize(document).map_err(D::Error::custom)?;
        assessment.exchanges = labels;
        Ok(assessment)
    }
}

impl Assessment {
    fn table(&self, numbers: &BTreeMap<ExchangeId, u64>) -> Vec<Named> {
        let mut table: Vec<Named> = numbers
            .iter()
            .map(|(id, number)| {
                let label = self.exchanges.get(id);
                Named {
                    number: *number,
                    sha256: id.clone(),
                    operation: label.map(|label| label.operation.clone()),
                    account: label.map(|label| label.account.clone()),
                    region: label.map(|label| label.region.clone()),
                }
            })
            .collect();
        table.sort_by_key(|named| named.number);
        table
    }
}

/// Changes every member of every list of exchanges.
fn each_list(value: &mut Value, change: &mut impl FnMut(&Value) -> Result<Value, String>) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| each_list(item, change)),
        Value::Object(members) => members.iter_mut().try_for_each(|(name, member)| match member {
            Value::Array(ids) if LISTS.contains(&name.as_str()) => {
                ids.iter_mut().try_for_each(|id| change(id).map(|changed| *id = changed))
            }
            _ if name == OPAQUE => Ok(()),
            other => each_list(other, change),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn assessment() -> Assessment {
        let document = json!({
            "schema": super::super::SCHEMA,
            "tool": {"name": "logproof", "version": "0.0.0"},
            "run": {
                "id": "run", "target": {"kind": "live"}, "started": "2026-01-15T12:00:00Z", "ended": "2026-01-15T12:00:01Z",
                "as_of": "2026-01-15T12:00:00Z", "caller": null, "organization": null, "accounts": null,
                "accounts_from": [3], "regions": [], "selection": {}, "incomplete": null, "calls": {}, "questions": 0,
            },
            "summary": {},
            "controls": [{
                "id": "LS-1.1", "title": "t", "severity": "high", "hardening": false, "frameworks": [], "feature": "f",
                "feature_sha256": "00", "text": [], "verdict": "FAIL",
                "scenarios": [{
                    "name": "s", "line": 1, "verdict": "FAIL", "reason": "r", "steps": [],
                    "record": {
                        "observations": [{
                            "subject": {"arn": "a"}, "expected": "e", "found": "f", "met": false,
                            "witness": {"sentence": "w", "statement": null, "change": null, "request": {"exchanges": [9]}},
                            "exchanges": [3, 1],
                        }],
                        "basis": [8],
                    },
                    "started": "2026-01-15T12:00:00Z", "duration_ms": 1,
                }],
            }],
            "exchanges": [
                {"number": 1, "sha256": "bb", "operation": "s3:ListBuckets", "account": "1", "region": "r"},
                {"number": 3, "sha256": "aa", "operation": "kms:DescribeKey", "account": "1", "region": "r"},
                {"number": 8, "sha256": "cc"},
            ],
        });
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn exchanges_are_named_once_and_referred_to_by_their_line() {
        let assessment = assessment();
        let record = &assessment.controls[0].scenarios[0].record;
        let id = ExchangeId::new;
        assert_eq!(record.observations[0].exchanges, [id("aa"), id("bb")]);
        assert_eq!((&record.basis, &assessment.run.accounts_from), (&vec![id("cc")], &vec![id("aa")]));
        assert_eq!(assessment.exchanges[&id("aa")].line, 3);
        assert!(!assessment.exchanges.contains_key(&id("cc")), "the recording does not tell what it was");

        let written = serde_json::to_value(&assessment).unwrap();
        // What has no line comes behind the last one.
        assert_eq!(written["exchanges"][2], json!({"number": 4, "sha256": "cc"}));
        let inner = &written["controls"][0]["scenarios"][0]["record"];
        assert_eq!((&inner["observations"][0]["exchanges"], &inner["basis"]), (&json!([3, 1]), &json!([4])));
        assert_eq!(inner["observations"][0]["witness"]["request"]["exchanges"], json!([9]));
        assert_eq!(written.to_string().matches("\"aa\"").count(), 1, "{written}");
        assert_eq!(serde_json::from_value::<Assessment>(written).unwrap(), assessment);
    }

    #[test]
    fn a_number_that_means_nothing_or_two_things_is_refused() {
        let good = serde_json::to_value(assessment()).unwrap();
        let refused = |change: fn(&mut Value)| {
            let mut bent = good.clone();
            change(&mut bent);
            serde_json::from_value::<Assessment>(bent).unwrap_err().to_string()
        };
        assert_eq!(refused(|bent| bent["run"]["accounts_from"] = json!([7])), "there is no exchange 7");
        assert_eq!(refused(|bent| bent["run"]["accounts_from"] = json!(["aa"])), "there is no exchange \"aa\"");
        assert_eq!(refused(|bent| bent["exchanges"][1]["number"] = json!(1)), "two exchanges have the number 1");
    }
}
