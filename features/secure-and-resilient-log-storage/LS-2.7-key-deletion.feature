@LS-2.7 @severity:critical @hardening
@ccc-2025.10:Core.CN11.AR02 @cis-aws-3.0:3.6 @cis-aws-6.0:4.6 @fsbp:KMS.3 @hipaa:164.312.a.2.iv
@iso-27001-2022:a.8.24 @nist-800-53r5:sc-12.2 @nist-800-53r5:sc-12.6 @pci-dss-4.0:3.7.1 @pci-dss-4.0:3.7.2
@soc2:cc6.1
Feature: The log key cannot be deleted, disabled or re-purposed

  Requirement
    Nobody but the log storage role can schedule the log key for deletion, disable it, or change its policy,
    and the key is not on its way to deletion.

  Why
    Without its key every log file is unreadable: deleting the key deletes the logs, whatever protects the
    bucket.

  How it is examined
    The state of the key is read. The key policy, the SCPs on the path of every account and the RCPs on the
    key's account are evaluated for an administrator and the root user in each account, whether or not the
    account has such an administrator today: in the key's account, and in every account that the key policy
    leaves the key to. The finding names a principal who could do it and the statement that allows it.

    A key policy that leaves the key to no account is a sufficient lock by itself: no policy of an account then
    counts. A note says so, or names the accounts whose administrators only a policy above them holds back.

    The actions are all those of AWS KMS that the table of actions says delete, stop or administer a key or
    its alias; replicating a key is among them where the key is a multi-Region key. Tags of the key, further
    aliases and grants that are ended are not: the log services use the key by its policy. A statement that
    depends on kms:ResourceAliases protects nothing here, as an alias can be moved to another key.

  Remediation
    Deny kms:ScheduleKeyDeletion, kms:DisableKey, kms:PutKeyPolicy, kms:DeleteImportedKeyMaterial,
    kms:DisableKeyRotation, kms:CreateGrant, kms:UpdateAlias and kms:DeleteAlias on the key in an SCP, for every
    principal but the one role; for a multi-Region key kms:ReplicateKey and kms:UpdatePrimaryRegion as well. Or
    leave the key, in its key policy, to no account.

  References
    https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html

  Background:
    Given the log key

  Scenario: The key is enabled and not pending deletion
    Then the log key is enabled and not pending deletion

  Scenario: Nobody but the log storage role can delete or disable the key
    Then nobody other than the log storage role can delete, disable or re-purpose the log key

  Scenario: To disable or delete the key raises an alert
    Then disabling the log key or scheduling its deletion raises an alert
