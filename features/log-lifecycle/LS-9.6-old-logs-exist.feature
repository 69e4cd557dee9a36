@LS-9.6 @severity:medium
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:Logging.CN02.AR01 @hipaa:164.312.b @iso-27001-2022:a.8.10
@nist-800-53r5:au-11 @nist-800-53r5:au-11.1 @nist-800-53r5:si-12 @pci-dss-4.0:10.5.1 @pci-dss-4.0:3.2.1
@soc2:c1.2 @soc2:cc7.2
Feature: Log files of the whole retention period really exist

  Requirement
    For every active account there are log files of every whole month since the account joined and
    the bucket was made, as far back as the retention reaches.

  Why
    Lifecycle rules say what will be deleted from now on. They say nothing of what an earlier rule,
    a trail that was off or a person removed last year.

  How it is examined
    The folders of each account under the prefix of the organization trail are listed year by year
    for the home Region: each month must hold at least one day. Whether every hour of it is there,
    unchanged, is covered by control LS-4.4 and by logproof trail verify.

  What stays manual
    That an archived log file can be restored is shown by a restore, which this tool does not make:
    it would be a write.

  Remediation
    Find out what deleted the files. Restore them from the replica or from older versions of the
    objects, and lengthen the rule.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html

  Scenario: Every month is there
    Given every active account of the organization
    Then log files of every month the organization keeps are still there, for each of these accounts
