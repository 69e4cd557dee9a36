//! Every question of the port, each asked in one account and Region.
//!
//! The organization is asked about in the management account or the delegated administrator that the configuration names,
//! everything else in the account the question names.
//! Services without Regions are asked at the home Region's endpoints, and no Region is reported for them.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Answer, BucketRef, KeyRef, Region, Source,
    facts::{
        AccessAnalyzer, AccountAuthorization, Acl, Alarm, ArchiveTiering, BucketEncryption, BucketSummary, BucketTag,
        CallerIdentity, ChainIntegrity, ChainQuery, ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder,
        DelegatedAdministrator, Directory, EventBus, EventRule, EventSelectors, KeyAlias, KeyGrant, KeyRotation,
        KmsKey, LifecycleRule, LoggingTarget, MetricFilter, ObjectLock, ObjectPage, ObjectRetention, OrgPolicy,
        OrgPolicyKind, Organization, Ownership, PublicAccessBlock, Queue, Replication, Role, RuleTarget, Subscription,
        Tags, Topic, Trail, TrailEvent, TrailEventQuery, TrailPublicKey, TrailStatus, Versioning,
    },
};

use super::{
    access_analyzer, cloudtrail, cloudwatch, config, events, iam, kms, logs, organizations, s3, s3control, sns, sqs,
};
use crate::{
    Aws,
    failure::{Asked, Failure},
    session::Session,
};

impl Aws {
    async fn ask_bucket<T, F, Fut>(&self, operation: &'static str, bucket: &BucketRef, ask: F) -> Answer<T>
    where
        F: Fn(aws_sdk_s3::Client) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let asked =
            Asked { operation, account: &bucket.owner, region: Some(&bucket.region), subject: bucket.name.as_str() };
        self.ask(asked, |session| s3::in_bucket_region(session, ask)).await
    }

    async fn ask_key<T, F, Fut>(&self, operation: &'static str, key: &KeyRef, ask: F) -> Answer<T>
    where
        F: FnOnce(Session) -> Fut + Send,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let asked = Asked { operation, account: &key.account, region: Some(&key.region), subject: key.id.as_str() };
        self.ask(asked, ask).await
    }

    async fn ask_organization<T, F, Fut>(&self, operation: &'static str, subject: &str, ask: F) -> Answer<T>
    where
        F: FnOnce(Session) -> Fut + Send,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        self.ask(Asked { operation, account: &self.organizations, region: None, subject }, ask).await
    }
}

#[async_trait]
impl Source for Aws {
    fn again(&self) -> Option<Arc<dyn Source>> {
        self.asked_again().map(|again| again as Arc<dyn Source>)
    }

    async fn caller_identity(&self) -> Answer<CallerIdentity> {
        self.identify().await
    }

    async fn organization(&self) -> Answer<Organization> {
        self.ask_organization("organizations:DescribeOrganization", "the organization", |session| async move {
            organizations::organization(&session.organizations()).await
        })
        .await
    }

    async fn directory(&self) -> Answer<Directory> {
        self.ask_organization("organizations:ListRoots", "the organization", |session| async move {
            organizations::directory(&session.organizations()).await
        })
        .await
    }

    async fn org_policies(&self, kind: OrgPolicyKind) -> Answer<Vec<OrgPolicy>> {
        self.ask_organization("organizations:ListPolicies", kind.as_str(), |session| async move {
            organizations::policies(&session.organizations(), kind).await
        })
        .await
    }

    async fn delegated_administrators(&self, service: &str) -> Answer<Vec<DelegatedAdministrator>> {
        self.ask_organization("organizations:ListDelegatedAdministrators", service, |session| async move {
            organizations::delegated_administrators(&session.organizations(), service).await
        })
        .await
    }

    async fn delegation_policy(&self) -> Answer<Option<String>> {
        let subject = "the delegation policy of the organization";
        self.ask_organization("organizations:DescribeResourcePolicy", subject, |session| async move {
            organizations::delegation_policy(&session.organizations()).await
        })
        .await
    }

    async fn buckets(&self, account: &AccountId) -> Answer<Vec<BucketSummary>> {
        let asked = Asked { operation: "s3:ListBuckets", account, region: None, subject: "the buckets of the account" };
        self.ask(asked, |session| async move { s3::buckets(&session.s3()).await }).await
    }

    async fn bucket_location(&self, bucket: &BucketRef) -> Answer<Option<Region>> {
        let ask = |s3| async move { s3::bucket_location(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketLocation", bucket, ask).await
    }

    async fn bucket_encryption(&self, bucket: &BucketRef) -> Answer<Option<BucketEncryption>> {
        let ask = |s3| async move { s3::bucket_encryption(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketEncryption", bucket, ask).await
    }

    async fn bucket_public_access_block(&self, bucket: &BucketRef) -> Answer<Option<PublicAccessBlock>> {
        let ask = |s3| async move { s3::public_access_block(&s3, bucket).await };
        self.ask_bucket("s3:GetPublicAccessBlock", bucket, ask).await
    }

    async fn account_public_access_block(&self, account: &AccountId) -> Answer<Option<PublicAccessBlock>> {
        let operation = "s3control:GetPublicAccessBlock";
        let asked = Asked { operation, account, region: None, subject: account.as_str() };
        let ask = |session: Session| async move { s3control::public_access_block(&session.s3control(), account).await };
        self.ask(asked, ask).await
    }

    async fn bucket_ownership(&self, bucket: &BucketRef) -> Answer<Option<Ownership>> {
        let ask = |s3| async move { s3::bucket_ownership(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketOwnershipControls", bucket, ask).await
    }

    async fn bucket_policy(&self, bucket: &BucketRef) -> Answer<Option<String>> {
        let ask = |s3| async move { s3::bucket_policy(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketPolicy", bucket, ask).await
    }

    async fn bucket_acl(&self, bucket: &BucketRef) -> Answer<Acl> {
        let ask = |s3| async move { s3::bucket_acl(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketAcl", bucket, ask).await
    }

    async fn bucket_versioning(&self, bucket: &BucketRef) -> Answer<Versioning> {
        let ask = |s3| async move { s3::bucket_versioning(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketVersioning", bucket, ask).await
    }

    async fn object_lock(&self, bucket: &BucketRef) -> Answer<Option<ObjectLock>> {
        let ask = |s3| async move { s3::object_lock(&s3, bucket).await };
        self.ask_bucket("s3:GetObjectLockConfiguration", bucket, ask).await
    }

    async fn bucket_lifecycle(&self, bucket: &BucketRef) -> Answer<Vec<LifecycleRule>> {
        let ask = |s3| async move { s3::bucket_lifecycle(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketLifecycleConfiguration", bucket, ask).await
    }

    async fn bucket_archive_tiering(&self, bucket: &BucketRef) -> Answer<Vec<ArchiveTiering>> {
        let ask = |s3| async move { s3::bucket_archive_tiering(&s3, bucket).await };
        self.ask_bucket("s3:ListBucketIntelligentTieringConfigurations", bucket, ask).await
    }

    async fn bucket_logging(&self, bucket: &BucketRef) -> Answer<Option<LoggingTarget>> {
        let ask = |s3| async move { s3::bucket_logging(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketLogging", bucket, ask).await
    }

    async fn bucket_replication(&self, bucket: &BucketRef) -> Answer<Option<Replication>> {
        let ask = |s3| async move { s3::bucket_replication(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketReplication", bucket, ask).await
    }

    async fn bucket_tags(&self, bucket: &BucketRef) -> Answer<Vec<BucketTag>> {
        let ask = |s3| async move { s3::bucket_tags(&s3, bucket).await };
        self.ask_bucket("s3:GetBucketTagging", bucket, ask).await
    }

    async fn bucket_level(&self, bucket: &BucketRef, prefix: &str) -> Answer<ObjectPage> {
        let ask = |s3| async move { s3::bucket_level(&s3, bucket, prefix).await };
        self.ask_bucket("s3:ListObjectsV2", bucket, ask).await
    }

    async fn object_retention(&self, bucket: &BucketRef, key: &str) -> Answer<Option<ObjectRetention>> {
        let ask = |s3| async move { s3::object_retention(&s3, bucket, key).await };
        self.ask_bucket("s3:GetObjectRetention", bucket, ask).await
    }

    async fn keys(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        let asked = here("kms:ListKeys", account, region, "the keys of the account");
        self.ask(asked, |session| async move { kms::keys(&session.kms()).await }).await
    }

    async fn key_aliases(&self, account: &AccountId, region: &Region) -> Answer<Vec<KeyAlias>> {
        let asked = here("kms:ListAliases", account, region, "the aliases of keys of the account");
        self.ask(asked, |session| async move { kms::key_aliases(&session.kms()).await }).await
    }

    async fn key_tags(&self, key: &KeyRef) -> Answer<Tags> {
        let ask = |session: Session| async move { kms::key_tags(&session.kms(), &key.id).await };
        self.ask_key("kms:ListResourceTags", key, ask).await
    }

    async fn key(&self, key: &KeyRef) -> Answer<Option<KmsKey>> {
        let ask = |session: Session| async move { kms::key(&session.kms(), &key.id).await };
        self.ask_key("kms:DescribeKey", key, ask).await
    }

    async fn key_rotation(&self, key: &KeyRef) -> Answer<KeyRotation> {
        let ask = |session: Session| async move { kms::key_rotation(&session.kms(), &key.id).await };
        self.ask_key("kms:GetKeyRotationStatus", key, ask).await
    }

    async fn key_policy(&self, key: &KeyRef) -> Answer<String> {
        let ask = |session: Session| async move { kms::key_policy(&session.kms(), &key.id).await };
        self.ask_key("kms:GetKeyPolicy", key, ask).await
    }

    async fn key_grants(&self, key: &KeyRef) -> Answer<Vec<KeyGrant>> {
        let ask = |session: Session| async move { kms::key_grants(&session.kms(), &key.id).await };
        self.ask_key("kms:ListGrants", key, ask).await
    }

    async fn trails(&self, account: &AccountId, region: &Region) -> Answer<Vec<Trail>> {
        let asked = here("cloudtrail:DescribeTrails", account, region, "the trails of the account");
        self.ask(asked, |session| async move { cloudtrail::trails(&session.cloudtrail()).await }).await
    }

    async fn trail_status(&self, account: &AccountId, region: &Region, trail_arn: &str) -> Answer<Option<TrailStatus>> {
        let asked = here("cloudtrail:GetTrailStatus", account, region, trail_arn);
        self.ask(asked, |session| async move { cloudtrail::trail_status(&session.cloudtrail(), trail_arn).await }).await
    }

    async fn event_selectors(&self, account: &AccountId, region: &Region, trail_arn: &str) -> Answer<EventSelectors> {
        let asked = here("cloudtrail:GetEventSelectors", account, region, trail_arn);
        let ask = |session: Session| async move { cloudtrail::event_selectors(&session.cloudtrail(), trail_arn).await };
        self.ask(asked, ask).await
    }

    async fn trail_events(
        &self,
        account: &AccountId,
        region: &Region,
        query: &TrailEventQuery,
    ) -> Answer<Vec<TrailEvent>> {
        let asked = here("cloudtrail:LookupEvents", account, region, &query.value);
        self.ask(asked, |session| async move { cloudtrail::trail_events(&session.cloudtrail(), query).await }).await
    }

    async fn trail_public_keys(
        &self,
        account: &AccountId,
        region: &Region,
        from: Timestamp,
        until: Timestamp,
    ) -> Answer<Vec<TrailPublicKey>> {
        let asked = here("cloudtrail:ListPublicKeys", account, region, "the public keys of CloudTrail");
        let ask = |session: Session| async move { cloudtrail::public_keys(&session.cloudtrail(), from, until).await };
        self.ask(asked, ask).await
    }

    async fn digest_chain(&self, bucket: &BucketRef, query: &ChainQuery) -> Answer<ChainIntegrity> {
        self.verify_chain(bucket, query).await
    }

    async fn config_recorders(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigRecorder>> {
        let subject = "the configuration recorders of the account";
        let asked = here("config:DescribeConfigurationRecorders", account, region, subject);
        self.ask(asked, |session| async move { config::recorders(&session.config()).await }).await
    }

    async fn config_delivery(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigDelivery>> {
        let subject = "the delivery channels of the account";
        let asked = here("config:DescribeDeliveryChannels", account, region, subject);
        self.ask(asked, |session| async move { config::delivery(&session.config()).await }).await
    }

    async fn config_delivery_status(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigDeliveryStatus>> {
        let subject = "the delivery channels of the account";
        let asked = here("config:DescribeDeliveryChannelStatus", account, region, subject);
        self.ask(asked, |session| async move { config::delivery_status(&session.config()).await }).await
    }

    async fn event_bus(&self, account: &AccountId, region: &Region, bus: &str) -> Answer<Option<EventBus>> {
        let subject = format!("the {bus} event bus");
        let asked = here("events:DescribeEventBus", account, region, &subject);
        self.ask(asked, |session| async move { events::bus(&session.events(), bus).await }).await
    }

    async fn event_rules(&self, account: &AccountId, region: &Region, bus: &str) -> Answer<Vec<EventRule>> {
        let subject = format!("the rules of the {bus} event bus");
        let asked = here("events:ListRules", account, region, &subject);
        self.ask(asked, |session| async move { events::rules(&session.events(), bus).await }).await
    }

    async fn rule_targets(
        &self,
        account: &AccountId,
        region: &Region,
        bus: &str,
        rule: &str,
    ) -> Answer<Vec<RuleTarget>> {
        let asked = here("events:ListTargetsByRule", account, region, rule);
        self.ask(asked, |session| async move { events::targets(&session.events(), bus, rule).await }).await
    }

    async fn topic(&self, account: &AccountId, region: &Region, topic_arn: &str) -> Answer<Option<Topic>> {
        let asked = here("sns:GetTopicAttributes", account, region, topic_arn);
        self.ask(asked, |session| async move { sns::topic(&session.sns(), topic_arn).await }).await
    }

    async fn topics(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        let asked = here("sns:ListTopics", account, region, "the topics of the account");
        self.ask(asked, |session| async move { sns::topics(&session.sns()).await }).await
    }

    async fn topic_tags(&self, account: &AccountId, region: &Region, topic_arn: &str) -> Answer<Option<Tags>> {
        let asked = here("sns:ListTagsForResource", account, region, topic_arn);
        self.ask(asked, |session| async move { sns::topic_tags(&session.sns(), topic_arn).await }).await
    }

    async fn queues(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        let asked = here("sqs:ListQueues", account, region, "the queues of the account");
        self.ask(asked, |session| async move { sqs::queues(&session.sqs(), account, region).await }).await
    }

    async fn queue_tags(&self, account: &AccountId, region: &Region, queue_arn: &str) -> Answer<Option<Tags>> {
        let asked = here("sqs:ListQueueTags", account, region, queue_arn);
        let url = sqs::url(account, region, queue_arn);
        self.ask(asked, |session| async move { sqs::queue_tags(&session.sqs(), &url).await }).await
    }

    async fn queue(&self, account: &AccountId, region: &Region, queue_arn: &str) -> Answer<Option<Queue>> {
        let asked = here("sqs:GetQueueAttributes", account, region, queue_arn);
        let url = sqs::url(account, region, queue_arn);
        self.ask(asked, |session| async move { sqs::queue(&session.sqs(), &url).await }).await
    }

    async fn topic_subscriptions(
        &self,
        account: &AccountId,
        region: &Region,
        topic_arn: &str,
    ) -> Answer<Option<Vec<Subscription>>> {
        let asked = here("sns:ListSubscriptionsByTopic", account, region, topic_arn);
        self.ask(asked, |session| async move { sns::subscriptions(&session.sns(), topic_arn).await }).await
    }

    async fn metric_filters(&self, account: &AccountId, region: &Region, log_group: &str) -> Answer<Vec<MetricFilter>> {
        let asked = here("logs:DescribeMetricFilters", account, region, log_group);
        self.ask(asked, |session| async move { logs::metric_filters(&session.logs(), log_group).await }).await
    }

    async fn alarms(&self, account: &AccountId, region: &Region) -> Answer<Vec<Alarm>> {
        let asked = here("cloudwatch:DescribeAlarms", account, region, "the alarms of the account");
        self.ask(asked, |session| async move { cloudwatch::alarms(&session.cloudwatch()).await }).await
    }

    async fn access_analyzers(&self, account: &AccountId, region: &Region) -> Answer<Vec<AccessAnalyzer>> {
        let asked = here("access-analyzer:ListAnalyzers", account, region, "the access analyzers of the account");
        self.ask(asked, |session| async move { access_analyzer::analyzers(&session.access_analyzer()).await }).await
    }

    async fn role(&self, account: &AccountId, name: &str) -> Answer<Option<Role>> {
        let asked = Asked { operation: "iam:GetRole", account, region: None, subject: name };
        self.ask(asked, |session| async move { iam::role(&session.iam(), name).await }).await
    }

    async fn account_authorization(&self, account: &AccountId) -> Answer<AccountAuthorization> {
        let subject = "the principals of the account";
        let asked = Asked { operation: "iam:GetAccountAuthorizationDetails", account, region: None, subject };
        self.ask(asked, |session| async move { iam::account_authorization(&session.iam()).await }).await
    }
}

fn here<'a>(operation: &'static str, account: &'a AccountId, region: &'a Region, subject: &'a str) -> Asked<'a> {
    Asked { operation, account, region: Some(region), subject }
}
