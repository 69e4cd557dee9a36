//! A change set: what `describe-change-set --include-property-values` answers.
// See: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Place, Resource, add, counted, finish, placed, unclear, unplaced};
use crate::{
    context::Context,
    input::Problem,
    plan::{Plan, ReadError},
    translate::Action,
    tree::{Gap, Part, Tree},
};

/// What CloudFormation writes for a value that only the apply will tell.
const AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

const DESCRIBE: &str =
    "run `aws cloudformation describe-change-set --include-property-values --change-set-name NAME --stack-name STACK`";

pub(super) fn read(file: &str, answer: &Value, context: &Context) -> Result<Plan, ReadError> {
    let wrong = |problem: &str| Problem::new(problem, DESCRIBE).of(file);
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let Some(changes) = answer.get("Changes").and_then(Value::as_array) else {
        return Err(wrong("`Changes` is no list"));
    };
    if text("Status") == Some("FAILED") && changes.is_empty() {
        // A change set without changes is answered so.
        let reason = text("StatusReason").unwrap_or_default();
        if !reason.contains("didn't contain changes") && !reason.contains("No updates") {
            return Err(wrong("the change set failed to be made"));
        }
    }
    let place = stack_place(text("StackId")).or_else(|| placed(text("StackName"), file, context));
    let mut plan = Plan { made: text("CreationTime").and_then(|made| made.parse().ok()), ..Plan::default() };
    if text("NextToken").is_some() {
        plan.incomplete.push("the answer has a `NextToken`: there are more pages of changes".to_owned());
    }
    let mut without_values = 0;
    for (at, change) in changes.iter().enumerate() {
        let Some(change) = change.get("ResourceChange") else {
            // A hook, or a kind of change that is not known yet.
            plan.incomplete.push(format!("`Changes[{at}]` is no change of a resource, and was not read"));
            continue;
        };
        let field = |name: &str| change.get(name).and_then(Value::as_str);
        let (Some(name), Some(kind)) = (field("LogicalResourceId"), field("ResourceType")) else {
            return Err(wrong(&format!("`Changes[{at}].ResourceChange` has no logical id or type")));
        };
        if field("Action") == Some("SyncWithActual") || !counted(name, kind, &mut plan) {
            continue;
        }
        if change.get("AfterContext").is_none() && matches!(field("Action"), Some("Add" | "Modify" | "Import")) {
            without_values += 1;
        }
        let Some(place) = &place else {
            plan.unplaced.push(unplaced(name, kind, text("StackName").unwrap_or(file)));
            continue;
        };
        one(file, name, kind, change, place, context, &mut plan);
    }
    if without_values > 0 {
        plan.notes.push(format!("{without_values} changes have no property values; {DESCRIBE}"));
    }
    finish(&mut plan);
    Ok(plan)
}

/// Account and Region of a stack ARN.
fn stack_place(stack: Option<&str>) -> Option<Place> {
    let mut fields = stack?.splitn(6, ':').skip(3);
    Some(Place { region: fields.next()?.parse().ok()?, account: fields.next()?.parse().ok()? })
}

fn one(file: &str, name: &str, kind: &str, change: &Value, place: &Place, context: &Context, plan: &mut Plan) {
    let field = |name: &str| change.get(name).and_then(Value::as_str);
    let mut before = properties(change, "BeforeContext");
    let mut after = properties(change, "AfterContext");
    let policy = field("PolicyAction").unwrap_or_default();
    // The change set says what it does with the policies; one without it may still show them.
    let keeps = |attribute: &str| policy.ends_with("Retain") || policy.is_empty() && retains(change, attribute);
    let action = match field("Action") {
        Some("Add") => Action::Create,
        Some("Import") => Action::Import,
        Some("Remove") if keeps("DeletionPolicy") => return,
        Some("Remove") => Action::Delete,
        Some("Modify") => match field("Replacement") {
            // A replacement is made before the old one goes; one that is retained stays.
            Some("True") if keeps("UpdateReplacePolicy") => Action::CreateForget,
            Some("True") => Action::CreateDelete,
            Some("Conditional") => {
                plan.incomplete.push(format!("`{name}` ({kind}) may be replaced, which is known after the apply"));
                Action::Update
            }
            _ => Action::Update,
        },
        _ => {
            let resource = Resource { address: name, kind, action: Action::Update, before, after };
            unclear(file, &resource, false, place, context, "what happens to it is known after the apply", plan);
            return;
        }
    };
    if matches!(action, Action::Create | Action::CreateForget) {
        before = Tree::Null;
    }
    if action == Action::Delete {
        after = Tree::Null;
    }
    if matches!(action, Action::Update | Action::Import) && matches!(after, Tree::Unknown(_)) {
        after = still_named(kind, &before, after);
    }
    let physical = field("PhysicalResourceId");
    identify(name, kind, physical, &mut before, place, context, plan);
    let kept = physical.filter(|_| matches!(action, Action::Update | Action::Import));
    identify(name, kind, kept, &mut after, place, context, plan);
    add(file, &Resource { address: name, kind, action, before, after }, place, context, plan);
}

/// The properties of a resource that keeps its identity, when nothing of what they become is known: what names it, or the
/// thing it belongs to, cannot change without a replacement.
fn still_named(kind: &str, before: &Tree, unknown: Tree) -> Tree {
    let Tree::Map(was) = before else { return unknown };
    let names = ["Bucket", "Topics", "Queues", "TopicArn", "LogGroupName", "FilterName"];
    let named = |property: &str| names.contains(&property) || super::shape::name_property(kind) == Some(property);
    let property =
        |(name, value): (&String, &Tree)| (name.clone(), if named(name) { value.clone() } else { unknown.clone() });
    Tree::Map(was.iter().map(property).collect())
}

fn retains(change: &Value, policy: &str) -> bool {
    let context = change.get("BeforeContext").and_then(Value::as_str).unwrap_or_default();
    let context: Value = serde_json::from_str(context).unwrap_or_default();
    context.get(policy).and_then(Value::as_str).is_some_and(|policy| policy.starts_with("Retain"))
}

/// The properties of a context, which is JSON in a text. Large ones can be cut off.
fn properties(change: &Value, side: &str) -> Tree {
    let unknown = |why: &str| Tree::unknown("Properties", why);
    match change.get(side) {
        None => unknown("the change set has no property values"),
        Some(Value::String(text)) if text.trim().is_empty() => Tree::Map(BTreeMap::new()),
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(mut context) => {
                let properties = context.get_mut("Properties").map(Value::take);
                open(&properties.unwrap_or_else(|| Value::Object(serde_json::Map::new())), "")
            }
            Err(_) => unknown("truncated in the change set"),
        },
        Some(_) => unknown("no text in the change set"),
    }
}

/// A value, with what is known after the apply left open.
fn open(value: &Value, path: &str) -> Tree {
    let gap = || {
        let (references, why) = (Vec::new(), "known after apply".to_owned());
        Arc::new(Gap { attribute: path.to_owned(), references, why })
    };
    match value {
        Value::String(text) if text == AFTER_APPLY => Tree::Unknown(gap()),
        Value::String(text) if text.contains(AFTER_APPLY) => {
            let mut parts = Vec::new();
            for (at, known) in text.split(AFTER_APPLY).enumerate() {
                if at > 0 {
                    parts.push(Part::Unknown(gap()));
                }
                parts.push(Part::Text(known.to_owned()));
            }
            Tree::Parts(parts)
        }
        Value::String(text) => super::evaluate::dynamic(text, path),
        Value::Array(items) => {
            Tree::List(items.iter().enumerate().map(|(at, item)| open(item, &format!("{path}[{at}]"))).collect())
        }
        Value::Object(map) => {
            let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            Tree::Map(map.iter().map(|(key, value)| (key.clone(), open(value, &below(key)))).collect())
        }
        other => Tree::from(other.clone()),
    }
}

/// Writes into the properties what the resource is known by: its physical id, or a symbol for one that is new.
fn identify(
    name: &str,
    kind: &str,
    physical: Option<&str>,
    properties: &mut Tree,
    place: &Place,
    context: &Context,
    plan: &mut Plan,
) {
    let Tree::Map(map) = properties else { return };
    let given = |property: &str| map.get(property).and_then(|value| value.text().ok().flatten());
    let symbols = &mut plan.symbols;
    let id = physical.filter(|id| !id.is_empty()).map(str::to_owned);
    let id = id.unwrap_or_else(|| match kind {
        "AWS::KMS::Key" | "AWS::KMS::ReplicaKey" => symbols.key_id(name),
        "AWS::Organizations::Policy" => symbols.policy_id(name),
        "AWS::Organizations::OrganizationalUnit" => symbols.unit_id(name),
        "AWS::Organizations::Account" => symbols.account_id(name).map(String::from).unwrap_or_default(),
        _ => super::shape::name_property(kind)
            .and_then(given)
            .map(|own| super::shape::physical_of(kind, &own, place, context))
            .unwrap_or_else(|| symbols.name(name, "Ref")),
    });
    map.insert("@Ref".to_owned(), Tree::Text(id));
}
