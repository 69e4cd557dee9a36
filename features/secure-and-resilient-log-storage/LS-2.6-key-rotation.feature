@LS-2.6 @severity:medium @hardening
@ccc-2025.10:Core.CN11.AR02 @ccc-2025.10:Core.CN11.AR04 @ccc-2025.10:KeyMgmt.CN01.AR01 @cis-aws-3.0:3.6
@cis-aws-6.0:4.6 @fsbp:KMS.4 @hipaa:164.312.a.2.iv @iso-27001-2022:a.8.24 @nist-800-53r5:sa-9.6
@nist-800-53r5:sc-12.2 @nist-800-53r5:sc-12.6 @pci-dss-4.0:3.7.4 @pci-dss-4.0:3.7.5 @soc2:cc6.1
Feature: The log key is rotated

  Requirement
    AWS KMS rotates the material of the log key automatically, at least as often as the organization asks
    for in expectations.key_rotation_days.

  Why
    Rotation limits how much is encrypted with one piece of key material. It changes neither the key's id
    nor its policy, and files encrypted before stay readable, so nothing speaks against it.

  How it is examined
    The rotation status of the log key is read with its period. Keys that AWS KMS cannot rotate by itself,
    asymmetric ones and those whose material was imported or lives in another key store, are reported as not
    applicable, with what the key is.

  Remediation
    Enable automatic rotation of the key, with a period no longer than the organization asks for.

  References
    https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html

  Scenario: AWS KMS rotates the log key
    Given the log key
    Then the log key is rotated automatically, at least as often as the organization asks
