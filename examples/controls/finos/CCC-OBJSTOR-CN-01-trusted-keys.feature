@CCC-OBJSTOR-CN-01 @severity:medium @finos-ccc-2025.10:CCC.ObjStor.CN01
Feature: Objects are written under trusted keys alone

  Requirement
    No upload asks for another KMS key than the key of the bucket.

  How it is examined
    Bucket policies are evaluated together with SCPs, RCPs and the users and roles of the bucket's account.
    A read names no key: S3 decrypts with the key the object was written with.

  Remediation
    Deny s3:PutObject where s3:x-amz-server-side-encryption-aws-kms-key-id is another key.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Other keys
    Then its default encryption uses the key "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    And no request to s3:PutObject is allowed when
      """
      {"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}, "StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"}}
      """
