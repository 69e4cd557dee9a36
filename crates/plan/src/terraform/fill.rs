//! Fills what a planned resource leaves open: its own ids, what its links refer to, the documents that data sources will
//! render. Takes out what the provider only computes and nobody means.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    configuration::block,
    index::{Found, Index},
    link::{Link, links},
    model::ResourceChange,
};
use crate::tree::Tree;

/// Attributes that tell which object a resource is.
const OWN: [&str; 9] =
    ["arn", "id", "key_id", "name", "bucket", "alarm_name", "grant_id", "target_id", "analyzer_name"];

/// Attributes that the provider computes when the configuration does not set them. For an existing object they mirror what
/// other resources manage, as it was before the plan.
fn computed(kind: &str) -> &'static [&'static str] {
    match kind {
        "aws_s3_bucket" => &[
            "policy",
            "acl",
            "grant",
            "versioning",
            "logging",
            "lifecycle_rule",
            "server_side_encryption_configuration",
            "replication_configuration",
            "object_lock_configuration",
        ],
        "aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key" | "aws_sns_topic" | "aws_sqs_queue" => {
            &["policy"]
        }
        "aws_iam_role" => &["inline_policy", "managed_policy_arns"],
        _ => &[],
    }
}

/// Attributes below blocks, or beside others, that the provider computes when the configuration does not set them: left
/// open, they are not set.
fn not_set(kind: &str) -> &'static [&'static str] {
    match kind {
        "aws_s3_bucket_versioning" => &["versioning_configuration.mfa_delete"],
        "aws_s3_bucket_lifecycle_configuration" => &[
            "rule.prefix",
            "rule.filter.prefix",
            "rule.filter.object_size_greater_than",
            "rule.filter.object_size_less_than",
            "rule.filter.and.prefix",
            "rule.filter.and.object_size_greater_than",
            "rule.filter.and.object_size_less_than",
            "rule.expiration.days",
            "rule.expiration.date",
            "rule.expiration.expired_object_delete_marker",
            "rule.transition.days",
            "rule.transition.date",
            "rule.noncurrent_version_expiration.newer_noncurrent_versions",
            "rule.noncurrent_version_transition.newer_noncurrent_versions",
        ],
        "aws_s3_bucket_server_side_encryption_configuration" => {
            &["rule.blocked_encryption_types", "rule.bucket_key_enabled"]
        }
        "aws_kms_key" => &["rotation_period_in_days"],
        "aws_config_configuration_recorder" => &[
            "recording_group.recording_strategy",
            "recording_group.all_supported",
            "recording_group.include_global_resource_types",
            "recording_mode",
        ],
        "aws_organizations_account" => &["parent_id", "status"],
        "aws_cloudwatch_event_rule" => &["state", "is_enabled"],
        "aws_s3_bucket_acl" => &["acl", "access_control_policy"],
        _ => &[],
    }
}

/// Attributes that are open only because the provider computes them, in blocks that `dynamic` makes as well.
fn only_computed(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    matches!(
        name,
        "mfa_delete"
            | "expired_object_delete_marker"
            | "recording_strategy"
            | "blocked_encryption_types"
            | "bucket_key_enabled"
            | "newer_noncurrent_versions"
    )
}

impl Index<'_> {
    /// The attributes after the apply, as far as they follow from the plan.
    pub(super) fn filled(&self, change: &ResourceChange) -> Tree {
        let mut tree = change.after.clone();
        let expressions = self.expressions(change);
        if let Tree::Map(map) = &mut tree {
            self.leave_out_computed(change, map, expressions);
        }
        if let Tree::Map(map) = &mut tree {
            self.fill_all_tags(change, map);
        }
        for path in not_set(&change.kind) {
            let steps: Vec<&str> = path.split('.').collect();
            leave_out(&mut tree, &steps, expressions, only_computed(path));
        }
        for (path, link) in links(&change.kind) {
            let steps: Vec<&str> = path.split('.').collect();
            self.fill(change, &mut tree, &steps, *link, expressions);
        }
        for attribute in OWN {
            let open = matches!(tree.get(attribute).open(), Tree::Unknown(_));
            let text = if open { self.identity(change, attribute, 0) } else { None };
            if let (Some(text), Tree::Map(map)) = (text, &mut tree) {
                map.insert(attribute.to_owned(), Tree::Text(text));
            }
        }
        tree
    }

    /// What the configuration does not name, and the plan does not change, is no intent.
    fn leave_out_computed(
        &self,
        change: &ResourceChange,
        map: &mut BTreeMap<String, Tree>,
        expressions: Option<&Value>,
    ) {
        for attribute in computed(&change.kind) {
            let named = expressions.is_some_and(|all| all.get(*attribute).is_some());
            let Some(value) = map.get(*attribute) else { continue };
            let open = matches!(value.open(), Tree::Unknown(_));
            let same = !change.before.is_absent() && change.before.get(attribute).open() == value.open();
            if !named && (same || (open && expressions.is_some())) {
                map.remove(*attribute);
            }
        }
    }

    /// All tags of a resource are those that its provider gives to everything, and its own. Older providers leave them open
    /// even where both are known.
    // See: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging
    fn fill_all_tags(&self, change: &ResourceChange, map: &mut BTreeMap<String, Tree>) {
        let own = map.get("tags").unwrap_or(&Tree::Null);
        if !matches!(map.get("tags_all").map(Tree::open), Some(Tree::Unknown(_))) || own.gap().is_some() {
            return;
        }
        let Some(Value::Object(of_provider)) = self.default_tags(change) else { return };
        let mut all: BTreeMap<String, Tree> =
            of_provider.into_iter().map(|(key, value)| (key, Tree::from(value))).collect();
        if let Tree::Map(own) = own.open() {
            all.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        map.insert("tags_all".to_owned(), Tree::Map(all));
    }

    /// What the provider of a resource tags everything with, where its configuration is there and known.
    fn default_tags(&self, change: &ResourceChange) -> Option<Value> {
        let (_, provider) = self.configuration.provider(&self.provider_key(change)?);
        let provider = provider?;
        let none = || Some(Value::Object(serde_json::Map::new()));
        let block = match provider.expressions.get("default_tags") {
            None => return none(),
            Some(Value::Array(blocks)) => blocks.first(),
            single => single,
        };
        match block.and_then(|block| block.get("tags")) {
            None => none(),
            Some(tags) => self.constant(&provider.module_address, tags, 0),
        }
    }

    /// What of a resource the configuration sets, as far as it is there: the rest is the provider's.
    pub(super) fn meant(&self, change: &ResourceChange, mut tree: Tree) -> Tree {
        if let (Some(Value::Object(named)), Tree::Map(map)) = (self.expressions(change), &mut tree) {
            map.retain(|attribute, value| named.contains_key(attribute) || matches!(value.open(), Tree::List(_)));
        }
        tree
    }

    fn fill(&self, change: &ResourceChange, tree: &mut Tree, steps: &[&str], link: Link, expressions: Option<&Value>) {
        let Some((name, rest)) = steps.split_first() else { return };
        let Tree::Map(map) = opened(tree) else { return };
        let Some(value) = map.get_mut(*name) else { return };
        if rest.is_empty() {
            if let Some(found) = expressions.and_then(|all| all.get(*name)) {
                self.fill_leaf(change, value, name, link, found);
            }
            return;
        }
        let Tree::List(items) = opened(value) else { return };
        let blocks: Vec<Option<&Value>> = (0..items.len()).map(|at| block(expressions, name, items, at)).collect();
        for (item, found) in items.iter_mut().zip(blocks) {
            self.fill(change, item, rest, link, found);
        }
    }

    fn fill_leaf(&self, change: &ResourceChange, value: &mut Tree, name: &str, link: Link, found: &Value) {
        match opened(value) {
            Tree::List(items) => {
                let count = items.iter().filter(|item| item.gap().is_some()).count();
                if count == 0 {
                    return;
                }
                let each = self.resolve_each(change, found, count, link, 0).unwrap_or_default();
                for (item, thing) in items.iter_mut().filter(|item| item.gap().is_some()).zip(each) {
                    if let Found::Value(text) = thing {
                        *item = Tree::Text(text);
                    }
                }
            }
            open @ Tree::Unknown(_) => match self.resolve(change, found, link, 0) {
                Some(Found::Value(text)) => *open = Tree::Text(as_written(link, text)),
                Some(Found::Data(at)) => {
                    if let Some(data) = self.data(at) {
                        *open = self.rendered(data, 0);
                        self.note(format!(
                            "`{name}` of `{}` is taken to be what `{}` renders, the only thing it refers to",
                            change.address, data.address
                        ));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// CloudTrail takes the ARN of a log group with `:*` at its end, and answers so.
// See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
fn as_written(link: Link, text: String) -> String {
    if link == Link::LogGroupArn && !text.ends_with(":*") { format!("{text}:*") } else { text }
}

/// Removes an attribute that is open and not named by a configuration that is there to name it; an attribute that is `only`
/// computed also where the configuration does not show its block.
fn leave_out(tree: &mut Tree, steps: &[&str], expressions: Option<&Value>, only: bool) {
    let Some((name, rest)) = steps.split_first() else { return };
    let Tree::Map(map) = opened(tree) else { return };
    if rest.is_empty() {
        let open = map.get(*name).is_some_and(|value| matches!(value.open(), Tree::Unknown(_)));
        let named = expressions.map_or(!only, |all| all.get(*name).is_some());
        if open && !named {
            map.remove(*name);
        }
        return;
    }
    let Some(Tree::List(items)) = map.get_mut(*name).map(opened) else { return };
    let blocks: Vec<Option<&Value>> = (0..items.len()).map(|at| block(expressions, name, items, at)).collect();
    for (item, found) in items.iter_mut().zip(blocks) {
        leave_out(item, rest, found, only);
    }
}

fn opened(tree: &mut Tree) -> &mut Tree {
    match tree {
        Tree::Sensitive(inner) => opened(inner),
        other => other,
    }
}
