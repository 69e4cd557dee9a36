@LS-6.8 @severity:high @hardening
@hipaa:164.308.a.3.ii.a @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1 @nist-800-53r5:ac-6.7
@nist-800-53r5:au-9.4 @pci-dss-4.0:10.2.1.2 @soc2:cc6.3
Feature: Who can stop the trail or take its guards away from above is known and accepted

  Requirement
    The users and roles of the management account who can stop, change or delete the organization trail, or take
    away what guards the log store from above, are listed, and the owner has accepted the list. No member account
    is given that right by the resource policy of the organization.

  Why
    Service control policies do not bind the management account. Whoever administers it can undo every
    protection of the log store; the only protection is that these are few, known and watched.

  How it is examined
    The policies of every user and role of the management account are evaluated for the actions that would
    stop the trail, and for those that take a guard away: detach, attach, change or delete a policy of the
    organization, disable its type, move an account out of its unit, remove it or let it leave, delegate the
    administration of the organization or of a service, let a service act in every account, delete the
    organization, or act as the root user of a member account (sts:AssumeRoot). Each principal is listed with
    one of the actions it can call. Accounts that administer IAM for the organization are listed with them: they
    can call sts:AssumeRoot too. The lists are part of the evidence of the run.

    The resource policy of the organization is evaluated for an administrator in every member account, with the
    SCPs above it, for each of these actions of AWS Organizations on service control policies, resource control
    policies and S3 policies. A member account that could call one is a finding; what is delegated for other
    types of policies, such as tag policies, is not.

  What stays manual
    Whether the listed principals are acceptable is decided by the owner of the organization and attested.

  Remediation
    Keep workloads and people out of the management account; make another account the delegated
    administrator of CloudTrail; alert on each use of the listed principals through a path that the
    management account cannot silence. Keep the administration of service and resource control policies in the
    management account, or delegate it to an account guarded as well.

  References
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html

  Scenario: The principals of the management account who can stop the trail are listed and accepted
    Given the organization trail
    Then the principals of the management account who can stop the organization trail are listed for acceptance

  Scenario: The principals of the management account who can take a guard away are listed and accepted
    Then the principals of the management account who can take a guard of the organization away are listed for acceptance

  Scenario: No member account is given that right
    Then nothing that takes a guard of the organization away is delegated to a member account
