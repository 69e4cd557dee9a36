@LS-3.8 @severity:high @hardening
@ccc-2025.10:Core.CN05.AR01 @fsbp:S3.6 @hipaa:164.308.a.4.ii.b @iso-27001-2022:a.5.15 @iso-27001-2022:a.8.3
@nist-800-53r5:ac-6 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.3.1 @pci-dss-4.0:7.2.1 @pci-dss-4.0:7.2.5
@soc2:cc6.3
Feature: A resource control policy keeps outsiders away whatever the bucket policy says

  Requirement
    A resource control policy binds the log archive account and denies principals outside the organization,
    except the auditor accounts named in the configuration, every S3 action on the log bucket, even if the
    bucket policy were opened to the world.

  Why
    A bucket policy can be changed by whoever may change it. A resource control policy is set at the
    organization and cannot be undone from inside the account.

  How it is examined
    The resource control policies on the real path root, organizational units, account are evaluated with a
    bucket policy that allows everything to everybody in place of the real one.

  Remediation
    Attach a resource control policy to the root, or to the organizational unit of the log archive account,
    that denies s3:* when aws:PrincipalOrgID is not the organization's and aws:PrincipalIsAWSService is
    false.

  References
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Outsiders are kept away by a resource control policy alone
    Then a resource control policy alone denies everybody outside the organization every S3 action on the log bucket
