@LS-8.1 @severity:medium
@hipaa:164.308.a.3.ii.a @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1
@nist-800-53r5:ac-6.7 @nist-800-53r5:ac-6.9 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.2.1.2 @soc2:cc6.3
Feature: The administrator role of the log archive exists and is not in everyday use

  Requirement
    The log archive account has an administrator role, for setting up the log store and for
    emergencies. It has not been used within the quiet period.

  Why
    Somebody must be able to get in after access is lost by every other way, and the role for that must
    exist before. Used every week, it is no emergency role any more, and its misuse looks like any other
    day.

  How it is examined
    The role names.admin_role is read in the log archive account, with its last use. The last use must
    lie further back than expectations.admin_role_quiet_days, 30 unless the owner says otherwise.

    IAM tracks the last use for 400 days, in any Region, and may show it some hours late. No use shown
    within these days is accepted, and is no proof that there was none: the AssumeRole events in the
    trail are that.

    CloudTrail's event history of the last 90 days is read for sessions of the role in every governed
    Region. Each must stand in break-glass.toml of the register: its ticket, its reason, and who
    approved it.

  What stays manual
    Whether the reason was a good one. Who may assume the role is not examined: its owner decides it, and
    every session that was opened is examined.

  Remediation
    Create the role. Where it was used, find the session in the trail, ask for its reason, and give that
    task a role of fewer permissions. Deployments of the log store run under a role of their own.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html

  Scenario: The administrator role exists
    Then the administrator role exists in the log archive account

  Scenario: The administrator role is not in everyday use
    Then the administrator role has not been used within the quiet period

  Scenario: Every use is justified
    Then every recorded use of the administrator role is registered with its reason
