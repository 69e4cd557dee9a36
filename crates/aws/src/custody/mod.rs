//! What is done with a bundle once it is closed: signed by AWS KMS, put into S3. Putting is the only write of this tool.
//!
//! Asks with the caller's own credentials, never with the audit role, which only reads. What is asked here is no
//! evidence of the estate and is not recorded: the recording is closed by then.

mod s3;
mod sign;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use logproof_estate::{AccountId, Region};

use crate::{
    Aws,
    failure::Failure,
    seam::Seam,
    session::{Session, Sessions},
};

pub use s3::{Lock, Parcel, Retention, Vault};
pub use sign::KmsKeyArn;

/// Operations of this module with the IAM action each needs; the caller needs them only when a run is asked to sign or
/// to upload.
///
/// See: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
pub const CUSTODY_OPERATIONS: &[(&str, &str)] = &[
    ("kms:GetPublicKey", "kms:GetPublicKey"),
    ("kms:Sign", "kms:Sign"),
    ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("s3:GetObjectRetention", "s3:GetObjectRetention"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:PutObject", "s3:PutObject"),
];

/// Something that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot {what}: {why}\nhint: {hint}")]
pub struct CustodyError {
    /// What was to be done.
    pub what: String,
    /// Why it could not be.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// Signs and stores for one run.
#[derive(Clone)]
pub struct Custody {
    sessions: Arc<Sessions>,
    seam: Seam,
}

impl Aws {
    /// What signs and stores finished bundles, over the same connection.
    #[must_use]
    pub fn custody(&self) -> Custody {
        Custody { sessions: Arc::clone(&self.sessions), seam: self.seam.unrecorded() }
    }
}

impl Custody {
    /// A session with the caller's credentials. Calls are tagged with the account that is asked.
    fn session(&self, account: &AccountId, region: &Region) -> Session {
        self.sessions.base_session(account.as_str()).in_region(region.clone()).over(self.seam.clone())
    }
}

/// A failed call in words: a denial names the action that is missing.
fn refused(what: String, operation: &str, failure: &Failure) -> CustodyError {
    let action = CUSTODY_OPERATIONS.iter().find(|(name, _)| *name == operation).map_or(operation, |(_, action)| action);
    let hint = match failure {
        _ if failure.is_denied() => {
            format!("allow `{action}` for the caller of this run, and look for a policy of the resource that denies it")
        }
        Failure::Credentials(_) => "renew the credentials (`aws sso login`, or the environment)".to_owned(),
        Failure::Transport(_) => "check the network, proxy and endpoint settings (`AWS_ENDPOINT_URL`)".to_owned(),
        _ => format!("see what {operation} says of it"),
    };
    CustodyError { what, why: failure.to_string(), hint }
}
