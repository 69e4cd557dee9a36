@LS-4.2 @severity:critical
@ccc-2025.10:AuditLog.CN02.AR01 @ccc-2025.10:Logging.CN01.AR01 @cis-aws-3.0:3.1 @cis-aws-6.0:4.1
@fsbp:CloudTrail.1 @hipaa:164.308.a.1.ii.d @hipaa:164.308.a.3.ii.a @hipaa:164.308.a.6.ii @hipaa:164.312.b
@iso-27001-2022:a.8.15 @iso-27001-2022:a.8.16 @nist-800-53r5:au-10 @nist-800-53r5:au-12.a
@nist-800-53r5:au-12.c @nist-800-53r5:au-14.a @nist-800-53r5:au-2.b @nist-800-53r5:au-3.a
@nist-800-53r5:au-3.b @nist-800-53r5:au-3.c @nist-800-53r5:au-3.d @nist-800-53r5:au-3.e @nist-800-53r5:au-3.f
@nist-800-53r5:au-6.3 @nist-800-53r5:au-6.4 @nist-800-53r5:au-8.b @pci-dss-4.0:10.2.1.1 @pci-dss-4.0:10.2.1.2
@pci-dss-4.0:10.2.1.3 @pci-dss-4.0:10.2.1.4 @pci-dss-4.0:10.2.1.5 @pci-dss-4.0:10.2.1.6 @pci-dss-4.0:10.2.1.7
@pci-dss-4.0:10.2.2 @soc2:a1.2 @soc2:cc2.1 @soc2:cc7.2
Feature: The organization trail records every management event

  Requirement
    The organization trail is logging, applies to all Regions, includes the events of global services, and
    records every management event, reading and writing, of every event source.

  Why
    A trail that exists and records half looks the same in a list of trails. What is left out, one Region,
    read events, the use of keys, is what an investigation needs.

  How it is examined
    Settings, status and event selectors of the trail are read in its home Region. Selectors, basic or
    advanced, are evaluated: an event is recorded when any selector takes it in. For reading and for writing
    apart, every event source must be recorded; a source that is excluded, such as AWS KMS or the RDS data
    API, is named, and so is a selector that is narrowed by another field.

  Remediation
    Start logging; make the trail apply to all Regions with global service events; give it one management
    event selector with read and write events and no excluded event source.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html

  Background:
    Given the organization trail

  Rule: It runs, everywhere

    Scenario: The trail is logging
      Then it is logging now

    Scenario: The trail applies to all Regions
      Then it records in every Region

    Scenario: The trail includes global services
      Then it records the events of global services

  Rule: It leaves no management event out

    Scenario: Every event that reads is recorded
      Then it records every management event that reads

    Scenario: Every event that writes is recorded
      Then it records every management event that writes
