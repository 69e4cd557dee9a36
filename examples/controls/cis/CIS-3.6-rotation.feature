@CIS-3.6 @severity:medium @cis-aws-5.0.0:3.6
Feature: Our keys are rotated every year

  Requirement
    The symmetric keys that we made are rotated automatically, at least once a year.

  How it is examined
    By the rotation of every customer managed key of every active account, in every governed Region.

  Remediation
    Turn on automatic rotation.

  Scenario: Rotation
    Given every key of every active account
    Then it is rotated automatically at least every 365 days, if AWS KMS can rotate it
