@LS-5.3 @severity:medium
@ccc-2025.10:Core.CN04.AR01 @cis-aws-3.0:3.3 @cis-aws-6.0:4.3 @fsbp:Config.1 @hipaa:164.308.a.1.ii.a
@iso-27001-2022:a.5.16 @iso-27001-2022:a.5.22 @pci-dss-4.0:10.4.1.1 @pci-dss-4.0:11.5.2 @soc2:cc2.1
@soc2:cc3.1 @soc2:cc3.4 @soc2:cc8.1
Feature: Configuration snapshots are delivered as often as the organization asks

  Requirement
    AWS Config delivers a snapshot of the configuration of every active account and governed Region at
    least as often as expectations.config_snapshot_frequency says.

  Why
    History files hold changes only. A snapshot is the whole picture at one time: with one for each day,
    the state on any day can be shown without replaying everything since the beginning.

  How it is examined
    The snapshot frequency of the delivery channel is read in every pair of active account and governed
    Region. A channel without a frequency delivers no snapshots at all. A shorter interval than asked
    for is accepted.

  What stays manual
    How often is often enough is written in the organization's policy; the configuration must say the
    same.

  Remediation
    Set the delivery frequency of the channel: One_Hour, Three_Hours, Six_Hours, Twelve_Hours or
    TwentyFour_Hours.

  References
    https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigSnapshotDeliveryProperties.html

  Scenario: Every account and Region delivers snapshots
    Given every active account of the organization and every governed Region
    Then AWS Config delivers snapshots from each of these accounts and Regions at least as often as the organization asks
