@LS-6.8 @severity:high @hardening
@hipaa:164.308.a.3.ii.a @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1 @nist-800-53r5:ac-6.7
@nist-800-53r5:au-9.4 @pci-dss-4.0:10.2.1.2 @soc2:cc6.3
Feature: Who can stop the trail from the management account is known and accepted

  Requirement
    The users and roles of the management account who can stop, change or delete the organization trail are
    listed, and the owner has accepted the list.

  Why
    Service control policies do not bind the management account. Whoever administers it can undo every
    protection of the log store; the only protection is that these are few, known and watched.

  How it is examined
    The policies of every user and role of the management account are evaluated for each action that would
    stop the trail. The list is part of the evidence of the run.

  What stays manual
    Whether the listed principals are acceptable is decided by the owner of the organization and attested.

  Remediation
    Keep workloads and people out of the management account; make another account the delegated
    administrator of CloudTrail; alert on each use of the listed principals through a path that the
    management account cannot silence.

  References
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html

  Background:
    Given the organization trail

  Scenario: The principals of the management account who can stop the trail are listed and accepted
    Then the principals of the management account who can stop the organization trail are listed for acceptance
