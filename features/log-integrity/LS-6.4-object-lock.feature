@LS-6.4 @severity:critical @hardening
@ccc-2025.10:AuditLog.CN08.AR01 @ccc-2025.10:Logging.CN03.AR01 @ccc-2025.10:ObjStor.CN04.AR01
@ccc-2025.10:ObjStor.CN04.AR02 @fsbp:S3.15 @nist-800-53r5:au-9 @pci-dss-4.0:10.3.4 @soc2:c1.1 @soc2:pi1.5
Feature: Log files cannot be deleted before their retention ends

  Requirement
    The log bucket has Object Lock with a default retention that nobody can lift, for at least as long
    as log files must be kept.

  Why
    Policies keep people from deleting logs until somebody changes the policy. Object Lock in COMPLIANCE
    mode does not bend: not for an administrator, not for the root user, not for AWS Support.

  How it is examined
    The Object Lock configuration of the log bucket is read. Object Lock that is enabled without a
    default retention alone keeps nothing and does not meet this control; GOVERNANCE mode, which a
    permission bypasses, meets it only where the organization asks for no more in
    expectations.object_lock_mode. The period is compared with expectations.object_lock_days, or
    retention_days where that is not given; a year counts 365 days.

    The default retention is given to objects as they are written. What is older than the setting has
    none.

    AWS Config cannot deliver to a bucket with a default retention. Where the log bucket is also its
    bucket, the finding says so: the two must be separated first.

    Bucket policy, SCPs, RCPs and the users and roles of the log archive account are evaluated for whoever
    could bypass the retention, delete a log file or lift its protection. Nobody may bypass it, the log
    storage role included.

  What stays manual
    The length of the retention is decided by the organization, with its lawyers.

  Remediation
    Enable Object Lock on the bucket (this also works on an existing bucket with versioning) and set a
    default retention in COMPLIANCE mode. Try it in GOVERNANCE mode first: what COMPLIANCE keeps, stays,
    and is billed. Give AWS Config a bucket of its own before.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    https://docs.aws.amazon.com/config/latest/APIReference/API_DeliveryChannel.html

  Background:
    Given the log bucket of the log archive account

  Scenario: The retention cannot be lifted
    Then Object Lock gives new objects a retention that cannot be lifted

  Scenario: The retention is long enough
    Then that retention lasts at least as long as the organization keeps log files

  Scenario: Nobody can bypass the retention
    Then nobody at all can shorten the retention of log files or bypass it

  Scenario: Nobody else can delete log files
    Then nobody other than the log storage role can delete log files
