//! In which account and Region a resource is. A plan does not say it: it is told by the resource, by its provider, or by the
//! owner, and never guessed.

use std::collections::HashMap;

use logproof_estate::{AccountId, Region};
use serde_json::Value;

use super::{
    index::Index,
    link::Link,
    model::{ResourceChange, StateResource},
};
use crate::{
    context::Placed,
    coverage::{self, Reach},
    plan::Unplaced,
    tree::Tree,
};

/// What is not known of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    Account,
    Region,
}

/// Accounts and Regions that the providers of a plan tell; two answers for one provider are none.
#[derive(Default)]
struct Told {
    accounts: HashMap<String, Option<AccountId>>,
    regions: HashMap<String, Option<Region>>,
}

fn agree<T: PartialEq>(told: &mut HashMap<String, Option<T>>, provider: String, value: T) {
    match told.get(&provider) {
        None => told.insert(provider, Some(value)),
        Some(Some(other)) if *other == value => None,
        Some(_) => told.insert(provider, None),
    };
}

/// Field of an ARN.
fn field(arn: &str, at: usize) -> Option<&str> {
    arn.starts_with("arn:").then(|| arn.splitn(6, ':').nth(at)).flatten().filter(|field| !field.is_empty())
}

fn account_in(arn: &str) -> Option<AccountId> {
    field(arn, 4)?.parse().ok()
}

fn region_in(arn: &str) -> Option<Region> {
    field(arn, 3)?.parse().ok()
}

/// Account in the URL of a queue, which ends with account and name.
// See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
fn account_in_url(url: &str) -> Option<AccountId> {
    url.rsplit('/').nth(1)?.parse().ok()
}

/// Region in the URL of a queue; older endpoints have it first, and the oldest not at all.
// See: https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
fn region_in_url(url: &str) -> Option<Region> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split('/').next()?;
    let mut labels = host.split('.');
    match (labels.next()?, labels.next()?) {
        ("sqs" | "sqs-fips", region) | (region, "queue") => region.parse().ok(),
        ("queue", "amazonaws") => "us-east-1".parse().ok(),
        _ => None,
    }
}

fn text(tree: &Tree, attribute: &str) -> Option<String> {
    tree.get(attribute).text().ok().flatten()
}

impl Index<'_> {
    /// The provider configuration of a resource, by the key of its block.
    pub(super) fn provider_key(&self, change: &ResourceChange) -> Option<String> {
        let block = self.configuration.resource(&change.module, change.data, &change.kind, &change.name)?;
        (!block.provider.is_empty()).then(|| self.configuration.provider(&block.provider).0)
    }

    /// What each provider says of itself, what its data sources read, and where its existing resources are.
    pub(super) fn told_providers(
        &self,
        read: &[StateResource],
    ) -> HashMap<String, (Option<AccountId>, Option<Region>)> {
        let mut told = Told::default();
        for (key, provider) in &self.configuration.provider_config {
            let (module, expressions) = (provider.module_address.as_str(), &provider.expressions);
            if let Some(account) = self.provider_account(module, expressions) {
                agree(&mut told.accounts, key.clone(), account);
            }
            let region = expressions.get("region").and_then(|region| self.constant(module, region, 0));
            if let Some(region) = region.as_ref().and_then(Value::as_str).and_then(|region| region.parse().ok()) {
                agree(&mut told.regions, key.clone(), region);
            }
        }
        for resource in read {
            self.told_by_data(resource, &mut told);
        }
        for change in self.changes.iter().filter(|change| !change.data) {
            let (Some(arn), Some(key)) = (text(&change.before, "arn"), self.provider_key(change)) else { continue };
            let account = account_in(&arn).filter(|_| coverage::lives_with_its_provider(&change.kind));
            if let Some(account) = account {
                agree(&mut told.accounts, key, account);
            }
        }
        let regions = &mut told.regions;
        let mut all: HashMap<String, (Option<AccountId>, Option<Region>)> = HashMap::new();
        for (key, account) in told.accounts {
            all.entry(key).or_default().0 = account;
        }
        for (key, region) in regions.drain() {
            all.entry(key).or_default().1 = region;
        }
        all
    }

    fn provider_account(&self, module: &str, expressions: &Value) -> Option<AccountId> {
        let role = match expressions.get("assume_role") {
            Some(Value::Array(blocks)) => blocks.last(),
            other => other,
        };
        let role = role.and_then(|role| role.get("role_arn")).and_then(|arn| self.constant(module, arn, 0));
        if let Some(account) = role.as_ref().and_then(Value::as_str).and_then(account_in) {
            return Some(account);
        }
        let allowed = expressions.get("allowed_account_ids").and_then(|allowed| self.constant(module, allowed, 0))?;
        match allowed.as_array().map(Vec::as_slice) {
            Some([only]) => only.as_str()?.parse().ok(),
            _ => None,
        }
    }

    fn told_by_data(&self, resource: &StateResource, told: &mut Told) {
        // The address ends in `data.TYPE.NAME`, with a key where it has one.
        let Some((before, after)) = resource.address.rsplit_once("data.") else { return };
        let module = before.trim_end_matches('.');
        let name = after.rsplit('.').next().unwrap_or_default();
        let name = name.split('[').next().unwrap_or_default();
        let Some(block) = self.configuration.resource(module, true, &resource.kind, name) else { return };
        let key = self.configuration.provider(&block.provider).0;
        let told_text = |attribute: &str| resource.values.get(attribute).and_then(Value::as_str);
        match resource.kind.as_str() {
            "aws_caller_identity" => {
                if let Some(account) = told_text("account_id").and_then(|id| id.parse().ok()) {
                    agree(&mut told.accounts, key, account);
                }
            }
            "aws_region" => {
                let region = told_text("region").or_else(|| told_text("name"));
                if let Some(region) = region.and_then(|region| region.parse().ok()) {
                    agree(&mut told.regions, key, region);
                }
            }
            _ => {}
        }
    }

    /// The row of the `[plan]` table that a resource falls under.
    fn row(&self, change: &ResourceChange) -> Option<&Placed> {
        let places = &self.context.places;
        let own = self.configuration.resource(&change.module, change.data, &change.kind, &change.name);
        let by_block = own.and_then(|block| places.providers.get(&block.provider));
        let by_key = || self.provider_key(change).and_then(|key| places.providers.get(&key));
        let by_module = || {
            let covers = |path: &str| {
                path.is_empty()
                    || change.module == path
                    || change.module.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']))
            };
            places
                .modules
                .iter()
                .filter(|(path, _)| covers(path))
                .max_by_key(|(path, _)| path.len())
                .map(|(_, row)| row)
        };
        by_block.or_else(by_key).or_else(by_module)
    }

    /// The account of a resource.
    pub(super) fn account(&self, change: &ResourceChange, depth: usize) -> Result<AccountId, Lacks> {
        // A trail of the organization belongs to the management account, whoever makes it.
        // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html
        let of_all = |tree: &Tree| tree.get("is_organization_trail").flag() == Ok(Some(true));
        let trail = change.kind == "aws_cloudtrail" && (of_all(&change.after) || of_all(&change.before));
        if trail || coverage::reach(&change.kind) == Reach::Organization {
            return Ok(self.context.management_account.clone());
        }
        self.account_told(change, depth)
            .or_else(|| self.account_of_bucket(change, depth))
            .or_else(|| self.row(change).map(|row| row.account.clone()))
            .ok_or(Lacks::Account)
    }

    fn account_told(&self, change: &ResourceChange, depth: usize) -> Option<AccountId> {
        if let Some(account) = text(&change.identity, "account_id").and_then(|id| id.parse().ok()) {
            return Some(account);
        }
        let own_arn = || {
            let arn = text(&change.before, "arn").or_else(|| text(&change.after, "arn"))?;
            coverage::lives_with_its_provider(&change.kind).then(|| account_in(&arn)).flatten()
        };
        let owner = || {
            let side = |attribute| text(&change.after, attribute).or_else(|| text(&change.before, attribute));
            let owner = match change.kind.as_str() {
                "aws_s3_account_public_access_block" => side("account_id"),
                _ => side("expected_bucket_owner"),
            };
            owner?.parse().ok()
        };
        let provider = || self.providers.get(&self.provider_key(change)?)?.0.clone();
        let its = || self.place_of_its_thing(change, depth).0;
        own_arn().or_else(owner).or_else(its).or_else(provider)
    }

    /// Account and Region of the queue or topic that a resource is about, as its URL or ARN has them: whoever manages a policy
    /// or a subscription, it is where its queue or topic is.
    fn place_of_its_thing(&self, change: &ResourceChange, depth: usize) -> (Option<AccountId>, Option<Region>) {
        let (attribute, link) = match change.kind.as_str() {
            "aws_sqs_queue_policy" => ("queue_url", Link::Queue),
            "aws_sns_topic_policy" => ("arn", Link::Topic),
            "aws_sns_topic_subscription" => ("topic_arn", Link::Topic),
            _ => return (None, None),
        };
        let known = text(&change.after, attribute).or_else(|| text(&change.before, attribute));
        match known.or_else(|| self.linked(change, attribute, link, depth + 1)) {
            Some(arn) if arn.starts_with("arn:") => (account_in(&arn), region_in(&arn)),
            Some(url) => (account_in_url(&url), region_in_url(&url)),
            None => (None, None),
        }
    }

    fn account_of_bucket(&self, change: &ResourceChange, depth: usize) -> Option<AccountId> {
        let name = self.bucket(change, depth + 1)?;
        if let Some((owner, _)) = self.context.buckets.get(&name) {
            return Some(owner.clone());
        }
        self.bucket_resource(change, &name).and_then(|bucket| self.account(bucket, depth + 1).ok())
    }

    /// The bucket of this plan that a sub-resource belongs to.
    fn bucket_resource(&self, change: &ResourceChange, name: &str) -> Option<&ResourceChange> {
        if change.kind == "aws_s3_bucket" {
            return None;
        }
        self.bucket_named(name)
    }

    /// The Region of a resource; the home Region for what has none.
    pub(super) fn region(&self, change: &ResourceChange, depth: usize) -> Result<Region, Lacks> {
        if coverage::reach(&change.kind) != Reach::Region {
            return Ok(self.context.home_region.clone());
        }
        let either = |attribute| text(&change.after, attribute).or_else(|| text(&change.before, attribute));
        let identity = || text(&change.identity, "region").and_then(|region| region.parse().ok());
        let argument = || either("region").and_then(|region| region.parse().ok());
        let arn = || {
            either("arn").filter(|_| coverage::lives_with_its_provider(&change.kind)).and_then(|arn| region_in(&arn))
        };
        let bucket = || {
            let name = self.bucket(change, depth + 1)?;
            let known = self.context.buckets.get(&name).and_then(|(_, region)| region.clone());
            known.or_else(|| self.region(self.bucket_resource(change, &name)?, depth + 1).ok())
        };
        let provider = || self.providers.get(&self.provider_key(change)?)?.1.clone();
        let row = || self.row(change).and_then(|row| row.region.clone());
        let its = || self.place_of_its_thing(change, depth).1;
        let told = identity().or_else(argument).or_else(arn).or_else(its).or_else(bucket);
        told.or_else(provider).or_else(row).ok_or(Lacks::Region)
    }

    /// What the owner has to add so that a resource has a place.
    pub(super) fn unplaced(&self, change: &ResourceChange, lacks: Lacks) -> Unplaced {
        let block = self.configuration.resource(&change.module, change.data, &change.kind, &change.name);
        let key = block.map(|block| self.configuration.provider(&block.provider).0).filter(|key| !key.is_empty());
        let (table, key) = match key {
            Some(key) => ("providers", key),
            None => ("modules", change.module.clone()),
        };
        let quoted = Value::String(key).to_string();
        let (lacks, row) = match lacks {
            Lacks::Account => ("account", "account = \"<account id>\", region = \"<Region>\"".to_owned()),
            Lacks::Region => {
                let account = self.account(change, 0).map_or_else(|_| "<account id>".to_owned(), String::from);
                ("Region", format!("account = \"{account}\", region = \"<Region>\""))
            }
        };
        Unplaced {
            address: change.address.clone(),
            kind: change.kind.clone(),
            lacks: lacks.to_owned(),
            add: format!("[plan.{table}]\n{quoted} = {{ {row} }}"),
        }
    }

    /// The bucket of this plan that has a name.
    pub(super) fn bucket_named(&self, name: &str) -> Option<&ResourceChange> {
        self.buckets.get(name).and_then(|at| self.changes.get(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_queues_have_account_and_region() {
        for (url, account, region) in [
            ("https://sqs.eu-central-1.amazonaws.com/222222222222/logs", Some("222222222222"), Some("eu-central-1")),
            ("https://sqs-fips.us-east-2.amazonaws.com/222222222222/logs", Some("222222222222"), Some("us-east-2")),
            ("https://eu-west-1.queue.amazonaws.com/222222222222/logs", Some("222222222222"), Some("eu-west-1")),
            ("https://queue.amazonaws.com/222222222222/logs", Some("222222222222"), Some("us-east-1")),
            ("https://sqs.cn-north-1.amazonaws.com.cn/222222222222/logs", Some("222222222222"), Some("cn-north-1")),
            ("http://localhost:4566/222222222222/logs", Some("222222222222"), None),
            ("logs", None, None),
            ("", None, None),
        ] {
            let found = (account_in_url(url), region_in_url(url));
            let found = (found.0.as_ref().map(AccountId::as_str), found.1.as_ref().map(Region::as_str));
            assert_eq!(found, (account, region), "{url}");
        }
    }
}
