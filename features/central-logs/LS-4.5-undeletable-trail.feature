@LS-4.5 @severity:critical
@ccc-2025.10:AuditLog.CN03.AR01 @cis-aws-3.0:4.5 @cis-aws-6.0:5.5 @hipaa:164.308.a.3.ii.a
@iso-27001-2022:a.8.16 @iso-27001-2022:a.8.2 @nist-800-53r5:ac-5 @nist-800-53r5:ac-6.1 @nist-800-53r5:ac-6.7
@nist-800-53r5:au-5 @nist-800-53r5:au-9.4 @nist-800-53r5:au-9.b @pci-dss-4.0:10.2.1.2 @pci-dss-4.0:10.4.1
@soc2:cc5.2 @soc2:cc6.3
Feature: The organization trail cannot be stopped, changed or deleted

  Requirement
    In no member account of the organization does a service control policy allow anybody to stop, change or
    delete the organization trail, except the exempt role of the account. Who can do so in the management account
    is listed.

  Why
    The first thing an intruder with administrator rights does is to stop the recording of what comes next.

  How it is examined
    CloudTrail itself lets members see the organization trail, and refuses them to change it, unless their
    account is its delegated administrator. The service control policies are the second lock, which also holds
    for the delegated administrator, and they are what is examined here.

    For every member account, the service control policies on its real path root, organizational units,
    account are evaluated for an administrator and the root user inside the account, as if the trail were its
    own. The exempt role of an account is the log storage role, or the role that names.administrators means for
    the account or for the nearest unit above it. The actions are those that the table of actions says stop, redirect or thin out the recording:
    StopLogging, DeleteTrail, UpdateTrail and PutEventSelectors. Changing Insights, event configurations or tags
    leaves the recording as it is: where no policy denies that, a note says so.

    Service control policies do not bind the management account: its users and roles who can do it, by their
    own policies, are listed instead of being claimed as covered.

  What stays manual
    The principals of the management account who can stop the trail are accepted by the owner under control
    LS-6.8.

  Remediation
    Attach to the root an SCP that denies cloudtrail:StopLogging, DeleteTrail, UpdateTrail and
    PutEventSelectors on the trail, and better PutInsightSelectors, PutEventConfiguration, AddTags and RemoveTags
    as well, with an exemption that names one role in one account by its ARN.

  References
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html

  Background:
    Given the organization trail

  Scenario: No administrator of a member account can stop, change or delete the trail
    Then in every member account nobody other than its exempt role can stop, change or delete the organization trail
