//! Questions about buckets and what is in them.

use logproof_estate::{
    AccountId, Answer, BucketRef, Region,
    facts::{
        Acl, ArchiveTiering, BucketEncryption, BucketSummary, BucketTag, ChainIntegrity, ChainQuery, LifecycleRule,
        LoggingTarget, ObjectLock, ObjectPage, ObjectRetention, Ownership, PublicAccessBlock, Replication, Versioning,
    },
};

use crate::{
    document::Kind,
    edit::{BucketChange, Change, Edit},
    overlay::{
        Overlay, bucket,
        bucket::Life,
        lay::{Asked, Pen, State},
        tags,
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_buckets(&self, account: &AccountId) -> Answer<Vec<BucketSummary>> {
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

    pub(in crate::overlay) async fn planned_bucket_location(&self, bucket: &BucketRef) -> Answer<Option<Region>> {
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

    pub(in crate::overlay) async fn planned_bucket_encryption(
        &self,
        bucket: &BucketRef,
    ) -> Answer<Option<BucketEncryption>> {
        bucket_setting!(self.bucket_encryption(bucket), "s3:GetBucketEncryption",
        new |_| Some(bucket::default_encryption(bucket::blocked_by_default(bucket))),
        BucketChange::Encryption(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Encryption(to) = change {
                bucket::encrypt(state, to);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_public_access_block(
        &self,
        bucket: &BucketRef,
    ) -> Answer<Option<PublicAccessBlock>> {
        bucket_setting!(self.bucket_public_access_block(bucket), "s3:GetPublicAccessBlock",
        new |_| Some(bucket::NEW_BLOCK),
        BucketChange::PublicAccessBlock(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::PublicAccessBlock(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    pub(in crate::overlay) async fn planned_account_public_access_block(
        &self,
        account: &AccountId,
    ) -> Answer<Option<PublicAccessBlock>> {
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

    pub(in crate::overlay) async fn planned_bucket_ownership(&self, bucket: &BucketRef) -> Answer<Option<Ownership>> {
        bucket_setting!(self.bucket_ownership(bucket), "s3:GetBucketOwnershipControls",
        new |_| Some(bucket::new_ownership()),
        BucketChange::Ownership(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Ownership(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_policy(&self, bucket: &BucketRef) -> Answer<Option<String>> {
        bucket_setting!(self.bucket_policy(bucket), "s3:GetBucketPolicy",
        new |_| None,
        BucketChange::Policy(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, pen: &mut Pen| {
            if let BucketChange::Policy(to) = change {
                bucket::policy(state, to.as_ref(), pen, Kind::Resource);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_acl(&self, bucket: &BucketRef) -> Answer<Acl> {
        bucket_setting!(self.bucket_acl(bucket), "s3:GetBucketAcl",
        new |_| bucket::new_acl(&bucket.owner),
        BucketChange::Acl(_) => |state: &mut State<_>, change: &BucketChange, edit: &Edit, _: &mut Pen| {
            if let BucketChange::Acl(to) = change {
                bucket::acl(state, to, &edit.origin.address, &bucket.owner);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_versioning(&self, bucket: &BucketRef) -> Answer<Versioning> {
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

    pub(in crate::overlay) async fn planned_object_lock(&self, bucket: &BucketRef) -> Answer<Option<ObjectLock>> {
        bucket_setting!(self.object_lock(bucket), "s3:GetObjectLockConfiguration",
        new |locked: bool| locked.then_some(ObjectLock { default_retention: None }),
        BucketChange::ObjectLock(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::ObjectLock(to) = change {
                bucket::object_lock(state, to);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_lifecycle(&self, bucket: &BucketRef) -> Answer<Vec<LifecycleRule>> {
        bucket_setting!(self.bucket_lifecycle(bucket), "s3:GetBucketLifecycleConfiguration",
        new |_| Vec::new(),
        BucketChange::Lifecycle(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Lifecycle(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_archive_tiering(
        &self,
        bucket: &BucketRef,
    ) -> Answer<Vec<ArchiveTiering>> {
        bucket_setting!(self.bucket_archive_tiering(bucket), "s3:ListBucketIntelligentTieringConfigurations",
        new |_| Vec::new(),
        BucketChange::ArchiveTiering { .. } => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::ArchiveTiering { id, to } = change {
                bucket::archive_tiering(state, id, to);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_logging(&self, bucket: &BucketRef) -> Answer<Option<LoggingTarget>> {
        bucket_setting!(self.bucket_logging(bucket), "s3:GetBucketLogging",
        new |_| None,
        BucketChange::Logging(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Logging(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_replication(
        &self,
        bucket: &BucketRef,
    ) -> Answer<Option<Replication>> {
        bucket_setting!(self.bucket_replication(bucket), "s3:GetBucketReplication",
        new |_| None,
        BucketChange::Replication(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Replication(to) = change {
                state.set(to, Clone::clone);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_tags(&self, bucket: &BucketRef) -> Answer<Vec<BucketTag>> {
        bucket_setting!(self.bucket_tags(bucket), "s3:GetBucketTagging",
        new |_| Vec::new(),
        BucketChange::Tags(_) => |state: &mut State<_>, change: &BucketChange, _: &Edit, _: &mut Pen| {
            if let BucketChange::Tags(to) = change {
                tags::of_bucket(state, to);
            }
        })
    }

    pub(in crate::overlay) async fn planned_bucket_level(
        &self,
        bucket: &BucketRef,
        prefix: &str,
    ) -> Answer<ObjectPage> {
        self.only_observed(&in_bucket("bucket_level", "s3:ListObjectsV2", bucket), bucket)?;
        self.base.bucket_level(bucket, prefix).await
    }

    pub(in crate::overlay) async fn planned_object_retention(
        &self,
        bucket: &BucketRef,
        key: &str,
    ) -> Answer<Option<ObjectRetention>> {
        self.only_observed(&in_bucket("object_retention", "s3:GetObjectRetention", bucket), bucket)?;
        self.base.object_retention(bucket, key).await
    }

    pub(in crate::overlay) async fn planned_digest_chain(
        &self,
        bucket: &BucketRef,
        query: &ChainQuery,
    ) -> Answer<ChainIntegrity> {
        self.only_observed(&in_bucket("digest_chain", "s3:GetObject", bucket), bucket)?;
        self.base.digest_chain(bucket, query).await
    }
}

fn in_bucket<'a>(question: &'static str, operation: &'static str, bucket: &'a BucketRef) -> Asked<'a> {
    Asked { question, operation, account: &bucket.owner, region: Some(&bucket.region), subject: &bucket.name }
}
