@LS-1.2 @severity:medium
@ccc-2025.10:Core.CN02.AR01 @iso-27001-2022:a.8.24 @nist-800-53r5:au-9.3 @nist-800-53r5:sc-28.1
Feature: The log bucket and its key are in the home Region

  Requirement
    The log bucket is in the home Region of the organization, and the log key is in the same Region as the
    bucket.

  Why
    The home Region is where the organization has decided that its records may lie and from where it is run.
    A bucket elsewhere is outside that decision, and S3 can encrypt with keys of the bucket's own Region
    only.

  How it is examined
    The location of the bucket is asked of S3 and compared with organization.home_region. S3 gives no
    location for a bucket in us-east-1 and the old name EU for one in eu-west-1; both are read as the Region
    they mean. The Region of the log key is taken from the ARN of the key that its configured name leads to.

  What stays manual
    Which Region is the home Region is a decision of the organization.

  Remediation
    A bucket cannot be moved. Create a log bucket in the home Region with a key beside it, let the trail
    deliver there, and keep the old bucket until its retention ends.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html

  Background:
    Given the log bucket of the log archive account

  Scenario: The log bucket is in the home Region
    Then the log bucket is in the home Region

  Scenario: The log key is in the Region of the log bucket
    Given the log key
    Then the log key is in the Region of the log bucket
