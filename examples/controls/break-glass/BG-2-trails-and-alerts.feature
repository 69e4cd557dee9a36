@BG-2 @severity:high @acme-policy:9.2
Feature: Use of the emergency roles is recorded and raises alerts

  Requirement
    Every API call of an emergency role is recorded by the organization trail and delivered. Changing the trail, or the
    key or bucket of its log files, raises an alert. Nobody outside the organization can publish to the alarm topic or
    subscribe to it.

  How it is examined
    By the settings, selectors and status of the trails, and by the access policy, key and subscriptions of the topic.

  Scenario: The organization trail
    Given the trail "org-trail" of account "management"
    Then it is an organization trail
    And it is owned by the management account
    And it records in every Region
    And it records the events of global services
    And it is logging now
    And it records every management event that reads
    And it records every management event that writes
    And its log file validation is on
    And it delivers to the bucket "aws-acme-log-storage-222222222222-eu-central-1"
    And it delivers to a log group of CloudWatch Logs
    And its log files are encrypted with SSE-KMS
    And its log files are encrypted with the key "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"

  Scenario: Every trail delivers
    Given every trail of every active account
    Then it is logging now
    And its log file validation is on
    And it delivered log files in the last 24 hours
    And it reports no delivery error

  Scenario: Who reads the log files is recorded
    Given every trail of account "log-archive" whose name matches "*-data-events"
    Then it records every read of objects in the bucket "aws-acme-log-storage-222222222222-eu-central-1" of account "log-archive"
    And it records every write to objects in the bucket "aws-acme-log-storage-222222222222-eu-central-1" of account "log-archive"

  Scenario: Changes to the records raise an alert
    Given the trail "org-trail" of account "management"
    And the key "alias/acme-log-storage" of account "log-archive"
    And the bucket "aws-acme-log-storage-222222222222-eu-central-1" of account "log-archive"
    Then changing or stopping it raises an alert
    And disabling it or scheduling its deletion raises an alert
    And changing its policy or its lifecycle raises an alert

  Scenario: The topic of the alarms
    Given the topic "log-store-alarms" of account "management"
    Then nobody outside the organization can publish to it
    And nobody outside the organization can subscribe to it
    And no service can publish to it on behalf of an account outside the organization
    And its messages are encrypted with a KMS key
    And its messages are encrypted with a customer managed key
    And it has a confirmed subscriber
