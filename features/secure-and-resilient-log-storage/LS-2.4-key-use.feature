@LS-2.4 @severity:high
@ccc-2025.10:Core.CN02.AR01 @ccc-2025.10:Core.CN05.AR01 @cis-aws-3.0:3.5 @cis-aws-6.0:4.5 @fsbp:CloudTrail.2
@fsbp:S3.17 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @hipaa:164.312.a.2.iv @iso-27001-2022:a.5.15
@iso-27001-2022:a.8.24 @iso-27001-2022:a.8.3 @nist-800-53r5:ac-6 @nist-800-53r5:au-9.3 @nist-800-53r5:au-9.4
@nist-800-53r5:sc-13.a @nist-800-53r5:sc-28.1 @pci-dss-4.0:10.3.1 @pci-dss-4.0:10.3.2 @pci-dss-4.0:3.5.1
@pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5 @soc2:cc6.1 @soc2:cc6.3
Feature: Only the log services and named principals use the log key

  Requirement
    No service uses the log key but those that deliver logs, for the trails and recorders of this organization
    only. Nobody decrypts with it but the named readers, the log storage role and the role that replicates the
    log bucket. Nobody outside the organization does anything with it, except the auditor accounts named in the
    configuration.

  Why
    Whoever can decrypt with the key can read every log file that leaks or is shared by mistake; a service
    that may use it for a stranger's trail lets the stranger write into the store.

  How it is examined
    The key policy, the grants on the key, the SCPs and RCPs on the path of every account, and the users
    and roles of the key's account are read and evaluated together. A service that the register names as
    delivering a stream into a bucket encrypted with the key is one that delivers logs. A finding shows
    one request that is allowed although it must not be.

  Remediation
    Allow the log service kms:GenerateDataKey* and kms:DescribeKey with a condition on the encryption
    context (the trail's ARN) or on aws:SourceArn. Give kms:Decrypt to named readers only. Delegate to the
    account root only together with policies that keep its users and roles from decrypting.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html

  Background:
    Given the log key

  Rule: Services use the key for this organization's logs only

    Scenario: No service other than the log services uses the key
      Then no service other than the log services can use the log key

    Scenario: CloudTrail uses the key for the trails of this organization only
      Then no trail outside the organization can be encrypted with the log key

    Scenario: The other log services use the key for this organization only
      Then no log service but CloudTrail can use the log key on behalf of an account outside the organization

  Rule: People use the key only when they are named

    Scenario: Nobody outside the organization uses the key
      Then nobody outside the organization can use the log key

    @severity:medium
    Scenario: Nobody outside the organization is kept out by a control policy alone
      Then no grant on the log key to anybody outside the organization is blocked by a service or resource control policy alone

    Scenario: Nobody decrypts with the key but named readers and administrators
      Then nobody other than the named readers, the log storage role and the role that replicates the log bucket can decrypt with the log key

    Scenario: No grant gives the key to anybody else
      Then every grant on the log key is to a log service, a named reader or an administrator
