@LS-10.4 @severity:low
@iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @soc2:cc6.3
Feature: Buckets for logs are made by automation

  Requirement
    Every registered bucket carries the tag of the tool that owns it, and none was made in the
    console within the last 90 days.

  Why
    A bucket made by hand is as good as the memory of who made it.

  How it is examined
    The tags of each registered bucket are read: CloudFormation tags what it makes, other tools are
    named in the tag that conventions.automation_tag names, which is managed-by where nothing else is
    agreed. The event history of CloudTrail is read for the creation of the
    bucket: a console session or a browser is a person.

  What stays manual
    That the code of the tool is reviewed before it runs.

  Remediation
    Import the bucket into the stack that owns the log store, and let the pipeline make the next
    one.

  References
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html

  Scenario: Every bucket has its tool
    Then every registered bucket carries the tag of the automation that owns it

  Scenario: No bucket was made by hand
    Then no registered bucket was made by hand in the last 90 days
