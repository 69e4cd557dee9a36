@LS-3.1 @severity:critical
@ccc-2025.10:AuditLog.CN10.AR01 @ccc-2025.10:AuditLog.CN10.AR02 @ccc-2025.10:Logging.CN05.AR01
@ccc-2025.10:Logging.CN05.AR02 @cis-aws-3.0:2.1.4 @cis-aws-6.0:3.1.4 @fsbp:CloudTrail.6 @fsbp:S3.1 @fsbp:S3.2
@fsbp:S3.3 @fsbp:S3.8 @hipaa:164.308.a.3.i @hipaa:164.312.a.1 @iso-27001-2022:a.8.1 @nist-800-53r5:ac-3.7
@nist-800-53r5:ac-4.21 @nist-800-53r5:sc-7.2 @nist-800-53r5:sc-7.20 @nist-800-53r5:sc-7.21
@nist-800-53r5:sc-7.3 @nist-800-53r5:sc-7.7 @pci-dss-4.0:1.3.1 @pci-dss-4.0:1.3.2 @pci-dss-4.0:1.4.2
@pci-dss-4.0:10.3.2 @soc2:cc6.1 @soc2:cc6.6
Feature: Public access to the log bucket is blocked

  Requirement
    Each of the four Block Public Access settings, BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy and
    RestrictPublicBuckets, is in effect for the log bucket.

  Why
    A policy or an access control list that lets the world in is one mistake away. These settings keep such
    a mistake from having an effect, whoever makes it.

  How it is examined
    The settings of the bucket are read; where one is off, those of the whole account are read too. A
    setting is in effect when either of them has it on. A configuration that does not exist has all four
    off; one that may not be read is an error, not an absence.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.
    So is the bucket of another account that the log bucket is replicated to.

  Remediation
    Turn on all four settings for the log bucket, and for the account as well: nothing in a log archive has
    to be public.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html

  Scenario Outline: All four Block Public Access settings are in effect: <bucket>
    Given <bucket>
    Then each of the four Block Public Access settings is on, for the bucket or for its whole account

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
      | the replica of the log bucket                        |
