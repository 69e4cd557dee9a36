@LS-1.3 @severity:low
Feature: The name of the log bucket says what it is and where it belongs

  Requirement
    The log bucket is named aws-[prefix]-log-storage-[account ID]-[Region], with the id of the account that
    owns it and the Region it is in.

  Why
    Names of buckets are shared by everybody. A name with account and Region in it is unlikely to be taken,
    cannot be mistaken for the bucket of another account or Region, and lets policies and people recognise a
    log bucket. A name that states the wrong account is worse than one that states none.

  How it is examined
    The name is taken apart and compared with the account whose list of buckets it is in and with the
    location that S3 gives for it. An owner whose bucket was named by somebody else, such as AWS Control
    Tower, gives the name in names.bucket: when that name does not have the form above, this control does
    not apply, and the result says so. A configured name that does have the form is still held to what it
    says.

  Remediation
    A bucket cannot be renamed. Create the next log bucket under a name of this form; until then give the
    name of the present one in names.bucket.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html

  Background:
    Given the log bucket of the log archive account

  Scenario: The name of the log bucket states its account and Region
    Then its name is aws-[prefix]-log-storage-[account ID]-[Region], with the account and the Region it is in
