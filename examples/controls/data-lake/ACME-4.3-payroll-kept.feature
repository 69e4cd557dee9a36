@ACME-4.3 @severity:medium @acme-policy:4.3
Feature: Payroll data is kept for ten years

  Requirement
    Every bucket of payroll data is encrypted with KMS, closed to the public, and keeps its objects for ten years.

  How it is examined
    By the settings of each bucket tagged `data` = `payroll`, in any account.

  Background:
    Given every bucket of every active account that is tagged "data" = "payroll"

  Scenario: Encrypted and closed
    Then its default encryption is SSE-KMS
    And its default encryption uses the key "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    And Block Public Access is on
    And its object ownership is "BucketOwnerEnforced"

  Scenario: Kept
    Then its versioning is on
    And Object Lock keeps new objects for at least 3650 days in compliance mode
    And no lifecycle rule deletes an object before 3650 days
