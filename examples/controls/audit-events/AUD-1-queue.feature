@AUD-1 @severity:high @acme-policy:9.4
Feature: Audit events are put into their queue by the topic alone, and read by the reader alone

  Requirement
    Every queue of audit events takes messages from SNS only, for topics of the organization only, is read by the role of the
    reader only, and is encrypted with a key of the organization.

  How it is examined
    By the access policy and the key of every queue with the tag, the users and roles of its account, and the policies of the organization.

  Scenario: Who sends
    Given every queue of every active account that is tagged "data" = "audit"
    Then only these principals can send to it
      | sns.amazonaws.com              |
      | arn:aws:iam::222222222222:root |
    And no service can send to it on behalf of an account outside the organization
    And nobody outside the organization can send to it

  Scenario: Who reads
    Given every queue of account "log-archive" whose name matches "acme-audit-*"
    Then only these principals can receive from it
      | arn:aws:iam::333333333333:role/AuditReader |
      | arn:aws:iam::222222222222:root             |
    And nobody outside the organization can receive from it
    And arn:aws:iam::333333333333:role/AuditReader can receive from it

  Scenario: Encryption
    Given the queue "acme-audit-events" of account "log-archive"
    Then its messages are encrypted with a KMS key
    And its messages are encrypted with a customer managed key
