//! The port: every question that can be asked of a landing zone, and the two ways it can be answered.
//!
//! A question is answered with a [`Fact`] (a complete value and the exchanges it rests on) or with [`Unseen`] (why
//! nothing can be said). Absence is a value (`None`, an empty list); denial and failure never are. A partial list is
//! not representable: an implementation that cannot read the last page answers [`Unseen`].

use std::{fmt, ops::Deref, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    facts::{
        AccessAnalyzer, AccountAuthorization, Acl, Alarm, ArchiveTiering, BucketEncryption, BucketSummary, BucketTag,
        CallerIdentity, ChainIntegrity, ChainQuery, ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder,
        DelegatedAdministrator, Directory, EventBus, EventRule, EventSelectors, KeyAlias, KeyGrant, KeyRotation,
        KmsKey, LifecycleRule, LoggingTarget, MetricFilter, ObjectLock, ObjectPage, ObjectRetention, OrgPolicy,
        OrgPolicyKind, Organization, Ownership, PublicAccessBlock, Queue, Replication, Role, RuleTarget, Subscription,
        Tags, Topic, Trail, TrailEvent, TrailEventQuery, TrailPublicKey, TrailStatus, Versioning,
    },
    place::{AccountId, BucketRef, KeyRef, Region},
};

/// Content address (lower-case hex SHA-256) of one recorded API exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeId(Arc<str>);

impl ExchangeId {
    /// Wraps a digest computed by the recorder.
    #[must_use]
    pub fn new(digest: impl Into<Arc<str>>) -> Self {
        Self(digest.into())
    }

    /// The whole digest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExchangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value observed from AWS, complete, with the exchanges it rests on. Cloning is cheap.
#[derive(Debug)]
pub struct Fact<T> {
    value: Arc<T>,
    exchanges: Arc<[ExchangeId]>,
}

impl<T> Fact<T> {
    /// A fact resting on `exchanges`.
    pub fn new(value: T, exchanges: impl Into<Arc<[ExchangeId]>>) -> Self {
        Self { value: Arc::new(value), exchanges: exchanges.into() }
    }

    /// The exchanges this fact rests on, in the order they were made.
    #[must_use]
    pub fn exchanges(&self) -> &[ExchangeId] {
        &self.exchanges
    }
}

impl<T> Clone for Fact<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), exchanges: Arc::clone(&self.exchanges) }
    }
}

impl<T> Deref for Fact<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Why a question could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reason {
    /// The caller may not make this call; `action` is the missing IAM action.
    Denied {
        /// IAM action, for example `s3:GetEncryptionConfiguration`.
        action: String,
    },
    /// The role of the target account could not be assumed.
    RoleNotAssumable {
        /// ARN of the role.
        role: String,
    },
    /// Still throttled after every retry.
    Throttled,
    /// No answer: connection refused, DNS, timeout.
    Unreachable,
    /// The service answered with an error (code given) that is neither denial nor absence.
    ServiceError {
        /// AWS error code, or the HTTP status when there was none.
        code: String,
    },
    /// The answer could not be read: truncated, not the documented form, contradictory.
    Malformed,
    /// No usable credentials.
    NoCredentials,
    /// A replayed bundle holds no such exchange.
    NotRecorded,
    /// The policies were read, but what they decide could not be determined.
    Undecided,
    /// What was read neither proves nor disproves it, for example for want of the key of a signature.
    Unproven,
    /// A planned change decides it, by a value that is known only after the apply.
    AfterApply {
        /// Address of the planned resource.
        address: String,
        /// Attribute of it that is not known.
        attribute: String,
    },
}

/// A question that could not be answered: what was asked, where, why not, and what to do. Never a verdict on the
/// subject; a control that needs the answer is ERROR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// API operation, for example `s3:GetBucketEncryption`.
    pub operation: String,
    /// Account asked.
    pub account: AccountId,
    /// Region asked, where the service has Regions.
    pub region: Option<Region>,
    /// The thing asked about: a bucket name, key id, trail ARN ...
    pub subject: String,
    /// Why there is no answer.
    pub reason: Reason,
    /// The cause in one line, as the service or the transport put it.
    pub detail: String,
    /// What to do about it.
    pub hint: String,
    /// Exchanges made before giving up.
    pub exchanges: Vec<ExchangeId>,
}

/// The detail of what a plan leaves to the apply; other details have another cause, such as a parameter that is not given.
const AFTER_APPLY: &str = "known after apply";

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match &self.reason {
            Reason::Denied { action } => format!("access denied for `{action}`"),
            Reason::RoleNotAssumable { role } => format!("role `{role}` cannot be assumed"),
            Reason::Throttled => "still throttled after all retries".to_owned(),
            Reason::Unreachable => "no answer".to_owned(),
            Reason::ServiceError { code } => format!("the service answered `{code}`"),
            Reason::Malformed => "the answer cannot be read".to_owned(),
            Reason::NoCredentials => "no usable credentials".to_owned(),
            Reason::NotRecorded => "not in the recording".to_owned(),
            Reason::Undecided => "the policies do not decide it".to_owned(),
            Reason::Unproven => "what was read does not prove it".to_owned(),
            Reason::AfterApply { address, attribute } if self.detail == AFTER_APPLY => {
                format!("known after apply: `{attribute}` of `{address}`")
            }
            Reason::AfterApply { address, attribute } => format!("not known: `{attribute}` of `{address}`"),
        };
        write!(f, "cannot read `{}` with {} in account {}", self.subject, self.operation, self.account)?;
        if let Some(region) = &self.region {
            write!(f, ", {region}")?;
        }
        write!(f, ": {why}")?;
        if !self.detail.is_empty() && self.detail != AFTER_APPLY {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Unseen {}

/// What a question is answered with.
pub type Answer<T> = Result<Fact<T>, Unseen>;

/// Hands the list of questions to another macro: documentation, name, arguments and what the answer holds.
///
/// This list is the only one. The port, the estate's methods and every source that treats all questions alike are made
/// from it; a macro that takes it names the types of [`crate::facts`] and of places it needs.
#[macro_export]
macro_rules! for_each_question {
    ($callback:ident) => { $callback! {
    /// Who is asking (`sts:GetCallerIdentity`).
    caller_identity() -> CallerIdentity;
    /// The organization itself, with the policy types its root has enabled (`organizations:DescribeOrganization`, `ListRoots`).
    organization() -> Organization;
    /// Roots, organizational units and accounts with their parents (`ListRoots`, `ListOrganizationalUnitsForParent`,
    /// `ListAccountsForParent`), cross-checked against `ListAccounts`.
    directory() -> Directory;
    /// All policies of one kind with content and targets (`ListPolicies`, `DescribePolicy`, `ListTargetsForPolicy`).
    org_policies(kind: OrgPolicyKind) -> Vec<OrgPolicy>;
    /// Delegated administrators of one service principal (`organizations:ListDelegatedAdministrators`).
    delegated_administrators(service: &str) -> Vec<DelegatedAdministrator>;
    /// The policy by which the organization delegates its administration to members, `None` when there is none
    /// (`organizations:DescribeResourcePolicy`).
    delegation_policy() -> Option<String>;

    /// All buckets an account owns (`s3:ListBuckets`).
    buckets(account: &AccountId) -> Vec<BucketSummary>;
    /// Region of a bucket, `None` when there is no such bucket (`s3:GetBucketLocation`).
    bucket_location(bucket: &BucketRef) -> Option<Region>;
    /// Default encryption of a bucket, `None` when absent (`s3:GetBucketEncryption`).
    bucket_encryption(bucket: &BucketRef) -> Option<BucketEncryption>;
    /// Block Public Access of a bucket, `None` when absent (`s3:GetPublicAccessBlock`).
    bucket_public_access_block(bucket: &BucketRef) -> Option<PublicAccessBlock>;
    /// Block Public Access of an account, `None` when absent (`s3control:GetPublicAccessBlock`).
    account_public_access_block(account: &AccountId) -> Option<PublicAccessBlock>;
    /// Object ownership of a bucket, `None` when absent (`s3:GetBucketOwnershipControls`).
    bucket_ownership(bucket: &BucketRef) -> Option<Ownership>;
    /// Bucket policy text, `None` when absent (`s3:GetBucketPolicy`).
    bucket_policy(bucket: &BucketRef) -> Option<String>;
    /// Access control list of a bucket (`s3:GetBucketAcl`).
    bucket_acl(bucket: &BucketRef) -> Acl;
    /// Versioning and MFA delete of a bucket (`s3:GetBucketVersioning`).
    bucket_versioning(bucket: &BucketRef) -> Versioning;
    /// Object Lock of a bucket, `None` when not enabled (`s3:GetObjectLockConfiguration`).
    object_lock(bucket: &BucketRef) -> Option<ObjectLock>;
    /// Lifecycle rules of a bucket, empty when absent (`s3:GetBucketLifecycleConfiguration`).
    bucket_lifecycle(bucket: &BucketRef) -> Vec<LifecycleRule>;
    /// Archive tiers of Intelligent-Tiering in a bucket, empty when none is configured
    /// (`s3:ListBucketIntelligentTieringConfigurations`).
    bucket_archive_tiering(bucket: &BucketRef) -> Vec<ArchiveTiering>;
    /// Server access logging of a bucket, `None` when off (`s3:GetBucketLogging`).
    bucket_logging(bucket: &BucketRef) -> Option<LoggingTarget>;
    /// Replication of a bucket, `None` when absent (`s3:GetBucketReplication`).
    bucket_replication(bucket: &BucketRef) -> Option<Replication>;
    /// Tags of a bucket, empty when absent (`s3:GetBucketTagging`).
    bucket_tags(bucket: &BucketRef) -> Vec<BucketTag>;
    /// One level of a bucket under a prefix: common prefixes, and the first objects in key order (`s3:ListObjectsV2`
    /// with delimiter `/`; prefixes are complete, objects are at most 1,000).
    bucket_level(bucket: &BucketRef, prefix: &str) -> ObjectPage;
    /// Retention of one object, `None` when it has none (`s3:GetObjectRetention`).
    object_retention(bucket: &BucketRef, key: &str) -> Option<ObjectRetention>;

    /// ARNs of all KMS keys of an account and Region, those that AWS manages included (`kms:ListKeys`).
    keys(account: &AccountId, region: &Region) -> Vec<String>;
    /// All aliases of KMS keys of an account and Region (`kms:ListAliases`).
    key_aliases(account: &AccountId, region: &Region) -> Vec<KeyAlias>;
    /// Tags of a KMS key (`kms:ListResourceTags`).
    key_tags(key: &KeyRef) -> Tags;
    /// A KMS key by id, ARN or alias, `None` when there is no such key (`kms:DescribeKey`).
    key(key: &KeyRef) -> Option<KmsKey>;
    /// Rotation of a key (`kms:GetKeyRotationStatus`).
    key_rotation(key: &KeyRef) -> KeyRotation;
    /// Key policy text (`kms:GetKeyPolicy`, policy name `default`).
    key_policy(key: &KeyRef) -> String;
    /// Grants on a key (`kms:ListGrants`).
    key_grants(key: &KeyRef) -> Vec<KeyGrant>;

    /// Trails visible in an account and Region, shadow trails included (`cloudtrail:DescribeTrails`).
    trails(account: &AccountId, region: &Region) -> Vec<Trail>;
    /// Status of a trail, by ARN, `None` when there is no such trail (`cloudtrail:GetTrailStatus`).
    trail_status(account: &AccountId, region: &Region, trail_arn: &str) -> Option<TrailStatus>;
    /// Event selectors of a trail (`cloudtrail:GetEventSelectors`).
    event_selectors(account: &AccountId, region: &Region, trail_arn: &str) -> EventSelectors;
    /// Recorded management events of the last 90 days (`cloudtrail:LookupEvents`).
    trail_events(account: &AccountId, region: &Region, query: &TrailEventQuery) -> Vec<TrailEvent>;
    /// The Region's public keys that were in use at some time from `from` to `until` (`cloudtrail:ListPublicKeys`).
    trail_public_keys(account: &AccountId, region: &Region, from: Timestamp, until: Timestamp) -> Vec<TrailPublicKey>;
    /// One chain of digests and the log files it names, verified (`s3:ListObjectsV2`, `GetObject`).
    digest_chain(bucket: &BucketRef, query: &ChainQuery) -> ChainIntegrity;

    /// Configuration recorders with their status (`config:DescribeConfigurationRecorders`, `DescribeConfigurationRecorderStatus`).
    config_recorders(account: &AccountId, region: &Region) -> Vec<ConfigRecorder>;
    /// Delivery channels (`config:DescribeDeliveryChannels`).
    config_delivery(account: &AccountId, region: &Region) -> Vec<ConfigDelivery>;
    /// How the last deliveries of each delivery channel ended (`config:DescribeDeliveryChannelStatus`).
    config_delivery_status(account: &AccountId, region: &Region) -> Vec<ConfigDeliveryStatus>;

    /// An event bus by name, `None` when there is no such bus (`events:DescribeEventBus`).
    event_bus(account: &AccountId, region: &Region, bus: &str) -> Option<EventBus>;
    /// EventBridge rules of an event bus, empty when there is no such bus (`events:ListRules`).
    event_rules(account: &AccountId, region: &Region, bus: &str) -> Vec<EventRule>;
    /// Targets of one rule of an event bus (`events:ListTargetsByRule`).
    rule_targets(account: &AccountId, region: &Region, bus: &str, rule: &str) -> Vec<RuleTarget>;
    /// ARNs of all SNS topics of an account and Region (`sns:ListTopics`).
    topics(account: &AccountId, region: &Region) -> Vec<String>;
    /// Tags of an SNS topic, `None` when there is no such topic (`sns:ListTagsForResource`).
    topic_tags(account: &AccountId, region: &Region, topic_arn: &str) -> Option<Tags>;
    /// An SNS topic with its access policy, `None` when there is no such topic (`sns:GetTopicAttributes`).
    topic(account: &AccountId, region: &Region, topic_arn: &str) -> Option<Topic>;
    /// Subscriptions of an SNS topic, `None` when there is no such topic (`sns:ListSubscriptionsByTopic`).
    topic_subscriptions(account: &AccountId, region: &Region, topic_arn: &str) -> Option<Vec<Subscription>>;
    /// ARNs of all SQS queues of an account and Region (`sqs:ListQueues`).
    queues(account: &AccountId, region: &Region) -> Vec<String>;
    /// Tags of an SQS queue, `None` when there is no such queue (`sqs:ListQueueTags`).
    queue_tags(account: &AccountId, region: &Region, queue_arn: &str) -> Option<Tags>;
    /// An SQS queue with its access policy, `None` when there is no such queue (`sqs:GetQueueAttributes`).
    queue(account: &AccountId, region: &Region, queue_arn: &str) -> Option<Queue>;
    /// Metric filters of a log group, empty when there are none (`logs:DescribeMetricFilters`).
    metric_filters(account: &AccountId, region: &Region, log_group: &str) -> Vec<MetricFilter>;
    /// CloudWatch metric alarms (`cloudwatch:DescribeAlarms`).
    alarms(account: &AccountId, region: &Region) -> Vec<Alarm>;
    /// IAM Access Analyzer analyzers with their active and archived findings (`access-analyzer:ListAnalyzers`, `ListFindingsV2`).
    access_analyzers(account: &AccountId, region: &Region) -> Vec<AccessAnalyzer>;

    /// A role by name, `None` when there is no such role (`iam:GetRole`).
    role(account: &AccountId, name: &str) -> Option<Role>;
    /// Every principal of an account with its policies (`iam:GetAccountAuthorizationDetails`).
    account_authorization(account: &AccountId) -> AccountAuthorization;
    } };
}

/// An argument of a question as [`Source`] takes it: a value, or what a kept value lends.
macro_rules! lend {
    ($arg:ident, $given:ident) => {
        $arg
    };
    ($arg:ident) => {
        &$arg
    };
}

macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $($given:ident)? $(& $lent:ty)?),*) -> $out:ty;)*) => {
        /// Where facts come from: a live organization, a mock zone, a recorded run. Implemented once, over the AWS
        /// SDK; each method makes the calls of one question, all pages of them.
        #[async_trait]
        pub trait Source: Send + Sync {
            $($(#[$doc])* async fn $name(&self, $($arg: $($given)? $(& $lent)?),*) -> Answer<$out>;)*

            /// The same source, answering what was asked of it before from its own recording; `None` when it keeps none.
            ///
            /// With it a run need not hold every answer until its end.
            fn again(&self) -> Option<Arc<dyn Source>> {
                None
            }
        }

        impl crate::estate::Estate {
            $($(#[$doc])*
            ///
            /// Asked at most once in a run, whoever asks.
            ///
            /// # Errors
            /// [`Unseen`] when the question could not be answered.
            pub async fn $name(&self, $($arg: $($given)? $(& $lent)?),*) -> Answer<$out> {
                let key = [stringify!($name).to_owned(), $(format!("{:?}", $arg)),*].join("|");
                let ask = |before: bool| {
                    let source = if before { self.again() } else { self.source() };
                    $(let $arg = $arg.to_owned();)*
                    async move { source.$name($(lend!($arg $(, $given)?)),*).await }
                };
                self.memo().ask(key, ask).await
            }
            )*
        }
    };
}

for_each_question!(questions);
