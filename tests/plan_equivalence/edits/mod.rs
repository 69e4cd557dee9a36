//! The edits that make the answers of one zone those of another, question by question.

mod alerts;
mod buckets;
mod identities;
mod keys;
mod organization;
mod trails;

use std::collections::BTreeSet;

use logproof_estate::{AccountId, BucketRef, Region, facts::*};
use logproof_plan::{
    Bound, Change, Document, Edit, Origin, Planned,
    edit::{BucketChange, OrganizationChange, TrailChange},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::questions::{Asked, Listening};

/// Why a fixture is left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Left(pub(crate) String);

impl Left {
    pub(crate) fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Edits, and how documents and doubts are taken.
pub(crate) struct Made {
    pub(crate) edits: Vec<Edit>,
    pub(crate) bound: Bound,
}

/// What is made while the questions are gone through.
struct Making<'a> {
    listening: &'a Listening,
    greenfield: bool,
    edits: Vec<Edit>,
    /// Buckets that are there in one zone only.
    buckets: BTreeSet<(AccountId, String)>,
}

const MANAGEMENT: &str = "111111111111";
const HOME: &str = "eu-central-1";

/// The edits between what was answered before and after.
pub(crate) fn between(listening: &Listening) -> Result<Made, Left> {
    made(listening, false)
}

/// The same where everything is new: what a new thing only shows when it is there is left to the apply.
pub(crate) fn greenfield(listening: &Listening) -> Vec<Edit> {
    made(listening, true).unwrap_or_else(|left| panic!("{left:?}")).edits
}

fn made(listening: &Listening, greenfield: bool) -> Result<Made, Left> {
    let differing = listening.differing();
    let mut making = Making { listening, greenfield, edits: Vec::new(), buckets: BTreeSet::new() };
    // What comes and goes first: the settings of a bucket that is deleted are no edits.
    for asked in differing.iter().filter(|asked| ["buckets", "bucket_location"].contains(&asked.question)) {
        making.question(asked)?;
    }
    for asked in differing.iter().filter(|asked| !["buckets", "bucket_location"].contains(&asked.question)) {
        making.question(asked)?;
    }
    let mut edits: Vec<Edit> = Vec::new();
    for edit in making.edits {
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    Ok(Made { edits, bound: Bound::Restrictive })
}

fn value<T: DeserializeOwned>(answer: &Result<Value, String>, asked: &Asked) -> Result<T, Left> {
    match answer {
        Ok(value) => Ok(serde_json::from_value(value.clone()).unwrap()),
        Err(_) => Err(Left::because(format!("`{}` cannot be answered", asked.question))),
    }
}

fn document(text: &str) -> Document {
    Document::Text(text.to_owned())
}

/// What only time or the service decides.
fn observed(what: &str) -> Left {
    Left::because(format!("what differs is only observed: {what}"))
}

impl Making<'_> {
    fn add(&mut self, account: &AccountId, region: &Region, change: Change) {
        self.add_as("update", account, region, change);
    }

    fn add_as(&mut self, action: &str, account: &AccountId, region: &Region, change: Change) {
        let origin = Origin {
            file: "fixture".to_owned(),
            address: "planned.resource".to_owned(),
            attribute: String::new(),
            action: action.to_owned(),
        };
        let (account, region) = (account.clone(), region.clone());
        self.edits.push(Edit { origin, account, region, change, before: None, sensitive: false });
    }

    fn organization(&mut self, change: OrganizationChange) {
        self.add(&MANAGEMENT.parse().unwrap(), &HOME.parse().unwrap(), Change::Organization(change));
    }

    fn bucket(&mut self, bucket: &BucketRef, change: BucketChange) {
        let change = Change::Bucket { name: bucket.name.clone(), change };
        self.add(&bucket.owner, &bucket.region, change);
    }

    fn question(&mut self, asked: &Asked) -> Result<(), Left> {
        match asked.question {
            "organization" => {
                let (was, is): (Organization, Organization) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let feature_set = is.feature_set.clone();
                if (Organization { feature_set, ..was }) != is {
                    return Err(Left::because("the organization is another one"));
                }
                self.organization(OrganizationChange::FeatureSet(Planned::Known(is.feature_set)));
            }
            "directory" => self.directory(&value(&asked.before, asked)?, &value(&asked.after, asked)?)?,
            "org_policies" => {
                let (was, is): (Vec<OrgPolicy>, Vec<OrgPolicy>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                self.policies(asked.arg(0), &was, &is)?;
            }
            "delegated_administrators" => {
                let (was, is): (Vec<DelegatedAdministrator>, Vec<DelegatedAdministrator>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let service: String = asked.arg(0);
                for (one, registered) in was.iter().map(|one| (one, false)).chain(is.iter().map(|one| (one, true))) {
                    let (service, account) = (service.clone(), one.account.clone());
                    self.organization(OrganizationChange::DelegatedAdministrator { service, account, registered });
                }
            }
            "delegation_policy" => {
                let is: Option<String> = value(&asked.after, asked)?;
                self.organization(OrganizationChange::DelegationPolicy(is.as_deref().map(document)));
            }
            "buckets" => self.buckets(asked)?,
            "account_public_access_block" => {
                let is: Option<PublicAccessBlock> = value(&asked.after, asked)?;
                self.add(&asked.arg(0), &HOME.parse().unwrap(), Change::AccountPublicAccessBlock(Planned::Known(is)));
            }
            question if question.starts_with("bucket_") || question == "object_lock" => self.setting(asked)?,
            "key" => self.key(asked)?,
            "key_rotation" | "key_policy" | "key_grants" => self.key_property(asked)?,
            "trails" => self.trails(asked)?,
            "trail_status" => self.trail_status(asked)?,
            "event_selectors" => {
                let (account, region): (AccountId, Region) = (asked.arg(0), asked.arg(1));
                let is: EventSelectors = value(&asked.after, asked)?;
                let change = TrailChange::Selectors(Planned::Known(is));
                self.add(&account, &region, Change::Trail { arn: asked.arg(2), change });
            }
            "config_recorders" | "config_delivery" | "config_delivery_status" => self.config(asked)?,
            "event_bus"
            | "event_rules"
            | "rule_targets"
            | "topic"
            | "topic_subscriptions"
            | "queue"
            | "metric_filters"
            | "alarms"
            | "access_analyzers" => self.alerting(asked)?,
            "role" => self.role(asked)?,
            "account_authorization" => self.iam(asked)?,
            _ if self.greenfield => {}
            other => return Err(observed(other)),
        }
        Ok(())
    }
}

/// What of a list is set and what is gone.
fn listed<T: DeserializeOwned + PartialEq + Clone>(
    asked: &Asked,
    name: impl Fn(&T) -> String,
    mut change: impl FnMut(String, Option<Planned<T>>),
) -> Result<(), Left> {
    let (was, is): (Vec<T>, Vec<T>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
    for one in was.iter().filter(|one| !is.iter().any(|other| name(other) == name(one))) {
        change(name(one), None);
    }
    for one in is.iter().filter(|one| !was.contains(one)) {
        change(name(one), Some(Planned::Known(one.clone())));
    }
    Ok(())
}

/// Answers of a described zone are there at once.
pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Encryption as a plan writes it: nothing blocked is `NONE`, for an empty list leaves what is blocked as it is.
fn outright(mut encryption: Option<BucketEncryption>) -> Option<BucketEncryption> {
    if let Some(encryption) = encryption.as_mut().filter(|encryption| encryption.blocked.is_empty()) {
        encryption.blocked.push("NONE".to_owned());
    }
    encryption
}
