@CCC-OBJSTOR-CN-05 @severity:medium @finos-ccc-2025.10:CCC.ObjStor.CN05
Feature: Versions of objects are kept

  Requirement
    The bucket keeps the versions of its objects.

  How it is examined
    By the versioning of the bucket.

  Remediation
    Enable versioning.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Versioning
    Then its versioning is on
