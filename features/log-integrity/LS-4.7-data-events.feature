@LS-4.7 @severity:medium @hardening
@ccc-2025.10:Core.CN04.AR02 @ccc-2025.10:Core.CN04.AR03 @cis-aws-3.0:3.8 @cis-aws-3.0:3.9 @cis-aws-6.0:4.8
@cis-aws-6.0:4.9 @hipaa:164.312.b @iso-27001-2022:a.8.15 @nist-800-53r5:ac-6.9 @nist-800-53r5:au-12.3
@nist-800-53r5:au-12.a @pci-dss-4.0:10.2.1.1 @pci-dss-4.0:10.2.1.2 @pci-dss-4.0:10.2.1.3 @pci-dss-4.0:10.2.1.4
@pci-dss-4.0:10.2.1.5 @pci-dss-4.0:10.2.1.6 @pci-dss-4.0:10.2.1.7 @soc2:cc2.1 @soc2:cc7.2
Feature: Access to the log objects is recorded, outside their own loop

  Requirement
    Every read of an object in the log bucket is recorded as a data event. Every write and deletion is
    recorded by a trail that delivers to another bucket. No trail that delivers into the log bucket records
    its own deliveries.

  Why
    Management events do not tell who read or deleted a log file. A record of that belongs outside the log
    bucket, where those who can change the bucket cannot change it as well. A trail that records its own
    deliveries makes each delivery the reason for the next: it costs money for ever and says nothing.

  How it is examined
    All trails that apply in the log archive account, in the Region of the log bucket, are read with their
    event selectors, whoever owns them. Selectors are evaluated: arn:aws:s3 and arn:aws:s3::: cover every
    bucket, the bucket's ARN with a slash every object of it, a longer ARN only objects below that prefix;
    advanced selectors field by field. A trail that is not logging records nothing, and what it records does
    not count while CloudTrail reports that its delivery fails in the Region of the log bucket, or that its
    newest log file, and its newest digest where log file validation is on, are older than
    expectations.delivery_hours. One selector must cover the whole bucket: two that only together might
    are reported as parts.

    For the loop, one delivered log file of the log archive account is compared with the selectors of the
    trail that delivers it: the write of any log file is an event of the account that owns the bucket. Longer
    loops, over two trails that record each other's buckets, are not looked for.

  Remediation
    In the log archive account create a trail of its own with a data event selector for AWS::S3::Object and
    the ARN of the log bucket with a slash, read and write, that delivers to another bucket. In the
    organization trail leave the log bucket out of data events with a NotStartsWith condition on
    resources.ARN.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Reads of log objects are recorded
    Then every read of its objects is recorded by a trail that is logging and has delivered in time

  Scenario: Writes to log objects are recorded elsewhere
    Then every write to its objects is recorded by a trail that is logging, has delivered in time and delivers to another bucket

  Scenario: No trail records its own deliveries
    Then no trail that delivers into it records its own deliveries
