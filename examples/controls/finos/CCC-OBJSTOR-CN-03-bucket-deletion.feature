@CCC-OBJSTOR-CN-03 @severity:high @finos-ccc-2025.10:CCC.ObjStor.CN03
Feature: The bucket cannot be deleted, nor its retention weakened

  Requirement
    Nobody deletes the bucket, and nobody changes or bypasses the retention of its objects.

  How it is examined
    Bucket policies are evaluated together with SCPs, RCPs and the users and roles of the bucket's account.
    S3 cannot bring a deleted bucket back, so that its deletion must be refused.

  Remediation
    Deny these actions to every principal, and use Object Lock in compliance mode.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Deletion
    Then no request to s3:DeleteBucket is allowed

  Scenario: Retention
    Then no request to s3:PutBucketObjectLockConfiguration or s3:BypassGovernanceRetention is allowed
    And Object Lock keeps new objects for at least 365 days in compliance mode
