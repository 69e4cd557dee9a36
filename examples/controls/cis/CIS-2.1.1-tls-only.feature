@CIS-2.1.1 @severity:medium @cis-aws-5.0.0:2.1.1
Feature: Buckets refuse plain HTTP

  Requirement
    Every bucket of the organization refuses each request that is not made over TLS.

  How it is examined
    Bucket policies are evaluated together with SCPs and RCPs: no principal, action or object is left out.

  Remediation
    Deny s3:* on the bucket and its objects to everybody where aws:SecureTransport is false.

  Scenario: Plain HTTP
    Given every bucket of every active account
    Then no request over plain HTTP is allowed
