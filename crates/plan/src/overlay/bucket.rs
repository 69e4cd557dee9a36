//! Buckets: what a new one is, and what each edit makes of its settings.

use jiff::Timestamp;
use logproof_estate::{
    AccountId, BucketRef,
    facts::{
        Acl, AclGrant, ArchiveTiering, BucketEncryption, BucketSummary, ObjectLock, Ownership, PublicAccessBlock,
        Versioning,
    },
};

use super::{
    Overlay,
    lay::{Pen, State},
};
use crate::{
    document::{Document, Kind},
    edit::{AclChange, BucketChange, Change, Edit},
    planned::{Planned, Unknown},
};

/// What becomes of a bucket as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It is as observed, but for its settings.
    Stays,
    /// It is made; a replaced bucket is another one.
    New { object_lock: bool },
    /// It is deleted.
    Gone,
}

/// The change, when it is one of this bucket.
pub(super) fn of<'c>(change: &'c Change, name: &str) -> Option<&'c BucketChange> {
    match change {
        Change::Bucket { name: other, change } if other == name => Some(change),
        _ => None,
    }
}

impl Overlay {
    /// What becomes of a bucket, whatever the order of the edits: a setting may come before its bucket.
    pub(super) fn life(&self, bucket: &BucketRef) -> Life {
        let mut life = Life::Stays;
        for edit in self.edits.iter().filter(|edit| edit.account == bucket.owner) {
            match of(&edit.change, &bucket.name) {
                Some(BucketChange::Created { object_lock }) => life = Life::New { object_lock: *object_lock },
                Some(BucketChange::Deleted) if life == Life::Stays => life = Life::Gone,
                _ => {}
            }
        }
        life
    }

    /// The edits of a bucket that a setting depends on: those of the bucket as a whole, and those of the setting.
    pub(super) fn of_bucket(&self, bucket: &BucketRef, setting: fn(&BucketChange) -> bool) -> Vec<&Edit> {
        self.chosen(|edit| {
            edit.account == bucket.owner
                && of(&edit.change, &bucket.name).is_some_and(|change| {
                    setting(change) || matches!(change, BucketChange::Created { .. } | BucketChange::Deleted)
                })
        })
    }

    /// Whether versioning stays when its configuration is removed: S3 does not suspend it where there is Object Lock, and the
    /// provider goes on.
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html>
    pub(super) async fn keeps_versioning(&self, bucket: &BucketRef) -> bool {
        let removed = |change: &BucketChange| matches!(change, BucketChange::Versioning(_));
        let removal = |edit: &&Edit| edit.origin.action == "delete";
        self.of_bucket(bucket, removed).iter().any(removal)
            && self.base.object_lock(bucket).await.is_ok_and(|lock| lock.is_some())
    }

    /// Buckets of an account after the change.
    pub(super) fn buckets_after(state: &mut State<Vec<BucketSummary>>, change: &Change, as_of: Timestamp) {
        let Change::Bucket { name, change } = change else { return };
        state.change(|buckets| match change {
            BucketChange::Created { .. } => {
                buckets.retain(|bucket| &bucket.name != name);
                buckets.push(BucketSummary { name: name.clone(), created: Some(as_of) });
                buckets.sort_by(|one, other| one.name.cmp(&other.name));
            }
            // Of a replaced bucket the new one stays, in whatever order the two come.
            BucketChange::Deleted => buckets.retain(|bucket| &bucket.name != name || bucket.created == Some(as_of)),
            _ => {}
        });
    }
}

/// Default encryption of a bucket for which nobody set any.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html>
pub(super) fn default_encryption(blocked: &[&str]) -> BucketEncryption {
    BucketEncryption {
        algorithm: "AES256".to_owned(),
        kms_key: None,
        bucket_key_enabled: false,
        blocked: blocked.iter().map(|kind| (*kind).to_owned()).collect(),
    }
}

/// Sets default encryption. What is blocked stays when the request leaves it out, which is all that an empty list says; so it
/// has to be known what was blocked. `NONE` blocks nothing.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html>
pub(super) fn encrypt(state: &mut State<Option<BucketEncryption>>, to: &Planned<Option<BucketEncryption>>) {
    let mut to = match to {
        Planned::Known(to) => to.clone().unwrap_or_else(|| default_encryption(&["NONE"])),
        Planned::Unknown(unknown) => {
            *state = State::Unknown(unknown.clone());
            return;
        }
    };
    if to.blocked.is_empty() {
        match state {
            State::Is(now) => to.blocked = now.take().map(|now| now.blocked).unwrap_or_default(),
            State::Unknown(_) | State::Unseen(_) => return,
        }
    }
    to.blocked.retain(|kind| kind != "NONE");
    *state = State::Is(Some(to));
}

/// Kinds of encryption that a new bucket blocks: SSE-C, but for two Regions.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html>
pub(super) fn blocked_by_default(bucket: &BucketRef) -> &'static [&'static str] {
    if ["me-south-1", "me-central-1"].contains(&bucket.region.as_str()) { &[] } else { &["SSE-C"] }
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html>
pub(super) const NEW_BLOCK: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

/// One configuration of archive tiers, set or removed.
pub(super) fn archive_tiering(state: &mut State<Vec<ArchiveTiering>>, id: &str, to: &Planned<Option<ArchiveTiering>>) {
    state.change_by(to, |all, to| {
        all.retain(|one| one.id != id);
        all.extend(to.clone());
        // S3 lists them by id.
        all.sort_by(|one, other| one.id.cmp(&other.id));
    });
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html>
pub(super) fn new_ownership() -> Ownership {
    Ownership { object_ownership: "BucketOwnerEnforced".to_owned() }
}

/// The list of a new bucket: its owner alone. The canonical id of an account is not in a plan.
pub(super) fn new_acl(account: &AccountId) -> Acl {
    let owner = format!("owner-of-{account}");
    Acl { grants: vec![grant(&owner, "CanonicalUser", "FULL_CONTROL")], owner }
}

fn grant(grantee: &str, kind: &str, permission: &str) -> AclGrant {
    AclGrant { grantee: grantee.to_owned(), kind: kind.to_owned(), permission: permission.to_owned() }
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>
fn canned(owner: String, name: &str) -> Option<Acl> {
    const GROUPS: &str = "http://acs.amazonaws.com/groups/";
    let more: &[(&str, &str)] = match name {
        "private" | "bucket-owner-read" | "bucket-owner-full-control" => &[],
        "public-read" => &[("global/AllUsers", "READ")],
        "public-read-write" => &[("global/AllUsers", "READ"), ("global/AllUsers", "WRITE")],
        "authenticated-read" => &[("global/AuthenticatedUsers", "READ")],
        "log-delivery-write" => &[("s3/LogDelivery", "WRITE"), ("s3/LogDelivery", "READ_ACP")],
        _ => return None,
    };
    let groups = more.iter().map(|(group, permission)| grant(&format!("{GROUPS}{group}"), "Group", permission));
    let grants = [grant(&owner, "CanonicalUser", "FULL_CONTROL")].into_iter().chain(groups).collect();
    Some(Acl { owner, grants })
}

pub(super) fn acl(state: &mut State<Acl>, change: &Planned<AclChange>, address: &str, account: &AccountId) {
    let owner = match &*state {
        State::Is(acl) => acl.owner.clone(),
        _ => new_acl(account).owner,
    };
    *state = match change {
        Planned::Known(AclChange::Grants(acl)) => State::Is(acl.clone()),
        Planned::Known(AclChange::Canned(name)) => match canned(owner, name) {
            Some(acl) => State::Is(acl),
            None => State::Unknown(Unknown {
                address: address.to_owned(),
                attribute: "acl".to_owned(),
                why: format!("`{name}` is no canned access control list of a bucket"),
            }),
        },
        Planned::Unknown(unknown) => State::Unknown(unknown.clone()),
    };
}

/// A field that is not planned keeps its value. Versioning that was never enabled is not suspended by its removal.
pub(super) fn versioning(state: &mut State<Versioning>, to: &Planned<Versioning>) {
    state.change_by(to, |versioning, to| {
        let never = versioning.status.is_none() && to.status.as_deref() == Some("Suspended");
        if to.status.is_some() && !never {
            versioning.status.clone_from(&to.status);
        }
        if to.mfa_delete.is_some() {
            versioning.mfa_delete.clone_from(&to.mfa_delete);
        }
    });
}

/// A rule without Object Lock enables it; without a rule it stays enabled, where it was.
pub(super) fn object_lock(
    state: &mut State<Option<ObjectLock>>,
    to: &Planned<Option<logproof_estate::facts::DefaultRetention>>,
) {
    state.change_by(to, |lock, to| match (lock.as_mut(), to) {
        (Some(lock), to) => lock.default_retention.clone_from(to),
        (None, Some(rule)) => *lock = Some(ObjectLock { default_retention: Some(rule.clone()) }),
        (None, None) => {}
    });
}

pub(super) fn policy(state: &mut State<Option<String>>, to: Option<&Document>, pen: &mut Pen, kind: Kind) {
    *state = State::Is(to.map(|document| pen.text(document, kind)));
}
