@LS-7.1 @severity:medium
@ccc-2025.10:AuditLog.CN04.AR01 @cis-aws-3.0:3.4 @cis-aws-6.0:4.4 @fsbp:CloudTrail.7 @fsbp:S3.9
@hipaa:164.312.b @iso-27001-2022:a.8.15 @nist-800-53r5:au-12.a @nist-800-53r5:au-12.c @nist-800-53r5:au-2.b
@nist-800-53r5:au-3.a @nist-800-53r5:au-3.b @nist-800-53r5:au-3.c @nist-800-53r5:au-3.d
@nist-800-53r5:au-3.e @nist-800-53r5:au-3.f @pci-dss-4.0:10.2.1.1 @pci-dss-4.0:10.2.1.2
@pci-dss-4.0:10.2.1.3 @pci-dss-4.0:10.2.1.4 @pci-dss-4.0:10.2.1.5 @pci-dss-4.0:10.2.1.6
@pci-dss-4.0:10.2.1.7 @pci-dss-4.0:10.3.1 @soc2:cc7.2 @soc2:cc7.3
Feature: Access to the log bucket is itself logged

  Requirement
    Server access logging of the log bucket is on. Its records go to another bucket of the log archive
    account, and that bucket accepts them.

  Why
    Who read the logs, and who tried to, is evidence as well. Logging into the log bucket itself makes
    each delivery another record; logging into a bucket that refuses makes none.

  How it is examined
    The logging target of the log bucket is read. It must be another bucket of the same account and
    Region: S3 delivers nowhere else. Its bucket policy is evaluated for the very
    request the service logging.s3.amazonaws.com makes to deliver a record of the log bucket; where no
    policy allows it, an access control list may, unless object ownership has switched lists off.
    Resource control policies are not part of that evaluation.

    S3 delivers no access logs to a bucket with a default retention or with SSE-KMS as its default
    encryption. That the target has no Object Lock is therefore no finding: protect it by policy, and
    replicate it into a locked bucket. AWS's documentation contradicts itself on a target with Object Lock
    and no default retention: there a note says so, and the records that arrived have to be looked at.

    Server access logs are delivered on a best-effort basis. Data events of the trail, control LS-4.7,
    are the second source.

    The bucket that AWS Config delivers to holds evidence of the same kind and is examined as well; where
    AWS Config delivers to the log bucket itself, there is one bucket to examine.

  Remediation
    Create a bucket for access logs in the log archive account and Region of the log bucket, encrypted
    with SSE-S3, allow logging.s3.amazonaws.com to put objects there for this source bucket, and set it
    as the logging target.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html

  Rule: Access is logged, elsewhere

    Scenario Outline: Server access logging goes to another bucket: <bucket>
      Given <bucket>
      Then server access logging of the bucket is on, to another bucket

      Examples:
        | bucket                                              |
        | the log bucket of the log archive account           |
        | the bucket of AWS Config                            |

    Scenario Outline: The access logs stay in the account: <bucket>
      Given <bucket>
      Then its account owns the bucket of the access logs, in the Region of the bucket

      Examples:
        | bucket                                              |
        | the log bucket of the log archive account           |
        | the bucket of AWS Config                            |

  Rule: The access logs arrive

    Scenario Outline: S3 may write the access logs: <bucket>
      Given <bucket>
      Then S3 may write access logs to that bucket

      Examples:
        | bucket                                              |
        | the log bucket of the log archive account           |
        | the bucket of AWS Config                            |

    Scenario Outline: The bucket of the access logs takes them: <bucket>
      Given <bucket>
      Then nothing in the configuration of that bucket turns access logs away

      Examples:
        | bucket                                              |
        | the log bucket of the log archive account           |
        | the bucket of AWS Config                            |
