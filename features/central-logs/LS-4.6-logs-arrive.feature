@LS-4.6 @severity:high
@ccc-2025.10:AuditLog.CN05.AR01 @iso-27001-2022:a.8.16 @nist-800-53r5:au-5 @nist-800-53r5:au-5.2
@pci-dss-4.0:10.7.2 @soc2:cc7.2
Feature: Log files arrive

  Requirement
    Log files of every active account, and of every governed Region, have arrived in the log bucket within
    the organization's delivery time. No delivery fails, neither of log files nor, where log file validation
    is on, of digests.

  Why
    A changed bucket or key policy stops delivery without touching the trail: it still exists and still says
    that it is logging. Only what arrives shows that recording works.

  How it is examined
    CloudTrail is asked for the status of the trail in every governed Region, as it answers for one Region
    at a time: the newest delivery, its error, the newest digest, its error. Times are compared with
    expectations.delivery_hours, 24 unless the owner says otherwise.

    The log bucket itself is then listed for every active account: the newest log file of the home Region,
    found by the time in its name, not by reading any log. Other Regions of each account are not listed, one
    account and Region at a time would take thousands of requests; for them the status above speaks. Where
    an account or another Region has no log file of that time, a digest of that time is accepted instead:
    CloudTrail delivers one every hour even when there was nothing to log. In the home Region of the trail
    there always is something: at least this examination.

    A time more than a quarter of an hour after the instant examined is no delivery: log files with such
    names are passed over, and a status that reports one cannot be assessed.

  What stays manual
    How quickly log files must arrive is a decision of the organization.

  Remediation
    Read the delivery error of the trail. The usual causes are a bucket policy without the prefix of the
    organization or a key policy that no longer lets CloudTrail generate data keys. CloudTrail tries again
    for 30 days.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html

  Background:
    Given the organization trail

  Rule: CloudTrail reports that it delivers

    Scenario: Log files were delivered for every Region
      Then log files were delivered for every governed Region within the organization's delivery time

    Scenario: No delivery fails
      Then the trail reports no delivery error in any governed Region

    Scenario: Digests were delivered for every Region
      Then digests were delivered for every governed Region within the organization's delivery time, without error

  Rule: The log bucket holds what was delivered

    Scenario: Log files of every account have arrived
      Given the log bucket of the log archive account
      And every active account of the organization
      Then the log bucket holds log files of each of these accounts, delivered within the organization's delivery time
