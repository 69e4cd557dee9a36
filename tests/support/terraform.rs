//! Plans of Terraform as `terraform show -json` writes them, for tests that change landing zones.

#![allow(dead_code, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Account and Region of a resource.
pub(crate) type Place<'a> = (&'a str, &'a str);

/// A plan while it is put together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terraform {
    providers: BTreeMap<String, Value>,
    resources: Vec<Value>,
    changes: Vec<Value>,
}

impl Terraform {
    /// An object that is there, with other attributes.
    pub(crate) fn update(self, place: Place<'_>, kind: &str, before: Value, after: Value) -> Self {
        self.change(place, kind, &["update"], before, after)
    }

    /// An object that is made, with everything known.
    pub(crate) fn create(self, place: Place<'_>, kind: &str, after: Value) -> Self {
        self.change(place, kind, &["create"], Value::Null, after)
    }

    /// An object that is removed.
    pub(crate) fn delete(self, place: Place<'_>, kind: &str, before: Value) -> Self {
        self.change(place, kind, &["delete"], before, Value::Null)
    }

    /// Any change; the resource is called `planned`, then `planned2`.
    pub(crate) fn change(
        mut self,
        (account, region): Place<'_>,
        kind: &str,
        actions: &[&str],
        before: Value,
        after: Value,
    ) -> Self {
        let alias = format!("in{account}_{region}");
        let (key, number) = (format!("aws.{alias}"), self.of_kind(kind) + 1);
        let name = if number == 1 { "planned".to_owned() } else { format!("planned{number}") };
        let address = format!("{kind}.{name}");
        self.providers.insert(
            key.clone(),
            json!({"name": "aws", "alias": alias, "expressions": {
                "region": {"constant_value": region}, "allowed_account_ids": {"constant_value": [account]}}}),
        );
        self.resources.push(json!({"address": address, "mode": "managed", "type": kind, "name": name,
            "provider_config_key": key, "expressions": {}}));
        self.changes.push(json!({
            "address": address, "mode": "managed", "type": kind, "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": actions, "before": before, "after": after, "after_unknown": {},
                "before_sensitive": {}, "after_sensitive": {}},
        }));
        self
    }

    /// Attributes of the last change that only the apply will tell, with what their expressions refer to.
    pub(crate) fn after_apply(mut self, attributes: &[(&str, &[&str])]) -> Self {
        let (Some(change), Some(resource)) = (self.changes.last_mut(), self.resources.last_mut()) else { return self };
        for (attribute, references) in attributes {
            change["change"]["after_unknown"][*attribute] = Value::Bool(true);
            if !references.is_empty() {
                resource["expressions"][*attribute] = json!({"references": references});
            }
        }
        self
    }

    /// Attributes of the last change that its configuration sets to what they will be.
    pub(crate) fn configured(mut self, attributes: &[&str]) -> Self {
        if let Some(resource) = self.resources.last_mut() {
            for attribute in attributes {
                resource["expressions"][*attribute] = json!({});
            }
        }
        self
    }

    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn of_kind(&self, kind: &str) -> usize {
        self.changes.iter().filter(|change| change["type"] == kind).count()
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        json!({
            "format_version": "1.2",
            "terraform_version": "1.9.8",
            "complete": true,
            "resource_changes": self.changes,
            "configuration": {"provider_config": self.providers, "root_module": {"resources": self.resources}},
        })
        .to_string()
    }
}
