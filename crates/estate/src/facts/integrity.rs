//! The chains of signed digests CloudTrail leaves beside its log files.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::place::{AccountId, Region};

/// A public key CloudTrail signs digests with. See:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PublicKey.html>
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrailPublicKey {
    /// 32 hexadecimal digits by which digests name it.
    pub fingerprint: String,
    /// DER of a PKCS#1 RSA public key.
    pub value: Vec<u8>,
    /// When its use began.
    pub valid_from: Option<Timestamp>,
    /// When its use ends.
    pub valid_until: Option<Timestamp>,
}

/// Which chain is verified, for which period and against which keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainQuery {
    /// Name of the trail.
    pub trail: String,
    /// Its home Region.
    pub home_region: Region,
    /// Key prefix in front of `AWSLogs/`.
    pub prefix: Option<String>,
    /// The organization, for an organization trail.
    pub organization: Option<String>,
    /// The account whose events the chain covers.
    pub account: AccountId,
    /// The Region whose events the chain covers.
    pub region: Region,
    /// When the account joined, if that is known: there is no chain before.
    pub since: Option<Timestamp>,
    /// Beginning of the period.
    pub from: Timestamp,
    /// End of the period, which counts as now.
    pub until: Timestamp,
    /// How many of a thousand log files are read; all digests are.
    pub log_files_per_mille: u16,
    /// The Region's public keys.
    pub keys: Arc<[TrailPublicKey]>,
}

/// What verifying one chain gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChainIntegrity {
    /// Whether a digest was due within the period at all.
    pub due: bool,
    /// Digests that verified.
    pub digests_verified: u64,
    /// Log files whose content is the one their digest records.
    pub log_files_verified: u64,
    /// Log files that sampling left out.
    pub log_files_left_out: u64,
    /// Log files in no digest yet, for which one may still come.
    pub log_files_pending: u64,
    /// What is wrong, and what could not be judged.
    pub findings: Vec<ChainFinding>,
}

/// One thing found in a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainFinding {
    /// Stable code, for example `log.hash_mismatch`.
    pub code: String,
    /// A fact about what is stored; otherwise something that could not be judged.
    pub is_fact: bool,
    /// The object, as `bucket/key`, if one is meant.
    pub object: Option<String>,
    /// The interval, if one is meant.
    pub interval: Option<(Timestamp, Timestamp)>,
    /// How many objects it stands for.
    pub count: u64,
    /// What was seen, and what to do.
    pub detail: String,
}
