//! Every question of the port, each with the edits that touch it. A new question does not compile until somebody decides
//! here what edits it, or that it passes through.

use async_trait::async_trait;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Answer, BucketRef, KeyRef, Region, Source, Unseen,
    facts::{
        AccessAnalyzer, AccountAuthorization, Acl, Alarm, ArchiveTiering, BucketEncryption, BucketSummary, BucketTag,
        CallerIdentity, ChainIntegrity, ChainQuery, ConfigDelivery, ConfigDeliveryStatus, ConfigRecorder,
        DelegatedAdministrator, Directory, EventBus, EventRule, EventSelectors, KeyGrant, KeyRotation, KmsKey,
        LifecycleRule, LoggingTarget, MetricFilter, ObjectLock, ObjectPage, ObjectRetention, OrgPolicy, OrgPolicyKind,
        Organization, Ownership, PublicAccessBlock, Replication, Role, RuleTarget, Subscription, Topic, Trail,
        TrailEvent, TrailEventQuery, TrailPublicKey, TrailStatus, Versioning,
    },
};

use super::{
    Overlay, alerting,
    bucket::{self, Life},
    iam,
    key::{self, Meant},
    lay::{Asked, Pen, State},
    organization, recorder, trail,
};
use crate::{
    document::Kind,
    edit::{
        AlertingChange, BucketChange, Change, ConfigChange, Edit, Holder, IamChange, KeyChange, OrganizationChange,
        TrailChange,
    },
    planned::Unknown,
};

/// A setting of a bucket: what a new bucket has, and which edits change it how.
macro_rules! bucket_setting {
    ($overlay:ident.$question:ident($bucket:ident), $operation:literal, new $new:expr, $pattern:pat => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: &$bucket.owner,
            region: Some(&$bucket.region),
            subject: &$bucket.name,
        };
        let edits = $overlay.of_bucket($bucket, |change| matches!(change, $pattern));
        let fresh = match $overlay.life($bucket) {
            Life::Stays => None,
            Life::New { object_lock } => Some(($new)(object_lock)),
            Life::Gone => return Err($overlay.gone(&asked, &edits)),
        };
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| {
            if let Some(change) = bucket::of(change, &$bucket.name) {
                ($apply)(state, change, edit, pen);
            }
        };
        $overlay.lay(asked, fresh, $overlay.base.$question($bucket), &edits, apply).await
    }};
}

/// A property of a key: what a new key has, and which edits change it how.
macro_rules! key_property {
    ($overlay:ident.$question:ident($key:ident), $operation:literal, new $new:expr, $pattern:pat => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: &$key.account,
            region: Some(&$key.region),
            subject: &$key.id,
        };
        let alias = $overlay.of_alias($key);
        let (ask, arn) = match $overlay.meant($key).await? {
            Meant::Key { ask, arn } => (ask, arn),
            Meant::Nothing => return Err($overlay.no_such_key(&asked, &alias)),
            Meant::Unknown(unknown) => return Err($overlay.not_yet(&asked, &alias, unknown)),
        };
        // Whatever the key is asked for by, an edit may name it by its ARN.
        $overlay.clear(&Asked { subject: &arn, ..asked })?;
        let fresh = $overlay.creates_key(&arn).then(|| ($new)(&arn));
        let edits: Vec<&Edit> =
            alias.into_iter().chain($overlay.of_key(&arn, |change| matches!(change, $pattern))).collect();
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| {
            if let Some(change) = key::change_of(change, &arn) {
                ($apply)(state, change, arn.as_str(), pen);
            }
        };
        $overlay.lay(asked, fresh, $overlay.base.$question(&ask), &edits, apply).await
    }};
}

/// A list or a thing in an account and Region.
macro_rules! regional {
    ($overlay:ident.$question:ident($account:ident, $region:ident $(, $subject:ident)*), $operation:literal, about $about:expr, fresh $fresh:expr, $wanted:expr => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: $account,
            region: Some($region),
            subject: $about,
        };
        let edits = $overlay.here($account, $region, $wanted);
        $overlay.lay(asked, $fresh, $overlay.base.$question($account, $region $(, $subject)*), &edits, $apply).await
    }};
}

/// A question of the organization.
macro_rules! of_organization {
    ($overlay:ident.$question:ident($($arg:expr)?), $operation:literal, about $about:expr, $pattern:pat => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: &$overlay.setting.management_account,
            region: None,
            subject: $about,
        };
        let edits = $overlay.of_organization(|change| matches!(change, $pattern));
        $overlay.lay(asked, None, $overlay.base.$question($($arg)?), &edits, $apply).await
    }};
}

impl Overlay {
    fn here(&self, account: &AccountId, region: &Region, wanted: impl Fn(&Change) -> bool) -> Vec<&Edit> {
        self.chosen(|edit| &edit.account == account && &edit.region == region && wanted(&edit.change))
    }

    fn gone(&self, asked: &Asked<'_>, edits: &[&Edit]) -> Unseen {
        self.refused(asked, edits, asked.no_such("NoSuchBucket"), Vec::new(), Vec::new())
    }

    fn no_such_key(&self, asked: &Asked<'_>, edits: &[&Edit]) -> Unseen {
        self.refused(asked, edits, asked.no_such("NotFoundException"), Vec::new(), Vec::new())
    }

    fn not_yet(&self, asked: &Asked<'_>, edits: &[&Edit], unknown: Unknown) -> Unseen {
        self.refused(asked, edits, asked.after_apply(&unknown), Vec::new(), vec![unknown])
    }

    /// What of a bucket only time will tell, where the bucket is not the observed one.
    fn only_observed(&self, asked: &Asked<'_>, bucket: &BucketRef) -> Result<(), Unseen> {
        let edits = self.of_bucket(bucket, |_| false);
        match self.life(bucket) {
            Life::Stays => Ok(()),
            Life::Gone => Err(self.gone(asked, &edits)),
            Life::New { .. } => {
                let address = edits.first().map(|edit| edit.origin.address.clone()).unwrap_or_default();
                let why = "what is in the new bucket can be observed only after the apply".to_owned();
                let unknown = Unknown { address, attribute: "objects".to_owned(), why };
                Err(self.not_yet(asked, &edits, unknown))
            }
        }
    }
}

fn in_bucket<'a>(question: &'static str, operation: &'static str, bucket: &'a BucketRef) -> Asked<'a> {
    Asked { question, operation, account: &bucket.owner, region: Some(&bucket.region), subject: &bucket.name }
}

#[async_trait]
impl Source for Overlay {
    async fn caller_identity(&self) -> Answer<CallerIdentity> {
        self.base.caller_identity().await
    }

    async fn organization(&self) -> Answer<Organization> {
        of_organization!(self.organization(), "organizations:DescribeOrganization", about "the organization",
        OrganizationChange::FeatureSet(_) => |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            organization::organization(state, change);
        })
    }

    async fn directory(&self) -> Answer<Directory> {
        of_organization!(self.directory(), "organizations:ListRoots", about "the organization",
            OrganizationChange::EnabledPolicyTypes(_) | OrganizationChange::Unit(_)
            | OrganizationChange::UnitDeleted { .. } | OrganizationChange::Account(_)
            | OrganizationChange::AccountGone { .. } =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| organization::directory(state, change))
    }

    async fn org_policies(&self, kind: OrgPolicyKind) -> Answer<Vec<OrgPolicy>> {
        let asked = Asked {
            question: "org_policies",
            operation: "organizations:ListPolicies",
            account: &self.setting.management_account,
            region: None,
            subject: kind.as_str(),
        };
        let edits = self.of_organization(|change| {
            !matches!(
                change,
                OrganizationChange::FeatureSet(_)
                    | OrganizationChange::DelegatedAdministrator { .. }
                    | OrganizationChange::DelegationPolicy(_)
            )
        });
        let edits = self.concerning(kind, edits).await;
        let nodes = self.nodes_of_enabled_type(&edits).await?;
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| {
            organization::policies(state, change, edit, (kind, &nodes), pen);
        };
        self.lay(asked, None, self.base.org_policies(kind), &edits, apply).await
    }

    async fn delegated_administrators(&self, service: &str) -> Answer<Vec<DelegatedAdministrator>> {
        let edits = self.chosen(|edit| {
            matches!(organization::of(&edit.change),
                Some(OrganizationChange::DelegatedAdministrator { service: other, .. }) if other == service)
        });
        let asked = Asked {
            question: "delegated_administrators",
            operation: "organizations:ListDelegatedAdministrators",
            account: &self.setting.management_account,
            region: None,
            subject: service,
        };
        let directory = if edits.is_empty() { None } else { Some(self.directory().await?) };
        let name_of = |account: &AccountId| {
            let accounts = directory.as_ref().map(|directory| directory.accounts.as_slice()).unwrap_or_default();
            accounts.iter().find(|one| &one.id == account).map(|one| one.name.clone()).unwrap_or_default()
        };
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            organization::administrators(state, change, service, &name_of);
        };
        self.lay(asked, None, self.base.delegated_administrators(service), &edits, apply).await
    }

    async fn delegation_policy(&self) -> Answer<Option<String>> {
        of_organization!(self.delegation_policy(), "organizations:DescribeResourcePolicy",
        about "the delegation policy of the organization",
        OrganizationChange::DelegationPolicy(_) =>
        |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| {
            if let Some(OrganizationChange::DelegationPolicy(to)) = organization::of(change) {
                bucket::policy(state, to.as_ref(), pen, Kind::Resource);
            }
        })
    }

    async fn buckets(&self, account: &AccountId) -> Answer<Vec<BucketSummary>> {
        let asked = Asked {
            question: "buckets",
            operation: "s3:ListBuckets",
            account,
            region: None,
            subject: "the buckets of the account",
        };
        let edits = self.chosen(|edit| {
            &edit.account == account
                && matches!(
                    edit.change,
                    Change::Bucket { change: BucketChange::Created { .. } | BucketChange::Deleted, .. }
                )
        });
        let as_of = self.setting.as_of;
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            Self::buckets_after(state, change, as_of);
        };
        self.lay(asked, None, self.base.buckets(account), &edits, apply).await
    }

    async fn bucket_location(&self, bucket: &BucketRef) -> Answer<Option<Region>> {
        let asked = in_bucket("bucket_location", "s3:GetBucketLocation", bucket);
        let edits = self.of_bucket(bucket, |_| false);
        let fresh = (self.life(bucket) != Life::Stays).then_some(None);
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, _: &mut Pen| {
            if let Some(BucketChange::Created { .. }) = bucket::of(change, &bucket.name) {
                *state = State::Is(Some(edit.region.clone()));
            }
        };
        self.lay(asked, fresh, self.base.bucket_location(bucket), &edits, apply).await
    }

    async fn bucket_encryption(&self, bucket: &BucketRef) -> Answer<Option<BucketEncryption>> {
        bucket_setting!(self.bucket_encryption(bucket), "s3:GetBucketEncryption",
        new |_| Some(bucket::default_encryption(bucket::blocked_by_default(bucket))),
        BucketChange::Encryption(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Encryption(to) = change {
                bucket::encrypt(state, to);
            }
        })
    }

    async fn bucket_public_access_block(&self, bucket: &BucketRef) -> Answer<Option<PublicAccessBlock>> {
        bucket_setting!(self.bucket_public_access_block(bucket), "s3:GetPublicAccessBlock",
        new |_| Some(bucket::NEW_BLOCK),
        BucketChange::PublicAccessBlock(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::PublicAccessBlock(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    async fn account_public_access_block(&self, account: &AccountId) -> Answer<Option<PublicAccessBlock>> {
        let asked = Asked {
            question: "account_public_access_block",
            operation: "s3control:GetPublicAccessBlock",
            account,
            region: None,
            subject: account.as_str(),
        };
        let edits =
            self.chosen(|edit| &edit.account == account && matches!(edit.change, Change::AccountPublicAccessBlock(_)));
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            if let Change::AccountPublicAccessBlock(to) = change {
                state.set(to, Clone::clone);
            }
        };
        self.lay(asked, None, self.base.account_public_access_block(account), &edits, apply).await
    }

    async fn bucket_ownership(&self, bucket: &BucketRef) -> Answer<Option<Ownership>> {
        bucket_setting!(self.bucket_ownership(bucket), "s3:GetBucketOwnershipControls",
        new |_| Some(bucket::new_ownership()),
        BucketChange::Ownership(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Ownership(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    async fn bucket_policy(&self, bucket: &BucketRef) -> Answer<Option<String>> {
        bucket_setting!(self.bucket_policy(bucket), "s3:GetBucketPolicy",
        new |_| None,
        BucketChange::Policy(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, pen: &mut Pen| {
            if let BucketChange::Policy(to) = change {
                bucket::policy(state, to.as_ref(), pen, Kind::Resource);
            }
        })
    }

    async fn bucket_acl(&self, bucket: &BucketRef) -> Answer<Acl> {
        bucket_setting!(self.bucket_acl(bucket), "s3:GetBucketAcl",
        new |_| bucket::new_acl(&bucket.owner),
        BucketChange::Acl(_) => |state: &mut State<_>, change: &BucketChange, edit: &Edit, _: &mut Pen| {
            if let BucketChange::Acl(to) = change {
                bucket::acl(state, to, &edit.origin.address, &bucket.owner);
            }
        })
    }

    async fn bucket_versioning(&self, bucket: &BucketRef) -> Answer<Versioning> {
        let locked = self.keeps_versioning(bucket).await;
        bucket_setting!(self.bucket_versioning(bucket), "s3:GetBucketVersioning",
        new |locked: bool| Versioning { status: locked.then(|| "Enabled".to_owned()), mfa_delete: None },
        BucketChange::Versioning(_) => |state: &mut State<_>, change: &BucketChange, edit: &Edit, _: &mut Pen| {
            if let BucketChange::Versioning(to) = change
                && !(locked && edit.origin.action == "delete")
            {
                bucket::versioning(state, to);
            }
        })
    }

    async fn object_lock(&self, bucket: &BucketRef) -> Answer<Option<ObjectLock>> {
        bucket_setting!(self.object_lock(bucket), "s3:GetObjectLockConfiguration",
        new |locked: bool| locked.then_some(ObjectLock { default_retention: None }),
        BucketChange::ObjectLock(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::ObjectLock(to) = change {
                bucket::object_lock(state, to);
            }
        })
    }

    async fn bucket_lifecycle(&self, bucket: &BucketRef) -> Answer<Vec<LifecycleRule>> {
        bucket_setting!(self.bucket_lifecycle(bucket), "s3:GetBucketLifecycleConfiguration",
        new |_| Vec::new(),
        BucketChange::Lifecycle(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Lifecycle(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    async fn bucket_archive_tiering(&self, bucket: &BucketRef) -> Answer<Vec<ArchiveTiering>> {
        bucket_setting!(self.bucket_archive_tiering(bucket), "s3:ListBucketIntelligentTieringConfigurations",
        new |_| Vec::new(),
        BucketChange::ArchiveTiering { .. } => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::ArchiveTiering { id, to } = change {
                bucket::archive_tiering(state, id, to);
            }
        })
    }

    async fn bucket_logging(&self, bucket: &BucketRef) -> Answer<Option<LoggingTarget>> {
        bucket_setting!(self.bucket_logging(bucket), "s3:GetBucketLogging",
        new |_| None,
        BucketChange::Logging(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Logging(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    async fn bucket_replication(&self, bucket: &BucketRef) -> Answer<Option<Replication>> {
        bucket_setting!(self.bucket_replication(bucket), "s3:GetBucketReplication",
        new |_| None,
        BucketChange::Replication(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Replication(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    async fn bucket_tags(&self, bucket: &BucketRef) -> Answer<Vec<BucketTag>> {
        bucket_setting!(self.bucket_tags(bucket), "s3:GetBucketTagging",
        new |_| Vec::new(),
        BucketChange::Tags(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Tags(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    async fn bucket_level(&self, bucket: &BucketRef, prefix: &str) -> Answer<ObjectPage> {
        self.only_observed(&in_bucket("bucket_level", "s3:ListObjectsV2", bucket), bucket)?;
        self.base.bucket_level(bucket, prefix).await
    }

    async fn object_retention(&self, bucket: &BucketRef, key: &str) -> Answer<Option<ObjectRetention>> {
        self.only_observed(&in_bucket("object_retention", "s3:GetObjectRetention", bucket), bucket)?;
        self.base.object_retention(bucket, key).await
    }

    async fn key(&self, key: &KeyRef) -> Answer<Option<KmsKey>> {
        let asked = Asked {
            question: "key",
            operation: "kms:DescribeKey",
            account: &key.account,
            region: Some(&key.region),
            subject: &key.id,
        };
        self.key_after(asked, key).await
    }

    async fn key_rotation(&self, key: &KeyRef) -> Answer<KeyRotation> {
        key_property!(self.key_rotation(key), "kms:GetKeyRotationStatus",
        new |_: &str| KeyRotation { enabled: false, period_days: None },
        KeyChange::Rotation(_) => |state: &mut State<_>, change: &KeyChange, _: &str, _: &mut Pen| {
            key::rotation(state, change);
        })
    }

    async fn key_policy(&self, key: &KeyRef) -> Answer<String> {
        key_property!(self.key_policy(key), "kms:GetKeyPolicy",
        new key::default_policy,
        KeyChange::Policy(_) => |state: &mut State<String>, change: &KeyChange, arn: &str, pen: &mut Pen| {
            if let KeyChange::Policy(to) = change {
                let text = to.as_ref().map(|to| pen.text(to, Kind::Resource));
                *state = State::Is(text.unwrap_or_else(|| key::default_policy(arn)));
            }
        })
    }

    async fn key_grants(&self, key: &KeyRef) -> Answer<Vec<KeyGrant>> {
        key_property!(self.key_grants(key), "kms:ListGrants",
            new |_: &str| Vec::new(),
            KeyChange::Granted(_) | KeyChange::GrantEnded { .. } =>
            |state: &mut State<_>, change: &KeyChange, _: &str, _: &mut Pen| key::grants(state, change))
    }

    async fn trails(&self, account: &AccountId, region: &Region) -> Answer<Vec<Trail>> {
        let edits = self.of_trails();
        let directory = if self.plans_organization_trail() { Some(self.directory().await?) } else { None };
        let seen = trail::Seen { account, region, directory: directory.as_deref() };
        let asked = Asked {
            question: "trails",
            operation: "cloudtrail:DescribeTrails",
            account,
            region: Some(region),
            subject: "the trails of the account",
        };
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| seen.apply(state, change);
        self.lay(asked, None, self.base.trails(account, region), &edits, apply).await
    }

    async fn trail_status(&self, account: &AccountId, region: &Region, trail_arn: &str) -> Answer<Option<TrailStatus>> {
        let asked = Asked {
            question: "trail_status",
            operation: "cloudtrail:GetTrailStatus",
            account,
            region: Some(region),
            subject: trail_arn,
        };
        let edits = self.chosen(|edit| {
            let change = trail::change_of(&edit.change, trail_arn);
            change.is_some_and(|change| !matches!(change, TrailChange::Selectors(_)))
        });
        let fresh = self.creates_trail(trail_arn).then_some(None);
        let as_of = self.setting.as_of;
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, _: &mut Pen| {
            if let Some(change) = trail::change_of(change, trail_arn) {
                trail::status(state, (account, region), change, (edit, as_of));
            }
        };
        self.lay(asked, fresh, self.base.trail_status(account, region, trail_arn), &edits, apply).await
    }

    async fn event_selectors(&self, account: &AccountId, region: &Region, trail_arn: &str) -> Answer<EventSelectors> {
        let asked = Asked {
            question: "event_selectors",
            operation: "cloudtrail:GetEventSelectors",
            account,
            region: Some(region),
            subject: trail_arn,
        };
        let creates = self.creates_trail(trail_arn);
        let edits = self.chosen(|edit| match trail::change_of(&edit.change, trail_arn) {
            Some(TrailChange::Selectors(_)) => true,
            Some(TrailChange::Set(_)) => creates,
            _ => false,
        });
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            if let Some(TrailChange::Selectors(to)) = trail::change_of(change, trail_arn) {
                state.set(to, Clone::clone);
            }
        };
        let fresh = creates.then(trail::default_selectors);
        self.lay(asked, fresh, self.base.event_selectors(account, region, trail_arn), &edits, apply).await
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
        self.only_observed(&in_bucket("digest_chain", "s3:GetObject", bucket), bucket)?;
        self.base.digest_chain(bucket, query).await
    }

    async fn config_recorders(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigRecorder>> {
        regional!(self.config_recorders(account, region), "config:DescribeConfigurationRecorders",
            about "the configuration recorders", fresh None,
            |change| matches!(change, Change::Config(ConfigChange::Recorder(_) | ConfigChange::RecorderDeleted { .. }
                | ConfigChange::Recording { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| recorder::recorders(state, change))
    }

    async fn config_delivery(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigDelivery>> {
        regional!(self.config_delivery(account, region), "config:DescribeDeliveryChannels",
            about "the delivery channels", fresh None,
            |change| matches!(change, Change::Config(ConfigChange::Delivery(_) | ConfigChange::DeliveryDeleted { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| recorder::channels(state, change))
    }

    async fn config_delivery_status(&self, account: &AccountId, region: &Region) -> Answer<Vec<ConfigDeliveryStatus>> {
        regional!(self.config_delivery_status(account, region), "config:DescribeDeliveryChannelStatus",
        about "the delivery channels", fresh None,
        |change| matches!(change, Change::Config(ConfigChange::Delivery(_) | ConfigChange::DeliveryDeleted { .. })) =>
        |state: &mut State<_>, change: &Change, edit: &Edit, _: &mut Pen| {
            recorder::delivery_status(state, change, edit);
        })
    }

    async fn event_bus(&self, account: &AccountId, region: &Region, bus: &str) -> Answer<Option<EventBus>> {
        let new = self.creates_bus(account, region, bus);
        regional!(self.event_bus(account, region, bus), "events:DescribeEventBus", about bus,
            fresh new.then_some(None), |change| alerting::of(change).is_some_and(|change| alerting::is_bus(change, bus)) =>
            |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| alerting::bus(state, change, pen))
    }

    async fn event_rules(&self, account: &AccountId, region: &Region, bus: &str) -> Answer<Vec<EventRule>> {
        let about = format!("the rules of the {bus} bus");
        let new = self.creates_bus(account, region, bus);
        regional!(self.event_rules(account, region, bus), "events:ListRules", about &about,
            fresh new.then(Vec::new),
            |change| matches!(alerting::of(change), Some(AlertingChange::Rule { bus: other, .. }) if other == bus) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::rules(state, change))
    }

    async fn rule_targets(
        &self,
        account: &AccountId,
        region: &Region,
        bus: &str,
        rule: &str,
    ) -> Answer<Vec<RuleTarget>> {
        let new = self.creates(account, region, |change| {
            matches!(change, AlertingChange::Rule { bus: other, name, to: Some(_) } if other == bus && name == rule)
        });
        regional!(self.rule_targets(account, region, bus, rule), "events:ListTargetsByRule", about rule,
            fresh new.then(Vec::new),
            |change| matches!(
                alerting::of(change),
                Some(AlertingChange::Target { bus: of, rule: other, .. }) if of == bus && other == rule
            ) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::targets(state, change))
    }

    async fn topic(&self, account: &AccountId, region: &Region, topic_arn: &str) -> Answer<Option<Topic>> {
        let (asked, edits, new) = self.asked_topic("topic", "sns:GetTopicAttributes", (account, region), topic_arn);
        let apply =
            |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| alerting::topic(state, change, pen);
        let edits: Vec<&Edit> = edits
            .into_iter()
            .filter(|edit| {
                !matches!(
                    alerting::of(&edit.change),
                    Some(AlertingChange::Subscribed { .. } | AlertingChange::Unsubscribed { .. })
                )
            })
            .collect();
        self.lay(asked, new.then_some(None), self.base.topic(account, region, topic_arn), &edits, apply).await
    }

    async fn topic_subscriptions(
        &self,
        account: &AccountId,
        region: &Region,
        topic_arn: &str,
    ) -> Answer<Option<Vec<Subscription>>> {
        let (asked, edits, new) =
            self.asked_topic("topic_subscriptions", "sns:ListSubscriptionsByTopic", (account, region), topic_arn);
        let edits: Vec<&Edit> = edits
            .into_iter()
            .filter(|edit| match alerting::of(&edit.change) {
                Some(AlertingChange::TopicPolicy { .. }) => false,
                Some(AlertingChange::Topic { .. }) => new,
                _ => true,
            })
            .collect();
        let apply =
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::subscriptions(state, change);
        let base = self.base.topic_subscriptions(account, region, topic_arn);
        self.lay(asked, new.then_some(None), base, &edits, apply).await
    }

    async fn metric_filters(&self, account: &AccountId, region: &Region, log_group: &str) -> Answer<Vec<MetricFilter>> {
        regional!(self.metric_filters(account, region, log_group), "logs:DescribeMetricFilters", about log_group,
            fresh None,
            |change| matches!(alerting::of(change), Some(AlertingChange::MetricFilter { log_group: other, .. }) if other == log_group) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::filters(state, change))
    }

    async fn alarms(&self, account: &AccountId, region: &Region) -> Answer<Vec<Alarm>> {
        regional!(self.alarms(account, region), "cloudwatch:DescribeAlarms", about "the alarms", fresh None,
            |change| matches!(alerting::of(change), Some(AlertingChange::Alarm { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::alarms(state, change))
    }

    async fn access_analyzers(&self, account: &AccountId, region: &Region) -> Answer<Vec<AccessAnalyzer>> {
        regional!(self.access_analyzers(account, region), "access-analyzer:ListAnalyzers", about "the analyzers",
            fresh None, |change| matches!(alerting::of(change), Some(AlertingChange::Analyzer { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::analyzers(state, change))
    }

    async fn role(&self, account: &AccountId, name: &str) -> Answer<Option<Role>> {
        let asked = Asked { question: "role", operation: "iam:GetRole", account, region: None, subject: name };
        let edits = self.of_iam(account, |change| match change {
            IamChange::Role { name: other, .. } => other == name,
            IamChange::Deleted { holder, name: other } => *holder == Holder::Role && other == name,
            _ => false,
        });
        let new = edits.iter().any(|edit| {
            edit.origin.action == "create" && matches!(iam::of(&edit.change), Some(IamChange::Role { .. }))
        });
        let as_of = self.setting.as_of;
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| {
            iam::role(state, change, edit, as_of, pen)
        };
        self.lay(asked, new.then_some(None), self.base.role(account, name), &edits, apply).await
    }

    async fn account_authorization(&self, account: &AccountId) -> Answer<AccountAuthorization> {
        let asked = Asked {
            question: "account_authorization",
            operation: "iam:GetAccountAuthorizationDetails",
            account,
            region: None,
            subject: account.as_str(),
        };
        let edits = self.of_iam(account, |_| true);
        let whole = iam::Account { edits: &edits };
        let apply =
            |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| whole.apply(state, change, edit, pen);
        self.lay(asked, None, self.base.account_authorization(account), &edits, apply).await
    }
}

impl Overlay {
    /// Whether the plan creates something of alerting that is asked about.
    fn creates(&self, account: &AccountId, region: &Region, is: impl Fn(&AlertingChange) -> bool) -> bool {
        let new = |edit: &&Edit| edit.origin.action == "create" && alerting::of(&edit.change).is_some_and(&is);
        self.here(account, region, |_| true).iter().any(new)
    }

    fn creates_bus(&self, account: &AccountId, region: &Region, bus: &str) -> bool {
        self.creates(
            account,
            region,
            |change| matches!(change, AlertingChange::Bus { name, to: Some(_) } if name == bus),
        )
    }

    fn asked_topic<'a>(
        &'a self,
        question: &'static str,
        operation: &'static str,
        (account, region): (&'a AccountId, &'a Region),
        topic: &'a str,
    ) -> (Asked<'a>, Vec<&'a Edit>, bool) {
        let edits = self.of_topic(topic);
        let new = edits.iter().any(|edit| {
            edit.origin.action == "create" && matches!(alerting::of(&edit.change), Some(AlertingChange::Topic { .. }))
        });
        (Asked { question, operation, account, region: Some(region), subject: topic }, edits, new)
    }

    /// Edits of policies that can concern one kind: those of policies of the other kind are not laid over it.
    async fn concerning<'e>(&'e self, kind: OrgPolicyKind, edits: Vec<&'e Edit>) -> Vec<&'e Edit> {
        let other = match kind {
            OrgPolicyKind::ServiceControl => OrgPolicyKind::ResourceControl,
            OrgPolicyKind::ResourceControl => OrgPolicyKind::ServiceControl,
        };
        let mut of_other: Vec<String> = Vec::new();
        for edit in &edits {
            if let Some(OrganizationChange::Policy { kind, id, .. }) = organization::of(&edit.change)
                && *kind == other
            {
                of_other.push(id.clone());
            }
        }
        let names_one = edits.iter().any(|edit| {
            matches!(
                organization::of(&edit.change),
                Some(
                    OrganizationChange::Attached { .. }
                        | OrganizationChange::Detached { .. }
                        | OrganizationChange::PolicyDeleted { .. }
                )
            )
        });
        if names_one && let Ok(policies) = self.base.org_policies(other).await {
            of_other.extend(policies.iter().map(|policy| policy.id.clone()));
        }
        edits
            .into_iter()
            .filter(|edit| match organization::of(&edit.change) {
                Some(OrganizationChange::Policy { kind: other, .. }) => *other == kind,
                Some(
                    OrganizationChange::Attached { policy, .. }
                    | OrganizationChange::Detached { policy, .. }
                    | OrganizationChange::PolicyDeleted { id: policy },
                ) => !of_other.contains(policy),
                _ => true,
            })
            .collect()
    }
}
