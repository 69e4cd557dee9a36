@ACME-4.2 @severity:high @soc2:cc6.1 @acme-policy:4.2
Feature: Payroll data is read by payroll alone

  Requirement
    Every bucket of payroll data can be read by the role of the payroll application and by nobody else. Nobody but the
    owner of the data deletes objects, and all requests travel over TLS.

  Why
    Salaries are personal data, and a deleted run of the payroll cannot be made again.

  How it is examined
    Buckets of payroll data are those tagged `data` = `payroll`, in any account. Bucket policies are evaluated together
    with SCPs, RCPs and the users and roles of the bucket's account.

  Remediation
    Deny what is not meant to be allowed in the bucket policy, for every principal but the one that is named here.

  Scenario: TLS only
    Given the bucket "acme-payroll" of account "444444444444"
    Then no request over plain HTTP is allowed

  Scenario: Readers
    Given every bucket of every active account that is tagged "data" = "payroll"
    Then only these principals can read its objects
      | arn:aws:iam::444444444444:role/Payroll |

  Scenario: Outsiders
    Given every bucket of every active account that is tagged "data" = "payroll"
    Then nobody outside the organization can s3:GetObject, s3:PutObject or s3:ListBucket

  Scenario: Nobody deletes
    Given every bucket of every active account that is tagged "data" = "payroll"
    Then no request to s3:DeleteObject or s3:DeleteObjectVersion is allowed, except by arn:aws:iam::444444444444:role/DataOwner

  Scenario: Payroll works
    Given every bucket of every active account that is tagged "data" = "payroll"
    Then arn:aws:iam::444444444444:role/Payroll can s3:GetObject and s3:PutObject
