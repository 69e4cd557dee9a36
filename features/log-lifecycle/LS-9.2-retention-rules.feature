@LS-9.2 @severity:high
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:Logging.CN02.AR01 @fsbp:S3.13 @hipaa:164.312.b
@iso-27001-2022:a.8.10 @nist-800-53r5:au-11 @nist-800-53r5:au-11.1 @nist-800-53r5:si-12 @pci-dss-4.0:10.5.1
@pci-dss-4.0:3.2.1 @soc2:c1.2 @soc2:cc7.2
Feature: Lifecycle rules keep log files for as long as policy says, and end them

  Requirement
    No lifecycle rule of the log bucket deletes a log file before expectations.retention_days have
    passed. Every log file is deleted by a rule some day.

  Why
    A retention that is written in a document and not in the bucket is kept by nobody. Too short a rule
    destroys evidence every night, silently; a disabled or mistyped one keeps personal data for ever.

  How it is examined
    All lifecycle rules of the log bucket are read and played through for one object of every kind under
    the log prefix that their filters tell apart: by prefix, tags and size. Where versions are kept, an
    expiration only hides an object behind a delete marker; the rule for noncurrent versions decides
    when it is gone, and one that keeps the newest of them keeps a log file for ever. Of several rules
    the shortest counts. A rule with a date ends even the youngest object on that day.

    The rules alone are judged here, not what Object Lock would make of them: control LS-9.5 holds the
    two against each other.

  What stays manual
    The retention is decided by the organization, for each kind of log and by the law that applies to
    it.

  Remediation
    Keep one enabled rule for the log prefix, without tag or size filter, whose expiration and removal
    of noncurrent versions add up to the retention or more. PCI DSS asks for twelve months at least.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html

  Background:
    Given the log bucket of the log archive account

  Scenario: No log file is deleted too early
    Then no lifecycle rule deletes a log file before the organization's retention ends

  Scenario: Every log file has an end
    Then an enabled lifecycle rule eventually deletes every log file
