@CIS-3.4 @severity:low @cis-aws-5.0.0:3.4
Feature: Access to the trail's bucket is logged

  Requirement
    S3 logs the requests to the bucket that CloudTrail delivers to, and puts these logs into another bucket.

  How it is examined
    By the server access logging of that bucket. That the trail delivers to it is examined too.

  Remediation
    Turn on server access logging of the bucket.

  Scenario: Where the trail delivers
    Given the organization trail
    And the log bucket of the log archive account
    Then it delivers to the log bucket

  Scenario: Server access logs
    Given the bucket "aws-acme-log-storage-222222222222-eu-central-1" of account "log-archive"
    Then its server access logs go to another bucket
