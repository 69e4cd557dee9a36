@LS-5.4 @severity:high
@ccc-2025.10:AuditLog.CN03.AR01 @cis-aws-3.0:4.5 @cis-aws-6.0:5.5 @iso-27001-2022:a.8.16 @nist-800-53r5:au-5
@nist-800-53r5:au-9.b @pci-dss-4.0:10.4.1 @soc2:cc5.2
Feature: AWS Config cannot be switched off

  Requirement
    In no member account can anybody stop, change or delete the configuration recorder, its delivery channel
    or its retention, or delete rules, aggregators and the results of rules, except the exempt role of the account.

  Why
    A recorder that can be switched off leaves no record of the changes made while it was off.

  How it is examined
    For every member account, the service control policies on its real path are evaluated for an
    administrator and the root user inside the account, for each action that the table of actions says stops,
    redirects or thins out the recording: with a conformance pack go its rules, so deleting one is among them.
    Making or changing rules, aggregators and remediations leaves the records as they are, and is not.

    The exempt role of an account is the log storage role, or the role that names.administrators means for the
    account or for the nearest unit above it.

  Remediation
    Deny the actions in an SCP at the root, with an exemption that names one role in one account by its ARN:
    a role name with a wildcard account exempts whoever can create a role of that name anywhere.

  References
    https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html

  Scenario: No administrator of a member account can switch AWS Config off
    Then in every member account nobody other than its exempt role can stop or redirect AWS Config
