@LS-6.6 @severity:medium @hardening
@ccc-2025.10:AuditLog.CN07.AR01 @cis-aws-3.0:2.1.2 @cis-aws-6.0:3.1.2 @fsbp:S3.20 @pci-dss-4.0:10.3.2
@pci-dss-4.0:3.5.1.3 @pci-dss-4.0:8.4.1
Feature: Log files are not deleted for good with a password or a key alone

  Requirement
    Deleting a version of a log file for good needs a second factor, or is not possible at all.

  Why
    A stolen access key of an administrator must not be enough to erase records.

  How it is examined
    MFA delete of the log bucket is read; it counts while versioning is enabled, not while it is suspended.
    S3 refuses lifecycle rules on a bucket with MFA delete, so that a log bucket with automatic retention cannot have it: a default retention of Object Lock in
    COMPLIANCE mode is accepted in its place, as it rules the deletion out altogether until the
    retention ends. How long that is, is the subject of control LS-6.4.

  Remediation
    Set a default retention in COMPLIANCE mode. MFA delete can only be enabled by the root user, with an
    access key of the root user: one more key that ought not to exist.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

  Scenario: A key alone deletes nothing for good
    Given the log bucket of the log archive account
    Then nobody can delete a version of a log file for good without MFA, or Object Lock rules it out altogether
