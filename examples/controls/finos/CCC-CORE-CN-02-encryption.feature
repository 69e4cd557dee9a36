@CCC-CORE-CN-02 @severity:high @finos-ccc-2025.10:CCC.Core.CN02
Feature: Data is stored encrypted

  Requirement
    New objects are encrypted with a KMS key unless the writer asks for something else.

  How it is examined
    By the default encryption of the bucket.

  Remediation
    Set the default encryption to SSE-KMS.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Default encryption
    Then its default encryption is SSE-KMS
