@LS-8.4 @severity:medium
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Temporary read access ends when it was meant to end

  Requirement
    A reader whose access has an end date cannot read after it, and a grant that has ended is removed from
    the bucket policy.

  Why
    Access that outlives its purpose is access nobody watches.

  How it is examined
    The end of a reader is its end in the register or in the configuration. For each reader whose end has
    passed, a read from now on is evaluated over the bucket policy, the SCPs and RCPs, an administrator
    assumed in the reader's account: either the statement carries a condition on aws:CurrentTime, or it must
    be gone. A reader whose end has not come may read; where its statement carries no such date, a note says
    by when it must be removed.

    Each reader of another account than that of the bucket is asked about besides, with an end or without: one
    that could read before now and cannot from now on stands in the bucket policy with a grant that has
    ended. That is a finding of low severity. A grant to somebody who is no registered reader is a finding of
    control LS-8.6, whatever its date.

  Remediation
    Add DateLessThan aws:CurrentTime to the reader's statement, or remove the statement on the day.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Nobody reads after the end of its access
    Then no reader whose access has ended can read

  @severity:low
  Scenario: Grants that have ended are removed
    Then no reader that can read no more stands in the bucket policy with a grant that has ended
