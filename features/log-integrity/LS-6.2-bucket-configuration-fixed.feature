@LS-6.2 @severity:critical
@ccc-2025.10:AuditLog.CN03.AR01 @cis-aws-3.0:4.5 @cis-aws-6.0:5.5 @iso-27001-2022:a.8.16 @nist-800-53r5:au-5
@nist-800-53r5:au-9.b @pci-dss-4.0:10.4.1 @soc2:cc5.2
Feature: The log bucket cannot be re-configured or deleted

  Requirement
    Nobody but the log storage role can change the policy, ACL, access blocks, ownership, versioning,
    encryption, lifecycle, Object Lock, replication, logging, notifications, archive tiers, tags or
    attribute-based access control of the log bucket, pause its replication, or delete it.

  Why
    Each of these settings is a protection of the logs; whoever can change one can take the protection away
    and then the logs.

  How it is examined
    The bucket policy, the SCPs on the path of every account, the RCPs and the users and roles of the log
    archive account are evaluated for each administrative action on the bucket, by every kind of caller. The
    actions are all those of Amazon S3 that the table of actions says can expose, delete, re-route or blind a
    bucket; settings without such an effect, such as CORS, a website, inventories and metrics, are not among them.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.

  Remediation
    Deny the whole list of actions on the bucket in an SCP, for every principal but the one role. The action
    that sets a lifecycle is s3:PutLifecycleConfiguration, the one that sets encryption is
    s3:PutEncryptionConfiguration: a wrong name denies nothing.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html

  Scenario Outline: Nobody but the log storage role can re-configure or delete the bucket: <bucket>
    Given <bucket>
    Then nobody other than the log storage role can re-configure or delete the bucket

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |

  Scenario Outline: The bucket owner's root user is bound as well: <bucket>
    Given <bucket>
    Then the root user of the log archive account cannot change or delete the bucket policy

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
