@LS-10.5 @severity:low
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:Logging.CN02.AR01 @hipaa:164.312.b @iso-27001-2022:a.8.10
@nist-800-53r5:au-11 @nist-800-53r5:au-11.1 @nist-800-53r5:si-12 @pci-dss-4.0:10.5.1 @pci-dss-4.0:3.2.1
@soc2:c1.2 @soc2:cc7.2
Feature: Somebody decided how long network, DNS, access and change logs are kept

  Requirement
    The register has a retention class for network, DNS, access and change logs, even where the
    decision is a short time. Whether such logs are written, and where to, is no part of this control.

  Why
    Logs that nobody decided about are kept until they cost too much, and then not at all.

  How it is examined
    retention.toml of the register is read for the classes network, dns, access and change, or those that
    conventions.retention_classes names in their place. Nothing else
    is: neither the flow logs of a VPC nor the query logs of Route 53 Resolver are asked for, so one that is
    off, or that goes to a bucket outside the log archive, is not noticed here. A stream of such logs that is
    registered in streams.toml is compared with the buckets of the log archive by controls LS-10.2 and LS-10.3.

  What stays manual
    That flow logs and query logs are on where the organization wants them, and are delivered to the log
    archive.

  Remediation
    Decide with the owners how long each of these logs is kept and on what basis, and write the
    class.

  References
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs.html

  Scenario: Every kind of log has its decision
    Then the register decides how long network, DNS, access and change logs are kept
