@CIS-3.1 @severity:high @cis-aws-5.0.0:3.1
Feature: CloudTrail records in every Region of every account

  Requirement
    A trail of the organization records all management events in every Region, and every account sees it.

  How it is examined
    By the trail that logproof.toml names, its status and event selectors, and the trails that each account sees in each
    governed Region.

  Remediation
    Make the trail a multi-Region organization trail, and start it.

  Scenario: The trail
    Given the organization trail
    Then it is an organization trail
    And it is logging now
    And it records in every Region
    And it records every management event that reads
    And it records every management event that writes

  Scenario: Every account
    Given the organization trail
    And every active account of the organization and every governed Region
    Then the organization trail is seen in each of these accounts and Regions, under one and the same ARN
