@LS-9.4 @severity:medium
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:Logging.CN02.AR01 @hipaa:164.312.b @iso-27001-2022:a.5.28
@iso-27001-2022:a.5.33 @iso-27001-2022:a.8.10 @nist-800-53r5:au-11 @nist-800-53r5:au-11.1
@nist-800-53r5:si-12 @pci-dss-4.0:10.5.1 @pci-dss-4.0:3.2.1 @soc2:c1.2 @soc2:cc7.2
Feature: Exceptions to retention are approved before they are used

  Requirement
    Every change to lifecycle, versioning or Object Lock of a bucket with log streams was made under
    an exception that the register names and that somebody other than its owner approved. The
    process behind it is written down.

  Why
    A retention that anybody may shorten for a day is none.

  How it is examined
    CloudTrail's event history of the log archive account is read for the last 90 days: each
    successful change to the lifecycle, versioning or Object Lock of a registered bucket, and each
    deletion of one, must fall into the period of an exception for that bucket in exceptions.toml.

    Deletions of single objects are data events. The event history does not hold them; control
    LS-4.7 asks that they are recorded.

  What stays manual
    That the process exists and that approvals came before the use is attested.

  Remediation
    Find out who made the change and whether it was approved. Register the exception with its
    period, or undo the change. Where data is kept for a case, use a legal hold.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

  Scenario: Changes are exceptions
    Then every recorded change to how long log files are kept is registered as an exception

  Scenario: The process is written down
    Then somebody answers for the process by which exceptions to retention are approved
