@LS-3.4 @severity:critical
@ccc-2025.10:Core.CN01.AR01 @ccc-2025.10:Core.CN01.AR03 @cis-aws-3.0:2.1.1 @cis-aws-6.0:3.1.1 @fsbp:S3.5
@hipaa:164.312.e.1 @nist-800-53r5:ac-17.2 @nist-800-53r5:sc-7.5 @nist-800-53r5:sc-8.1 @pci-dss-4.0:4.2.1
@pci-dss-4.0:4.2.1.1 @soc2:cc6.1
Feature: Every request to the log store travels over TLS

  Requirement
    The log bucket refuses every request that is not made over TLS, whoever makes it and whatever it asks
    for. Requests over TLS below the organization's minimum version are refused too.

  Why
    Log records carry identities, addresses and resource names. One read or write over plain HTTP exposes or
    forges them without a trace in the log store itself.

  How it is examined
    The bucket policy is read from the account and evaluated for every kind of caller, every S3 action,
    the bucket and its objects. A policy that names TLS but leaves a way around it does not meet this
    control: the finding then shows one request that would be allowed, and the statement that allows it.

    The bucket that AWS Config delivers to and the bucket of the access logs hold evidence of the same kind
    and are examined as well, where they are buckets of their own.

  Remediation
    Deny s3:* to every principal on the bucket and on its objects when aws:SecureTransport is false, in a
    statement with no other condition; deny it again, in a second statement, when s3:TlsVersion is lower
    than the minimum.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html

  Rule: Plain HTTP is refused

    Scenario Outline: Nobody reaches the bucket or its objects over plain HTTP: <bucket>
      Given <bucket>
      Then no request over plain HTTP is allowed, for any principal, any S3 action, the bucket and its objects

      Examples:
        | bucket                                               |
        | the log bucket of the log archive account            |
        | the bucket of AWS Config                             |
        | the bucket of access logs in the log archive account |

  Rule: Old TLS is refused

    Scenario Outline: Nobody reaches the bucket or its objects below the minimum TLS version: <bucket>
      Given <bucket>
      Then no request below the minimum TLS version is allowed, for any principal, any S3 action, the bucket and its objects

      Examples:
        | bucket                                               |
        | the log bucket of the log archive account            |
        | the bucket of AWS Config                             |
        | the bucket of access logs in the log archive account |
