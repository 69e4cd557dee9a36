@CCC-CORE-CN-03 @severity:high @finos-ccc-2025.10:CCC.Core.CN03
Feature: The bucket is administered with MFA

  Requirement
    Nobody changes the policy, the logging, the lifecycle or the replication of the bucket without multi-factor authentication.

  How it is examined
    Bucket policies are evaluated together with SCPs, RCPs and the users and roles of the bucket's account.
    A request without the key aws:MultiFactorAuthPresent counts as one without MFA.

  Remediation
    Deny these actions where aws:MultiFactorAuthPresent is false, or not there (BoolIfExists).

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Without MFA
    Then no request to s3:PutBucketPolicy, s3:DeleteBucketPolicy, s3:PutBucketLogging, s3:PutLifecycleConfiguration or s3:PutReplicationConfiguration is allowed when
      """
      {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
      """
