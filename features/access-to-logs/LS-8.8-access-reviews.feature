@LS-8.8 @severity:medium
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.5.18
@iso-27001-2022:a.8.3 @nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@pci-dss-4.0:7.2.6 @soc2:cc6.3
Feature: Access to the logs is reviewed every year

  Requirement
    The access of every reader was reviewed within the last year, and the review is registered.

  Why
    Access is granted for a reason, and reasons end. Without a review nobody notices.

  How it is examined
    The date last_reviewed of each reader in readers.toml of the register must lie within the year
    before the run and not after it. A reader that stands in the configuration only has no review.
    Whether each registered access is the access that policies really give is covered by controls
    LS-8.2 and LS-2.8.

  What stays manual
    Whether the access is still needed is what the review decides.

  Remediation
    Ask the owner of each access whether it is still needed. Write the date of the answer, or remove
    the entry together with its statements.

  References
    https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_analyze_cross_account.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html

  Scenario: Every reader was reviewed
    Then the access of every reader was reviewed within a year
