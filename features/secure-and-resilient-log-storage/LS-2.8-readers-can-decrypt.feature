@LS-2.8 @severity:medium @hardening
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Every permitted reader can decrypt, and nobody else

  Requirement
    Each reader that may read a bucket encrypted with the log key can decrypt with it, and nobody can
    decrypt with it who may not read.

  Why
    A reader who cannot decrypt finds out during an incident; a principal who can decrypt without being a
    reader is one bucket mistake away from every log.

  How it is examined
    For each reader, a read of a log file under its path in its bucket and the decryption it needs
    are evaluated over the bucket policy, the key policy, the SCPs and RCPs and the reader's own policies
    where its account can be read. Then every principal that can decrypt is compared with the readers.

  Remediation
    Add the reader to the statement of the key policy that allows kms:Decrypt, with a condition on
    kms:ViaService; remove principals from it that are no readers.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html

  Background:
    Given the log bucket of the log archive account
    And the log key

  Scenario: Every reader can decrypt what it may read
    Then every named reader can read under its path and decrypt it

  Scenario: Nobody can decrypt who may not read
    Then nobody other than the named readers, the log storage role and the role that replicates the log bucket can decrypt with the log key
