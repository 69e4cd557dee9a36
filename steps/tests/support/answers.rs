//! Answers the questions of the port out of a [`Zone`]; a question the zone knows nothing of is not answered.

use async_trait::async_trait;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Answer, BucketRef, ExchangeId, Fact, KeyRef, Reason, Region, Source, Unseen, facts::*,
};

use super::Zone;

impl Zone {
    fn answer<T>(&self, question: &str, subject: &str, value: impl FnOnce() -> Option<T>) -> Answer<T> {
        let asked = format!("{question} {subject}");
        let unseen = |reason, detail: &str| Unseen {
            operation: question.to_owned(),
            account: self.organization.management_account.clone(),
            region: None,
            subject: subject.to_owned(),
            reason,
            detail: detail.to_owned(),
            hint: "allow it".to_owned(),
            exchanges: Vec::new(),
        };
        if self.denied.iter().any(|denied| asked.contains(denied)) {
            return Err(unseen(Reason::Denied { action: question.to_owned() }, "denied by the test"));
        }
        let exchange = ExchangeId::new(asked.as_str());
        value()
            .map(|value| Fact::new(value, vec![exchange]))
            .ok_or_else(|| unseen(Reason::NotRecorded, "not in the zone"))
    }

    fn of_bucket<T>(&self, question: &str, bucket: &BucketRef, value: impl FnOnce(&super::Bucket) -> T) -> Answer<T> {
        let found = self.buckets.get(bucket.name.as_str()).filter(|found| found.account == bucket.owner.as_str());
        self.answer(question, &bucket.name, || found.map(value))
    }

    fn trail(&self, arn: &str) -> Option<&super::TrailOf> {
        self.trails.iter().find(|one| one.trail.arn == arn)
    }

    fn level(bucket: &super::Bucket, prefix: &str) -> ObjectPage {
        let mut page = ObjectPage::default();
        for key in bucket.objects.iter().filter(|key| key.starts_with(prefix)) {
            match key[prefix.len()..].split_once('/') {
                Some((folder, _)) => {
                    let folder = format!("{prefix}{folder}/");
                    if !page.prefixes.contains(&folder) {
                        page.prefixes.push(folder);
                    }
                }
                // As small as it gets, so that a test can fill a page.
                None if page.objects.len() == 3 => page.more_objects = true,
                None => page.objects.push(ObjectSummary {
                    key: key.clone(),
                    size_bytes: 1,
                    last_modified: None,
                    storage_class: None,
                }),
            }
        }
        page
    }
}

macro_rules! source {
    (answered { $($answered:tt)* } unanswered { $($name:ident($($arg:ident : $ty:ty),*) -> $out:ty;)* }) => {
        #[async_trait]
        impl Source for Zone {
            $($answered)*

            $(async fn $name(&self, $($arg: $ty),*) -> Answer<$out> {
                $(let _ = $arg;)*
                self.answer(stringify!($name), "", || None)
            })*
        }
    };
}

source! {
answered {
    async fn organization(&self) -> Answer<Organization> {
        self.answer("organizations:DescribeOrganization", "", || Some(self.organization.clone()))
    }

    async fn directory(&self) -> Answer<Directory> {
        self.answer("organizations:ListAccounts", "", || Some(self.directory.clone()))
    }

    async fn buckets(&self, account: &AccountId) -> Answer<Vec<BucketSummary>> {
        let owned = self.buckets.iter().filter(|(_, bucket)| bucket.account == account.as_str());
        let summary = |name: &&str| BucketSummary { name: (*name).to_owned(), created: None };
        self.answer("s3:ListAllMyBuckets", account.as_str(), || Some(owned.map(|(name, _)| summary(name)).collect()))
    }

    async fn bucket_location(&self, bucket: &BucketRef) -> Answer<Option<Region>> {
        self.of_bucket("s3:GetBucketLocation", bucket, |found| found.region.parse().ok())
    }

    async fn bucket_encryption(&self, bucket: &BucketRef) -> Answer<Option<BucketEncryption>> {
        self.of_bucket("s3:GetEncryptionConfiguration", bucket, |found| found.encryption.clone())
    }

    async fn bucket_public_access_block(&self, bucket: &BucketRef) -> Answer<Option<PublicAccessBlock>> {
        self.of_bucket("s3:GetBucketPublicAccessBlock", bucket, |found| found.public_access_block)
    }

    async fn account_public_access_block(&self, account: &AccountId) -> Answer<Option<PublicAccessBlock>> {
        self.answer("s3:GetAccountPublicAccessBlock", account.as_str(), || Some(self.account_public_access_block))
    }

    async fn bucket_ownership(&self, bucket: &BucketRef) -> Answer<Option<Ownership>> {
        let ownership = |setting: &str| Ownership { object_ownership: setting.to_owned() };
        self.of_bucket("s3:GetBucketOwnershipControls", bucket, |found| found.ownership.map(ownership))
    }

    async fn bucket_level(&self, bucket: &BucketRef, prefix: &str) -> Answer<ObjectPage> {
        let found = self.buckets.get(bucket.name.as_str());
        self.answer("s3:ListBucket", prefix, || found.map(|found| Self::level(found, prefix)))
    }

    async fn key(&self, key: &KeyRef) -> Answer<Option<KmsKey>> {
        let name = key.id.rsplit(':').next().unwrap_or_default().trim_start_matches("key/");
        let found = self.keys.get(&format!("{} {name}", key.account)).cloned();
        self.answer("kms:DescribeKey", &key.id, || Some(found))
    }

    async fn key_rotation(&self, key: &KeyRef) -> Answer<KeyRotation> {
        self.answer("kms:GetKeyRotationStatus", &key.id, || Some(self.rotation.clone()))
    }

    async fn trails(&self, account: &AccountId, region: &Region) -> Answer<Vec<Trail>> {
        let here = (account.as_str(), region.as_str());
        let visible = |one: &&super::TrailOf| {
            let own = one.trail.arn.contains(account.as_str());
            let home = one.trail.arn.contains(region.as_str());
            (one.trail.is_organization_trail || own) && (one.trail.is_multi_region || home) && !one.hidden_in.contains(&here)
        };
        let seen = self.trails.iter().filter(visible).map(|one| one.trail.clone()).collect();
        self.answer("cloudtrail:DescribeTrails", &format!("{account} {region}"), || Some(seen))
    }

    async fn trail_status(&self, _: &AccountId, region: &Region, arn: &str) -> Answer<Option<TrailStatus>> {
        let status = self.trail(arn).and_then(|one| one.status.get(region.as_str()).cloned());
        self.answer("cloudtrail:GetTrailStatus", &format!("{region} {arn}"), || Some(status))
    }

    async fn event_selectors(&self, _: &AccountId, _: &Region, arn: &str) -> Answer<EventSelectors> {
        self.answer("cloudtrail:GetEventSelectors", arn, || self.trail(arn).map(|one| one.selectors.clone()))
    }

}
unanswered {
        caller_identity() -> CallerIdentity;
        org_policies(kind: OrgPolicyKind) -> Vec<OrgPolicy>;
        delegated_administrators(service: &str) -> Vec<DelegatedAdministrator>;
        delegation_policy() -> Option<String>;
        bucket_policy(bucket: &BucketRef) -> Option<String>;
        bucket_acl(bucket: &BucketRef) -> Acl;
        bucket_versioning(bucket: &BucketRef) -> Versioning;
        object_lock(bucket: &BucketRef) -> Option<ObjectLock>;
        bucket_lifecycle(bucket: &BucketRef) -> Vec<LifecycleRule>;
        bucket_archive_tiering(bucket: &BucketRef) -> Vec<ArchiveTiering>;
        bucket_logging(bucket: &BucketRef) -> Option<LoggingTarget>;
        bucket_replication(bucket: &BucketRef) -> Option<Replication>;
        bucket_tags(bucket: &BucketRef) -> Vec<BucketTag>;
        object_retention(bucket: &BucketRef, key: &str) -> Option<ObjectRetention>;
        keys(account: &AccountId, region: &Region) -> Vec<String>;
        key_aliases(account: &AccountId, region: &Region) -> Vec<KeyAlias>;
        key_tags(key: &KeyRef) -> Tags;
        key_policy(key: &KeyRef) -> String;
        key_grants(key: &KeyRef) -> Vec<KeyGrant>;
        trail_events(account: &AccountId, region: &Region, query: &TrailEventQuery) -> Vec<TrailEvent>;
        trail_public_keys(account: &AccountId, region: &Region, from: Timestamp, until: Timestamp) -> Vec<TrailPublicKey>;
        digest_chain(bucket: &BucketRef, query: &ChainQuery) -> ChainIntegrity;
        config_recorders(account: &AccountId, region: &Region) -> Vec<ConfigRecorder>;
        config_delivery(account: &AccountId, region: &Region) -> Vec<ConfigDelivery>;
        config_delivery_status(account: &AccountId, region: &Region) -> Vec<ConfigDeliveryStatus>;
        event_bus(account: &AccountId, region: &Region, bus: &str) -> Option<EventBus>;
        event_rules(account: &AccountId, region: &Region, bus: &str) -> Vec<EventRule>;
        rule_targets(account: &AccountId, region: &Region, bus: &str, rule: &str) -> Vec<RuleTarget>;
        topics(account: &AccountId, region: &Region) -> Vec<String>;
        topic_tags(account: &AccountId, region: &Region, topic_arn: &str) -> Option<Tags>;
        topic(account: &AccountId, region: &Region, topic_arn: &str) -> Option<Topic>;
        topic_subscriptions(account: &AccountId, region: &Region, topic_arn: &str) -> Option<Vec<Subscription>>;
        queues(account: &AccountId, region: &Region) -> Vec<String>;
        queue_tags(account: &AccountId, region: &Region, queue_arn: &str) -> Option<Tags>;
        queue(account: &AccountId, region: &Region, queue_arn: &str) -> Option<Queue>;
        metric_filters(account: &AccountId, region: &Region, log_group: &str) -> Vec<MetricFilter>;
        alarms(account: &AccountId, region: &Region) -> Vec<Alarm>;
        access_analyzers(account: &AccountId, region: &Region) -> Vec<AccessAnalyzer>;
        role(account: &AccountId, name: &str) -> Option<Role>;
        account_authorization(account: &AccountId) -> AccountAuthorization;
}
}
