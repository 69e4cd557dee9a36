@LS-2.2 @severity:high
@ccc-2025.10:Core.CN02.AR01 @ccc-2025.10:ObjStor.CN01.AR01 @ccc-2025.10:ObjStor.CN01.AR02
@ccc-2025.10:ObjStor.CN01.AR03 @ccc-2025.10:ObjStor.CN01.AR04 @fsbp:S3.17 @hipaa:164.312.a.2.iv
@hipaa:164.312.c.1 @hipaa:164.312.e.2.ii @iso-27001-2022:a.8.11 @iso-27001-2022:a.8.15 @iso-27001-2022:a.8.24
@nist-800-53r5:au-9.3 @nist-800-53r5:cp-9.d @nist-800-53r5:sc-13.a @nist-800-53r5:sc-28.1 @pci-dss-4.0:10.3.2
@pci-dss-4.0:10.3.3 @pci-dss-4.0:10.3.4 @pci-dss-4.0:3.5.1 @pci-dss-4.0:8.3.2 @soc2:cc6.1 @soc2:pi1.4
Feature: The log bucket encrypts with the log key by default

  Requirement
    The default encryption of the log bucket is SSE-KMS, and its key is the log key.

  Why
    A log service that names no key gets the default of the bucket. With S3's own keys, or with a key of
    another account, whoever may get the object can read it: the policy of the log key is not asked.

  How it is examined
    The default encryption of the bucket is read. The key it names, as id, ARN, alias or alias ARN, also of
    another account, is resolved to the ARN of a key and compared with the log key, itself resolved from
    names.key. The right algorithm with another key does not meet this control, nor does an alias that now
    leads to another key. DSSE-KMS counts as SSE-KMS.

    The bucket that AWS Config delivers to holds evidence of the same kind and is examined as well; where
    AWS Config delivers to the log bucket itself, there is one bucket to examine.

  Remediation
    Set the default encryption of the bucket to aws:kms with the ARN of the log key. An ARN is safer than an
    alias or id, which S3 looks up in the account of each writer. Objects written before keep the encryption
    they were written with.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html

  Scenario Outline: New objects are encrypted with SSE-KMS: <bucket>
    Given <bucket>
    Then new objects are encrypted with SSE-KMS unless the writer says otherwise

    Examples:
      | bucket                                              |
      | the log bucket of the log archive account           |
      | the bucket of AWS Config                            |

  Scenario Outline: The default key is the log key: <bucket>
    Given <bucket>
    And the log key
    Then the default key of the bucket is the log key

    Examples:
      | bucket                                              |
      | the log bucket of the log archive account           |
      | the bucket of AWS Config                            |
