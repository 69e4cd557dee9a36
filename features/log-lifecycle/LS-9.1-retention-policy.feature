@LS-9.1 @severity:medium
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:Logging.CN02.AR01 @hipaa:164.312.b @iso-27001-2022:a.5.28
@iso-27001-2022:a.5.33 @iso-27001-2022:a.8.10 @nist-800-53r5:au-11 @nist-800-53r5:au-11.1
@nist-800-53r5:si-12 @pci-dss-4.0:10.5.1 @pci-dss-4.0:3.2.1 @soc2:c1.2 @soc2:cc7.2
Feature: A retention policy states how long each type of log is kept

  Requirement
    The register states a retention for the log streams of the store, each at least as long as the
    organization allows, with its legal basis, its owner, an approval by somebody else, and a review
    within the last year.

  Why
    The rules of a bucket implement a decision. Where the decision is written nowhere, a short rule
    cannot be distinguished from a wrong one.

  How it is examined
    retention.toml and streams.toml of the register are read: the organization trail and AWS Config must
    have a stream with a class of retention.toml, classes in use must reach what conventions.least_days
    asks of the class, or else expectations.retention_days, and of these days expectations.hot_days, and
    each class its review. The register is kept in the evidence with its
    digest. Whether the buckets implement it is covered by controls LS-9.2, LS-9.3 and LS-10.3.

  What stays manual
    Which law applies to which log is the decision of the organization.

  Remediation
    Write the approved retention policy into retention.toml, name the class of each stream, and
    review it every year.

  References
    https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_detect_investigate_events_app_service_logging.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html

  Scenario: Every log stream of the store has a retention
    Then the retention of every log stream of the store is registered

  Scenario: No retention is too short
    Then no registered retention is shorter than the organization allows

  Scenario: The policy is reviewed
    Then every registered retention was reviewed within a year, by two people
