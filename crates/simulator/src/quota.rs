//! Request quotas: token buckets by account, Region and operation, with the rates that AWS publishes.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The quota of one operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// Requests a second that are answered in the long run.
    pub rate: f64,
    /// Requests that are answered at once after a pause.
    pub burst: f64,
}

const fn quota(rate: f64, burst: f64) -> Quota {
    Quota { rate, burst }
}

/// The quota of an operation for one account in one Region.
///
/// AWS publishes none for IAM, AWS Config, IAM Access Analyzer, S3's settings of buckets and a few others: they are
/// assumed here, low enough to be met.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>,
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>,
/// <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html>
#[must_use]
pub fn documented(service: &str, operation: &str) -> Quota {
    match (service, operation) {
        ("organizations", "DescribeOrganization" | "ListRoots") => quota(1.0, 2.0),
        ("organizations", "DescribePolicy") => quota(2.0, 2.0),
        ("organizations", "ListAccounts") => quota(8.0, 12.0),
        ("organizations", _) => quota(5.0, 8.0),
        ("sts", _) => quota(600.0, 600.0),
        ("kms", "ListGrants") => quota(100.0, 100.0),
        ("kms", _) => quota(1000.0, 1000.0),
        ("cloudtrail", "LookupEvents") => quota(2.0, 2.0),
        ("cloudtrail", "ListPublicKeys") => quota(10.0, 10.0),
        ("cloudtrail", _) => quota(10.0, 10.0),
        ("cloudwatch", "DescribeAlarms") => quota(9.0, 9.0),
        ("logs", "DescribeMetricFilters") => quota(5.0, 5.0),
        ("s3", "ListObjectsV2" | "GetObject" | "GetObjectRetention") => quota(5500.0, 5500.0),
        // Not published.
        ("s3" | "s3control", _) => quota(100.0, 100.0),
        ("iam", _) => quota(20.0, 40.0),
        _ => quota(10.0, 20.0),
    }
}

/// One bucket: what is left, and when that was counted.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// The buckets of all accounts, Regions and operations that were asked.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    /// Names are kept as their hashes: there are as many buckets as account, Region and operation.
    hasher: RandomState,
    all: Mutex<HashMap<u64, Bucket>>,
}

impl Buckets {
    /// Takes a request from its quota at an instant since the start; false when there is nothing left of it.
    pub(crate) fn take(&self, account: &str, region: &str, call: (&str, &str), now: Duration) -> bool {
        let (service, operation) = call;
        let quota = documented(service, operation);
        let name = self.hasher.hash_one((account, region, service, operation));
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = all.entry(name).or_insert(Bucket { tokens: quota.burst, at: now });
        let refilled = now.saturating_sub(bucket.at).as_secs_f64() * quota.rate;
        bucket.tokens = (bucket.tokens + refilled).min(quota.burst);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_used_up_and_comes_back() {
        let buckets = Buckets::default();
        let take = |account: &str, millis: u64| {
            let call = ("organizations", "ListTargetsForPolicy");
            buckets.take(account, "us-east-1", call, Duration::from_millis(millis))
        };
        let at_once: Vec<bool> = (0..9).map(|_| take("1", 0)).collect();
        assert_eq!(at_once, [true, true, true, true, true, true, true, true, false], "a burst of eight");
        assert!(take("2", 0), "another account has its own");
        assert!(!take("1", 100) && take("1", 250) && !take("1", 251), "five a second");
        let later: Vec<bool> = (0..9).map(|_| take("1", 60_000)).collect();
        assert_eq!(later.iter().filter(|taken| **taken).count(), 8, "no more than the burst is saved up");
    }
}
