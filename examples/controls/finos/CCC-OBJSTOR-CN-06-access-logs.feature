@CCC-OBJSTOR-CN-06 @severity:medium @finos-ccc-2025.10:CCC.ObjStor.CN06
Feature: Access logs are in another bucket

  Requirement
    S3 logs the requests to the bucket, and puts these logs into another bucket.

  How it is examined
    By the server access logging of the bucket.

  Remediation
    Turn on server access logging, to another bucket.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Server access logs
    Then its server access logs go to another bucket
