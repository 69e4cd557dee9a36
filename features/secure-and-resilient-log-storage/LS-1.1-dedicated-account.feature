@LS-1.1 @severity:critical
@hipaa:164.312.b @iso-27001-2022:a.5.28 @iso-27001-2022:a.5.33 @iso-27001-2022:a.8.15 @nist-800-53r5:au-11
@nist-800-53r5:au-6.4 @pci-dss-4.0:10.3.1 @soc2:cc7.2
Feature: Security logs are kept in an account of their own

  Requirement
    The log bucket is owned by the log archive account. That account is an active member of the
    organization, is not its management account, and has no other part in the landing zone.

  Why
    Whoever administers the account that holds the logs decides what happens to them. In an account where
    people also run something else, the people who are recorded can reach the record. In the management
    account no service control policy would hold anybody back.

  How it is examined
    The account is looked up in the organization: its status, its place, and whether it is the management
    account. The configuration is read for other parts given to the same account. The account's own list of
    buckets is read for the log bucket; the name of a bucket exists once, so a bucket in this list is in no
    other account. When it is not in the list, the other active accounts are searched, and the finding names
    the account that owns it. Every later request about the bucket names the log archive account as its
    expected owner, so that nothing is ever read from a bucket that somebody else has made under the same
    name.

  What stays manual
    That nothing but logs is kept and run in the account is a statement of its owner; the organization shows
    where the account is, not what it is for.

  Remediation
    Create a member account for the log archive, in an organizational unit for security accounts. Create the
    log bucket there and let the organization trail deliver to it. When the account is right and the
    configuration is not, correct organization.log_archive_account.

  References
    https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html

  Rule: The log archive is an account of its own

    Scenario: The log archive account is an active member of the organization
      Then the log archive account is an active account of the organization

    Scenario: The log archive account is not the management account
      Then the log archive account is not the management account of the organization

    Scenario: The log archive account has no other part in the landing zone
      Then the log archive account has no other part: it is neither the security tooling account nor an auditor's

  Rule: The log bucket belongs to it

    Scenario: The log archive account owns the log bucket
      Then the log archive account owns the log bucket
