@LS-10.1 @severity:low
@iso-27001-2022:a.5.28 @iso-27001-2022:a.5.33 @nist-800-53r5:au-11
Feature: Each log stream came in by a complete request

  Requirement
    Every registered log stream states its owner, its approved request, what kind of log it is, who
    delivers it, its retention class, whether it holds personal data and under which regulation.

  Why
    What was not asked when the stream came in is asked after a leak.

  How it is examined
    streams.toml of the register is read. A stream with a blank field, with a deliverer that is
    neither a service nor a role, with a class that retention.toml does not have, or with personal
    data and no regulation is named.

  What stays manual
    The approval of each request stands behind its reference, in the system that holds the requests.
    Whether a stream holds personal data, and what kind it is, is taken as the owner states it: no log is
    read for it.

  Remediation
    Ask the owner of the logs for what is missing and complete the entry. logproof register new
    stream asks for all of it.

  References
    https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html

  Scenario: Every stream states all that is asked
    Then every registered log stream has all that a request must state
