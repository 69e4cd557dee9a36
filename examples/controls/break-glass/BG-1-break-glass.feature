@BG-1 @severity:critical @acme-policy:9.1
Feature: Nobody but the responder breaks the glass

  Requirement
    Roles for emergencies are tagged `use` = `break-glass`. Only the responder, signed in with a second factor, can assume
    them, directly or through the gate in the security account. They cannot take the audit trail away or make new users,
    their sessions last an hour, and they are not used from day to day.

  How it is examined
    By the trust policy of each role and of the roles behind it, the policies, boundary and SCPs of each role, and what
    IAM reports of its last use.

  Scenario: Who can assume them
    Given every role of every active account that is tagged "use" = "break-glass"
    Then only these principals can assume it, directly or through other roles
      | arn:aws:iam::333333333333:user/responder     |
      | arn:aws:iam::333333333333:role/ResponderGate |
    And nobody can assume it without multi-factor authentication
    And nobody outside the organization can assume it
    And nobody can assume it whom its trust policy does not name
    And no identity provider lets strangers assume it

  Scenario: The responder can
    Given every role of every active account whose name matches "EmergencyAccess"
    Then arn:aws:iam::333333333333:user/responder can assume it

  Scenario: The gate
    Given the role "ResponderGate" of account "security-tooling"
    Then only these principals can assume it
      | arn:aws:iam::333333333333:user/responder |
    And nobody can assume it without multi-factor authentication

  Scenario: What they can do
    Given every role of every active account of unit "Workloads" that is tagged "use" = "break-glass"
    Then its own policies allow no request to cloudtrail:StopLogging, iam:CreateUser or iam:CreateAccessKey
    And its own policies allow no request to kms:ScheduleKeyDeletion on "arn:aws:kms:*:*:key/*"
    And it has a permissions boundary
    And its sessions last at most 1 hours

  Scenario: They are not used from day to day
    Given these roles
      | arn:aws:iam::444444444444:role/EmergencyAccess |
      | arn:aws:iam::555555555555:role/EmergencyAccess |
    Then it has not been used in the last 30 days
