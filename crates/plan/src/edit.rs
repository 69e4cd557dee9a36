//! Edits of facts: what one planned resource changes of what will be observed.
//!
//! A change is written in the types of [`logproof_estate::facts`], so that the overlay needs no knowledge of Terraform or
//! CloudFormation. `Set` means create or replace: fields that only AWS knows (creation dates, last use, status) are taken
//! from the observed fact when there is one, whatever the edit has in them.

use logproof_estate::{
    AccountId, Region,
    facts::{
        AccessAnalyzer, Account, Alarm, ArchiveTiering, BucketEncryption, BucketTag, ConfigDelivery, ConfigRecorder,
        EventBus, EventRule, EventSelectors, KeyGrant, KeyRotation, KmsKey, LifecycleRule, LoggingTarget, MetricFilter,
        OrgPolicyKind, OrganizationalUnit, Ownership, PublicAccessBlock, Replication, RuleTarget, Subscription, Trail,
        Versioning,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    document::Document,
    planned::{Planned, Unknown},
};

/// Where an edit comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file, as given; for what is given on the command line the argument.
    pub file: String,
    /// Address of the resource: `module.logs.aws_s3_bucket.this["a"]`, or the logical id of a stack resource.
    pub address: String,
    /// The attribute that decides it: `policy`, `rule`; empty for the resource as a whole.
    pub attribute: String,
    /// What happens to the resource: `create`, `update`, `delete`, `replace`, `import`.
    pub action: String,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Where it comes from.
    pub origin: Origin,
    /// Account of what changes. The management account for everything of AWS Organizations.
    pub account: AccountId,
    /// Region of what changes; the home Region where the service has none.
    pub region: Region,
    /// What changes.
    pub change: Change,
    /// The same as the plan believes it to be before the change, for a comparison with what is observed: a change of the
    /// same kind made from `before`. `None` for what is created, or where `before` does not say.
    pub before: Option<Change>,
    /// Whether any part of it is marked sensitive: it is used and never printed or kept.
    pub sensitive: bool,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A bucket of the account.
    Bucket {
        /// Its name, or a symbol of it.
        name: String,
        /// What of it.
        change: BucketChange,
    },
    /// Block Public Access of the account; `None` when the configuration is removed.
    AccountPublicAccessBlock(Planned<Option<PublicAccessBlock>>),
    /// A KMS key.
    Key {
        /// ARN of the key, or a symbol of it. Never an alias.
        arn: String,
        /// What of it.
        change: KeyChange,
    },
    /// An alias: name with `alias/`, and the id or ARN of the key it names from now on; `None` when it is deleted.
    Alias {
        /// `alias/...`.
        name: String,
        /// Id or ARN of the key.
        key: Option<Planned<String>>,
    },
    /// A trail.
    Trail {
        /// ARN of the trail.
        arn: String,
        /// What of it.
        change: TrailChange,
    },
    /// AWS Config.
    Config(ConfigChange),
    /// Event buses with their rules and targets, topics, metric filters, alarms, analyzers.
    Alerting(AlertingChange),
    /// AWS Organizations.
    Organization(OrganizationChange),
    /// AWS IAM.
    Iam(IamChange),
    /// Something that cannot be expressed otherwise makes the answer to a question unknown.
    Unclear {
        /// Name of the question, as [`logproof_estate::for_each_question`] has it: `bucket_policy`.
        question: String,
        /// Name, id or ARN of what is asked about, as it would be asked; `None` for anything in the account (and Region).
        subject: Option<String>,
        /// What is not known.
        unknown: Unknown,
    },
}

/// What changes of a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BucketChange {
    /// It is created. What no other edit sets is as S3 makes new buckets.
    Created {
        /// Created with Object Lock, which enables versioning.
        object_lock: bool,
    },
    /// It is deleted. A replaced bucket is `Deleted`, then `Created`.
    Deleted,
    /// Default encryption; `Known(None)` when the configuration is removed, which makes it SSE-S3. An empty list of blocked
    /// kinds leaves what is blocked as it is, and `NONE` in it allows every kind: so does S3 with the request.
    Encryption(Planned<Option<BucketEncryption>>),
    /// Block Public Access; `Known(None)` when the configuration is removed.
    PublicAccessBlock(Planned<Option<PublicAccessBlock>>),
    /// Object ownership; `Known(None)` when the configuration is removed.
    Ownership(Planned<Option<Ownership>>),
    /// Policy; `None` when it is removed.
    Policy(Option<Document>),
    /// Access control list.
    Acl(Planned<AclChange>),
    /// Versioning; a field that is `None` keeps its value. Removing the resource is `Suspended`.
    Versioning(Planned<Versioning>),
    /// The default retention of Object Lock; `Known(None)` when there is none, which leaves Object Lock enabled.
    ObjectLock(Planned<Option<logproof_estate::facts::DefaultRetention>>),
    /// Lifecycle rules; none when the configuration is removed.
    Lifecycle(Planned<Vec<LifecycleRule>>),
    /// The archive tiers of Intelligent-Tiering that one configuration switches on; `Known(None)` when it is removed.
    ArchiveTiering {
        /// Id of the configuration.
        id: String,
        /// What it becomes.
        to: Planned<Option<ArchiveTiering>>,
    },
    /// Server access logging.
    Logging(Planned<Option<LoggingTarget>>),
    /// Replication.
    Replication(Planned<Option<Replication>>),
    /// Tags, all of them (`tags_all`).
    Tags(Planned<Vec<BucketTag>>),
}

/// What becomes of an access control list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AclChange {
    /// A canned one: `private`, `log-delivery-write`, `public-read` ...
    Canned(String),
    /// Grants, the owner's own included.
    Grants(logproof_estate::facts::Acl),
}

/// What changes of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum KeyChange {
    /// It is created with these properties. Policy, rotation and grants are edits of their own; without one the policy is
    /// the default key policy and rotation is off.
    Created(Planned<KmsKey>),
    /// Enabled or disabled.
    Enabled(Planned<bool>),
    /// It is scheduled for deletion after so many days (30 when not given).
    Deleted {
        /// Waiting period.
        days: Option<i64>,
    },
    /// Automatic rotation.
    Rotation(Planned<KeyRotation>),
    /// Its policy; `None` makes it the default key policy.
    Policy(Option<Document>),
    /// A grant is made; its id may be a symbol.
    Granted(Planned<KeyGrant>),
    /// A grant is revoked or retired, by id or by name.
    GrantEnded {
        /// Grant id.
        id: String,
    },
}

/// What changes of a trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TrailChange {
    /// It is created, or its properties are set.
    Set(Planned<Trail>),
    /// It is deleted.
    Deleted,
    /// Logging is started or stopped.
    Logging(Planned<bool>),
    /// Its event selectors. A trail created without any records all management events.
    Selectors(Planned<EventSelectors>),
}

/// What changes in AWS Config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ConfigChange {
    /// A recorder is created, or its properties are set (not whether it records).
    Recorder(Planned<ConfigRecorder>),
    /// A recorder is deleted.
    RecorderDeleted {
        /// Its name.
        name: String,
    },
    /// A recorder is started or stopped. Deleting the status resource stops it.
    Recording {
        /// Its name.
        name: String,
        /// Whether it records.
        on: Planned<bool>,
    },
    /// A delivery channel is created or its properties are set.
    Delivery(Planned<ConfigDelivery>),
    /// A delivery channel is deleted.
    DeliveryDeleted {
        /// Its name.
        name: String,
    },
}

/// What changes in EventBridge, SNS, CloudWatch and Access Analyzer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AlertingChange {
    /// An event bus is created or its properties are set; its policy is an edit of its own, and none without.
    Bus {
        /// Its name.
        name: String,
        /// The bus; `None` when it is deleted.
        to: Option<Planned<EventBus>>,
    },
    /// The policy of an event bus; `None` takes it away.
    BusPolicy {
        /// Name of the bus.
        bus: String,
        /// The policy.
        to: Option<Document>,
    },
    /// A rule of an event bus.
    Rule {
        /// Name of the bus.
        bus: String,
        /// Its name.
        name: String,
        /// The rule; `None` when it is deleted.
        to: Option<Planned<EventRule>>,
    },
    /// A target of a rule of an event bus.
    Target {
        /// Name of the bus.
        bus: String,
        /// Name of the rule.
        rule: String,
        /// Target id.
        id: String,
        /// The target; `None` when it is deleted.
        to: Option<Planned<RuleTarget>>,
    },
    /// A topic is created or its properties are set; its policy is an edit of its own, and the default one without.
    Topic {
        /// ARN of the topic.
        arn: String,
        /// Key that encrypts its messages, `Known(None)` for none.
        kms_key: Planned<Option<String>>,
    },
    /// A topic is deleted.
    TopicDeleted {
        /// ARN of the topic.
        arn: String,
    },
    /// The policy of a topic; `None` makes it the default one.
    TopicPolicy {
        /// ARN of the topic.
        arn: String,
        /// The policy.
        to: Option<Document>,
    },
    /// A subscription is made or changed. E-mail and HTTP endpoints that are new have to confirm it.
    Subscribed {
        /// ARN of the topic.
        topic: String,
        /// The subscription; its ARN may be a symbol.
        to: Planned<Subscription>,
    },
    /// A subscription ends.
    Unsubscribed {
        /// ARN of the topic.
        topic: String,
        /// ARN of the subscription.
        arn: String,
    },
    /// A metric filter of a log group.
    MetricFilter {
        /// Name of the log group.
        log_group: String,
        /// Name of the filter.
        name: String,
        /// The filter; `None` when it is deleted.
        to: Option<Planned<MetricFilter>>,
    },
    /// An alarm.
    Alarm {
        /// Its name.
        name: String,
        /// The alarm; `None` when it is deleted.
        to: Option<Planned<Alarm>>,
    },
    /// An analyzer; its findings are kept, and none for a new one.
    Analyzer {
        /// Its name.
        name: String,
        /// The analyzer; `None` when it is deleted.
        to: Option<Planned<AccessAnalyzer>>,
    },
}

/// What changes in AWS Organizations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OrganizationChange {
    /// The policy types that the root has enabled, all of them.
    EnabledPolicyTypes(Planned<Vec<String>>),
    /// `ALL` or `CONSOLIDATED_BILLING`.
    FeatureSet(Planned<String>),
    /// A unit is created, renamed or moved. Its id may be a symbol.
    Unit(Planned<OrganizationalUnit>),
    /// A unit is deleted.
    UnitDeleted {
        /// Its id.
        id: String,
    },
    /// An account is created, renamed or moved. Its id may be a symbol; an empty parent is the root for a new account, and
    /// no move of another.
    Account(Planned<Account>),
    /// An account leaves the organization, or is closed (`SUSPENDED`).
    AccountGone {
        /// Its id.
        id: AccountId,
        /// Closed, and so suspended; else it is no longer a member.
        closed: bool,
    },
    /// A policy is created, or its name or content is set. Its id may be a symbol; attachments are edits of their own.
    Policy {
        /// Its kind.
        kind: OrgPolicyKind,
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// Its content.
        content: Document,
    },
    /// A policy is deleted.
    PolicyDeleted {
        /// Its id.
        id: String,
    },
    /// A policy is attached.
    Attached {
        /// Id of the policy.
        policy: String,
        /// Id of the root, unit or account.
        target: String,
    },
    /// A policy is detached.
    Detached {
        /// Id of the policy.
        policy: String,
        /// Id of the root, unit or account.
        target: String,
    },
    /// An account becomes delegated administrator of a service, or ceases to be.
    DelegatedAdministrator {
        /// Service principal.
        service: String,
        /// The account.
        account: AccountId,
        /// Whether it is from now on.
        registered: bool,
    },
    /// The policy by which the organization delegates its administration.
    DelegationPolicy(Option<Document>),
}

/// A kind of IAM principal that holds policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// Role.
    Role,
    /// User.
    User,
    /// Group.
    Group,
}

fn not_given<T>() -> Planned<Option<T>> {
    Planned::Known(None)
}

/// What changes in IAM. Holders are named by name, managed policies by ARN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IamChange {
    /// A role is created, or its properties are set.
    Role {
        /// Its name.
        name: String,
        /// Its path, `/` when none is given.
        path: String,
        /// Its trust policy.
        trust: Document,
        /// ARN of its permission boundary.
        boundary: Planned<Option<String>>,
        /// Longest session, in seconds; nothing when none is given.
        #[serde(default = "not_given")]
        max_session: Planned<Option<i64>>,
        /// Its tags, all of them.
        tags: Planned<Vec<(String, String)>>,
    },
    /// A user is created, or its properties are set.
    User {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
        /// ARN of its permission boundary.
        boundary: Planned<Option<String>>,
        /// Its tags, all of them.
        tags: Planned<Vec<(String, String)>>,
    },
    /// A role, user or group is deleted, with its inline policies and attachments.
    Deleted {
        /// What it is.
        holder: Holder,
        /// Its name.
        name: String,
    },
    /// An inline policy is set; `None` when it is removed.
    Inline {
        /// Whose.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// Name of the policy.
        policy: String,
        /// The policy.
        to: Option<Document>,
    },
    /// Inline policies other than these are removed.
    InlineOnly {
        /// Whose.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// Names of the policies that stay.
        policies: Planned<Vec<String>>,
    },
    /// A managed policy is created, or its document is set; `None` when it is deleted.
    ManagedPolicy {
        /// Its ARN.
        arn: String,
        /// Its document.
        to: Option<Document>,
    },
    /// A managed policy is attached.
    Attached {
        /// To what.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// ARN of the policy.
        policy: Planned<String>,
    },
    /// A managed policy is detached.
    Detached {
        /// From what.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// ARN of the policy.
        policy: String,
    },
    /// Managed policies other than these are detached from the holder.
    AttachedOnly {
        /// From what.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// ARNs of the policies that stay.
        policies: Planned<Vec<String>>,
    },
    /// The policy is attached to these and to nobody else (`aws_iam_policy_attachment`).
    AttachedTo {
        /// ARN of the policy.
        policy: String,
        /// Holders by kind and name.
        holders: Planned<Vec<(Holder, String)>>,
    },
    /// A group is created: only what the plan gives it is known of it, which is all there is.
    Group {
        /// Its name.
        name: String,
    },
    /// A user is put into a group, or taken out of it.
    Member {
        /// The group.
        group: String,
        /// The user.
        user: String,
        /// Whether it is a member from now on.
        member: bool,
    },
}

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
            Self::Rule { bus, name, .. } => format!("rule {name} of event bus {bus}"),
            Self::Target { bus, rule, id, .. } => format!("target {id} of rule {rule} of event bus {bus}"),
            Self::Topic { arn, .. } | Self::TopicDeleted { arn } => format!("topic {arn}"),
            Self::TopicPolicy { arn, .. } => format!("policy of topic {arn}"),
            Self::Subscribed { topic, to: Planned::Known(to) } => {
                format!("subscription {} {} of topic {topic}", to.protocol, to.endpoint)
            }
            Self::Subscribed { topic, to: Planned::Unknown(unknown) } => {
                format!("subscription {} of topic {topic}", unknown.address)
            }
            Self::Unsubscribed { topic, arn } => format!("subscription {arn} of topic {topic}"),
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
