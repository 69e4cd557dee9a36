@CIS-3.5 @severity:medium @cis-aws-5.0.0:3.5
Feature: CloudTrail encrypts its log files with a key of ours

  Requirement
    The trail encrypts log files with a KMS key that we manage.

  How it is examined
    By the settings of the trail and the state of the key.

  Remediation
    Set the key for the trail.

  Scenario: The key of the trail
    Given the organization trail
    And the log key
    Then the trail encrypts its log files with the log key

  Scenario: Whose key it is
    Given the key "alias/acme-log-storage" of account "log-archive"
    Then it is a customer managed key
    And it is enabled
