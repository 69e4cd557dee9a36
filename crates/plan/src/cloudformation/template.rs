//! A template: every resource as it will be after the stack is deployed.

use std::cell::{Cell, RefCell};

use serde_json::Value;

use super::{
    Place, Resource, Stack, add, counted,
    evaluate::{At, Scope},
    finish, placed, unclear, unplaced,
};
use crate::{
    context::Context,
    input::Problem,
    plan::{Plan, ReadError},
    translate::Action,
    tree::Tree,
};

pub(super) fn read(file: &str, template: &Value, stack: &Stack, context: &Context) -> Result<Plan, ReadError> {
    let Some(resources) = template.get("Resources").and_then(Value::as_object) else {
        return Err(Problem::new("`Resources` is no object", "give a CloudFormation template").of(file));
    };
    let place = placed(stack.name.as_deref(), file, context);
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stack_name = stack.name.clone().unwrap_or_else(|| base.split('.').next().unwrap_or(base).to_owned());
    let scope = Scope {
        template,
        stack,
        context,
        place: place.as_ref(),
        stack_name,
        symbols: RefCell::default(),
        evaluated: Cell::default(),
    };
    let mut plan = Plan {
        notes: vec![
            "a template does not show what its stack has now: resources that it no longer names are not seen to go; a \
             change set shows them"
                .to_owned(),
        ],
        ..Plan::default()
    };
    transforms(template, &mut plan.incomplete);
    for (name, block) in resources {
        let Some(kind) = block.get("Type").and_then(Value::as_str) else {
            plan.incomplete.push(format!("`{name}` has no type that can be read, and was not looked at"));
            continue;
        };
        let exists = match block.get("Condition").and_then(Value::as_str) {
            Some(condition) => scope.condition(condition, 0),
            None => Some(true),
        };
        if exists == Some(false) || !counted(name, kind, &mut plan) {
            continue;
        }
        let Some(place) = &place else {
            let key = stack.name.as_deref().unwrap_or(base);
            plan.unplaced.push(unplaced(name, kind, key));
            continue;
        };
        resource(file, &scope, name, kind, block, exists.is_some(), place, &mut plan);
    }
    plan.symbols = scope.symbols.take();
    finish(&mut plan);
    Ok(plan)
}

/// Macros write templates anew; what they make of this one is not known.
fn transforms(template: &Value, incomplete: &mut Vec<String>) {
    let names = match template.get("Transform") {
        Some(Value::Array(names)) => names.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    for name in names {
        let name = name.as_str().or_else(|| name.get("Name").and_then(Value::as_str)).unwrap_or("a macro");
        incomplete.push(format!("transform `{name}` was not applied"));
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, and each is of its own kind")]
fn resource(
    file: &str,
    scope: &Scope<'_>,
    name: &str,
    kind: &str,
    block: &Value,
    decided: bool,
    place: &Place,
    plan: &mut Plan,
) {
    let empty = Value::Object(serde_json::Map::new());
    let properties = block.get("Properties").unwrap_or(&empty);
    let mut after = scope.value(properties, &At::top());
    let nameless = super::shape::name_property(kind).and_then(|property| after.get(property).gap().cloned());
    if let Some(gap) = nameless.as_ref().filter(|gap| gap.why.ends_with(super::evaluate::NOT_GIVEN)) {
        plan.incomplete.push(format!("it is not known which one `{name}` ({kind}) is: {}", gap.why));
    }
    identify(scope, name, kind, &mut after);
    let known = kind == "AWS::S3::Bucket" && {
        let bucket = after.get("BucketName").text().ok().flatten();
        bucket.is_some_and(|bucket| scope.context.buckets.contains_key(&bucket))
    };
    let action = if known { Action::Import } else { Action::Create };
    let resource = Resource { address: name, kind, action, before: Tree::Null, after };
    if decided {
        add(file, &resource, place, scope.context, plan);
    } else {
        let condition = block.get("Condition").and_then(Value::as_str).unwrap_or_default();
        let why = format!("exists only under condition `{condition}`, which is not known");
        unclear(file, &resource, nameless.is_none(), place, scope.context, &why, plan);
    }
}

/// Writes into the properties what other resources will know this one by.
fn identify(scope: &Scope<'_>, name: &str, kind: &str, properties: &mut Tree) {
    let Tree::Map(map) = properties else { return };
    for attribute in ["", "Arn"] {
        if let Tree::Text(text) = scope.attribute(name, attribute, &At::top()) {
            map.insert(format!("@{}", if attribute.is_empty() { "Ref" } else { attribute }), Tree::Text(text));
        }
    }
    if let ("AWS::S3::Bucket", Some(Tree::Text(bucket))) = (kind, map.get("@Ref").cloned()) {
        map.insert("BucketName".to_owned(), Tree::Text(bucket));
    }
}
