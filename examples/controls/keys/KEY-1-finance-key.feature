@KEY-1 @severity:critical @acme-policy:7.1
Feature: The key of the log store belongs to its administrators

  Requirement
    The keys are enabled, managed by us and rotated every year. Nobody but the administrators of the log archive
    administers the key of the log store, nobody outside the organization gets data keys from it, and administrators
    of the workload account cannot stop AWS Config from recording what happens to it. Every other key of ours is rotated too.

  How it is examined
    By the state of each key, and by its policy, its grants, SCPs and RCPs.

  Scenario: The keys can be used
    Given these keys
      | arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab |
      | arn:aws:kms:eu-west-1:666666666666:alias/acme-log-replica                      |
    Then it is enabled
    And it is a customer managed key
    And it is rotated automatically at least every 365 days

  Scenario: Every key is rotated
    Given every key of every active account
    Then it is rotated automatically at least every 365 days, if AWS KMS can rotate it

  Scenario: The keys that are named as those of the log store
    Given every key of every active account of unit "Security" with an alias that matches "acme-log-*"
    Then it is enabled

  Scenario: Administrators
    Given the key "alias/acme-log-storage" of account "log-archive"
    Then only these principals can administer it
      | arn:aws:iam::222222222222:role/LogArchive-Administrator |
    And no request to kms:GenerateDataKey is allowed, except by arn:aws:iam::222222222222:role/LogArchive-Administrator, cloudtrail.amazonaws.com or config.amazonaws.com
    And nobody outside the organization can kms:GenerateDataKey or kms:Encrypt

  Scenario: What happens to it is recorded
    Then an administrator of account "workload-prod" cannot config:StopConfigurationRecorder
