//! One thing that two resources of a plan change in opposite ways.
//!
//! What is removed at one address and made at another, without `moved`, is deleted and created in an order that the plan
//! does not fix: which of the two stays is not known. Instances of `for_each` that get another key are the usual case.

use std::collections::BTreeMap;

use crate::{
    edit::{
        AlertingChange, BucketChange, Change, ConfigChange, Edit, IamChange, KeyChange, OrganizationChange, Origin,
    },
    plan::Plan,
    planned::{Planned, Unknown},
};

/// An edit that sets or removes one thing as a whole.
struct Setting {
    /// The question whose answer it changes.
    question: &'static str,
    /// What is asked about; nothing where the question is about the account, or the account and Region.
    subject: Option<String>,
    /// What of the answer it is.
    part: String,
    /// Whether it removes it.
    removed: bool,
}

impl Setting {
    fn of(change: &Change) -> Option<Self> {
        match change {
            Change::Bucket { name, change } => bucket(name, change),
            Change::AccountPublicAccessBlock(to) => Some(Self::whole("account_public_access_block", gone(to))),
            Change::Key { arn, change: KeyChange::Policy(to) } => Some(Self::about("key_policy", arn, to.is_none())),
            Change::Alias { name, key } => Some(Self::about("key", name, key.is_none())),
            Change::Config(change) => config(change),
            Change::Alerting(change) => alerting(change),
            Change::Organization(change) => organization(change),
            Change::Iam(change) => iam(change),
            _ => None,
        }
    }

    /// The whole answer of a question about one thing.
    fn about(question: &'static str, subject: &str, removed: bool) -> Self {
        Self { question, subject: Some(subject.to_owned()), part: String::new(), removed }
    }

    /// The whole answer of a question about an account.
    fn whole(question: &'static str, removed: bool) -> Self {
        Self { question, subject: None, part: String::new(), removed }
    }

    /// A part of an answer.
    fn part(self, part: String) -> Self {
        Self { part, ..self }
    }
}

fn gone<T>(to: &Planned<Option<T>>) -> bool {
    matches!(to, Planned::Known(None))
}

fn bucket(name: &str, change: &BucketChange) -> Option<Setting> {
    let (question, removed) = match change {
        BucketChange::Encryption(to) => ("bucket_encryption", gone(to)),
        BucketChange::PublicAccessBlock(to) => ("bucket_public_access_block", gone(to)),
        BucketChange::Ownership(to) => ("bucket_ownership", gone(to)),
        BucketChange::Policy(to) => ("bucket_policy", to.is_none()),
        // The removal of the configuration suspends versioning.
        BucketChange::Versioning(to) => {
            let suspended = to.known().is_ok_and(|to| to.status.as_deref() == Some("Suspended"));
            ("bucket_versioning", suspended)
        }
        BucketChange::ObjectLock(to) => ("object_lock", gone(to)),
        BucketChange::Lifecycle(to) => ("bucket_lifecycle", to.known().is_ok_and(Vec::is_empty)),
        BucketChange::ArchiveTiering { id, to } => {
            return Some(Setting::about("bucket_archive_tiering", name, gone(to)).part(id.clone()));
        }
        BucketChange::Logging(to) => ("bucket_logging", gone(to)),
        BucketChange::Replication(to) => ("bucket_replication", gone(to)),
        _ => return None,
    };
    Some(Setting::about(question, name, removed))
}

fn config(change: &ConfigChange) -> Option<Setting> {
    let (question, part, removed) = match change {
        ConfigChange::Recording { name, on } => {
            ("config_recorders", format!("status {name}"), *on == Planned::Known(false))
        }
        ConfigChange::Recorder(Planned::Known(to)) => ("config_recorders", to.name.clone(), false),
        ConfigChange::RecorderDeleted { name } => ("config_recorders", name.clone(), true),
        ConfigChange::Delivery(Planned::Known(to)) => ("config_delivery", to.name.clone(), false),
        ConfigChange::DeliveryDeleted { name } => ("config_delivery", name.clone(), true),
        ConfigChange::Recorder(_) | ConfigChange::Delivery(_) => return None,
    };
    Some(Setting::whole(question, removed).part(part))
}

fn alerting(change: &AlertingChange) -> Option<Setting> {
    Some(match change {
        AlertingChange::TopicPolicy { arn, to } => Setting::about("topic", arn, to.is_none()),
        AlertingChange::QueuePolicy { arn, to } => Setting::about("queue", arn, to.is_none()),
        AlertingChange::BusPolicy { bus, to } => Setting::about("event_bus", bus, to.is_none()),
        AlertingChange::BusStatementRemoved { bus, .. } => Setting::about("event_bus", bus, true),
        AlertingChange::Rule { bus, name, to } => {
            Setting::whole("event_rules", to.is_none()).part(format!("{bus}/{name}"))
        }
        AlertingChange::Target { bus, rule, id, to } => {
            Setting::about("rule_targets", rule, to.is_none()).part(format!("{bus}/{id}"))
        }
        AlertingChange::MetricFilter { log_group, name, to } => {
            Setting::about("metric_filters", log_group, to.is_none()).part(name.clone())
        }
        AlertingChange::Alarm { name, to } => Setting::whole("alarms", to.is_none()).part(name.clone()),
        AlertingChange::Analyzer { name, to } => Setting::whole("access_analyzers", to.is_none()).part(name.clone()),
        _ => return None,
    })
}

fn organization(change: &OrganizationChange) -> Option<Setting> {
    let (policy, target, removed) = match change {
        OrganizationChange::Attached { policy, target } => (policy, target, false),
        OrganizationChange::Detached { policy, target } => (policy, target, true),
        _ => return None,
    };
    Some(Setting::whole("org_policies", removed).part(format!("{policy} {target}")))
}

fn iam(change: &IamChange) -> Option<Setting> {
    let (part, removed) = match change {
        IamChange::Inline { holder, name, policy, to } => (format!("inline {holder:?} {name} {policy}"), to.is_none()),
        IamChange::Attached { holder, name, policy: Planned::Known(policy) } => {
            (format!("attached {holder:?} {name} {policy}"), false)
        }
        IamChange::Detached { holder, name, policy } => (format!("attached {holder:?} {name} {policy}"), true),
        IamChange::Member { group, user, member } => (format!("member {group} {user}"), !member),
        _ => return None,
    };
    Some(Setting::whole("account_authorization", removed).part(part))
}

/// Makes the answer unknown where a removal and a setting of one thing come from different addresses.
pub(crate) fn settle(plan: &mut Plan) {
    let mut by_thing: BTreeMap<_, Vec<(&Edit, Setting)>> = BTreeMap::new();
    for edit in &plan.edits {
        if let Some(setting) = Setting::of(&edit.change) {
            // The Region of a bucket is its own, whichever provider manages it.
            let regional = matches!(edit.change, Change::Alerting(_) | Change::Config(_) | Change::Alias { .. });
            let thing = (setting.question, setting.subject.clone(), setting.part.clone());
            let place = (&edit.account, regional.then_some(&edit.region));
            by_thing.entry((place, thing)).or_default().push((edit, setting));
        }
    }
    let mut unclear = Vec::new();
    for edits in by_thing.into_values() {
        let removed = edits.iter().find(|(edit, setting)| setting.removed && edit.origin.action == "delete");
        let set = edits.iter().find(|(_, setting)| !setting.removed);
        let (Some((removed, _)), Some((set, setting))) = (removed, set) else { continue };
        if removed.origin.address == set.origin.address {
            continue;
        }
        let why =
            format!("`{}` removes what this sets, in an order that the plan does not fix", removed.origin.address);
        let unknown = Unknown { address: set.origin.address.clone(), attribute: set.origin.attribute.clone(), why };
        let (question, subject) = (setting.question.to_owned(), setting.subject.clone());
        unclear.push(Edit {
            origin: Origin { action: set.origin.action.clone(), ..set.origin.clone() },
            account: set.account.clone(),
            region: set.region.clone(),
            change: Change::Unclear { question, subject, unknown },
            before: None,
            sensitive: false,
        });
    }
    plan.edits.extend(unclear);
}
