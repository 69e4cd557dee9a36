@LS-1.4 @severity:medium
@iso-27001-2022:a.5.28 @iso-27001-2022:a.5.33 @nist-800-53r5:au-11 @pci-dss-4.0:10.3.1
Feature: The log bucket holds security logs and nothing else

  Requirement
    Everything in the log bucket belongs to a log stream that the register names for this bucket,
    and every principal its policy lets write delivers such a stream.

  Why
    Application logs beside security logs bring their writers and their readers with them: the
    policy grows, and who may read one may soon read the other.

  How it is examined
    The bucket is listed level by level down to the prefixes of the streams in streams.toml of the
    register; a prefix or an object that lies outside them is named. Below a registered prefix
    nothing is listed.

    The bucket policy is read for statements that allow an action which writes objects, such as
    s3:PutObject or s3:ReplicateObject. Each principal they name must deliver a registered stream of
    the bucket or be the log storage role. Of a statement that can be read in two ways nothing is
    assumed: the control is ERROR.

  What stays manual
    Which types of log count as security logs is the decision of the owner, who registers the
    streams.

  Remediation
    Move what is no security log to a bucket of its own and take its writer out of the policy, or
    register the stream after its request was approved.

  References
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html

  Background:
    Given the log bucket of the log archive account

  Scenario: Nothing else is stored
    Then every key prefix of the bucket belongs to a registered log stream

  Scenario: Nobody else writes
    Then every principal its policy lets write delivers a registered log stream
