@LS-8.2 @severity:high
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Readers read their exact path and nothing else

  Requirement
    Each reader can read the log files under the path it was given, and nothing else of that bucket: no
    other path, no writing, no administration. The bucket policy itself grants it no more: nothing is held
    back by a service or resource control policy alone.

  Why
    A reader with a whole bucket, or with more than reading, is the difference between an audit and a leak.

  How it is examined
    For each reader in the configuration, the bucket policy, the SCPs and RCPs and an identity policy that
    allows everything are evaluated: reading outside the path, listing keys outside it, and every action other
    than reading and listing must be refused. The path is a prefix of the keys of
    the bucket it is registered for, the log bucket where none is named. A reader that is registered for
    the whole bucket is noted.

    The bucket policy is evaluated once more as if there were no control policies, for each reader of
    another account than that of the bucket. What only they refuse is a latent grant, open to whoever detaches
    them: a finding of its own, of low severity.

  Remediation
    Name the reader's role as the principal of one statement that allows s3:GetObject on the bucket's ARN
    followed by the exact path and /*. Where it must list, give s3:ListBucket a condition StringLike s3:prefix
    with the same path.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example4.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Readers read nothing outside their path
    Then no named reader can read log files outside its path

  Scenario: Readers list nothing outside their path
    Then no named reader can list keys outside its path

  Scenario: Readers only read
    Then no named reader can do anything other than read

  @severity:low
  Scenario: No reader is blocked by a control policy alone
    Then no grant to a named reader beyond its path is blocked by a service or resource control policy alone
