//! Every question by name, and sources that treat all questions alike.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Answer, BucketRef, Estate, ExchangeId, KeyRef, Region, Source,
    facts::{
        AccessAnalyzer, AccountAuthorization, Acl, Alarm, ArchiveTiering, BucketEncryption, BucketSummary, BucketTag,
        CallerIdentity, ChainIntegrity, ChainQuery, ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder,
        DelegatedAdministrator, Directory, EventBus, EventRule, EventSelectors, KeyAlias, KeyGrant, KeyRotation,
        KmsKey, LifecycleRule, LoggingTarget, MetricFilter, ObjectLock, ObjectPage, ObjectRetention, OrgPolicy,
        OrgPolicyKind, Organization, Ownership, PublicAccessBlock, Queue, Replication, Role, RuleTarget, Subscription,
        Tags, Topic, Trail, TrailEvent, TrailEventQuery, TrailPublicKey, TrailStatus, Versioning,
    },
    for_each_question,
};

use super::lay::{Keep, Laid};

/// What an estate was already asked is not asked again: the answers before a change are those it is laid over.
pub struct Remembered(pub Arc<Estate>);

macro_rules! remembered {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $ty:ty),*) -> $out:ty;)*) => {
        /// Name of every question, as an [`Unclear`](crate::edit::Change::Unclear) edit names it.
        pub const QUESTIONS: &[&str] = &[$(stringify!($name)),*];

        #[async_trait]
        impl Source for Remembered {
            $(async fn $name(&self, $($arg: $ty),*) -> Answer<$out> {
                self.0.$name($($arg),*).await
            })*
        }
    };
}

for_each_question!(remembered);

/// Keeps nothing but gives each record its id.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keeps;

impl Keep for Keeps {
    fn keep(&self, laid: &Laid) -> ExchangeId {
        laid.digest()
    }
}
