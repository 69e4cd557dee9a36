@LS-6.3 @severity:high @hardening
@hipaa:164.308.a.3.ii.a @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1 @nist-800-53r5:ac-6.7
@nist-800-53r5:au-9.4 @pci-dss-4.0:10.2.1.2 @soc2:cc6.3
Feature: An account has one exempt role at most, for break-glass only

  Requirement
    The role that is exempt from the protection of the log store is one role in one account: the log storage
    role. Where names.administrators means a role for an account or a unit, that role is the one exempt role of
    the account. Nobody can assume an exempt role without multi-factor authentication, and a role of the same
    name is not exempt in an account it is not meant for.

  Why
    An exemption by role name in any account exempts everybody who can create a role of that name in any
    account.

  How it is examined
    The service control policies on the path of every account are evaluated for every role that has the name of
    an exempt role and is not the one meant for the account, as if the trail were that account's own. Among the
    units above an account the nearest counts, and an account that is named counts before its units. The log
    archive account has the log storage role and no other. Each exempt role must be there, and so must each
    account and unit that a role is meant for.

    After that every statement of these policies is read that denies, by name, an action that would harm
    the trail, AWS Config, the log key, or the log bucket, the bucket of AWS Config, the bucket of the
    access logs and what they hold. An exemption counts as narrow where it is the whole ARN of one role
    or user, account included. One with a wildcard, of a root user, by a tag, an account or a place in
    the organization is a finding where an administrator or root user of an account the policy is
    attached to or above could make use of it, again as if what is protected were that account's own; the exempt role of that
    account is let alone. A
    statement that denies everything but a list, or every action there is, protects nothing in particular
    and is left out.

    The trust policy of each exempt role is evaluated for an assumption without multi-factor authentication, by
    anybody.

    The trust policy is evaluated again for everybody outside the accounts it names: a wildcard principal
    names nobody. Identity providers that it names are evaluated with subjects of strangers: a provider is met
    where <provider>:sub is narrowed to identities whose owner is written out. One of another account, or a
    wildcard for any, is a finding. A role of the organization that it names by its whole ARN is evaluated in
    the same two ways, and so are the roles which that role's trust policy names. Whoever is named can become
    the exempt role: who that is the owner of the role decides. Whom a SAML provider of the role's own account
    admits is decided there, and not examined.

  Remediation
    Write the role's whole ARN, with its account id and path, into the exemption. Require
    aws:MultiFactorAuthPresent in the trust policy of the role.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html

  Scenario: The exempt role exists once
    Then each exempt role exists in its account

  Scenario: A role of the same name in another account is not exempt
    Then a role named like an exempt role is not exempt in an account it is not meant for

  Scenario: Whatever protects the log store exempts nobody else
    Then every statement that protects the trail, AWS Config, the buckets or the key exempts single roles by their whole ARN, or the exempt role of the account alone

  Scenario: The role is assumed with multi-factor authentication only
    Then nobody can assume an exempt role without multi-factor authentication

  Scenario: The role is for those it names
    Then nobody can assume an exempt role whom its trust policy does not name

  Scenario: The role cannot be assumed by those who sign in elsewhere
    Then no identity provider lets strangers assume an exempt role
