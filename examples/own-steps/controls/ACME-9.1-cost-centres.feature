@ACME-9.1 @severity:low @acme-policy:9.1
Feature: Somebody pays for every bucket of ours

  Requirement
    Every bucket whose name begins with `acme-` names the cost centre that pays for it in its tag `cost-centre`.

  How it is examined
    By the tags of each bucket of that name, in any account. The check digit of the cost centre must fit, so that a typing
    mistake is found.

  Remediation
    Tag the bucket with the cost centre of the team that owns it.

  Scenario: Cost centres
    Given every bucket of every active account whose name matches "acme-*"
    Then its tag "cost-centre" is a cost centre
    And its default encryption is SSE-KMS
