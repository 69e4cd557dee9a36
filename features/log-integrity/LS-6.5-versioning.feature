@LS-6.5 @severity:high @hardening
@ccc-2025.10:ObjStor.CN05.AR03 @ccc-2025.10:ObjStor.CN05.AR04 @fsbp:S3.14 @hipaa:164.308.a.7.i
@hipaa:164.312.c.1 @iso-27001-2022:a.8.10 @iso-27001-2022:a.8.3 @nist-800-53r5:au-9.2 @nist-800-53r5:cp-10.2
@nist-800-53r5:cp-6.1 @nist-800-53r5:cp-9.a @nist-800-53r5:cp-9.b @nist-800-53r5:cp-9.c
@nist-800-53r5:si-13.5 @pci-dss-4.0:10.3.4 @soc2:a1.2 @soc2:c1.2 @soc2:cc7.4
Feature: The log bucket keeps versions

  Requirement
    Versioning of the log bucket is enabled, and not suspended.

  Why
    Without versions, one overwrite or one delete is the end of a log file. Object Lock and replication
    both need versions.

  How it is examined
    The versioning status of the log bucket is read. A bucket whose versioning was suspended keeps the
    versions it has, but none of what is written meanwhile: it does not meet this control, no more than
    one that never had versions.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.

  Remediation
    Enable versioning on the log bucket, and find out who suspended it.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html

  Scenario Outline: Versioning is enabled: <bucket>
    Given <bucket>
    Then versioning of the bucket is enabled

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
