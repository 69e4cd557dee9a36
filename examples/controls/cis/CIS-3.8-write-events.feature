@CIS-3.8 @severity:low @cis-aws-5.0.0:3.8
Feature: Writes to log files are recorded

  Requirement
    Every write to an object of the trail's bucket is recorded by a trail that delivers elsewhere.

  How it is examined
    By the event selectors of all trails that the account of the bucket sees, their status and their deliveries. Other
    buckets are not examined: see the README of this folder.

  Remediation
    Record data events of the bucket with a trail that delivers to another bucket.

  Scenario: Data events that write
    Given the log bucket of the log archive account
    Then every write to its objects is recorded by a trail that is logging, has delivered in time and delivers to another bucket
