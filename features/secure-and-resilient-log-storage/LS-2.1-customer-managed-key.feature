@LS-2.1 @severity:high
@ccc-2025.10:Core.CN02.AR01 @ccc-2025.10:ObjStor.CN01.AR01 @ccc-2025.10:ObjStor.CN01.AR02
@ccc-2025.10:ObjStor.CN01.AR03 @ccc-2025.10:ObjStor.CN01.AR04 @hipaa:164.312.a.2.iv @iso-27001-2022:a.8.24
@nist-800-53r5:au-9.3 @nist-800-53r5:sc-13.a @nist-800-53r5:sc-28.1 @pci-dss-4.0:10.3.2 @pci-dss-4.0:3.5.1
@soc2:cc6.1
Feature: The log store has a customer managed key in the approved account

  Requirement
    A key for the log store exists in the account approved for it. It is a customer managed, symmetric key
    that is enabled, and its key material does not expire.

  Why
    Who may read a log file is decided by the policy of the key as much as by that of the bucket. Only a
    customer managed key has a policy that its owner can write. A key that is disabled, waits for deletion
    or loses its imported material makes every log file unreadable and stops delivery.

  How it is examined
    The name of the key in names.key, an alias, id or ARN, is resolved by AWS KMS. The account in the
    resulting ARN is compared with names.key_account, which is the log archive account unless the owner
    names another. Manager, state, key spec and the expiry of imported material are read from the key
    itself.

  What stays manual
    Which account is approved to hold the key, and who in the organization owns the key, are decisions of
    the owner.

  Remediation
    Create a symmetric customer managed key in the approved account and home Region, with an alias that
    names.key gives. Cancel a pending deletion at once: afterwards nothing encrypted with the key can be
    read again.

  References
    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
    https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html

  Background:
    Given the log key

  Scenario: The log key is in the approved account
    Then the log key is in the account approved for it

  Scenario: The log key is customer managed
    Then the log key is a customer managed key

  Scenario: The log key can be used
    Then the log key is enabled and encrypts symmetrically

  Scenario: The log key does not run out
    Then the material of the log key does not expire
