//! Weakens policies: a Deny loses a statement, an action, a resource or gains an exemption; an Allow grants more.

use serde_json::{Value, json};

use super::{
    weaken::brief,
    zone::{Edit, Mutant},
};

/// A principal of the organization that has no business with the log store.
const INSIDER: &str = "arn:aws:iam::555555555555:role/Developer";
/// Somebody else.
const OUTSIDER: &str = "arn:aws:iam::999999999999:root";

/// Whether a policy document stands at this place.
pub(crate) fn is_policy(place: &[String], value: &Value) -> bool {
    value.get("Statement").is_some() && place.len() > 1
}

/// Whose rights a policy is about.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Bounds others: SCP and RCP.
    Guardrail,
    /// Stands at a bucket or key.
    Resource,
    /// Says who can become a role.
    Trust,
    /// Stands at a role or user.
    Identity,
}

fn kind(place: &[String]) -> Kind {
    match (place[0].as_str(), place.last().map(String::as_str)) {
        ("service_control_policies" | "resource_control_policies", _) => Kind::Guardrail,
        (_, Some("trust")) => Kind::Trust,
        ("roles" | "users" | "roles_everywhere", _) => Kind::Identity,
        _ => Kind::Resource,
    }
}

/// Adds every way to weaken the policy.
pub(crate) fn weaken(place: &mut Vec<String>, policy: &Value, found: &mut Vec<Mutant>) {
    let kind = kind(place);
    let Some(statements) = policy["Statement"].as_array() else { return };
    place.push("Statement".to_owned());
    for (index, statement) in statements.iter().enumerate() {
        place.push(index.to_string());
        let name = statement["Sid"].as_str().map_or_else(|| format!("statement {index}"), str::to_owned);
        let mut one = One { place, name, kind, statement, found };
        if statement["Effect"] == "Deny" {
            one.loosen()
        } else {
            one.widen()
        }
        place.pop();
    }
    place.pop();
}

/// One statement being weakened.
struct One<'a> {
    place: &'a [String],
    name: String,
    kind: Kind,
    statement: &'a Value,
    found: &'a mut Vec<Mutant>,
}

impl One<'_> {
    fn add(&mut self, what: &str, change: impl FnOnce(&mut Value)) {
        let mut statement = self.statement.clone();
        change(&mut statement);
        if statement != *self.statement {
            let what = format!("{}: {what}", self.name);
            self.found.push(Mutant::new(self.place, &what, Edit::Set(statement)));
        }
    }

    fn remove(&mut self) {
        let what = format!("{}: is gone", self.name);
        self.found.push(Mutant::new(self.place, &what, Edit::Remove));
    }

    /// A Deny that denies less.
    fn loosen(&mut self) {
        self.remove();
        for element in ["Action", "Resource"] {
            for (index, value) in list(&self.statement[element]).iter().enumerate() {
                let many = self.statement[element].is_array();
                let what = format!("{element} without {}", brief(value));
                self.add(&what, |statement| match &mut statement[element] {
                    Value::Array(list) if many => drop(list.remove(index)),
                    only => *only = json!("none:Nothing"),
                });
            }
        }
        self.add("only for one principal", |statement| {
            if statement.get("Principal").is_some() {
                statement["Principal"] = json!({"AWS": INSIDER});
            } else {
                statement["Condition"]["ArnEquals"] = json!({"aws:PrincipalArn": INSIDER});
            }
        });
        self.add("only for tagged principals", |statement| {
            statement["Condition"]["StringEquals"]["aws:PrincipalTag/team"] = json!("logs");
        });
        self.exempt();
    }

    /// One more principal a Deny does not reach.
    fn exempt(&mut self) {
        let Some(Value::Object(condition)) = self.statement.get("Condition") else { return };
        for (operator, keys) in condition.clone() {
            let Some(exempt) = keys.get("aws:PrincipalArn").filter(|_| operator.starts_with("ArnNot")) else {
                continue;
            };
            let more: Vec<Value> = list(exempt).into_iter().chain([json!(INSIDER)]).collect();
            self.add("exempts one more", |statement| {
                statement["Condition"][&operator]["aws:PrincipalArn"] = json!(more);
            });
            let anywhere = exempt.as_str().map(|arn| arn.replace("222222222222", "*"));
            if let Some(anywhere) = anywhere {
                self.add("exempts the name in every account", |statement| {
                    statement["Condition"][&operator]["aws:PrincipalArn"] = json!(anywhere);
                });
            }
        }
    }

    /// An Allow that allows more, or that no longer lets through who needs it.
    fn widen(&mut self) {
        if self.kind == Kind::Guardrail {
            // Allowing nothing is no weakness; what guardrails forbid is `loosen`'s.
            return;
        }
        if self.kind == Kind::Resource {
            self.remove();
        }
        if self.statement.get("Principal").is_some() {
            self.open("for everybody", |principal| *principal = json!("*"));
            self.open("for an outsider too", |principal| add_principal(principal, OUTSIDER));
            self.open("for an insider too", |principal| add_principal(principal, INSIDER));
        }
        self.actions();
        if self.kind != Kind::Trust {
            self.add("on everything", |statement| statement["Resource"] = json!("*"));
        }
        self.conditions();
    }

    /// More principals; where a role is for SAML or a service only, by the action that other principals need.
    fn open(&mut self, what: &str, change: impl FnOnce(&mut Value)) {
        let is_trust = self.kind == Kind::Trust;
        self.add(what, |statement| {
            change(&mut statement["Principal"]);
            if is_trust {
                statement["Action"] = json!("sts:AssumeRole");
            }
        });
    }

    fn actions(&mut self) {
        let actions = list(&self.statement["Action"]);
        let service = actions.first().and_then(Value::as_str).and_then(|action| action.split_once(':'));
        let Some((service, _)) = service.filter(|_| self.kind != Kind::Trust) else { return };
        let all = format!("{service}:*");
        self.add("for every action", |statement| statement["Action"] = json!(all));
    }

    fn conditions(&mut self) {
        let Some(Value::Object(condition)) = self.statement.get("Condition").cloned() else { return };
        for (operator, keys) in &condition {
            for key in keys.as_object().into_iter().flat_map(serde_json::Map::keys) {
                self.add(&format!("without the condition on {key}"), |statement| {
                    let conditions = statement["Condition"].as_object_mut().unwrap();
                    conditions[operator].as_object_mut().unwrap().shift_remove(key);
                    if conditions[operator].as_object().unwrap().is_empty() {
                        conditions.shift_remove(operator);
                    }
                });
                self.add(&format!("with another value for {key}"), |statement| {
                    statement["Condition"][operator][key] = json!(other_value(key));
                });
            }
        }
    }
}

/// A value of the key's own form: the id of another organization is one that somebody has.
fn other_value(key: &str) -> &'static str {
    if key.ends_with("OrgID") { "o-somebodyelse" } else { "something-else" }
}

/// A value that may be one or many.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn add_principal(principal: &mut Value, more: &str) {
    if let Value::Object(map) = principal {
        let named: Vec<Value> = map.get("AWS").map(list).unwrap_or_default().into_iter().chain([json!(more)]).collect();
        map.insert("AWS".to_owned(), json!(named));
    }
}
