@BG-2 @severity:high @acme-policy:9.2
Feature: What happens behind the glass is recorded and heard

  Requirement
    Every call of an emergency role is recorded by the organization trail, the record arrives, and neither the trail nor
    the key or the bucket of its log files can be changed unheard; nobody outside the organization can put false alarms into the topic of the alarms, or listen to it.

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

  Scenario: Touching the records is heard
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
