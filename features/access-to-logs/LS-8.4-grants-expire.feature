@LS-8.4 @severity:medium
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Temporary read access ends when it was meant to end

  Requirement
    A reader whose access has an end date cannot read after it.

  Why
    Access that outlives its purpose is access nobody watches.

  How it is examined
    For each reader with an end date in the configuration, a read after that date is evaluated over the
    bucket policy: either the statement carries a condition on aws:CurrentTime, or the statement must be
    gone once the date has passed.

  Remediation
    Add DateLessThan aws:CurrentTime to the reader's statement, or remove the statement on the day.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Nobody reads after the end of its access
    Then no reader whose access has ended can read
