@LS-7.2 @severity:high
@ccc-2025.10:AuditLog.CN03.AR01 @ccc-2025.10:AuditLog.CN03.AR02 @ccc-2025.10:Logging.CN07.AR01
@cis-aws-3.0:4.8 @cis-aws-6.0:5.8 @iso-27001-2022:a.8.15 @iso-27001-2022:a.8.16 @nist-800-53r5:au-5
@nist-800-53r5:au-9.b @pci-dss-4.0:10.4.1 @pci-dss-4.0:10.4.1.1 @pci-dss-4.0:10.7.2 @soc2:cc5.2
Feature: Changing the log bucket raises an alert

  Requirement
    Every change of the log bucket's protection and every write to it by a person raises an alert that
    reaches somebody, whoever makes it: the administrator role, the root user, or somebody from another
    account. Reading raises none.

  Why
    Prevention fails sooner or later, and the administrator role may do what others cannot. Then the
    time until somebody knows is what counts. An alert for every read as well would bury the one that
    matters.

  How it is examined
    Events are written as CloudTrail hands them to Amazon EventBridge: each change of the bucket's
    policy, access control list, public access block, ownership, encryption, versioning, lifecycle,
    Object Lock, replication and logging, its deletion, and writes and deletions of objects and changes of
    their retention, legal hold, tags and access control list, by four callers: the administrator role, the
    root user, an IAM user and a role of the management account. The patterns of the EventBridge rules of
    the default event bus, in the account and Region of the log bucket, are evaluated against every one of
    them; the finding names the events that raise no alert, and by whom where it makes a difference. Reads
    of objects must raise no such alert.

    A rule counts when it is enabled and leads to an SNS topic with a confirmed subscription that takes what
    EventBridge publishes, or to another event bus where such a rule sees the event. The targets, the
    subscriptions and the topic with its access policy are read. The access policy must let events.amazonaws.com
    publish for the very rule. Where a KMS key encrypts the topic, the policy of the key must let
    events.amazonaws.com use kms:GenerateDataKey and kms:Decrypt, and the key be enabled; EventBridge's calls to
    KMS carry no source, and the AWS managed key alias/aws/sns lets no other service use it. Grants on the key are
    not read. A topic that EventBridge publishes to under a role, and a policy that cannot be evaluated, make the
    verdict an error unless the alert gets to a subscriber another way.

    A confirmed subscription that is an SQS queue counts where the queue exists, its access policy lets
    sns.amazonaws.com send for the topic, no resource control policy refuses it, and the key that encrypts the queue
    lets sns.amazonaws.com use it in the same way; the AWS managed key alias/aws/sqs lets no other service use it.

    A target that is an event bus is followed to the account and Region of the bus, which must exist. EventBridge
    must be able to assume the role of the target, which is of the account of the rule, and the role to put these
    events on the bus: by its own policies, the service control policies above it and, in another account, the
    policy of the bus. A target without a role gets onto a bus of another account only where the policy of the bus
    lets the account in by its id; a note says that EventBridge takes no new target like that. The rules of the bus
    are read, and the event must be seen by an enabled one of them. EventBridge sends no event on that came from
    another bus: a third bus is not reached, nor is one twice. The finding names the step at which the way breaks.

    Where AWS's documentation does not decide the step, the verdict is an error: a third bus after one step within
    a Region and one to another, a target without a role on another bus of its own account, and a policy of the bus
    that allows it by aws:SourceAccount alone. So it is where the bus or its rules cannot be read, as in an account
    without the audit role. None of it matters where the alert gets to a subscriber another way.

    Where a customer managed key encrypts the bus, and with it the patterns and targets of its rules, the key must
    be enabled and its policy let events.amazonaws.com use kms:GenerateDataKey and kms:Decrypt for the bus.

    Where the access policy lets EventBridge publish by a condition on the rule or its account alone, a note says
    so: AWS's documentation contradicts itself on whether EventBridge honors such a condition.

    A target that is an SQS queue must exist, its access policy let events.amazonaws.com send for the rule, no
    resource control policy refuse it, and the key that encrypts it let events.amazonaws.com in. A condition of that
    key on the source of the call makes the verdict an error: AWS does not document whether the source comes with it.
    So does a queue that cannot be read, or that EventBridge sends to under a role.

    Who reads a queue is not followed, nor is a target of another kind, such as a function, a state machine or a log
    group: there an attestation must say that people hear of what reaches it. A pattern that this program cannot evaluate makes the verdict an error, never a
    match. CloudWatch alarms on metric filters are not counted here.

    Objects raise events only while a trail records data events of the bucket, control LS-4.7.

  What stays manual
    That the people on call receive the alert and know what to do is shown by a drill, not by a setting.

  Remediation
    Create an EventBridge rule in the account and Region of the log bucket for `AWS API Call via
    CloudTrail` of aws.s3 with readOnly false and the bucket's name in requestParameters.bucketName,
    without exemption for any identity, and an SNS topic as target; confirm a subscription that somebody
    watches. Allow events.amazonaws.com sns:Publish in the access policy of the topic, and kms:GenerateDataKey*
    and kms:Decrypt in the policy of the customer managed key that encrypts it. Or make the event bus of a central
    account the target, with a role that may put events there and that events.amazonaws.com may assume; allow
    events:PutEvents in the policy of the bus, to the organization, and put the rule with the topic on that bus.

  References
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html

  Background:
    Given the log bucket of the log archive account

  Rule: An alert reaches somebody

    Scenario: A rule watches the log bucket and leads to a subscriber
      Then a rule that watches the log bucket is enabled, and its alert reaches a confirmed subscriber

  Rule: Changes are seen, reads are not

    Scenario: Every change of the bucket's protection raises an alert
      Then every change of the log bucket's protection raises an alert, whoever makes it

    Scenario: Every write by a person raises an alert
      Then every write to the log bucket and every deletion by a person raises an alert, whoever it is

    Scenario: Reading raises no alert
      Then reading log files raises no alert
