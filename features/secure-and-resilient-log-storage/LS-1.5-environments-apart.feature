@LS-1.5 @severity:medium
@iso-27001-2022:a.5.28 @iso-27001-2022:a.5.33 @iso-27001-2022:a.8.31 @nist-800-53r5:au-11
Feature: Logs of production, staging and development are kept apart

  Requirement
    No bucket holds log streams of two environments. Each registered bucket carries a tag
    with its registered environment. No account that delivers logs of one environment can
    write to the bucket of another, neither itself nor through an AWS service that writes on its behalf.

  Why
    Who may change a development account must not be able to write into, flood or read the logs of
    production.

  How it is examined
    The environments of the streams in streams.toml of the register are compared bucket by bucket,
    and with the tag of each bucket. The key of the tag and its values are those of the configuration,
    environment and the environment's own word where nothing else is agreed.

    Where a stream is delivered by a role of an account, the policies of the registered buckets of all
    other environments are evaluated, together with the SCPs and RCPs, for an upload by anybody in that
    account, an administrator assumed, and for an upload by any AWS service on behalf of that account: by
    its id, the ARN of a resource of it, or its place in the organization. The bucket of an environment
    called organization takes what services deliver for every account, so there only uploads by the
    account itself count.

    An account that delivers no registered stream by a role of its own belongs to no environment here,
    and is not asked about.

  What stays manual
    Which account belongs to which environment is the decision of the owner, who registers the
    streams.

  Remediation
    Give each environment a bucket of its own, tag it, and let only roles of its own accounts write,
    for example with a condition on aws:PrincipalOrgPaths. Let a service write on behalf of these accounts
    only, for example with a condition on aws:SourceAccount or aws:SourceOrgPaths.

  References
    https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/organizing-your-aws-environment.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/cost-alloc-tagging.html

  Scenario: No bucket is shared between environments
    Then no bucket holds log streams of two environments

  Scenario: Buckets say which environment they belong to
    Then the environment tag of every registered bucket names its registered environment

  Scenario: No account writes to another environment
    Then no account that delivers logs of one environment can write to the bucket of another
