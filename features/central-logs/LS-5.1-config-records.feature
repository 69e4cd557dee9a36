@LS-5.1 @severity:high
@ccc-2025.10:Core.CN04.AR01 @cis-aws-3.0:3.3 @cis-aws-6.0:4.3 @fsbp:Config.1 @hipaa:164.308.a.1.ii.a
@iso-27001-2022:a.5.16 @iso-27001-2022:a.5.22 @pci-dss-4.0:10.4.1.1 @pci-dss-4.0:11.5.2 @soc2:cc2.1
@soc2:cc3.1 @soc2:cc3.4 @soc2:cc8.1
Feature: AWS Config records in every account and Region

  Requirement
    A configuration recorder records in every active account of the organization and in every governed
    Region, every resource type of that Region. The resource types of IAM, which are the same in every
    Region, are recorded at least in the home Region of each account. The last recording of no recorder
    failed.

  Why
    CloudTrail says who called what; AWS Config says what the landing zone looked like before and after.
    An account, Region or resource type that is not recorded has no history, and nobody misses it until
    an incident asks for it.

  How it is examined
    AWS Config is asked for its recorders and their status in every pair of active account and governed
    Region. That a recorder exists says nothing: it must be recording, and its last status must not be a
    failure. A recorder covers every type when its strategy is all supported types, or all but some that
    are global and recorded in the home Region. AWS Config answers with the customer managed recorder:
    recorders that AWS services make for themselves are not counted. Regions opened after February 2022
    record no IAM types: where the home Region is one of them, the first governed Region that does record
    them stands in its place.

    The accounts come from AWS Organizations, the Regions from organization.governed_regions; accounts
    that are suspended or being closed are named as left out.

  What stays manual
    Which Regions the organization governs, and so must be recorded, is its own decision.

  Remediation
    Create or start the recorder in the account and Region the finding names, with all current and
    future resource types, and with global resource types in the home Region. Let AWS Control Tower, AWS
    CloudFormation StackSets or AWS Systems Manager do it for accounts that are yet to come.

  References
    https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
    https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
    https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html

  Background:
    Given every active account of the organization and every governed Region

  Rule: AWS Config is on

    Scenario: AWS Config records in every account and Region
      Then AWS Config records in each of these accounts and Regions, and its last recording did not fail

  Rule: Nothing is left out

    Scenario: Every resource type is recorded
      Then AWS Config records every resource type in each of these accounts and Regions

    Scenario: IAM is recorded in the home Region
      Then AWS Config records the IAM resource types in the home Region of each of these accounts
