@LS-8.7 @severity:high
@hipaa:164.308.a.3.ii.a @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1
@nist-800-53r5:ac-6.7 @nist-800-53r5:au-9.4 @soc2:cc6.3
Feature: Those who examine the logs do not operate the log store

  Requirement
    No reader of log files is the log storage role or may put it on, and readers live outside the
    log archive account. The people behind the two are different people.

  Why
    Who operates the store and examines its logs can remove the trace of what he did, and is the one
    who would have to notice.

  How it is examined
    Each reader of the register and of the configuration is compared with the log storage role, and
    the trust policy of that role is evaluated for the reader, as if its own policies allowed it to
    ask. A principal the trust policy names counts as the reader when both come from one permission
    set of IAM Identity Center.

  What stays manual
    That different people are assigned to the two is attested: the tool sees roles, not people.

  Remediation
    Give reading and operating to different roles and permission sets, assign them to different
    people, and let readers come from the security tooling account.

  References
    https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html
    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html

  Scenario: No reader is an operator
    Then no reader of log files may act as the log storage role

  Scenario: Readers live elsewhere
    Then no reader of log files lives in the log archive account

  Scenario: Different people
    Then somebody answers for it that different people run and examine the log store
