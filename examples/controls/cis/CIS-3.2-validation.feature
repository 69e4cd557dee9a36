@CIS-3.2 @severity:medium @cis-aws-5.0.0:3.2
Feature: Log files can be validated

  Requirement
    CloudTrail signs digests of the log files it delivers.

  How it is examined
    By the settings of the organization's trail.

  Remediation
    Turn on log file validation for the trail.

  Scenario: Log file validation
    Given the organization trail
    Then its log file validation is on
