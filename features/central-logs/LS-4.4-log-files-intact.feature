@LS-4.4 @severity:high @hardening
@ccc-2025.10:AuditLog.CN01.AR01 @ccc-2025.10:AuditLog.CN01.AR02 @cis-aws-3.0:3.2 @cis-aws-6.0:4.2
@fsbp:CloudTrail.4 @hipaa:164.312.b @hipaa:164.312.c.1 @hipaa:164.312.c.2 @iso-27001-2022:a.8.15
@iso-27001-2022:a.8.16 @nist-800-53r5:au-9.a @nist-800-53r5:sc-16.1 @nist-800-53r5:si-4.d
@nist-800-53r5:si-7.1 @nist-800-53r5:si-7.3 @nist-800-53r5:si-7.7 @nist-800-53r5:si-7.a @pci-dss-4.0:10.3.2
@pci-dss-4.0:10.3.3 @pci-dss-4.0:10.3.4 @soc2:cc7.3 @soc2:pi1.3
Feature: Delivered log files are whole and unchanged

  Requirement
    Log file validation of the organization trail is on. For every active account and every governed Region
    the log bucket holds an unbroken chain of digests over the period examined, each signed by CloudTrail and
    each recording hash and signature of the one before it. Every log file that is read has the content its
    digest records, and no log file lies among them that no digest names.

  Why
    Object Lock keeps what was written, from the moment it was written. That nothing was left out, put in or
    changed on the way is shown by the digests alone, and only if somebody verifies them: a chain that was
    deleted whole looks like an account in which nothing happened.

  How it is examined
    Which chains must be there is taken from AWS Organizations and organization.governed_regions, not from
    the bucket. All digests of the last integrity.window_hours are read; their signatures are verified with
    the public keys CloudTrail lists for the Region, and neighbours are compared with each other. A digest is
    missed one hour after the end of its interval at the earliest. The names of all log files are compared
    with the digests; of their contents integrity.log_file_percent are read, chosen by name. A log file
    younger than a day that no digest names may still be named by a late one: it is counted as waiting, and
    judged when the period examined is longer than a day. An object among them that lies in the folder of no
    day is a finding. Folders of accounts that AWS Organizations does not list are named in a note: what lies
    there is not verified.

    Digests and lists are kept with the evidence as they came, log files as receipts: their size and the
    SHA-256 of their content, which the signed digest records as well. What cannot be read, or is signed by a
    key that CloudTrail does not list, is neither met nor violated: the control cannot be assessed. What is
    found to be bad is read a second time, and its size is compared with the size that the bucket lists for
    it: where other bytes arrive than are stored, the control cannot be assessed either.

    Longer periods are verified with logproof trail verify, which continues where it was and remembers what
    was there before.

  Remediation
    Turn log file validation on. Where a chain has a gap, find out who stopped the trail or deleted digests,
    and restore them from the replica or from older versions of the objects; a log file that was changed is
    evidence of it: keep it, and every version of it.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html

  Background:
    Given the log bucket of the log archive account
    And the organization trail

  Scenario: Log file validation is on
    Then its log file validation is on

  Rule: Every account and Region has its chain

    Background:
      Given every active account of the organization and every governed Region

    Scenario: Every chain of digests is signed and unbroken
      Then each of these accounts and Regions has an unbroken chain of signed digests over the period examined

    Scenario: Every log file is the one that was delivered
      Then every log file that was read has the content its digest records

    Scenario: Nothing was put among the log files
      Then no log file lies among them that no digest names
