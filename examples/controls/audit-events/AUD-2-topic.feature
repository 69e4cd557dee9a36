@AUD-2 @severity:high @acme-policy:9.5
Feature: Audit events are published by the application alone

  Requirement
    Every topic of audit events is published to by the role of the application only, nobody outside the organization can
    subscribe to it, somebody has subscribed, and its messages are encrypted with a key of the organization.

  How it is examined
    By the access policy, key and subscriptions of every topic with the tag, the users and roles of its account, and the policies of
    the organization.

  Scenario: Who publishes and who listens
    Given every topic of every active account that is tagged "data" = "audit"
    Then only these principals can publish to it
      | arn:aws:iam::444444444444:role/AuditWriter |
      | arn:aws:iam::444444444444:root             |
    And nobody outside the organization can publish to it
    And nobody outside the organization can subscribe to it
    And no service can publish to it on behalf of an account outside the organization
    And arn:aws:iam::444444444444:role/AuditWriter can publish to it
    And it has a confirmed subscriber

  Scenario: Encryption
    Given every topic of account "workload-prod" whose name matches "acme-audit-*"
    Then its messages are encrypted with a KMS key
    And its messages are encrypted with a customer managed key
