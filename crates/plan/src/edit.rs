//! Edits of facts: what one planned resource changes of what will be observed.
//!
//! A change is written in the types of [`logproof_estate::facts`], so that the overlay needs no knowledge of Terraform or
//! CloudFormation. `Set` means create or replace: fields that only AWS knows (creation dates, last use, status) are taken
//! from the observed fact when there is one, whatever the edit has in them.

mod identity;
mod organization;
mod subject;

use logproof_estate::{
    AccountId, Region,
    facts::{
        AccessAnalyzer, Alarm, ArchiveTiering, BucketEncryption, BucketTag, ConfigDelivery, ConfigRecorder, EventBus,
        EventRule, EventSelectors, KeyGrant, KeyRotation, KmsKey, LifecycleRule, LoggingTarget, MetricFilter,
        Ownership, PublicAccessBlock, Replication, RuleTarget, Subscription, Tags, Trail, Versioning,
    },
};
use serde::{Deserialize, Serialize};

pub use identity::{Holder, IamChange};
pub use organization::OrganizationChange;

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
    /// Event buses with their rules and targets, topics, queues, metric filters, alarms, analyzers.
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
    /// Tags, all of them (`tags_all`).
    Tags(Planned<Tags>),
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

/// What changes in EventBridge, SNS, SQS, CloudWatch and Access Analyzer.
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
    /// One statement of the policy of an event bus is taken away.
    BusStatementRemoved {
        /// Name of the bus.
        bus: String,
        /// Its `Sid`.
        id: String,
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
    /// Tags of a topic, all of them (`tags_all`).
    TopicTags {
        /// ARN of the topic.
        arn: String,
        /// The tags.
        to: Planned<Tags>,
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
    /// A queue is created or its properties are set; its policy is an edit of its own, and none without.
    Queue {
        /// ARN of the queue.
        arn: String,
        /// Key that encrypts its messages, `Known(None)` for none.
        kms_key: Planned<Option<String>>,
    },
    /// A queue is deleted.
    QueueDeleted {
        /// ARN of the queue.
        arn: String,
    },
    /// The policy of a queue; `None` takes it away.
    QueuePolicy {
        /// ARN of the queue.
        arn: String,
        /// The policy.
        to: Option<Document>,
    },
    /// A log group is deleted, and its metric filters with it.
    LogGroupDeleted {
        /// Its name.
        name: String,
    },
    /// Tags of a queue, all of them (`tags_all`).
    QueueTags {
        /// ARN of the queue.
        arn: String,
        /// The tags.
        to: Planned<Tags>,
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
