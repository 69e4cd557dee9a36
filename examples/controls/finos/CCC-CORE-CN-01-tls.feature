@CCC-CORE-CN-01 @severity:high @finos-ccc-2025.10:CCC.Core.CN01
Feature: Data travels encrypted

  Requirement
    The bucket refuses requests over plain HTTP, and over a version of TLS older than 1.3.

  How it is examined
    Bucket policies are evaluated together with SCPs, RCPs and the users and roles of the bucket's account.

  Remediation
    Deny s3:* where aws:SecureTransport is false, and where s3:TlsVersion is less than 1.3.

  Background:
    Given every bucket of every active account that is tagged "tlp" = "red"

  Scenario: Plain HTTP
    Then no request over plain HTTP is allowed

  Scenario: Old versions of TLS
    Then no request to s3:GetObject, s3:PutObject, s3:DeleteObject or s3:ListBucket is allowed when
      """
      {"NumericLessThan": {"s3:TlsVersion": "1.3"}}
      """
