//! From the attributes of a planned resource to edits of facts.
//!
//! Owns, for each resource type of the [table](crate::coverage::TABLE), what its attributes set and what its removal means.
//! Attributes are named as Terraform's AWS provider names them; the reader of CloudFormation brings its properties into the
//! same shape. Must not know how a file is read, nor where values come from.

mod alerting;
mod bucket;
mod config;
mod iam;
mod key;
mod organization;
mod trail;

use std::sync::Arc;

use logproof_estate::{AccountId, Partition, Region, facts::Tags};

use crate::{
    coverage,
    edit::{Change, Edit, Origin},
    planned::{Planned, Unknown},
    tree::{Gap, Read, Tree, Unusable},
};

/// A resource to translate, and where it is.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// Its address.
    pub(crate) address: &'a str,
    /// Its Terraform type.
    pub(crate) kind: &'a str,
    /// Its account.
    pub(crate) account: &'a AccountId,
    /// Its Region.
    pub(crate) region: &'a Region,
    /// The partition.
    pub(crate) partition: Partition,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    Update,
    Delete,
    /// Deleted, then created.
    DeleteCreate,
    /// Created, then the old one deleted.
    CreateDelete,
    /// Created, and the old one forgotten.
    CreateForget,
    /// It exists, and becomes managed; what the plan sets is set.
    Import,
}

impl Action {
    fn as_str(self) -> &'static str {
        match self {
            Self::Create | Self::CreateForget => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::DeleteCreate | Self::CreateDelete => "replace",
            Self::Import => "import",
        }
    }
}

/// Changes, each with the attribute that decides it.
pub(crate) type Changes = Vec<(String, Change)>;

/// One change.
pub(crate) fn one(attribute: &str, change: Change) -> Changes {
    vec![(attribute.to_owned(), change)]
}

/// All tags of a resource, those that the provider adds to everything included.
pub(crate) fn all_tags(tree: &Tree) -> Read<Vec<(String, String)>> {
    let tags = if tree.get("tags_all").is_absent() { tree.get("tags") } else { tree.get("tags_all") };
    tags.entries()
}

impl Scene<'_> {
    /// What is not usable, as something that is not known.
    pub(crate) fn unknown(&self, attribute: &str, why: &Unusable) -> Unknown {
        match why {
            Unusable::Unknown(gap) => gap.at(self.address),
            Unusable::Malformed { .. } => {
                Unknown { address: self.address.to_owned(), attribute: attribute.to_owned(), why: why.to_string() }
            }
        }
    }

    /// What was read, as a planned value.
    pub(crate) fn planned<T>(&self, attribute: &str, read: Read<T>) -> Planned<T> {
        match read {
            Ok(value) => Planned::Known(value),
            Err(why) => Planned::Unknown(self.unknown(attribute, &why)),
        }
    }

    /// All tags, those that the provider adds to everything included.
    pub(crate) fn tags(&self, tree: &Tree) -> Planned<Tags> {
        self.planned("tags", all_tags(tree).map(|tags| tags.into_iter().collect()))
    }

    /// An ARN in the place of the resource.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        self.partition.arn(service, self.region.as_str(), self.account.as_str(), resource)
    }

    /// The edits of a resource, in the order in which they happen.
    pub(crate) fn edits(&self, action: Action, before: &Tree, after: &Tree) -> Vec<Edit> {
        let created = |edits: &mut Vec<Edit>| self.add(edits, action, after, self.set(after, true), None);
        let removed = |edits: &mut Vec<Edit>| self.add(edits, action, before, self.removed(before), None);
        let mut edits = Vec::new();
        match action {
            Action::Create | Action::CreateForget => created(&mut edits),
            Action::Update | Action::Import => {
                let was = self.set(before, false).unwrap_or_default();
                let mut will = self.set(after, false);
                if let Ok(will) = &mut will {
                    will.extend(self.dropped(before, after));
                    // Tags that a resource does not name may come from its stack, which a plan of the resource does not show.
                    let unnamed = after.get("tags").is_absent() && after.get("tags_all").is_absent();
                    let kept = |part: &(String, Change)| {
                        part.0 == "tags" && (was.contains(part) || action == Action::Import && unnamed)
                    };
                    will.retain(|part| !kept(part));
                }
                self.add(&mut edits, action, after, will, Some(was));
            }
            Action::Delete => removed(&mut edits),
            Action::DeleteCreate => {
                removed(&mut edits);
                created(&mut edits);
            }
            Action::CreateDelete => {
                created(&mut edits);
                removed(&mut edits);
            }
        }
        edits
    }

    /// The edits of a resource of which it is not known how many there will be, or what becomes of it.
    pub(crate) fn open_ended(&self, action: Action) -> Vec<Edit> {
        let why = "known only after a later plan, or the apply".to_owned();
        let gap = Gap { attribute: "the whole resource".to_owned(), references: Vec::new(), why };
        let mut edits = Vec::new();
        self.add(&mut edits, action, &Tree::Null, Err(Unusable::Unknown(Arc::new(gap))), None);
        edits
    }

    fn add(&self, edits: &mut Vec<Edit>, action: Action, tree: &Tree, changes: Read<Changes>, was: Option<Changes>) {
        let sensitive = tree.has_sensitive();
        let changes = changes.unwrap_or_else(|why| self.unclear(&why));
        for (attribute, change) in changes {
            let same = |(other, before): &(String, Change)| {
                *other == attribute && std::mem::discriminant(before) == std::mem::discriminant(&change)
            };
            edits.push(Edit {
                origin: Origin {
                    file: self.file.to_owned(),
                    address: self.address.to_owned(),
                    attribute: attribute.clone(),
                    action: action.as_str().to_owned(),
                },
                account: self.account.clone(),
                region: self.region.clone(),
                before: was
                    .as_ref()
                    .and_then(|was| was.iter().find(|entry| same(entry)))
                    .map(|(_, before)| before.clone()),
                change,
                sensitive,
            });
        }
    }

    /// It is not known which thing changes: no answer of its questions is known.
    fn unclear(&self, why: &Unusable) -> Changes {
        let unknown = self.unknown("", why);
        let questions = coverage::row_of(self.kind).map_or(&[][..], |row| row.questions);
        let change = |question: &&str| Change::Unclear {
            question: (*question).to_owned(),
            subject: None,
            unknown: unknown.clone(),
        };
        questions.iter().map(|question| (unknown.attribute.clone(), change(question))).collect()
    }

    /// What the attributes set.
    fn set(&self, tree: &Tree, new: bool) -> Read<Changes> {
        if tree.is_absent() {
            return Ok(Vec::new());
        }
        match self.kind {
            kind if kind.starts_with("aws_s3_") => bucket::set(self, tree, new),
            kind if kind.starts_with("aws_kms_") => key::set(self, tree, new),
            "aws_cloudtrail" => trail::set(self, tree),
            kind if kind.starts_with("aws_config_") => config::set(self, tree, new),
            kind if kind.starts_with("aws_organizations_") || kind.starts_with("aws_cloudtrail_organization_") => {
                organization::set(self, tree)
            }
            kind if kind.starts_with("aws_iam_") => iam::set(self, tree),
            _ => alerting::set(self, tree),
        }
    }

    /// What the removal of the resource means.
    fn removed(&self, tree: &Tree) -> Read<Changes> {
        match self.kind {
            kind if kind.starts_with("aws_s3_") => bucket::removed(self, tree),
            kind if kind.starts_with("aws_kms_") => key::removed(self, tree),
            "aws_cloudtrail" => trail::removed(self, tree),
            kind if kind.starts_with("aws_config_") => config::removed(self, tree),
            kind if kind.starts_with("aws_organizations_") || kind.starts_with("aws_cloudtrail_organization_") => {
                organization::removed(self, tree)
            }
            kind if kind.starts_with("aws_iam_") => iam::removed(self, tree),
            _ => alerting::removed(self, tree),
        }
    }

    /// What an update takes away that its new attributes do not mention.
    fn dropped(&self, before: &Tree, after: &Tree) -> Changes {
        match self.kind {
            kind if kind.starts_with("aws_iam_") => iam::dropped(self, before, after),
            _ => Vec::new(),
        }
    }
}
