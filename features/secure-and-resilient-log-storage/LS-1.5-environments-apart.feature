@LS-1.5 @severity:medium
@iso-27001-2022:a.5.28 @iso-27001-2022:a.5.33 @iso-27001-2022:a.8.31 @nist-800-53r5:au-11
Feature: Logs of production, staging and development are kept apart

  Requirement
    No bucket holds log streams of two environments. Each registered bucket carries the tag
    environment with its registered environment, and no account that delivers logs of one
    environment can write to the bucket of another.

  Why
    Who may change a development account must not be able to write into, flood or read the logs that
    stand for production.

  How it is examined
    The environments of the streams in streams.toml of the register are compared bucket by bucket,
    and with the tag of each bucket.

    Where a stream is delivered by a role of an account, the bucket policies of all other
    environments are evaluated for an upload by anybody in that account, an administrator assumed.
    Streams that an AWS service delivers come from the whole organization and count as one
    environment.

  What stays manual
    Which account belongs to which environment is the decision of the owner, who registers the
    streams.

  Remediation
    Give each environment a bucket of its own, tag it, and let only roles of its own accounts write,
    for example with a condition on aws:SourceOrgPaths.

  References
    https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/organizing-your-aws-environment.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/cost-alloc-tagging.html

  Scenario: No bucket is shared between environments
    Then no bucket holds log streams of two environments

  Scenario: Buckets say which environment they belong to
    Then the tag environment of every registered bucket is its registered environment

  Scenario: No account writes to another environment
    Then no account that delivers logs of one environment can write to the bucket of another
