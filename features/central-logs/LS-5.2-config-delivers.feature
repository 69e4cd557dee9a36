@LS-5.2 @severity:high
@ccc-2025.10:Core.CN04.AR01 @cis-aws-3.0:3.3 @cis-aws-6.0:4.3 @fsbp:Config.1 @hipaa:164.308.a.1.ii.a
@iso-27001-2022:a.5.16 @iso-27001-2022:a.5.22 @nist-800-53r5:au-9.2 @pci-dss-4.0:10.3.3
@pci-dss-4.0:10.4.1.1 @pci-dss-4.0:11.5.2 @soc2:cc2.1 @soc2:cc3.1 @soc2:cc3.4 @soc2:cc8.1
Feature: AWS Config delivers to the log store

  Requirement
    AWS Config delivers the configuration logs of every active account and governed Region to one bucket
    of the log archive account, or of the security tooling account where the owner has agreed so, and that
    bucket accepts them: no delivery fails, and none is overdue.

  Why
    Configuration logs that stay in the account they describe can be changed or deleted by whoever controls
    that account. A delivery that is refused leaves the same gap, without anybody having touched a
    recorder.

  How it is examined
    The delivery channel of every pair of active account and governed Region must name the bucket for
    configuration logs: names.config_bucket, or the log bucket where that is not given. The log archive
    account must own a bucket of that name, or the account that names.config_account gives instead; AWS
    Control Tower 4 puts this bucket into the security tooling account.

    AWS Config is asked how the last deliveries of history files and of snapshots ended. Where snapshots are
    delivered, a delivery must have succeeded within their interval and expectations.delivery_hours together;
    history files are written only when something changed, so that their age alone says nothing. Notifications
    to Amazon SNS are not examined.

    Object Lock needs attention of its own. AWS Config cannot deliver to a bucket with a default
    retention, so the bucket of AWS Config and a locked log bucket cannot be the same one. Whether the
    bucket policy lets AWS Config write is the subject of control LS-3.3.

  Remediation
    Set the bucket of the delivery channel the finding names. Where the log bucket is locked, give AWS
    Config a bucket of its own, and replicate that one into a bucket with
    Object Lock.

  References
    https://docs.aws.amazon.com/config/latest/APIReference/API_DeliveryChannel.html
    https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeDeliveryChannelStatus.html
    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html

  Rule: Every delivery goes to one place

    Scenario: Every account and Region delivers to the bucket for configuration logs
      Given every active account of the organization and every governed Region
      Then AWS Config delivers to the bucket for configuration logs from each of these accounts and Regions

    Scenario: The bucket for configuration logs is in the account it belongs into
      Then the bucket for configuration logs is owned by the account it belongs into

  Rule: Deliveries are accepted

    Scenario: Deliveries arrive
      Given every active account of the organization and every governed Region
      Then the last deliveries of AWS Config from each of these accounts and Regions succeeded, and none is overdue

    Scenario: Object Lock does not turn deliveries away
      Then Object Lock keeps no delivery of AWS Config out of the bucket for configuration logs
