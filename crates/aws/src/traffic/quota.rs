//! Request quotas that AWS publishes and that a run can reach: its calls begin at these rates.

/// Calls of one operation, of one account in one Region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quota {
    /// Calls a second in the long run.
    pub(super) rate: f64,
    /// Calls at once after a pause.
    pub(super) burst: f64,
}

/// The quota of an operation, a little less than published: calls that are sent evenly do not arrive evenly, and others
/// make some too. Where nothing is published, or so much that no run reaches it, there is none.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>,
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> (STS; none is published for IAM),
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
pub(super) fn documented(service: &str, operation: &str) -> Option<Quota> {
    let (rate, burst) = match (service, operation) {
        ("organizations", "DescribeOrganization" | "ListRoots") => (1.0, 2.0),
        ("organizations", "DescribePolicy") => (2.0, 2.0),
        ("organizations", "ListAccounts") => (8.0, 12.0),
        // One for each, where the table names an operation at all.
        ("organizations", _) => (5.0, 8.0),
        ("sts", _) => (600.0, 600.0),
        ("cloudtrail", "LookupEvents") => (2.0, 2.0),
        ("cloudtrail", _) => (10.0, 10.0),
        ("cloudwatch", "DescribeAlarms") => (9.0, 9.0),
        ("logs", "DescribeMetricFilters") => (5.0, 5.0),
        _ => return None,
    };
    Some(Quota { rate: rate * 0.95, burst: (burst - 1.0_f64).max(1.0) })
}
