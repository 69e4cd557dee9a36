//! What the ids and ARNs of a resource will be: known where they follow from names, else symbols.
//!
//! Owns the form each resource type gives its ARN.
// See: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

use super::{index::Index, link::Link, model::ResourceChange};

impl Index<'_> {
    /// The text of an identifying attribute that the plan leaves open; nothing for any other attribute.
    pub(super) fn identity(&self, change: &ResourceChange, attribute: &str, depth: usize) -> Option<String> {
        let named = |name: &str| self.own_name(change, name);
        match (change.kind.as_str(), attribute) {
            ("aws_s3_bucket", "bucket" | "id") => Some(named("bucket")),
            ("aws_s3_bucket", "arn") => Some(self.context.partition.arn("s3", "", "", &named("bucket"))),
            ("aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key", "key_id" | "id" | "arn") => {
                self.key(change, attribute, depth)
            }
            ("aws_kms_alias", "name" | "id") => Some(named("name")),
            ("aws_kms_alias", "arn") => self.regional(change, "kms", &named("name"), depth),
            ("aws_kms_alias", "target_key_id" | "target_key_arn") => {
                self.linked(change, "target_key_id", Link::Key, depth)
            }
            ("aws_iam_role" | "aws_iam_user" | "aws_iam_group", "name" | "id") => Some(named("name")),
            ("aws_iam_role", "arn") => self.iam(change, "role", depth),
            ("aws_iam_user", "arn") => self.iam(change, "user", depth),
            ("aws_iam_group", "arn") => self.iam(change, "group", depth),
            ("aws_iam_policy", "arn" | "id") => self.iam(change, "policy", depth),
            ("aws_sns_topic", "arn" | "id") => self.regional(change, "sns", &named("name"), depth),
            ("aws_sns_topic_subscription", "arn" | "id") => Some(self.minted(change, "arn")),
            ("aws_sns_topic_policy", "arn") => self.linked(change, "arn", Link::Topic, depth),
            ("aws_sqs_queue", "arn") => self.regional(change, "sqs", &named("name"), depth),
            ("aws_sqs_queue", "id" | "url") => {
                let (account, region) = (self.account(change, depth).ok()?, self.region(change, depth).ok()?);
                let suffix = self.context.partition.dns_suffix();
                Some(format!("https://sqs.{region}.{suffix}/{account}/{}", named("name")))
            }
            ("aws_sqs_queue_policy", "queue_url") => self.linked(change, "queue_url", Link::Queue, depth),
            ("aws_cloudtrail", "arn") => {
                self.regional(change, "cloudtrail", &format!("trail/{}", named("name")), depth)
            }
            ("aws_cloudwatch_log_group", "name" | "id") => Some(named("name")),
            ("aws_cloudwatch_log_group", "arn") => {
                self.regional(change, "logs", &format!("log-group:{}", named("name")), depth)
            }
            ("aws_cloudwatch_log_metric_filter", "name" | "id") => Some(named("name")),
            ("aws_cloudwatch_event_rule", "name") => Some(named("name")),
            ("aws_cloudwatch_event_bus", "name" | "id") => Some(named("name")),
            ("aws_cloudwatch_event_bus", "arn") => {
                self.regional(change, "events", &format!("event-bus/{}", named("name")), depth)
            }
            ("aws_cloudwatch_event_rule", "id") if on_default_bus(change) => Some(named("name")),
            ("aws_cloudwatch_event_rule", "arn") if on_default_bus(change) => {
                self.regional(change, "events", &format!("rule/{}", named("name")), depth)
            }
            ("aws_cloudwatch_event_rule", "arn") => {
                let bus = change.after.get("event_bus_name").text().ok().flatten();
                let bus = bus.or_else(|| self.linked(change, "event_bus_name", Link::Bus, depth))?;
                let bus = bus.split_once(":event-bus/").map_or(bus.as_str(), |(_, name)| name);
                self.regional(change, "events", &format!("rule/{bus}/{}", named("name")), depth)
            }
            ("aws_iam_role_policy" | "aws_iam_user_policy" | "aws_iam_group_policy", "name") => Some(named("name")),
            ("aws_config_delivery_channel", "name") => Some(named("name")),
            ("aws_cloudwatch_event_target", "target_id") => Some(self.minted(change, "target_id")),
            ("aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm", "alarm_name") => {
                Some(named("alarm_name"))
            }
            ("aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm", "arn") => {
                self.regional(change, "cloudwatch", &format!("alarm:{}", named("alarm_name")), depth)
            }
            ("aws_organizations_policy", "id") => Some(self.symbols.borrow_mut().policy_id(&change.address)),
            ("aws_organizations_organizational_unit", "id") => Some(self.symbols.borrow_mut().unit_id(&change.address)),
            ("aws_organizations_account", "id") => {
                self.symbols.borrow_mut().account_id(&change.address).map(String::from)
            }
            ("aws_organizations_organization", "roots[0].id") => {
                change.after.block("roots").get("id").text().ok().flatten()
            }
            ("aws_config_configuration_recorder", "name" | "id") => Some(named("name")),
            ("aws_config_configuration_recorder_status", "name") => self.linked(change, "name", Link::Recorder, depth),
            ("aws_accessanalyzer_analyzer", "arn") => {
                self.regional(change, "access-analyzer", &format!("analyzer/{}", named("analyzer_name")), depth)
            }
            ("aws_kms_grant", "grant_id") => Some(self.minted(change, "grant_id")),
            (kind, "bucket") if kind.starts_with("aws_s3_bucket_") => self.bucket(change, depth),
            _ => None,
        }
    }

    /// The name it is given, or a symbol where the provider or AWS will choose one.
    pub(super) fn own_name(&self, change: &ResourceChange, attribute: &str) -> String {
        let side = if change.after.is_absent() { &change.before } else { &change.after };
        match side.get(attribute).text() {
            Ok(Some(name)) => name,
            _ => self.minted(change, attribute),
        }
    }

    fn minted(&self, change: &ResourceChange, attribute: &str) -> String {
        self.symbols.borrow_mut().name(&change.address, attribute)
    }

    fn key(&self, change: &ResourceChange, attribute: &str, depth: usize) -> Option<String> {
        if attribute != "arn" {
            return Some(self.symbols.borrow_mut().key_id(&change.address));
        }
        let (account, region) = (self.account(change, depth).ok()?, self.region(change, depth).ok()?);
        Some(self.symbols.borrow_mut().key_arn(&change.address, self.context.partition, &account, &region))
    }

    fn regional(&self, change: &ResourceChange, service: &str, resource: &str, depth: usize) -> Option<String> {
        let (account, region) = (self.account(change, depth).ok()?, self.region(change, depth).ok()?);
        Some(self.context.partition.arn(service, region.as_str(), account.as_str(), resource))
    }

    fn iam(&self, change: &ResourceChange, kind: &str, depth: usize) -> Option<String> {
        let account = self.account(change, depth).ok()?;
        let path = change.after.get("path").text().ok()?.unwrap_or_else(|| "/".to_owned());
        let resource = format!("{kind}{path}{}", self.own_name(change, "name"));
        Some(self.context.partition.arn("iam", "", account.as_str(), &resource))
    }
}

/// Whether a rule is on the default event bus, whose name stands in no id and no ARN.
pub(super) fn on_default_bus(change: &ResourceChange) -> bool {
    matches!(change.after.get("event_bus_name").text(), Ok(None)) || {
        let bus = change.after.get("event_bus_name").text().ok().flatten();
        bus.is_some_and(|bus| bus == "default" || bus.ends_with(":event-bus/default"))
    }
}
