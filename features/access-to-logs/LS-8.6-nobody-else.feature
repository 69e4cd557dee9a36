@LS-8.6 @severity:critical
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.3.ii.a @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15
@iso-27001-2022:a.8.2 @iso-27001-2022:a.8.3 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6 @nist-800-53r5:ac-6.1
@nist-800-53r5:ac-6.7 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.2.1.2 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1
@pci-dss-4.0:7.2.5 @soc2:cc6.3
Feature: Nobody else can read, write, delete or administer the log store

  Requirement
    No principal other than the named readers, the log storage role and the role that replicates the log bucket
    can read its log files; none other than the log services and the log storage role can write to it; none
    other than the log storage role can delete log files, lift their protection, or re-configure or delete the
    bucket.

  Why
    A list of readers means nothing if others can read as well.

  How it is examined
    The bucket policy, the SCPs on the path of every account, the RCPs and the real users and roles of the
    log archive account are evaluated together for reading, writing, deleting and administering, by every
    kind of caller; an administrator is assumed in every other account. The root user of the log archive
    account is one of the callers.

    The trust policy of each named reader that is a role is evaluated for everybody outside the accounts it
    names, and so is the trust policy of each role of the organization that it names by its whole ARN, and of
    the roles named there. Whoever is named there can read; who that is the owner of the role decides. The role
    of an external auditor cannot be looked into: it is noted.

    Identity providers that a trust policy names are evaluated with subjects of strangers: a provider is met
    where <provider>:sub is narrowed to identities whose owner is written out. One of another account, or a
    wildcard for any, is a finding. Whom a SAML provider of the role's own account admits is decided there, and
    not examined.

  Remediation
    Deny the actions in an SCP or in the bucket policy to every principal whose ARN is not on the list;
    remove broad policies from the roles of the log archive account.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Nobody else reads
    Then nobody other than the named readers, the log storage role and the role that replicates the log bucket can read log files

  Scenario: Nobody else writes
    Then nobody other than the log services and the log storage role can write to the bucket

  Scenario: Nobody else deletes
    Then nobody other than the log storage role can delete log files

  Scenario: Nobody else administers
    Then nobody other than the log storage role can re-configure or delete the bucket

  Scenario: Nobody else assumes the role of a reader
    Then nobody can assume the role of a named reader whom its trust policy does not name

  Scenario: Nobody else signs in as a reader
    Then no identity provider lets strangers assume the role of a named reader
