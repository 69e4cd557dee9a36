@LS-4.3 @severity:critical
@ccc-2025.10:AuditLog.CN02.AR01 @ccc-2025.10:Logging.CN01.AR01 @hipaa:164.312.b @iso-27001-2022:a.8.15
@nist-800-53r5:au-12.c @nist-800-53r5:au-6.4 @pci-dss-4.0:10.3.1 @soc2:cc7.2
Feature: The organization trail delivers to the log bucket

  Requirement
    The organization trail delivers to the log bucket of the log archive account, under the key prefix
    agreed for it.

  Why
    Everything that protects the log bucket protects the record only if the record is there. A bucket of a
    similar name is protected by nothing of it, and readers and retention are given by key prefix.

  How it is examined
    The bucket and key prefix of the trail are compared, letter by letter, with the log bucket, which must
    be among the buckets the log archive account itself owns, and with names.log_prefix.

  Remediation
    Update the trail with the log bucket and its prefix, after the bucket policy lets CloudTrail deliver
    there.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html

  Background:
    Given the log bucket of the log archive account
    And the organization trail

  Scenario: The trail delivers to the log bucket
    Then it delivers to the log bucket

  Scenario: The trail delivers under the agreed key prefix
    Then it delivers under the key prefix agreed for it
