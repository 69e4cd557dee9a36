@LS-7.3 @severity:high
@ccc-2025.10:AuditLog.CN03.AR01 @ccc-2025.10:Logging.CN07.AR01 @cis-aws-3.0:4.5 @cis-aws-3.0:4.7
@cis-aws-3.0:4.8 @cis-aws-3.0:4.9 @cis-aws-6.0:5.5 @cis-aws-6.0:5.7 @cis-aws-6.0:5.8 @cis-aws-6.0:5.9
@iso-27001-2022:a.8.15 @iso-27001-2022:a.8.16 @nist-800-53r5:au-5 @nist-800-53r5:au-9.b @pci-dss-4.0:10.4.1
@pci-dss-4.0:10.4.1.1 @pci-dss-4.0:10.7.2 @soc2:cc5.2
Feature: Changing what guards the log store raises an alert

  Requirement
    A change of the organization trail, of AWS Config, of the log key or of the policy of the log bucket
    raises an alert that reaches somebody, whoever makes it and, for AWS Config, in whichever account and
    Region. So does taking away what guards the store from above: a policy of the organization, the place of an
    account under it, or the right to change either.

  Why
    Whoever wants to act unseen begins with what would see it. The first sign is then the change itself, and
    nothing comes after it.

  How it is examined
    The events of the four lists of the CIS AWS Foundations Benchmark are written as CloudTrail records
    them, by an administrator's role, the root user and an IAM user, trail and key called by their ARN and
    by their name, in the account and Region where each happens: the management account for the trail, the
    log archive for key and bucket, every active account and governed Region for AWS Config.

    For the organization they are, in its management account, DetachPolicy, UpdatePolicy, DeletePolicy,
    DisablePolicyType, MoveAccount, RemoveAccountFromOrganization and PutResourcePolicy, and in every active member
    account LeaveOrganization. AWS Organizations records them in one Region, which is us-east-1 in the partition
    aws: a trail of all Regions has them all, an EventBridge rule hears them there alone. A session as the root user of a
    member account, AssumeRoot, is simulated in the management account and its home Region.

    Two ways of hearing them are followed. One is a metric filter on the CloudWatch Logs log group that the
    organization trail itself delivers to, whose metric an alarm with enabled actions watches; a filter on
    any other log group counts nothing of the trail. Filters and alarms are read in the account and Region of
    that log group, whichever account it is; alarms of another account are not. The other is an enabled
    EventBridge rule in the account and Region of the event, on its default event bus, and rules of the event buses
    that it puts the event on, each step decided as control LS-7.2 says. Either must end at an SNS topic with a
    confirmed subscription. Filter and event patterns are evaluated by the rules of each service; a pattern that
    cannot be evaluated makes the verdict an error, never a match.

    The topic must take the alert: its access policy must let cloudwatch.amazonaws.com publish for the alarm, or
    events.amazonaws.com for the rule, and so must the policy of a KMS key that encrypts it, for
    kms:GenerateDataKey and kms:Decrypt, as control LS-7.2 says; so must a queue that is the target of a rule or
    subscribes to the topic. Grants on the key are not read. An alarm action
    other than an SNS topic, and a rule's target other than a topic, a queue or an event bus, is not followed any further, nor is
    who reads a queue: there an attestation must say that people hear of what reaches it.

    One event must be enough: what the filter publishes for it, statistic, threshold, periods, dimensions and
    the treatment of missing data decide whether the alarm goes off. Where they do not, as with metric math, the
    verdict is an error. A composite alarm passes on what it joins by OR.

    The finding names the events that raise no alert.

  What stays manual
    That the people on call receive the alert and know what to do is shown by a drill, not by a setting.

  Remediation
    Let the organization trail deliver to a CloudWatch Logs log group; put a metric filter with the list of
    events on it, an alarm on its metric with a threshold of one, and an SNS topic as the alarm's action;
    confirm a subscription that somebody watches. Allow cloudwatch.amazonaws.com sns:Publish in the access policy
    of the topic, and kms:GenerateDataKey* and kms:Decrypt in the policy of the key that encrypts it.

  References
    https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/monitor-cloudtrail-log-files-with-cloudwatch-logs.html

  Scenario: Changing the trail raises an alert
    Given the organization trail
    Then changing or stopping the organization trail raises an alert

  Scenario: Changing AWS Config raises an alert, wherever it happens
    Given every active account of the organization and every governed Region
    Then stopping or changing AWS Config raises an alert in each of these accounts and Regions

  Scenario: Disabling or deleting the key raises an alert
    Given the log key
    Then disabling the log key or scheduling its deletion raises an alert

  Scenario: Changing the policy of the log bucket raises an alert
    Given the log bucket of the log archive account
    Then changing the policy or the lifecycle of the bucket raises an alert

  Scenario: Taking a guard of the organization away raises an alert
    Then taking a guard of the organization away raises an alert
