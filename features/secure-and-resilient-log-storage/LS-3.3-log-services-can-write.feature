@LS-3.3 @severity:high
@ccc-2025.10:AuditLog.CN02.AR01 @cis-aws-3.0:3.1 @cis-aws-6.0:4.1 @fsbp:CloudTrail.1 @hipaa:164.312.b
@iso-27001-2022:a.8.15 @nist-800-53r5:au-12.a @nist-800-53r5:au-2.b @pci-dss-4.0:10.2.1.1 @pci-dss-4.0:10.2.2
@soc2:cc7.2
Feature: CloudTrail and AWS Config can deliver, with owner control

  Requirement
    CloudTrail can read the ACL of the log bucket and write under the prefixes of the organization trail;
    AWS Config can check its bucket and write under the prefix of every account. Each service may
    encrypt with the log key, and is named by its real service principal.

  Why
    A principal that is no service, a prefix that lacks the organization id, or a condition too many stops
    delivery without an error anybody sees.

  How it is examined
    The bucket policies are evaluated for the requests the two services make: GetBucketAcl, ListBucket and
    PutObject with the bucket-owner-full-control ACL, for the trail and for the recorder of every active
    account, below the key prefix of the trail and of the delivery channels. Principals that are written like services but are none are named.

    The policy of the log key is evaluated for the data key each of the two services asks for, CloudTrail
    with the trail in its encryption context. A service that may write but not encrypt delivers nothing.

  Remediation
    Follow the bucket policies AWS documents for organization trails and for AWS Config. Write
    cloudtrail.amazonaws.com and config.amazonaws.com exactly, in the bucket policies and in the key policy.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html

  Background:
    Given the log bucket of the log archive account

  Scenario: CloudTrail can deliver
    Then CloudTrail can read the bucket ACL and write the logs of the organization trail

  Scenario: AWS Config can deliver
    Then AWS Config can check its bucket and write the configuration logs of every active account

  Scenario: CloudTrail can encrypt what it delivers
    Given the log key
    Then CloudTrail can encrypt the logs of the organization trail with the log key

  Scenario: AWS Config can encrypt what it delivers
    Given the log key
    Then AWS Config can encrypt what it delivers for every active account with the log key

  Scenario Outline: Service principals are services: <bucket>
    Given <bucket>
    Then every service principal in the bucket policy is an AWS service

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
