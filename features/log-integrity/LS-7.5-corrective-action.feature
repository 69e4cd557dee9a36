@LS-7.5 @severity:medium
@ccc-2025.10:AuditLog.CN03.AR01 @iso-27001-2022:a.8.16 @nist-800-53r5:au-5 @pci-dss-4.0:10.7.2 @soc2:cc5.2
Feature: A change of the log store is corrected

  Requirement
    A change of the protection of the log bucket starts a correction: automatically, or by people who follow a
    runbook.

  Why
    An alert that leads to nothing leaves the store open. What is to be done has to be known before.

  How it is examined
    The EventBridge rules in the account and Region of the log bucket are read. A rule that is enabled, and
    has a function, an automation, a state machine or a build as target, starts a correction of what it sees;
    such rules must see every synthetic change of the bucket's policy and of its lifecycle, whoever makes it.
    A target that is an event bus is followed to the rules there, each step decided as control LS-7.2 says; where
    a step is not decided or cannot be looked at, a note says so and nothing counts as corrected by it. What the target does is not examined, and remediation actions of AWS Config rules are not read.

    Where no such rule is found, an attestation must say that there is a runbook: who restores what, how,
    and within what time.

  What stays manual
    The runbook, and that it was rehearsed.

  Remediation
    Add a target that restores the settings to the rule of control LS-7.2, or write the runbook and have it
    attested.

  References
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
    https://docs.aws.amazon.com/config/latest/developerguide/remediation.html

  Scenario: A change starts a correction
    Given the log bucket of the log archive account
    Then a change of the bucket's protection starts a correction, or a runbook for it is attested
