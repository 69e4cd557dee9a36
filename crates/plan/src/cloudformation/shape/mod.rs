//! From the properties of CloudFormation to the attributes that the translation takes.
//!
//! One resource of a stack is often several of Terraform's: a bucket and each of its configurations, a role and each of its
//! policies. Values that are not known keep the path of their property.

mod alerting;
mod identity;
mod storage;

use std::collections::BTreeMap;

use serde_json::Value;

use super::Place;
use crate::{context::Context, tree::Tree};

/// A part of a resource, in the shape of a Terraform resource.
pub(super) struct Shaped {
    /// What tells it from the other parts of its resource, before and after.
    pub(super) label: String,
    pub(super) kind: &'static str,
    pub(super) tree: Tree,
}

impl Shaped {
    /// Whether it changes the answer of a question.
    pub(super) fn is_about(&self, question: &str) -> bool {
        crate::coverage::row_of(self.kind).is_some_and(|row| row.questions.contains(&question))
    }

    /// What such a question is asked by, where it is about one thing, and it is known which.
    pub(super) fn subject_of(&self, question: &str) -> Option<String> {
        let attribute = match (question, self.kind) {
            ("role", "aws_iam_role") => "name",
            ("topic" | "topic_subscriptions", "aws_sns_topic_subscription") => "topic_arn",
            ("topic" | "topic_tags" | "topic_subscriptions", _) => "arn",
            ("queue" | "queue_tags", "aws_sqs_queue") => "arn",
            ("metric_filters", "aws_cloudwatch_log_group") => "name",
            ("metric_filters", _) => "log_group_name",
            ("trail_status" | "event_selectors", "aws_cloudtrail") => "arn",
            (
                "key" | "key_rotation" | "key_tags" | "key_policy" | "key_grants",
                "aws_kms_key" | "aws_kms_replica_key",
            ) => "arn",
            ("object_lock", _) => "bucket",
            (question, _) if question.starts_with("bucket_") => "bucket",
            _ => return None,
        };
        self.tree.get(attribute).text().ok().flatten()
    }
}

/// Where a resource is, and what it is known by.
pub(super) struct Frame<'a> {
    /// Its physical id.
    id: Tree,
    place: &'a Place,
    context: &'a Context,
}

impl Frame<'_> {
    fn id_text(&self) -> String {
        self.id.text().ok().flatten().unwrap_or_default()
    }

    fn arn(&self, service: &str, rest: &str) -> Tree {
        let (region, account) = (self.place.region.as_str(), self.place.account.as_str());
        Tree::Text(self.context.partition.arn(service, region, account, rest))
    }

    fn part(kind: &'static str, discriminator: &str, entries: Vec<(&str, Tree)>) -> Shaped {
        let label = if discriminator.is_empty() { kind.to_owned() } else { format!("{kind}[{discriminator}]") };
        Shaped { label, kind, tree: map(entries) }
    }
}

/// The parts of a resource.
pub(super) fn shape(kind: &str, address: &str, properties: &Tree, place: &Place, context: &Context) -> Vec<Shaped> {
    if let Tree::Unknown(_) = properties.open() {
        // Nothing of it is known, not even which thing it is.
        let whole = crate::coverage::row_of(kind).and_then(|_| terraform_kind(kind));
        return whole
            .into_iter()
            .map(|kind| Shaped { label: kind.to_owned(), kind, tree: properties.clone() })
            .collect();
    }
    let id = match properties.get("@Ref") {
        Tree::Null => Tree::Text(address.to_owned()),
        id => id.clone(),
    };
    let frame = Frame { id, place, context };
    match kind {
        kind if kind.starts_with("AWS::S3::") || kind.starts_with("AWS::KMS::") => {
            storage::shape(kind, &frame, properties)
        }
        kind if kind.starts_with("AWS::IAM::") || kind.starts_with("AWS::Organizations::") => {
            identity::shape(kind, &frame, properties)
        }
        _ => alerting::shape(kind, &frame, properties),
    }
}

/// The Terraform type of a resource as a whole.
fn terraform_kind(kind: &str) -> Option<&'static str> {
    crate::coverage::row_of(kind).and_then(|row| row.terraform.first()).copied()
}

/// The property by which a resource is named.
pub(super) fn name_property(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::S3::Bucket" => "BucketName",
        "AWS::KMS::Alias" => "AliasName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::IAM::User" => "UserName",
        "AWS::IAM::Group" => "GroupName",
        "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
        "AWS::SNS::Topic" => "TopicName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::CloudTrail::Trail" => "TrailName",
        "AWS::Events::Rule"
        | "AWS::Events::EventBus"
        | "AWS::Config::ConfigurationRecorder"
        | "AWS::Config::DeliveryChannel" => "Name",
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => "AlarmName",
        "AWS::AccessAnalyzer::Analyzer" => "AnalyzerName",
        "AWS::Logs::MetricFilter" => "FilterName",
        "AWS::Logs::LogGroup" => "LogGroupName",
        _ => return None,
    })
}

/// The physical id of a resource of a name.
pub(super) fn physical_of(kind: &str, name: &str, place: &Place, context: &Context) -> String {
    let (region, account) = (place.region.as_str(), place.account.as_str());
    match kind {
        "AWS::SNS::Topic" => context.partition.arn("sns", region, account, name),
        "AWS::SQS::Queue" => format!("https://sqs.{region}.{}/{account}/{name}", context.partition.dns_suffix()),
        "AWS::IAM::ManagedPolicy" => context.partition.arn("iam", "", account, &format!("policy/{name}")),
        "AWS::AccessAnalyzer::Analyzer" => {
            context.partition.arn("access-analyzer", region, account, &format!("analyzer/{name}"))
        }
        _ => name.to_owned(),
    }
}

/// An object.
fn map(entries: Vec<(&str, Tree)>) -> Tree {
    let kept = entries.into_iter().filter(|(_, tree)| *tree != Tree::Null);
    Tree::Map(kept.map(|(key, tree)| (key.to_owned(), tree)).collect::<BTreeMap<_, _>>())
}

/// One block.
fn block(entries: Vec<(&str, Tree)>) -> Tree {
    Tree::List(vec![map(entries)])
}

/// Properties of an object under other names, as a block; nothing where there is no object.
fn renamed(tree: &Tree, names: &[(&'static str, &str)]) -> Tree {
    match tree.open() {
        Tree::Null => Tree::Null,
        Tree::Map(_) => block(names.iter().map(|(to, from)| (*to, tree.get(from).clone())).collect()),
        other => other.clone(),
    }
}

/// Each item of a list in another shape; the list itself where it is not known.
fn each(list: &Tree, change: impl Fn(&Tree) -> Tree) -> Tree {
    match list.open() {
        Tree::List(items) => Tree::List(items.iter().map(change).collect()),
        other => other.clone(),
    }
}

/// The items of a list; one unknown item where it is not known.
fn items(list: &Tree) -> Vec<Tree> {
    match list.open() {
        Tree::Null => Vec::new(),
        Tree::List(items) => items.clone(),
        other => vec![other.clone()],
    }
}

/// The only object of a list of blocks.
fn only(tree: Tree) -> Tree {
    match tree {
        Tree::List(mut items) if items.len() == 1 => items.pop().unwrap_or(Tree::Null),
        other => other,
    }
}

/// Tags as a map.
fn tags(tree: &Tree) -> Tree {
    match tree.open() {
        Tree::List(items) => {
            let mut tags = BTreeMap::new();
            for tag in items {
                match tag.get("Key").text() {
                    Ok(Some(key)) => tags.insert(key, tag.get("Value").clone()),
                    _ => return tag.get("Key").clone(),
                };
            }
            Tree::Map(tags)
        }
        other => other.clone(),
    }
}

fn yes() -> Tree {
    Tree::from(Value::Bool(true))
}
