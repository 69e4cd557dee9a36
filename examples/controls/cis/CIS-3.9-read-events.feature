@CIS-3.9 @severity:low @cis-aws-5.0.0:3.9
Feature: Reads of log files are recorded

  Requirement
    Every read of an object of the trail's bucket is recorded by a trail.

  How it is examined
    By the event selectors of all trails that the account of the bucket sees, their status and their deliveries. Other
    buckets are not examined: see the README of this folder.

  Remediation
    Record data events of the bucket.

  Scenario: Data events that read
    Given the log bucket of the log archive account
    Then every read of its objects is recorded by a trail that is logging and has delivered in time
