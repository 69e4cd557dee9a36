@LS-8.3 @severity:high
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Auditors only read, from their own account

  Requirement
    Principals of the auditor accounts can read the log bucket and decrypt with the log key, and do nothing else
    with either.

  Why
    An external auditor needs evidence, not the power to change it.

  How it is examined
    For each auditor account in the configuration, every S3 action other than reading and listing is
    evaluated on the log bucket and its objects, and every KMS action other than decrypting and looking at the
    key on the log key, with an identity policy that allows everything. Without an auditor account the control
    does not apply. What auditors may read is examined with the other readers: see controls LS-8.2 and LS-8.4.

  What stays manual
    The engagement letter and its end date are attested by the owner.

  Remediation
    Limit the statements for the auditor's account to s3:GetObject and s3:ListBucket on the path the
    engagement needs, and to kms:Decrypt on the log key.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example4.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Auditor accounts only read
    Then no principal of an auditor account can do anything other than read

  Scenario: Auditor accounts only decrypt
    Given the log key
    Then no principal of an auditor account can do anything other than decrypt with the log key
