@CCC-OBJSTOR-CN-04 @severity:high @finos-ccc-2025.10:CCC.ObjStor.CN04
Feature: Objects are retained by default

  Requirement
    New objects are locked for a year, and no lifecycle rule deletes one before.

  How it is examined
    By Object Lock and the lifecycle rules of the bucket.

  Remediation
    Set a default retention of 365 days.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Default retention
    Then Object Lock keeps new objects for at least 365 days
    And no lifecycle rule deletes an object before 365 days
