@CCC-CORE-CN-10 @severity:high @finos-ccc-2025.10:CCC.Core.CN10
Feature: Copies stay in the organization

  Requirement
    Where the bucket is replicated, the copy is in a bucket of the organization.

  How it is examined
    By the replication rules of the bucket, and the buckets of every active account.

  Remediation
    Remove the rule, or let it copy to a bucket of the organization.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Replication
    Then no replication rule copies objects out of the organization
