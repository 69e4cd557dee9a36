@LS-9.3 @severity:medium
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:Logging.CN02.AR01 @fsbp:S3.13 @hipaa:164.312.b
@iso-27001-2022:a.8.10 @nist-800-53r5:au-11 @nist-800-53r5:au-11.1 @nist-800-53r5:si-12 @pci-dss-4.0:10.5.1
@pci-dss-4.0:3.2.1 @soc2:c1.2 @soc2:cc7.2
Feature: Recent log files can be read at once

  Requirement
    Log files stay in a storage class that is read without a restore for at least expectations.hot_days.

  Why
    An investigation begins with the last weeks. Logs that must first be restored from an archive answer
    hours or days too late.

  How it is examined
    The lifecycle rules of the log bucket are played through for every kind of log file, as for control
    LS-9.2. Moves to S3 Glacier Flexible Retrieval and S3 Glacier Deep Archive end the hot period, and
    so does an expiration; S3 Glacier Instant Retrieval does not, as it is read at once.
    S3 Intelligent-Tiering does not either, unless the bucket has its optional archive tiers switched on: then
    the hot period ends as many days after the move as the tier waits for a reader.

  What stays manual
    How long the hot period must be is decided by the organization. PCI DSS asks for three months.

  Remediation
    Move log files to an archive class after the hot period only; to save before that, use S3 Glacier
    Instant Retrieval.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html

  Scenario: Recent log files are read without a restore
    Given the log bucket of the log archive account
    Then log files stay directly readable for as long as the organization calls hot
