@CCC-OBJSTOR-CN-02 @severity:medium @finos-ccc-2025.10:CCC.ObjStor.CN02
Feature: Access is given by policies alone

  Requirement
    Access control lists of the bucket and its objects have no effect.

  How it is examined
    By the object ownership of the bucket.

  Remediation
    Set object ownership to BucketOwnerEnforced.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Object ownership
    Then its object ownership is "BucketOwnerEnforced"
