@CCC-CORE-CN-05 @severity:critical @finos-ccc-2025.10:CCC.Core.CN05
Feature: Only trusted entities have access

  Requirement
    Only the roles named here can read or write the data, and nobody outside the organization can perform any action on
    the bucket.

  How it is examined
    Bucket policies are evaluated together with SCPs, RCPs and the users and roles of the bucket's account.

  Remediation
    Deny s3:* to every principal but these roles.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Readers
    Then only these principals can read its objects
      | arn:aws:iam::444444444444:role/Trading   |
      | arn:aws:iam::444444444444:role/DataOwner |

  Scenario: Writers
    Then only these principals can s3:PutObject
      | arn:aws:iam::444444444444:role/Trading   |
      | arn:aws:iam::444444444444:role/DataOwner |

  Scenario: Administration
    Then no request to s3:PutBucketPolicy, s3:DeleteBucketPolicy or s3:PutBucketOwnershipControls is allowed, except by arn:aws:iam::444444444444:role/DataOwner

  Scenario: Outsiders
    Then nobody outside the organization can s3:GetObject, s3:PutObject, s3:DeleteObject or s3:ListBucket
    And Block Public Access is on
