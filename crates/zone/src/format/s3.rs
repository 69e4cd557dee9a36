//! Buckets and the objects in them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The four flags.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PublicAccessBlock {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

/// A bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) created: Option<Timestamp>,
    #[serde(default)]
    pub(crate) encryption: Option<Encryption>,
    #[serde(default)]
    pub(crate) public_access_block: Option<PublicAccessBlock>,
    #[serde(default)]
    pub(crate) ownership: Option<String>,
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    /// Grants besides the owner's.
    #[serde(default)]
    pub(crate) acl: Vec<AclGrant>,
    #[serde(default)]
    pub(crate) versioning: Option<String>,
    #[serde(default)]
    pub(crate) mfa_delete: Option<String>,
    #[serde(default)]
    pub(crate) object_lock: Option<ObjectLock>,
    /// Rules by id.
    #[serde(default)]
    pub(crate) lifecycle: BTreeMap<String, LifecycleRule>,
    /// Archive tiers of Intelligent-Tiering by id.
    #[serde(default)]
    pub(crate) archive_tiering: BTreeMap<String, ArchiveTiering>,
    #[serde(default)]
    pub(crate) logging: Option<Logging>,
    #[serde(default)]
    pub(crate) replication: Option<Replication>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Objects by key.
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, Object>,
}

/// Default encryption.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Encryption {
    pub(crate) algorithm: String,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) bucket_key: bool,
    /// Kinds of encryption that uploads may not ask for, or `NONE`.
    #[serde(default)]
    pub(crate) blocked: Vec<String>,
}

/// An ACL grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AclGrant {
    pub(crate) grantee: String,
    #[serde(default = "group")]
    pub(crate) kind: String,
    pub(crate) permission: String,
}

fn group() -> String {
    "Group".to_owned()
}

/// Object Lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectLock {
    #[serde(default)]
    pub(crate) mode: Option<String>,
    #[serde(default)]
    pub(crate) days: Option<i64>,
    #[serde(default)]
    pub(crate) years: Option<i64>,
}

/// A lifecycle rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LifecycleRule {
    pub(crate) status: Option<String>,
    pub(crate) prefix: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) size_greater_than: Option<i64>,
    pub(crate) size_less_than: Option<i64>,
    pub(crate) expiration_days: Option<i64>,
    pub(crate) expiration_date: Option<Timestamp>,
    pub(crate) expired_object_delete_marker: bool,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) noncurrent_expiration_days: Option<i64>,
    pub(crate) noncurrent_newer_versions: Option<i64>,
    pub(crate) noncurrent_transitions: Vec<Transition>,
    pub(crate) abort_multipart_days: Option<i64>,
}

/// A transition.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transition {
    pub(crate) days: i64,
    pub(crate) storage_class: String,
}

/// Archive tiers of Intelligent-Tiering.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ArchiveTiering {
    pub(crate) status: Option<String>,
    pub(crate) prefix: String,
    pub(crate) tags: BTreeMap<String, String>,
    /// Days by tier.
    pub(crate) tiers: BTreeMap<String, i64>,
}

/// Server access logging.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Logging {
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) prefix: String,
}

/// Replication.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replication {
    pub(crate) role: String,
    /// Rules by id.
    pub(crate) rules: BTreeMap<String, ReplicationRule>,
}

/// A replication rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplicationRule {
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) prefix: String,
    #[serde(default)]
    pub(crate) tag: Option<(String, String)>,
    pub(crate) bucket: String,
    #[serde(default)]
    pub(crate) account: Option<String>,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) kms_objects: bool,
    #[serde(default)]
    pub(crate) delete_markers: bool,
    #[serde(default)]
    pub(crate) metrics: bool,
    #[serde(default = "first")]
    pub(crate) priority: i32,
}

fn first() -> i32 {
    1
}

/// An object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Object {
    pub(crate) size: i64,
    pub(crate) last_modified: Option<Timestamp>,
    pub(crate) storage_class: Option<String>,
    /// Retention as mode and instant.
    pub(crate) retention: Option<(String, Timestamp)>,
}
