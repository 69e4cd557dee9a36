@LS-7.4 @severity:medium @hardening
@ccc-2025.10:Core.CN05.AR01 @ccc-2025.10:Core.CN05.AR03 @ccc-2025.10:Core.CN05.AR04 @fsbp:KMS.5 @fsbp:S3.12
@fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.5.18 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.2
@pci-dss-4.0:7.2.5 @pci-dss-4.0:7.2.6 @soc2:cc6.3
Feature: An analyzer watches the log store for access from outside

  Requirement
    An external access analyzer of the organization is active in the Region of the log bucket, and has no
    finding about the log bucket or the log key that is active or archived.

  Why
    A policy is right on the day it is examined. The analyzer looks again whenever it changes. A finding
    that was archived is a hole somebody decided to leave, seen by nobody since.

  How it is examined
    The analyzers of the security tooling account, the management account and the log archive account are
    read in the Region of the log bucket; one must be of type ORGANIZATION and ACTIVE. Its findings about
    the bucket and the key are read, archived ones included; a finding that was resolved is none any more.

    That an account cannot be asked is an error only while no analyzer was found in another.

  What stays manual
    Findings about other resources are triaged by those who own the resources.

  Remediation
    Create an external access analyzer with the organization as zone of trust. Take away the access a
    finding shows; where it is meant to be, say so with a waiver, which has an owner and an end, instead of
    archiving the finding.

  References
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-external-access-enable.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings-archive.html

  Background:
    Given the log bucket of the log archive account

  Scenario: An analyzer watches
    Then an active external access analyzer of the organization watches the Region of the log bucket

  Scenario: It found nothing about bucket and key
    Given the log key
    Then it has no finding about the log bucket or the log key, not even an archived one
