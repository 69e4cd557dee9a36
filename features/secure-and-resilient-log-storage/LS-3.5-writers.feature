@LS-3.5 @severity:critical
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: Only the log services write to the log bucket

  Requirement
    Nobody can put an object into the log bucket but the services that deliver logs and the log storage
    role, neither through a policy nor through an access control list.

  Why
    Whoever can write can forge records, or bury the real ones under noise.

  How it is examined
    The bucket policy, the SCPs and RCPs, and the users and roles of the log archive account are evaluated
    for s3:PutObject by every kind of caller, an administrator in each other account included. The access
    control list of the bucket is read for grants to anyone but its owner.

  Remediation
    Deny s3:PutObject on the bucket's objects to every principal that is neither a log service nor the log
    storage role; set object ownership to bucket owner enforced.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Nobody else can write through a policy
    Then nobody other than the log services and the log storage role can write to the log bucket

  Scenario: No access control list lets anybody else write
    Then the access control list of the log bucket grants nothing to anyone but its owner
