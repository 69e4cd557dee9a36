//! Every question of the port, each with the edits that touch it. A new question does not compile until somebody decides
//! here what edits it, or that it passes through.

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

use super::Overlay;

#[async_trait]
impl Source for Overlay {
    async fn caller_identity(&self) -> Answer<CallerIdentity> {
        self.base.caller_identity().await
    }

    async fn organization(&self) -> Answer<Organization> {
        self.planned_organization().await
    }

    async fn directory(&self) -> Answer<Directory> {
        self.planned_directory().await
    }

    async fn org_policies(&self, kind: OrgPolicyKind) -> Answer<Vec<OrgPolicy>> {
        self.planned_org_policies(kind).await
    }

    async fn delegated_administrators(&self, service: &str) -> Answer<Vec<DelegatedAdministrator>> {
        self.planned_delegated_administrators(service).await
    }

    async fn delegation_policy(&self) -> Answer<Option<String>> {
        self.planned_delegation_policy().await
    }

    async fn buckets(&self, account: &AccountId) -> Answer<Vec<BucketSummary>> {
        self.planned_buckets(account).await
    }

    async fn bucket_location(&self, bucket: &BucketRef) -> Answer<Option<Region>> {
        self.planned_bucket_location(bucket).await
    }

    async fn bucket_encryption(&self, bucket: &BucketRef) -> Answer<Option<BucketEncryption>> {
        self.planned_bucket_encryption(bucket).await
    }

    async fn bucket_public_access_block(&self, bucket: &BucketRef) -> Answer<Option<PublicAccessBlock>> {
        self.planned_bucket_public_access_block(bucket).await
    }

    async fn account_public_access_block(&self, account: &AccountId) -> Answer<Option<PublicAccessBlock>> {
        self.planned_account_public_access_block(account).await
    }

    async fn bucket_ownership(&self, bucket: &BucketRef) -> Answer<Option<Ownership>> {
        self.planned_bucket_ownership(bucket).await
    }

    async fn bucket_policy(&self, bucket: &BucketRef) -> Answer<Option<String>> {
        self.planned_bucket_policy(bucket).await
    }

    async fn bucket_acl(&self, bucket: &BucketRef) -> Answer<Acl> {
        self.planned_bucket_acl(bucket).await
    }

    async fn bucket_versioning(&self, bucket: &BucketRef) -> Answer<Versioning> {
        self.planned_bucket_versioning(bucket).await
    }

    async fn object_lock(&self, bucket: &BucketRef) -> Answer<Option<ObjectLock>> {
        self.planned_object_lock(bucket).await
    }

    async fn bucket_lifecycle(&self, bucket: &BucketRef) -> Answer<Vec<LifecycleRule>> {
        self.planned_bucket_lifecycle(bucket).await
    }

    async fn bucket_archive_tiering(&self, bucket: &BucketRef) -> Answer<Vec<ArchiveTiering>> {
        self.planned_bucket_archive_tiering(bucket).await
    }

    async fn bucket_logging(&self, bucket: &BucketRef) -> Answer<Option<LoggingTarget>> {
        self.planned_bucket_logging(bucket).await
    }

    async fn bucket_replication(&self, bucket: &BucketRef) -> Answer<Option<Replication>> {
        self.planned_bucket_replication(bucket).await
    }

    async fn bucket_tags(&self, bucket: &BucketRef) -> Answer<Vec<BucketTag>> {
        self.planned_bucket_tags(bucket).await
    }

    async fn bucket_level(&self, bucket: &BucketRef, prefix: &str) -> Answer<ObjectPage> {
        self.planned_bucket_level(bucket, prefix).await
    }

    async fn object_retention(&self, bucket: &BucketRef, key: &str) -> Answer<Option<ObjectRetention>> {
        self.planned_object_retention(bucket, key).await
    }

    async fn keys(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        self.planned_keys(account, region).await
    }

    async fn key_aliases(&self, account: &AccountId, region: &Region) -> Answer<Vec<KeyAlias>> {
        self.planned_key_aliases(account, region).await
    }

    async fn key_tags(&self, key: &KeyRef) -> Answer<Tags> {
        self.planned_key_tags(key).await
    }

    async fn key(&self, key: &KeyRef) -> Answer<Option<KmsKey>> {
        self.planned_key(key).await
    }

    async fn key_rotation(&self, key: &KeyRef) -> Answer<KeyRotation> {
        self.planned_key_rotation(key).await
    }

    async fn key_policy(&self, key: &KeyRef) -> Answer<String> {
        self.planned_key_policy(key).await
    }

    async fn key_grants(&self, key: &KeyRef) -> Answer<Vec<KeyGrant>> {
        self.planned_key_grants(key).await
    }

    async fn trails(&self, account: &AccountId, region: &Region) -> Answer<Vec<Trail>> {
        self.planned_trails(account, region).await
    }

    async fn trail_status(&self, account: &AccountId, region: &Region, trail_arn: &str) -> Answer<Option<TrailStatus>> {
        self.planned_trail_status(account, region, trail_arn).await
    }

    async fn event_selectors(&self, account: &AccountId, region: &Region, trail_arn: &str) -> Answer<EventSelectors> {
        self.planned_event_selectors(account, region, trail_arn).await
    }

    async fn trail_events(
        &self,
        account: &AccountId,
        region: &Region,
        query: &TrailEventQuery,
    ) -> Answer<Vec<TrailEvent>> {
        self.base.trail_events(account, region, query).await
    }

    async fn trail_public_keys(
        &self,
        account: &AccountId,
        region: &Region,
        from: Timestamp,
        until: Timestamp,
    ) -> Answer<Vec<TrailPublicKey>> {
        self.base.trail_public_keys(account, region, from, until).await
    }

    async fn digest_chain(&self, bucket: &BucketRef, query: &ChainQuery) -> Answer<ChainIntegrity> {
        self.planned_digest_chain(bucket, query).await
    }

    async fn config_recorders(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigRecorder>> {
        self.planned_config_recorders(account, region).await
    }

    async fn config_delivery(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigDelivery>> {
        self.planned_config_delivery(account, region).await
    }

    async fn config_delivery_status(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigDeliveryStatus>> {
        self.planned_config_delivery_status(account, region).await
    }

    async fn event_bus(&self, account: &AccountId, region: &Region, bus: &str) -> Answer<Option<EventBus>> {
        self.planned_event_bus(account, region, bus).await
    }

    async fn event_rules(&self, account: &AccountId, region: &Region, bus: &str) -> Answer<Vec<EventRule>> {
        self.planned_event_rules(account, region, bus).await
    }

    async fn rule_targets(
        &self,
        account: &AccountId,
        region: &Region,
        bus: &str,
        rule: &str,
    ) -> Answer<Vec<RuleTarget>> {
        self.planned_rule_targets(account, region, bus, rule).await
    }

    async fn topics(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        self.planned_topics(account, region).await
    }

    async fn topic_tags(&self, account: &AccountId, region: &Region, topic_arn: &str) -> Answer<Option<Tags>> {
        self.planned_topic_tags(account, region, topic_arn).await
    }

    async fn topic(&self, account: &AccountId, region: &Region, topic_arn: &str) -> Answer<Option<Topic>> {
        self.planned_topic(account, region, topic_arn).await
    }

    async fn topic_subscriptions(
        &self,
        account: &AccountId,
        region: &Region,
        topic_arn: &str,
    ) -> Answer<Option<Vec<Subscription>>> {
        self.planned_topic_subscriptions(account, region, topic_arn).await
    }

    async fn queues(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        self.planned_queues(account, region).await
    }

    async fn queue_tags(&self, account: &AccountId, region: &Region, queue_arn: &str) -> Answer<Option<Tags>> {
        self.planned_queue_tags(account, region, queue_arn).await
    }

    async fn queue(&self, account: &AccountId, region: &Region, queue_arn: &str) -> Answer<Option<Queue>> {
        self.planned_queue(account, region, queue_arn).await
    }

    async fn metric_filters(&self, account: &AccountId, region: &Region, log_group: &str) -> Answer<Vec<MetricFilter>> {
        self.planned_metric_filters(account, region, log_group).await
    }

    async fn alarms(&self, account: &AccountId, region: &Region) -> Answer<Vec<Alarm>> {
        self.planned_alarms(account, region).await
    }

    async fn access_analyzers(&self, account: &AccountId, region: &Region) -> Answer<Vec<AccessAnalyzer>> {
        self.planned_access_analyzers(account, region).await
    }

    async fn role(&self, account: &AccountId, name: &str) -> Answer<Option<Role>> {
        self.planned_role(account, name).await
    }

    async fn account_authorization(&self, account: &AccountId) -> Answer<AccountAuthorization> {
        self.planned_account_authorization(account).await
    }
}
