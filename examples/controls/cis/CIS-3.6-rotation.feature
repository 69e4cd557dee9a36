@CIS-3.6 @severity:medium @cis-aws-5.0.0:3.6
Feature: Our keys are rotated every year

  Requirement
    The symmetric keys that we made are rotated automatically, at least once a year.

  How it is examined
    By the rotation of each key in the table. A key that is missing there is not examined: see the README of this folder.

  Remediation
    Turn on automatic rotation.

  Scenario: Rotation
    Given these keys
      | arn:aws:kms:eu-central-1:222222222222:alias/acme-log-storage |
      | arn:aws:kms:eu-west-1:666666666666:alias/acme-log-replica    |
    Then it is rotated automatically at least every 365 days
