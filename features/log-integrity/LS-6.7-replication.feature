@LS-6.7 @severity:medium @hardening
@ccc-2025.10:AuditLog.CN05.AR01 @ccc-2025.10:Core.CN08.AR01 @ccc-2025.10:Core.CN08.AR02 @fsbp:S3.7
@iso-27001-2022:a.8.14 @nist-800-53r5:au-9.2 @nist-800-53r5:cp-6.1 @nist-800-53r5:cp-9.a
@nist-800-53r5:cp-9.b @nist-800-53r5:cp-9.c @pci-dss-4.0:10.3.3 @soc2:a1.2 @soc2:cc7.4
Feature: A second copy of the logs is kept elsewhere

  Requirement
    Every log file is replicated to a bucket of another account of the organization, which keeps
    versions, encrypts the copy with a key of its own Region, locks it for as long as the log bucket does and
    refuses plain HTTP. Nobody but AWS services can assume the replication role.

  Why
    Whoever controls the log archive account controls the logs in it. A copy under another administration,
    best in another Region, survives both that person and that Region. A copy that can be deleted at once is
    none when it is needed.

  How it is examined
    The replication rules of the log bucket are read. At least one must be enabled and cover every log
    file: no narrower prefix, no tags, and objects encrypted with SSE-KMS included, which S3 leaves out
    unless the rule says otherwise. Its destination is looked up in the accounts of the organization, as
    a rule can name a bucket that does not exist: the account must be expectations.replica_account, or
    any but the log archive where that is not given. Versioning of the destination and the state of the
    replica key are read there, and so is its Object Lock: a default retention in the mode and of the length
    that control LS-6.4 asks of the log bucket.

    A complete rule copies nothing where its role may not. What the role needs is decided from its trust policy,
    its own policies, the service control policies above it, and the policies of both buckets and both keys: S3
    assumes it, it reads log files with what Object Lock says of them, decrypts them, writes the copy, hands it
    over where the rule changes its owner, and encrypts it.

    The trust policy of the role is also asked whether any user or role can assume it, and the policy of the
    replica bucket whether it allows any request over plain HTTP. Who else can write to the copy, or use, administer
    or delete its key, is not examined: its lock keeps what was copied, its key is under the account of the copy.

    That a rule is complete does not show that objects arrive. Rules without replication metrics, and
    those that copy delete markers, are noted.

  What stays manual
    How much may be lost, and how soon the copy must be usable, is decided by the organization.

  Remediation
    Create one replication rule without a filter, with SSE-KMS encrypted objects, a replica key, a
    change of object ownership to the destination account, and replication metrics. Set a default
    retention on the replica bucket as well. Allow the role to write in the policy of the replica bucket, and
    to encrypt in the policy of the replica key: they belong to another account than the role.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html

  Background:
    Given the log bucket of the log archive account

  Rule: Everything is copied

    Scenario: A replication rule covers every log file
      Then a replication rule is on that copies every log file, the encrypted ones included

  Rule: The role can copy

    Scenario: S3 can assume the role
      Then S3 can assume the replication role

    Scenario: Only services assume the role
      Then nobody but AWS services can assume the replication role

    Scenario: The role can read
      Then the replication role can read log files, the encrypted and the locked ones included

    Scenario: The role can write
      Then the replication role can write the copy and encrypt it

  Rule: The copy is elsewhere, and is kept

    Scenario: The copy is in another account
      Then the copy is in another account of the organization

    Scenario: The copy keeps versions
      Then the bucket of the copy exists and keeps versions

    Scenario: The copy is encrypted with a key that can be used
      Then the copy is encrypted with an enabled key of its own Region

    Scenario: The copy cannot be deleted before its time
      Given the replica of the log bucket
      Then Object Lock gives new objects a retention that cannot be lifted

    Scenario: The copy is reached over TLS only
      Given the replica of the log bucket
      Then the bucket of the copy refuses requests over plain HTTP

    Scenario: The copy is kept for as long as the log files
      Given the replica of the log bucket
      Then that retention lasts at least as long as the organization keeps log files
