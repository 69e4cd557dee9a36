@LS-10.2 @severity:high
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.5.18
@iso-27001-2022:a.8.3 @iso-27001-2022:a.8.31 @nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:7.2.1
@pci-dss-4.0:7.2.5 @soc2:cc6.3
Feature: The buckets of the log archive account are the registered ones

  Requirement
    Every bucket of the log archive account holds a registered log stream, the bucket of every
    registered stream exists there, and no bucket holds streams of two owners.

  Why
    A bucket nobody registered is examined by nobody; a stream whose bucket is gone delivers
    nowhere.

  How it is examined
    The buckets that S3 lists for the log archive account are compared with streams.toml of the
    register, in both directions. Under which prefix a bucket keeps a stream is compared for the log
    bucket alone, by control LS-1.4.

  Remediation
    Register what the bucket holds, or move what is no log out of the account. Create the missing
    bucket with what logproof register request prints, or end the stream in the register.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html

  Scenario: No bucket is unknown
    Then every bucket of the log archive account holds a registered log stream

  Scenario: No bucket is missing
    Then the bucket of every registered log stream exists in the log archive account

  Scenario: Each owner has a bucket
    Then no bucket holds log streams of two owners
