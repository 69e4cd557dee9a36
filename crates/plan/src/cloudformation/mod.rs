//! CloudFormation: change sets, as `describe-change-set --include-property-values` answers, and templates.
//!
//! Properties are evaluated as far as they follow from parameters, pseudo parameters and names; what does not is not known.
//! They are then brought into the shape that the translation takes. Must not know what a control asks.

mod change_set;
mod evaluate;
mod names;
mod shape;
mod source;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{AccountId, Region};

use crate::{
    conflict,
    context::{Context, Placed},
    coverage::{self, Reach},
    input,
    plan::{Plan, ReadError, Unplaced},
    planned::Unknown,
    terraform::{carriers, unknowns},
    translate::{Action, Scene},
    tree::Tree,
};

/// What is known of a template besides its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// Name of the stack: a key of `[plan.stacks]`.
    pub name: Option<String>,
    /// Values of its parameters.
    pub parameters: BTreeMap<String, String>,
}

/// Reads a change set or a template, in JSON or YAML.
///
/// # Errors
/// When it is neither, or cannot be used as a whole.
pub fn read(file: &str, bytes: &[u8], stack: &Stack, context: &Context) -> Result<Plan, ReadError> {
    let text = input::text(file, bytes)?;
    let document = source::parse(file, &text)?;
    if document.get("Changes").is_some() {
        return change_set::read(file, &document, context);
    }
    if document.get("Resources").is_some() {
        return template::read(file, &document, stack, context);
    }
    Err(input::Problem::new(
        "it has neither `Changes` nor `Resources`: it is no change set and no template",
        "give the answer of `aws cloudformation describe-change-set --include-property-values`, or a template",
    )
    .of(file))
}

/// Where a stack is.
#[derive(Debug, Clone)]
struct Place {
    account: AccountId,
    region: Region,
}

/// The place that the `[plan]` table gives to a stack, by name or by file.
fn placed(stack: Option<&str>, file: &str, context: &Context) -> Option<Place> {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let keys = [stack, Some(file), Some(base)];
    let row: &Placed = keys.into_iter().flatten().find_map(|key| context.places.stacks.get(key))?;
    let region = row.region.clone().unwrap_or_else(|| context.home_region.clone());
    Some(Place { account: row.account.clone(), region })
}

/// A resource of a stack, before and after.
struct Resource<'a> {
    address: &'a str,
    kind: &'a str,
    action: Action,
    /// Properties as they were; null when it is created.
    before: Tree,
    /// Properties as they will be; null when it is deleted.
    after: Tree,
}

/// Adds the edits of one resource.
fn add(file: &str, resource: &Resource<'_>, place: &Place, context: &Context, plan: &mut Plan) {
    let shaped = |tree: &Tree| {
        if tree.is_absent() { Vec::new() } else { shape::shape(resource.kind, resource.address, tree, place, context) }
    };
    let (before, after) = (shaped(&resource.before), shaped(&resource.after));
    let replaced = matches!(resource.action, Action::DeleteCreate | Action::CreateDelete);
    let find = |parts: &[shape::Shaped], label: &str| parts.iter().position(|part| part.label == label);
    let scene =
        |kind: &'static str, region: &'_ Region, account: &'_ AccountId, action: Action, was: &Tree, will: &Tree| {
            let scene = Scene { file, address: resource.address, kind, account, region, partition: context.partition };
            scene.edits(action, was, will)
        };
    let edits = |part: &shape::Shaped, action: Action, was: &Tree, will: &Tree| {
        let account = match coverage::reach(part.kind) {
            Reach::Organization => &context.management_account,
            _ => &place.account,
        };
        let region = match coverage::reach(part.kind) {
            Reach::Region => &place.region,
            _ => &context.home_region,
        };
        scene(part.kind, region, account, action, was, will)
    };
    for part in &after {
        let was = find(&before, &part.label).and_then(|at| before.get(at)).map_or(&Tree::Null, |part| &part.tree);
        let action = match resource.action {
            // A part that the stack adds to what it has, or to what it makes anew.
            Action::Update | Action::DeleteCreate | Action::CreateDelete if was.is_absent() => Action::Create,
            other => other,
        };
        plan.edits.extend(edits(part, action, was, &part.tree));
    }
    // A part that the new properties do not have is removed. What a replacement leaves behind is deleted at the end.
    if !replaced {
        for part in before.iter().filter(|part| find(&after, &part.label).is_none()) {
            plan.edits.extend(edits(part, Action::Delete, &part.tree, &Tree::Null));
        }
    }
    unknowns(resource.address, &resource.after, &mut plan.unknown);
}

fn unplaced(address: &str, kind: &str, key: &str) -> Unplaced {
    let key = serde_json::Value::String(key.to_owned()).to_string();
    Unplaced {
        address: address.to_owned(),
        kind: kind.to_owned(),
        lacks: "account".to_owned(),
        add: format!("[plan.stacks]\n{key} = {{ account = \"<account id>\", region = \"<Region>\" }}"),
    }
}

/// A resource of which it is not known whether, or how, it changes: no answer of its questions is known. Where it is known
/// which `named` thing it is, that is so of the questions about this thing, and of those about its account or Region.
fn unclear(
    file: &str,
    resource: &Resource<'_>,
    named: bool,
    place: &Place,
    context: &Context,
    why: &str,
    plan: &mut Plan,
) {
    let questions = coverage::row_of(resource.kind).map_or(&[][..], |row| row.questions);
    let unknown =
        Unknown { address: resource.address.to_owned(), attribute: "Properties".to_owned(), why: why.to_owned() };
    let account = match coverage::reach(resource.kind) {
        Reach::Organization => context.management_account.clone(),
        _ => place.account.clone(),
    };
    let parts =
        if named { shape::shape(resource.kind, resource.address, &resource.after, place, context) } else { Vec::new() };
    for question in questions {
        let about: BTreeSet<Option<String>> =
            parts.iter().filter(|part| part.is_about(question)).map(|part| part.subject_of(question)).collect();
        let subjects = if about.is_empty() || about.contains(&None) { BTreeSet::from([None]) } else { about };
        for subject in subjects {
            let question = (*question).to_owned();
            plan.edits.push(crate::Edit {
                origin: crate::Origin {
                    file: file.to_owned(),
                    address: resource.address.to_owned(),
                    attribute: String::new(),
                    action: "update".to_owned(),
                },
                account: account.clone(),
                region: place.region.clone(),
                change: crate::Change::Unclear { question, subject, unknown: unknown.clone() },
                before: None,
                sensitive: false,
            });
        }
    }
    plan.unknown.push(unknown);
}

/// Counts a changed resource; whether it is looked at.
fn counted(address: &str, kind: &str, plan: &mut Plan) -> bool {
    plan.changed += 1;
    let looked_at = coverage::is_looked_at(kind);
    if !looked_at {
        plan.not_looked_at.entry(kind.to_owned()).or_default().push(address.to_owned());
    }
    looked_at
}

fn finish(plan: &mut Plan) {
    let others = plan.not_looked_at.clone();
    carriers(&others, &mut plan.incomplete);
    conflict::settle(plan);
    let once: BTreeSet<Unknown> = plan.unknown.drain(..).collect();
    plan.unknown = once.into_iter().collect();
}
