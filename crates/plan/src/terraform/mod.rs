//! Plans of Terraform and OpenTofu, as `terraform show -json` and `tofu show -json` write them.
//!
//! Reads strictly and within bounds; fills what the plan leaves open from what its configuration refers to; hands each
//! resource, with its place, to the translation. Must not know what a control asks.

mod configuration;
mod document;
mod fill;
mod identity;
mod index;
mod link;
mod model;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    index::Index,
    model::{Act, Changes, File, ResourceChange},
};
use crate::{
    conflict,
    context::Context,
    coverage,
    input::{self, Problem},
    plan::{Plan, ReadError},
    planned::Unknown,
    translate::{Action, Scene},
    tree::Tree,
};

/// Reads a plan.
///
/// # Errors
/// When it is no plan that can be used as a whole: truncated, of another format, of a run that failed.
pub fn read(file: &str, bytes: &[u8], context: &Context) -> Result<Plan, ReadError> {
    let text = input::text(file, bytes)?;
    let mut parsed: File = serde_json::from_str(&text).map_err(|error| input::json_error(file, &error, REWRITE))?;
    let problem = |problem: &str, hint: &str| Problem::new(problem, hint).of(file);
    format(parsed.format_version.as_deref()).map_err(|wrong| wrong.of(file))?;
    if parsed.errored {
        return Err(problem(
            "the plan is of a run that failed: it says nothing about what would happen",
            "mend what `terraform plan` reports, and plan again",
        ));
    }
    let Some(mut changes) = parsed.resource_changes.take() else {
        return Err(problem("it has no `resource_changes`: it is a state, or no plan at all", REWRITE));
    };
    let deferred = changes.defer(std::mem::take(&mut parsed.deferred_changes));
    let deferred = deferred.map_err(|wrong| problem(&wrong, REWRITE))?;
    once(&changes.kept).map_err(|wrong| wrong.of(file))?;
    let read = std::mem::take(&mut parsed.prior_state).data();
    let index = Index::new(&changes.kept, &parsed.configuration, &parsed.variables, &read, context);
    let mut plan = Plan {
        changed: changes.changed,
        made: parsed.timestamp.as_deref().and_then(|made| made.parse().ok()),
        incomplete: incomplete(&parsed, &changes, deferred),
        ..Plan::default()
    };
    translate(file, &index, &mut plan);
    conflict::settle(&mut plan);
    carriers(&changes.others, &mut plan.incomplete);
    plan.not_looked_at = changes.others.clone();
    plan.notes = index.notes.take().into_iter().collect();
    plan.symbols = index.symbols.take();
    Ok(plan)
}

const REWRITE: &str =
    "write it again with `terraform plan -out plan.bin` and `terraform show -json plan.bin > plan.json`";

/// Minor versions may add to the format; another major one may mean something else by the same names.
fn format(version: Option<&str>) -> Result<(), Problem> {
    let Some(version) = version else {
        return Err(Problem::new("it has no `format_version`: it is no output of `terraform show -json`", REWRITE));
    };
    // Terraform 0.12 to 1.0 wrote 0.1 and 0.2, which differ in nothing that is read here.
    match version.split('.').next() {
        Some("0" | "1") => Ok(()),
        _ => Err(Problem::new(
            format!("`format_version` is `{version}`; versions 0 and 1 are understood"),
            "use a logproof that understands it, or plan with an older Terraform",
        )),
    }
}

/// The same object twice is a damaged plan, or two plans in one.
fn once(changes: &[ResourceChange]) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    match changes.iter().find(|change| !seen.insert((change.address.as_str(), change.deposed.as_deref()))) {
        None => Ok(()),
        Some(twice) => Err(Problem::new(format!("`{}` is there twice in `resource_changes`", twice.address), REWRITE)),
    }
}

fn incomplete(file: &File, changes: &Changes, deferred: Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    if file.complete == Some(false) {
        found.push("the plan is not complete: another plan follows it (`complete` is false)".to_owned());
    }
    found.extend(deferred);
    for address in &changes.index_unknown {
        found.push(format!("it is not known how many instances `{address}` will have"));
    }
    let actions = file.action_invocations.len() + file.deferred_action_invocations.len();
    if actions > 0 {
        found.push(format!("{actions} actions are invoked, whose effect a plan does not show"));
    }
    found
}

/// Names the resources that carry others inside.
pub(crate) fn carriers(others: &BTreeMap<String, Vec<String>>, incomplete: &mut Vec<String>) {
    for (kind, addresses) in others {
        let Some(does) = coverage::carrier(kind) else { continue };
        incomplete
            .extend(addresses.iter().map(|address| format!("`{address}` ({kind}) {does}, and was not looked into")));
    }
}

fn action(change: &ResourceChange) -> Option<Action> {
    Some(match change.act {
        // An object that is imported is observed already; what the plan sets of it is in `after`.
        Act::Update | Act::NoOp if change.importing => Action::Import,
        Act::NoOp | Act::Read | Act::Forget => return None,
        Act::Create => Action::Create,
        Act::Update => Action::Update,
        Act::Delete => Action::Delete,
        Act::DeleteCreate => Action::DeleteCreate,
        Act::CreateDelete => Action::CreateDelete,
        Act::CreateForget => Action::CreateForget,
    })
}

/// Deletions come first, as Terraform destroys before it creates what depends on it, and exclusive lists last: they take
/// away what the others leave.
fn rank(change: &ResourceChange, action: Action) -> u8 {
    match action {
        Action::Delete => 0,
        _ if change.kind.ends_with("_exclusive") => 2,
        _ => 1,
    }
}

fn translate(file: &str, index: &Index<'_>, plan: &mut Plan) {
    let managed = index.changes.iter().filter(|change| !change.data && coverage::is_looked_at(&change.kind));
    let mut planned: Vec<_> = managed.filter_map(|change| Some((change, action(change)?))).collect();
    planned.sort_by_key(|(change, action)| rank(change, *action));
    for (change, action) in planned {
        index.begin();
        let place = index.account(change, 0).and_then(|account| Ok((account, index.region(change, 0)?)));
        let (account, region) = match place {
            Ok(place) => place,
            Err(lacks) => {
                plan.unplaced.push(index.unplaced(change, lacks));
                continue;
            }
        };
        let after = index.filled(change);
        let scene = Scene {
            file,
            address: &change.address,
            kind: &change.kind,
            account: &account,
            region: &region,
            partition: index.context.partition,
        };
        if change.open_ended {
            plan.edits.extend(scene.open_ended(action));
            continue;
        }
        plan.edits.extend(scene.edits(action, &change.before, &after));
        unknowns(&change.address, &index.meant(change, after), &mut plan.unknown);
    }
}

/// Everything of a resource that stays open.
pub(crate) fn unknowns(address: &str, tree: &Tree, unknown: &mut Vec<Unknown>) {
    match tree {
        Tree::Unknown(gap) => unknown.push(gap.at(address)),
        Tree::Parts(_) => unknown.extend(tree.gap().map(|gap| gap.at(address))),
        Tree::List(items) => items.iter().for_each(|item| unknowns(address, item, unknown)),
        Tree::Map(map) => map.values().for_each(|value| unknowns(address, value, unknown)),
        Tree::Sensitive(inner) => unknowns(address, inner, unknown),
        _ => {}
    }
}
