@LS-2.5 @severity:high
@ccc-2025.10:Core.CN02.AR01 @cis-aws-3.0:3.5 @cis-aws-6.0:4.5 @fsbp:CloudTrail.2 @fsbp:S3.17
@hipaa:164.312.a.2.iv @iso-27001-2022:a.8.24 @nist-800-53r5:au-9.3 @nist-800-53r5:sc-13.a
@nist-800-53r5:sc-28.1 @pci-dss-4.0:10.3.2 @pci-dss-4.0:3.5.1 @soc2:cc6.1
Feature: Wrongly encrypted uploads are refused without stopping delivery

  Requirement
    An upload that asks for another kind of encryption than KMS, for another key than the log key, for KMS
    without naming a key, or for a key that the caller provides (SSE-C) is refused by the log bucket. An upload
    by CloudTrail that asks for the log key, or leaves the choice to the bucket, is accepted.

  Why
    Log files under another key are lost to those who may read them, or readable by those who may not. A
    rule that is too strict stops delivery, which loses logs altogether.

  How it is examined
    The bucket policy is evaluated together with the SCPs and RCPs for uploads with each kind of encryption
    header, by anybody, an administrator assumed in each account, and for the upload CloudTrail makes. KMS is
    aws:kms as well as aws:kms:dsse. An upload that asks for KMS and names no key is encrypted with the AWS
    managed key of the account, whatever the default of the bucket, so it counts as one under another key.

    An upload under a key that the caller provides may also be blocked by the bucket itself: where the policies
    accept one, the setting BlockedEncryptionTypes of the bucket's default encryption is read, and must name SSE-C.

  Remediation
    Deny s3:PutObject when s3:x-amz-server-side-encryption is present and not aws:kms, and when s3:x-amz-
    server-side-encryption-aws-kms-key-id is present and not the log key: pair each StringNotEquals with a
    Null condition that is false, because a negated condition is true when the header is absent. Deny it too
    when the first is aws:kms or aws:kms:dsse and the second is absent. Block SSE-C in the default encryption of
    the bucket, or deny s3:PutObject when s3:x-amz-server-side-encryption-customer-algorithm is present.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Uploads without KMS encryption are refused
    Then no upload that asks for encryption other than KMS is accepted

  Scenario: Uploads under another key are refused
    Then no upload that asks for another key than the log key is accepted

  Scenario: Uploads that name no key are refused
    Then no upload that asks for KMS encryption without naming a key is accepted

  Scenario: Uploads under a key of the caller are refused
    Then no upload under a key that the caller provides is accepted

  Scenario: Delivery continues
    Then CloudTrail can deliver with the log key and with the bucket's default encryption
