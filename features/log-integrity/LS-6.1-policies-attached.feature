@LS-6.1 @severity:high
@hipaa:164.308.a.3.ii.a @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1
@nist-800-53r5:ac-6.7 @nist-800-53r5:ac-6.9 @nist-800-53r5:au-9.4 @pci-dss-4.0:10.2.1.2 @soc2:cc6.3
Feature: Service control policies bind the log archive and every member account

  Requirement
    The organization can bind its members by service control policies, and it does: a policy that
    protects the organization trail is attached to every active member account or above it, and one that
    protects the log bucket to the log archive account or above it. An administrator there is bound by them.

  Why
    A policy that is written but attached nowhere, or to the wrong organizational unit, protects
    nothing. In an organization with consolidated billing only, no policy binds anybody.

  How it is examined
    The feature set of the organization and the policy types of its root are read. Then every service
    control policy is looked through for statements that deny a change of a trail or of a bucket by
    name, and the places it is attached to are compared with the path of each account: root,
    organizational units, account. What such a policy really keeps from happening, and to whom, is
    proved by controls LS-4.5 and LS-6.2; here it is enough that it is in force.

    The management account is left out: no service control policy binds it. Control LS-6.8 is about
    that.

    The effect is evaluated as well, with an administrator and the root user assumed in each account:
    whoever administers an account can make roles it does not have today. In no member account may such an
    administrator stop or delete the trail, unless it is the exempt role of the account: the log storage role, or the
    role that names.administrators means for the account or for the nearest unit above it. And in the log archive account it may neither re-configure nor
    delete the buckets that hold evidence, nor what they hold.

    The actions are all those of Amazon S3 that the table of actions says can expose, delete, re-route or blind
    a bucket or what it holds. Settings without such an effect, such as CORS, a website, inventories and metrics,
    are noted where an administrator may change them, and do not fail the control.

  Remediation
    Enable all features of the organization and service control policies on its root; attach the
    protecting policy to the root. An attachment to the root also covers accounts that are yet to come.

  References
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_auth.html

  Rule: Policies can bind

    Scenario: The organization has all features
      Then the organization has all features enabled

    Scenario: Service control policies are enabled
      Then service control policies are enabled on the root of the organization

  Rule: The protecting policies are attached

    Scenario: The trail is protected in every member account
      Then a service control policy that protects the organization trail is attached on the path of every active member account

    Scenario: The log bucket is protected in the log archive account
      Then a service control policy that protects the log bucket is attached on the path of the log archive account

  Rule: The protection has its effect

    Scenario: An administrator of a member account cannot stop the trail
      Then the protection binds an administrator of every member account, unless it is the exempt role of the account

    Scenario Outline: An administrator of the log archive cannot re-configure the bucket: <bucket>
      Given <bucket>
      Then an administrator of the log archive account cannot re-configure or delete the bucket, unless it is the log storage role

      Examples:
        | bucket                                               |
        | the log bucket of the log archive account            |
        | the bucket of AWS Config                             |
        | the bucket of access logs in the log archive account |

    Scenario Outline: An administrator of the log archive cannot delete what is stored: <bucket>
      Given <bucket>
      Then an administrator of the log archive account cannot delete what the bucket holds, unless it is the log storage role

      Examples:
        | bucket                                               |
        | the log bucket of the log archive account            |
        | the bucket of AWS Config                             |
        | the bucket of access logs in the log archive account |
