//! The edits of a fixture as a plan of Terraform: what its reader makes of the plan must be those edits again.
//!
//! Owns which resource carries each edit. An edit that no resource written here carries leaves the fixture to be laid over
//! the sample as it is.

mod alerts;
mod buckets;
mod identities;
mod organization;
mod trails;

use logproof_estate::Source;
use logproof_plan::{Change, Document, Edit, Planned};
use serde_json::{Value, json};

use crate::terraform::Terraform;

/// Text of the plan, when every edit is carried.
pub(crate) fn plan(edits: &[Edit], after: &dyn Source) -> Option<String> {
    let mut writing = Writing { resources: Vec::new(), after };
    edits.iter().try_for_each(|edit| writing.edit(edit))?;
    let mut plan = Terraform::default();
    for one in writing.resources {
        let (account, region) = (one.account.as_str(), one.region.as_str());
        plan = match one.fate {
            // What the plan believes to be there is no part of what is compared here, but tags that stay are not set again.
            Fate::Updated => {
                let mut before = one.attributes.clone();
                for name in ["tags", "tags_all"] {
                    if let Some(tags) = before.get_mut(name) {
                        *tags = json!({"another": "tag"});
                    }
                }
                plan.update((account, region), one.kind, before, one.attributes)
            }
            Fate::Created => plan.create((account, region), one.kind, one.attributes),
            Fate::Deleted => plan.delete((account, region), one.kind, one.attributes),
        };
    }
    (!plan.is_empty()).then(|| plan.text())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Updated,
    Created,
    Deleted,
}

/// A resource of the plan.
struct Resource {
    account: String,
    region: String,
    kind: &'static str,
    /// What it is about: two edits of one thing are of one resource.
    of: String,
    fate: Fate,
    attributes: Value,
}

struct Writing<'a> {
    resources: Vec<Resource>,
    after: &'a dyn Source,
}

impl Writing<'_> {
    fn edit(&mut self, edit: &Edit) -> Option<()> {
        match &edit.change {
            Change::Bucket { name, change } => self.bucket(edit, name, change),
            Change::AccountPublicAccessBlock(to) => self.account_block(edit, to),
            Change::Key { arn, change } => self.key(edit, arn, change),
            Change::Alias { name, key } => self.alias(edit, name, key.as_ref()),
            Change::Trail { arn, change } => self.trail(edit, arn, change),
            Change::Config(change) => self.config(edit, change),
            Change::Alerting(change) => self.alerting(edit, change),
            Change::Organization(change) => self.of_organization(edit, change),
            Change::Iam(change) => self.identity(edit, change),
            Change::Unclear { .. } => None,
        }
    }

    /// A resource with these attributes; those of another edit of the same thing are joined to it.
    fn put(&mut self, edit: &Edit, kind: &'static str, of: &str, fate: Fate, attributes: Value) -> Option<()> {
        let (account, region) = (edit.account.to_string(), edit.region.to_string());
        let same = |one: &&mut Resource| one.kind == kind && one.of == of && one.account == account;
        match self.resources.iter_mut().find(same) {
            Some(one) if one.fate == Fate::Updated && fate == Fate::Updated => {
                one.attributes.as_object_mut()?.extend(attributes.as_object()?.clone());
            }
            Some(one) if one.fate == fate && one.attributes == attributes => {}
            // The order of what comes and goes is for the reader to tell.
            Some(_) => return None,
            None => self.resources.push(Resource { account, region, kind, of: of.to_owned(), fate, attributes }),
        }
        Some(())
    }
}

/// What is known of a document.
fn text(document: &Document) -> Option<&str> {
    match document {
        Document::Text(text) => Some(text),
        _ => None,
    }
}

fn known<T>(planned: &Planned<T>) -> Option<&T> {
    planned.known().ok()
}

fn status(on: bool) -> &'static str {
    if on { "Enabled" } else { "Disabled" }
}
