//! Amazon S3 and S3 Control.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A bucket as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketSummary {
    /// Bucket name.
    pub name: String,
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// Default encryption. See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketEncryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// Key id, ARN or alias, as configured; `None` means the AWS managed key.
    pub kms_key: Option<String>,
    /// Whether an S3 bucket key is used.
    pub bucket_key_enabled: bool,
    /// Kinds of encryption an upload may not ask for, such as `SSE-C`; empty when none is blocked.
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html>
    pub blocked: Vec<String>,
}

impl BucketEncryption {
    /// Whether the bucket turns away uploads under a key that the caller provides.
    #[must_use]
    pub fn blocks_customer_keys(&self) -> bool {
        self.blocked.iter().any(|kind| kind == "SSE-C")
    }
}

/// The four flags. See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`.
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`.
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`.
    pub restrict_public_buckets: bool,
}

/// Object ownership: `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    /// The setting.
    pub object_ownership: String,
}

/// Bucket ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acl {
    /// Canonical id of the owner.
    pub owner: String,
    /// Grants, the owner's own included.
    pub grants: Vec<AclGrant>,
}

/// One ACL grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclGrant {
    /// Canonical id, group URI or e-mail of the grantee.
    pub grantee: String,
    /// `CanonicalUser`, `Group` or `AmazonCustomerByEmail`.
    pub kind: String,
    /// `FULL_CONTROL`, `WRITE`, `WRITE_ACP`, `READ` or `READ_ACP`.
    pub permission: String,
}

/// Versioning of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioning {
    /// `Enabled` or `Suspended`; `None` when never configured.
    pub status: Option<String>,
    /// `Enabled` or `Disabled`; `None` when never configured.
    pub mfa_delete: Option<String>,
}

/// Object Lock of a bucket that has it enabled. See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLock {
    /// Default retention; `None` when Object Lock is enabled without a default rule.
    pub default_retention: Option<DefaultRetention>,
}

/// Default retention of new objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultRetention {
    /// `COMPLIANCE` or `GOVERNANCE`.
    pub mode: String,
    /// Period in days; years count 365 days each, as S3 does.
    pub days: i64,
}

/// Retention of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRetention {
    /// `COMPLIANCE` or `GOVERNANCE`.
    pub mode: String,
    /// Until when.
    pub retain_until: Timestamp,
}

/// One lifecycle rule. See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LifecycleRule {
    /// Rule id.
    pub id: String,
    /// `Enabled` or not.
    pub enabled: bool,
    /// Prefix filter; empty means every object.
    pub prefix: String,
    /// Tag filters as (key, value); all must match.
    pub tags: Vec<(String, String)>,
    /// Only objects larger than this many bytes.
    pub size_greater_than: Option<i64>,
    /// Only objects smaller than this many bytes.
    pub size_less_than: Option<i64>,
    /// Days after creation at which current objects expire.
    pub expiration_days: Option<i32>,
    /// Date at which current objects expire.
    pub expiration_date: Option<Timestamp>,
    /// Whether expired object delete markers are removed.
    pub expired_object_delete_marker: bool,
    /// Transitions of current objects.
    pub transitions: Vec<Transition>,
    /// Days after becoming noncurrent at which versions are deleted.
    pub noncurrent_expiration_days: Option<i32>,
    /// Newer noncurrent versions to keep.
    pub noncurrent_newer_versions: Option<i32>,
    /// Transitions of noncurrent versions.
    pub noncurrent_transitions: Vec<Transition>,
    /// Days after which incomplete multipart uploads are aborted.
    pub abort_multipart_days: Option<i32>,
}

/// A move to another storage class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Days after creation (or after becoming noncurrent).
    pub days: Option<i32>,
    /// Date of the move.
    pub date: Option<Timestamp>,
    /// `STANDARD_IA`, `GLACIER`, `DEEP_ARCHIVE` ...
    pub storage_class: String,
}

/// Optional archive tiers of S3 Intelligent-Tiering, for the objects of a bucket that the filter names.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_IntelligentTieringConfiguration.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveTiering {
    /// Id of the configuration.
    pub id: String,
    /// `Enabled` or not.
    pub enabled: bool,
    /// Prefix filter; empty means every object.
    pub prefix: String,
    /// Tag filters as (key, value); all must match.
    pub tags: Vec<(String, String)>,
    /// The tiers that are switched on.
    pub tiers: Vec<ArchiveTier>,
}

/// One archive tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveTier {
    /// `ARCHIVE_ACCESS` or `DEEP_ARCHIVE_ACCESS`.
    pub tier: String,
    /// Days without access after which an object moves there, at least 90 or 180.
    pub days: i64,
}

/// Where server access logs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggingTarget {
    /// Bucket that receives the logs.
    pub bucket: String,
    /// Key prefix of the logs.
    pub prefix: String,
}

/// Replication configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replication {
    /// Role S3 assumes.
    pub role: String,
    /// Rules.
    pub rules: Vec<ReplicationRule>,
}

/// One replication rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationRule {
    /// Rule id.
    pub id: String,
    /// `Enabled` or not.
    pub enabled: bool,
    /// Prefix filter; empty means every object.
    pub prefix: String,
    /// Whether the rule is narrowed by object tags, so that not every object is copied.
    pub has_tag_filter: bool,
    /// ARN of the destination bucket.
    pub destination_bucket: String,
    /// Account of the destination, when ownership is changed to it.
    pub destination_account: Option<String>,
    /// Key that encrypts the replicas.
    pub replica_key: Option<String>,
    /// Whether SSE-KMS encrypted objects are replicated.
    pub kms_objects: bool,
    /// Whether delete markers are replicated.
    pub delete_markers: bool,
    /// Whether replication metrics are on.
    pub metrics: bool,
    /// Of several rules with one destination, the one with the highest number acts.
    pub priority: i32,
}

/// A bucket tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketTag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// One level of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObjectPage {
    /// Common prefixes below the asked prefix, complete.
    pub prefixes: Vec<String>,
    /// The first objects directly under the prefix, in key order.
    pub objects: Vec<ObjectSummary>,
    /// Whether there are more objects than listed here.
    pub more_objects: bool,
}

/// An object as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectSummary {
    /// Key.
    pub key: String,
    /// Size in bytes.
    pub size_bytes: i64,
    /// Last modified.
    pub last_modified: Option<Timestamp>,
    /// Storage class.
    pub storage_class: Option<String>,
}
