//! AWS KMS.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A KMS key. See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsKey {
    /// Key id.
    pub id: String,
    /// Key ARN: what an alias or id resolves to.
    pub arn: String,
    /// `CUSTOMER` or `AWS`.
    pub manager: String,
    /// `Enabled`, `Disabled`, `PendingDeletion` ...
    pub state: String,
    /// `SYMMETRIC_DEFAULT`, `RSA_2048` ...
    pub spec: Option<String>,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY` ...
    pub usage: Option<String>,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    pub origin: Option<String>,
    /// Expiry of imported key material.
    pub valid_to: Option<Timestamp>,
    /// When a key pending deletion goes.
    pub deletion_date: Option<Timestamp>,
    /// Whether it is a multi-Region key.
    pub multi_region: bool,
}

/// Automatic rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRotation {
    /// Whether it is on.
    pub enabled: bool,
    /// Period in days, where the service says.
    pub period_days: Option<i32>,
}

/// A grant on a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyGrant {
    /// Grant id.
    pub id: String,
    /// Grant name, where given.
    pub name: Option<String>,
    /// Principal that may use the grant.
    pub grantee: String,
    /// Operations granted, for example `Decrypt`.
    pub operations: Vec<String>,
    /// Encryption context the grant is limited to, as (key, value).
    pub context: Vec<(String, String)>,
}

/// An alias of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAlias {
    /// Its name, with `alias/`.
    pub name: String,
    /// Id of the key; `None` while AWS has not made the key that it is for.
    pub key_id: Option<String>,
}
