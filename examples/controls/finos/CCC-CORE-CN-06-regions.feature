@CCC-CORE-CN-06 @severity:medium @finos-ccc-2025.10:CCC.Core.CN06
Feature: Data is in approved Regions

  Requirement
    The bucket is in a Region of the European Union that we approved.

  How it is examined
    By the Region that S3 states for the bucket. That nobody can make a bucket elsewhere is not examined.

  Remediation
    Move the objects to a bucket in one of the Regions.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Regions
    Then it is in one of these Regions
      | eu-central-1 |
      | eu-west-1    |
