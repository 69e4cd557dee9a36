@LS-3.7 @severity:critical @hardening
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Nobody outside the organization reaches the log bucket

  Requirement
    No principal outside the organization can do anything with the log bucket or its objects, except the
    auditor accounts named in the configuration. The bucket policy itself grants them nothing: none is held
    back by a service or resource control policy alone.

  Why
    A log store that a stranger can reach is disclosed; one that a stranger can write to proves nothing.

  How it is examined
    The bucket policy and the RCPs on the log archive account are evaluated for every S3 action by a
    principal of an unknown account, by its root user and by anonymous callers.

    The bucket policy is evaluated once more as if there were no control policies. An outsider whom only
    they refuse has a latent grant, open to whoever detaches them: a finding of its own, of medium severity.

    A bucket policy that leaves the decision to the policies of access points is an error where the answer
    hangs on them: these are not read.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.

  Remediation
    Remove the statement that lets them in; also deny s3:* when aws:PrincipalOrgID is not the organization and
    aws:PrincipalIsAWSService is false. Two negated conditions in one statement are ANDed: both must be true
    for the Deny to apply.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

  Scenario Outline: No outsider reaches the bucket: <bucket>
    Given <bucket>
    Then nobody outside the organization can do anything with the bucket, except the named auditor accounts

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |

  @severity:medium
  Scenario Outline: No outsider is kept out by a control policy alone: <bucket>
    Given <bucket>
    Then no grant to anybody outside the organization is blocked by a service or resource control policy alone

    Examples:
      | bucket                                               |
      | the log bucket of the log archive account            |
      | the bucket of AWS Config                             |
      | the bucket of access logs in the log archive account |
