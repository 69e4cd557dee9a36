@CIS-2.1.2 @severity:medium @cis-aws-5.0.0:2.1.2
Feature: Versions of objects are deleted with MFA alone

  Requirement
    MFA delete is on for every bucket whose name begins with `acme-`.

  How it is examined
    By the versioning of each bucket. Buckets under Object Lock in compliance mode are left out by their name: nobody can
    delete their versions.

  Remediation
    Turn on MFA delete with the root user of the account that owns the bucket.

  Scenario: MFA delete
    Given every bucket of every active account whose name matches "acme-*"
    Then its versioning is on
    And MFA delete is on
