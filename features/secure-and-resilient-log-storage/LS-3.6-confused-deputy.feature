@LS-3.6 @severity:high @hardening
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: No stranger's service can deliver into the log bucket

  Requirement
    A log service can use the bucket on behalf of this organization's trails and recorders only.

  Why
    A service acts for whoever configured it. Without a condition on the source, anybody in the world can
    point a trail or a recorder at the bucket and fill it with records of their own.

  How it is examined
    The bucket policies are evaluated for each service that may use the buckets, on behalf of an account
    outside the organization: aws:SourceArn, aws:SourceAccount and aws:SourceOrgID then name a stranger. The ARN
    of a bucket names no account: those of the log archive's own buckets are nobody else's.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind and
    are examined as well, where they are buckets of their own.

  Remediation
    Add a condition on aws:SourceArn (the trail), aws:SourceAccount or aws:SourceOrgID to each statement
    that allows a service; a wildcard account or an IfExists operator does not restrict it.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html

  Scenario Outline: No service acts for a stranger: <bucket>
    Given <bucket>
    Then no service can use the bucket on behalf of an account outside the organization

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
