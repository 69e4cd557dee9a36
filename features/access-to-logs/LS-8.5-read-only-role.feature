@LS-8.5 @severity:medium
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: The read-only role in the security tooling account only reads

  Requirement
    The read-only role for log analysis exists in the security tooling account, can read the log files under
    its path, and can do nothing but read: neither with the log store nor elsewhere.

  Why
    Analysts need one well-known way to the logs; that way must not be able to change them.

  How it is examined
    The role is read from its account with its own policies and trust. Its reads, and everything but reads,
    are evaluated over the bucket policy, the SCPs and RCPs and its own policies.

    What it can do elsewhere is evaluated over its own policies, its boundary and the SCPs above its account, for
    every resource: reading is allowed, anything else is a finding. In the services of the table of actions each
    action's class says which it is, and what touches nothing, such as a snapshot of AWS Config, is allowed as
    well; in any other service an action reads whose name begins with BatchDescribe, BatchGet, Describe, Get,
    Head, List, Lookup, Query, Read, Search, Select or View.

  Remediation
    Create the role with a policy that allows s3:GetObject and kms:Decrypt on the log store; name its whole
    ARN in the bucket policy and the key policy.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

  Background:
    Given the log bucket of the log archive account

  Scenario: The role exists
    Then the read-only role exists in the security tooling account

  Scenario: The role reads
    Then the read-only role can read the log files under its path

  Scenario: The role only reads
    Then the read-only role can do nothing other than read
