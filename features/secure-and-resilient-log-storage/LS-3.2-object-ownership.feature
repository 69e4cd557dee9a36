@LS-3.2 @severity:high
@ccc-2025.10:AuditLog.CN10.AR01 @ccc-2025.10:Logging.CN05.AR01 @hipaa:164.312.a.1 @iso-27001-2022:a.8.1
@nist-800-53r5:ac-3.7 @nist-800-53r5:sc-7.3 @pci-dss-4.0:1.3.1 @pci-dss-4.0:10.3.2 @soc2:cc6.1
Feature: Delivered log files belong to the log archive account

  Requirement
    Object ownership of the log bucket is bucket owner enforced or bucket owner preferred.

  Why
    An object that belongs to its writer is outside the policy of the bucket: the log archive account cannot
    grant others to read it, and its writer can grant what it likes.

  How it is examined
    The ownership controls of the bucket are read. A bucket without them leaves objects to their writers.
    With bucket owner preferred, an object belongs to the bucket owner only when its writer grants full
    control to the bucket owner, as CloudTrail and AWS Config do; the result says so.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.

  Remediation
    Set object ownership to BucketOwnerEnforced, which also switches access control lists off. Server access
    logs that are still granted by such a list need a statement in the bucket policy first.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html

  Scenario Outline: The bucket owner owns what is delivered: <bucket>
    Given <bucket>
    Then the bucket owner owns the objects that log services deliver

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
