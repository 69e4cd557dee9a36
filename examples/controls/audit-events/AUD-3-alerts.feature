@AUD-3 @severity:high @acme-policy:9.6
Feature: Whoever stops the audit, or takes the emergency role, is heard

  Requirement
    In every account, the end of a trail or of a configuration recorder raises an alert that reaches somebody. So does the deletion of
    a topic in the account of the application, and the use of its emergency role.

  How it is examined
    By the metric filters on the log group of the organization trail with their alarms, and by the EventBridge rules of the accounts.

  Scenario: The end of the records
    Given every active account
    Then the event "StopLogging" of "cloudtrail.amazonaws.com" raises an alert
    And each of these events raises an alert
      | DeleteTrail of cloudtrail.amazonaws.com           |
      | StopConfigurationRecorder of config.amazonaws.com |

  Scenario: The topic goes
    Given account "workload-prod"
    Then the event "DeleteTopic" of "sns.amazonaws.com" raises an alert

  Scenario: The emergency role is used
    Given account "workload-prod"
    Then the event "AssumeRole" of "sts.amazonaws.com" with these details raises an alert
      """
      {"requestParameters": {"roleArn": "arn:aws:iam::444444444444:role/EmergencyAccess"}}
      """
