@LS-4.1 @severity:critical
@ccc-2025.10:AuditLog.CN02.AR01 @ccc-2025.10:Logging.CN01.AR01 @cis-aws-3.0:3.1 @cis-aws-6.0:4.1
@fsbp:CloudTrail.1 @hipaa:164.308.a.1.ii.d @hipaa:164.308.a.3.ii.a @hipaa:164.308.a.6.ii @hipaa:164.312.b
@iso-27001-2022:a.8.15 @iso-27001-2022:a.8.16 @nist-800-53r5:au-10 @nist-800-53r5:au-12.a
@nist-800-53r5:au-12.c @nist-800-53r5:au-14.a @nist-800-53r5:au-2.b @nist-800-53r5:au-3.a
@nist-800-53r5:au-3.b @nist-800-53r5:au-3.c @nist-800-53r5:au-3.d @nist-800-53r5:au-3.e @nist-800-53r5:au-3.f
@nist-800-53r5:au-6.3 @nist-800-53r5:au-6.4 @nist-800-53r5:au-8.b @pci-dss-4.0:10.2.1.1 @pci-dss-4.0:10.2.1.2
@pci-dss-4.0:10.2.1.3 @pci-dss-4.0:10.2.1.4 @pci-dss-4.0:10.2.1.5 @pci-dss-4.0:10.2.1.6 @pci-dss-4.0:10.2.1.7
@pci-dss-4.0:10.2.2 @soc2:a1.2 @soc2:cc2.1 @soc2:cc7.2
Feature: One organization trail covers every account

  Requirement
    One organization trail, owned by the management account, covers every active account of the organization
    in every governed Region.

  Why
    An account or Region without a trail is where nothing is recorded. A trail that each account makes for
    itself can be stopped by that account; the organization's trail cannot.

  How it is examined
    The trail is looked up in the management account. Then CloudTrail is asked in every active account and
    every governed Region which trails apply there, and the organization trail must be among them under the
    same ARN: what the management account says of the trail is not taken for what the members see. The
    accounts come from AWS Organizations, the Regions from organization.governed_regions; accounts that are
    suspended or being closed are named as left out. An event data store of CloudTrail Lake is no trail, and is
    not looked at.

  Remediation
    Create the trail in the management account, or as delegated administrator of CloudTrail, as an
    organization trail for all Regions, with trusted access for CloudTrail enabled in AWS Organizations.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html

  Background:
    Given the organization trail

  Rule: It is the trail of the organization

    Scenario: The trail is an organization trail
      Then it is an organization trail

    Scenario: The trail belongs to the management account
      Then it is owned by the management account

  Rule: It covers every account and Region

    Scenario: Every account sees the organization trail in every Region
      Given every active account of the organization and every governed Region
      Then the organization trail is seen in each of these accounts and Regions, under one and the same ARN
