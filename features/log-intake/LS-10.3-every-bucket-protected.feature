@LS-10.3 @severity:high
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.5 @fsbp:S3.6 @fsbp:S3.8 @fsbp:S3.9 @hipaa:164.308.a.4.ii.b
@iso-27001-2022:a.5.15 @iso-27001-2022:a.5.18 @iso-27001-2022:a.5.28 @iso-27001-2022:a.5.33
@iso-27001-2022:a.8.3 @nist-800-53r5:ac-6 @nist-800-53r5:au-11 @nist-800-53r5:au-9.2 @nist-800-53r5:au-9.4
@pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5 @soc2:cc6.3
Feature: Every registered bucket is protected, not only the first

  Requirement
    Each bucket with a registered log stream blocks public access and owns its objects, refuses
    plain HTTP, is encrypted with a KMS key, keeps versions, logs access to itself, and deletes
    nothing before the registered retention ends. Until the hot days of its class have passed, each log
    is read without a restore, and a rule deletes it some day.

  Why
    The first bucket is built with care. The fifth is a copy, made in a hurry.

  How it is examined
    The settings of every registered bucket are read, its policy is evaluated for requests over
    plain HTTP by anybody, and its lifecycle rules are played through for each of its streams. A
    bucket that receives access logs is encrypted with keys of S3 and is not asked to log itself: S3
    delivers to nothing else. A bucket with MFA delete takes no lifecycle rules, and is not asked for
    an end.

  Remediation
    Bring the bucket to what logproof register request prints for its stream.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html

  Scenario: Closed to the public
    Then every registered bucket blocks public access and owns its objects

  Scenario: Over TLS only
    Then every registered bucket refuses requests over plain HTTP

  Scenario: Encrypted and versioned
    Then every registered bucket encrypts and keeps the versions of its objects

  Scenario: Access is logged
    Then every registered bucket is itself logged, or receives the access logs

  Scenario: Kept for as long as registered
    Then no lifecycle rule of a registered bucket deletes a log before its registered retention ends

  Scenario: Readable for as long as registered
    Then every log of a registered bucket is directly readable for the hot days of its class

  Scenario: Ended some day
    Then every log of a registered bucket is eventually deleted by a lifecycle rule
