@CCC-CORE-CN-09 @severity:high @finos-ccc-2025.10:CCC.Core.CN09
Feature: Access logs cannot be turned off

  Requirement
    Nobody but the owner of the data changes where the access logs of the bucket go.

  How it is examined
    Bucket policies are evaluated together with SCPs, RCPs and the users and roles of the bucket's account.

  Remediation
    Deny s3:PutBucketLogging to every principal but the owner of the data.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Logging stays on
    Then its server access logs go to another bucket
    And no request to s3:PutBucketLogging is allowed, except by arn:aws:iam::444444444444:role/DataOwner
