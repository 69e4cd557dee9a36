@LS-2.3 @severity:high
@ccc-2025.10:Core.CN02.AR01 @cis-aws-3.0:3.5 @cis-aws-6.0:4.5 @fsbp:CloudTrail.2 @hipaa:164.312.a.2.iv
@hipaa:164.312.c.1 @hipaa:164.312.e.2.ii @iso-27001-2022:a.8.11 @iso-27001-2022:a.8.15 @iso-27001-2022:a.8.24
@nist-800-53r5:au-9.3 @nist-800-53r5:cp-9.d @nist-800-53r5:sc-13.a @nist-800-53r5:sc-28.1 @pci-dss-4.0:10.3.2
@pci-dss-4.0:10.3.3 @pci-dss-4.0:10.3.4 @pci-dss-4.0:3.5.1 @pci-dss-4.0:8.3.2 @soc2:cc6.1 @soc2:pi1.4
Feature: The organization trail encrypts with the log key

  Requirement
    The organization trail encrypts the log files it delivers with the log key.

  Why
    A trail chooses the encryption of its own files; the default of the bucket does not replace that choice.
    A trail that names another key, or none, delivers files that are not under the policy of the log key.

  How it is examined
    The trail is read in the management account. The key it names is resolved to the ARN of a key and
    compared with the log key. A trail without a key encrypts with S3's own keys.

  Remediation
    Update the trail with the ARN of the log key, after the policy of that key lets CloudTrail generate data
    keys for this trail.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html

  Scenario: The trail encrypts its log files with the log key
    Given the organization trail
    And the log key
    Then the trail encrypts its log files with the log key
