@LS-3.5 @severity:critical
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Only the log services write to the log bucket

  Requirement
    Nobody can put an object into the log bucket but the services that deliver logs and the log storage
    role, neither through a policy nor through an access control list.

  Why
    Whoever can write can forge records, or bury the real ones under noise.

  How it is examined
    The bucket policy, the SCPs and RCPs, and the users and roles of the log archive account are evaluated
    for s3:PutObject, and for s3:ReplicateObject, which lets a stranger's bucket replicate into this one, by
    every kind of caller, an administrator in each other account included. The access control list of the
    bucket is read for grants to anyone but its owner.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.
    The service that writes access logs may write to their bucket, by its policy or by a grant to the group
    S3 has for it.

  Remediation
    Deny s3:PutObject and s3:ReplicateObject on the bucket's objects to every principal that is neither a log service nor the log
    storage role; set object ownership to bucket owner enforced.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html

  Scenario Outline: Nobody else can write through a policy: <bucket>
    Given <bucket>
    Then nobody other than the log services and the log storage role can write to the bucket

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |

  Scenario Outline: No access control list lets anybody else write: <bucket>
    Given <bucket>
    Then its access control list grants nothing to anyone but its owner

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
