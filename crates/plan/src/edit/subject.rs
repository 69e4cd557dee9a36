//! What an edit changes, in words.

use super::{
    AlertingChange, BucketChange, Change, ConfigChange, Edit, Holder, IamChange, KeyChange, OrganizationChange,
    TrailChange,
};
use crate::planned::Planned;

impl Edit {
    /// What is changed, in words: two edits of one plan may be of one subject, two plans may not.
    #[must_use]
    pub fn subject(&self) -> String {
        let what = match &self.change {
            Change::Bucket { name, change } => format!("{} of bucket {name}", change.aspect()),
            Change::AccountPublicAccessBlock(_) => "Block Public Access".to_owned(),
            Change::Key { arn, change } => format!("{} of key {arn}", change.aspect()),
            Change::Alias { name, .. } => format!("key {name} in {}", self.region),
            Change::Trail { arn, change } => format!("{} of trail {arn}", change.aspect()),
            Change::Config(change) => format!("AWS Config in {}: {}", self.region, change.aspect()),
            Change::Alerting(change) => format!("{} in {}", change.aspect(), self.region),
            Change::Organization(change) => change.aspect(),
            Change::Iam(change) => change.aspect(),
            Change::Unclear { question, subject, unknown } => {
                format!("{question} {} {}", subject.as_deref().unwrap_or_default(), unknown.address)
            }
        };
        format!("{what} in account {}", self.account)
    }
}

impl BucketChange {
    fn aspect(&self) -> String {
        let aspect = match self {
            Self::ArchiveTiering { id, .. } => return format!("archive tiers `{id}`"),
            Self::Created { .. } | Self::Deleted => "existence",
            Self::Encryption(_) => "encryption",
            Self::PublicAccessBlock(_) => "Block Public Access",
            Self::Ownership(_) => "object ownership",
            Self::Policy(_) => "policy",
            Self::Acl(_) => "access control list",
            Self::Versioning(_) => "versioning",
            Self::ObjectLock(_) => "Object Lock",
            Self::Lifecycle(_) => "lifecycle rules",
            Self::Logging(_) => "access logging",
            Self::Replication(_) => "replication",
            Self::Tags(_) => "tags",
        };
        aspect.to_owned()
    }
}

impl KeyChange {
    fn aspect(&self) -> String {
        match self {
            Self::Created(_) | Self::Deleted { .. } => "existence".to_owned(),
            Self::Enabled(_) => "state".to_owned(),
            Self::Rotation(_) => "rotation".to_owned(),
            Self::Tags(_) => "tags".to_owned(),
            Self::Policy(_) => "policy".to_owned(),
            Self::Granted(Planned::Known(grant)) => format!("grant {}", grant.id),
            Self::Granted(Planned::Unknown(unknown)) => format!("grant {}", unknown.address),
            Self::GrantEnded { id } => format!("grant {id}"),
        }
    }
}

impl TrailChange {
    fn aspect(&self) -> &'static str {
        match self {
            Self::Set(_) | Self::Deleted => "properties",
            Self::Logging(_) => "logging",
            Self::Selectors(_) => "event selectors",
        }
    }
}

impl ConfigChange {
    fn aspect(&self) -> String {
        match self {
            Self::Recorder(Planned::Known(recorder)) => format!("recorder {}", recorder.name),
            Self::RecorderDeleted { name } => format!("recorder {name}"),
            Self::Recording { name, .. } => format!("status of recorder {name}"),
            Self::Delivery(Planned::Known(channel)) => format!("delivery channel {}", channel.name),
            Self::DeliveryDeleted { name } => format!("delivery channel {name}"),
            Self::Recorder(Planned::Unknown(unknown)) | Self::Delivery(Planned::Unknown(unknown)) => {
                unknown.address.clone()
            }
        }
    }
}

impl AlertingChange {
    fn aspect(&self) -> String {
        match self {
            Self::Bus { name, .. } => format!("event bus {name}"),
            Self::BusPolicy { bus, .. } => format!("policy of event bus {bus}"),
            Self::BusStatementRemoved { bus, id } => format!("statement {id} of the policy of event bus {bus}"),
            Self::Rule { bus, name, .. } => format!("rule {name} of event bus {bus}"),
            Self::Target { bus, rule, id, .. } => format!("target {id} of rule {rule} of event bus {bus}"),
            Self::Topic { arn, .. } | Self::TopicDeleted { arn } => format!("topic {arn}"),
            Self::TopicPolicy { arn, .. } => format!("policy of topic {arn}"),
            Self::TopicTags { arn, .. } => format!("tags of topic {arn}"),
            Self::Subscribed { topic, to: Planned::Known(to) } => {
                format!("subscription {} {} of topic {topic}", to.protocol, to.endpoint)
            }
            Self::Subscribed { topic, to: Planned::Unknown(unknown) } => {
                format!("subscription {} of topic {topic}", unknown.address)
            }
            Self::Unsubscribed { topic, arn } => format!("subscription {arn} of topic {topic}"),
            Self::Queue { arn, .. } | Self::QueueDeleted { arn } => format!("queue {arn}"),
            Self::QueuePolicy { arn, .. } => format!("policy of queue {arn}"),
            Self::LogGroupDeleted { name } => format!("log group {name}"),
            Self::QueueTags { arn, .. } => format!("tags of queue {arn}"),
            Self::MetricFilter { log_group, name, .. } => format!("metric filter {name} of log group {log_group}"),
            Self::Alarm { name, .. } => format!("alarm {name}"),
            Self::Analyzer { name, .. } => format!("analyzer {name}"),
        }
    }
}

impl OrganizationChange {
    fn aspect(&self) -> String {
        match self {
            Self::EnabledPolicyTypes(_) => "enabled policy types of the root".to_owned(),
            Self::FeatureSet(_) => "feature set of the organization".to_owned(),
            Self::Unit(Planned::Known(unit)) => format!("unit {}", unit.id),
            Self::UnitDeleted { id } => format!("unit {id}"),
            Self::Account(Planned::Known(account)) => format!("account {}", account.id),
            Self::AccountGone { id, .. } => format!("account {id}"),
            Self::Unit(Planned::Unknown(unknown)) | Self::Account(Planned::Unknown(unknown)) => unknown.address.clone(),
            Self::Policy { id, .. } | Self::PolicyDeleted { id } => format!("organizations policy {id}"),
            Self::Attached { policy, target } | Self::Detached { policy, target } => {
                format!("attachment of organizations policy {policy} to {target}")
            }
            Self::DelegatedAdministrator { service, account, .. } => {
                format!("delegated administrator {account} of {service}")
            }
            Self::DelegationPolicy(_) => "delegation policy of the organization".to_owned(),
        }
    }
}

impl IamChange {
    fn aspect(&self) -> String {
        match self {
            Self::Role { name, .. } => format!("role {name}"),
            Self::User { name, .. } => format!("user {name}"),
            Self::Group { name } => format!("group {name}"),
            Self::Deleted { holder, name } => format!("{} {name}", holder.word()),
            Self::Inline { holder, name, policy, .. } => {
                format!("inline policy {policy} of {} {name}", holder.word())
            }
            Self::InlineOnly { holder, name, .. } => format!("all inline policies of {} {name}", holder.word()),
            Self::ManagedPolicy { arn, .. } => format!("managed policy {arn}"),
            Self::Attached { holder, name, policy: Planned::Known(policy) }
            | Self::Detached { holder, name, policy } => {
                format!("attachment of {policy} to {} {name}", holder.word())
            }
            Self::Attached { holder, name, policy: Planned::Unknown(unknown) } => {
                format!("attachment {} to {} {name}", unknown.address, holder.word())
            }
            Self::AttachedOnly { holder, name, .. } => format!("all attachments of {} {name}", holder.word()),
            Self::AttachedTo { policy, .. } => format!("all attachments of {policy}"),
            Self::Member { group, user, .. } => format!("membership of user {user} in group {group}"),
        }
    }
}

impl Holder {
    fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
        }
    }
}
