@CIS-2.1.4 @severity:high @cis-aws-5.0.0:2.1.4
Feature: Buckets are closed to the public

  Requirement
    Block Public Access is on for every bucket of the organization, or for its account.

  How it is examined
    By the settings of each bucket, and of its account where those of the bucket are not all on.

  Remediation
    Turn on all four settings for the account.

  Scenario: Block Public Access
    Given every bucket of every active account
    Then Block Public Access is on
