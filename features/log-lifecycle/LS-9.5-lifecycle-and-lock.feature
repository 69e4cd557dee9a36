@LS-9.5 @severity:low @hardening
@ccc-2025.10:AuditLog.CN06.AR01 @ccc-2025.10:AuditLog.CN08.AR01 @ccc-2025.10:Logging.CN02.AR01
@ccc-2025.10:Logging.CN03.AR01 @ccc-2025.10:ObjStor.CN04.AR01 @ccc-2025.10:ObjStor.CN04.AR02 @fsbp:S3.13
@fsbp:S3.15 @hipaa:164.312.b @iso-27001-2022:a.8.10 @nist-800-53r5:au-11 @nist-800-53r5:au-11.1
@nist-800-53r5:au-9 @nist-800-53r5:si-12 @pci-dss-4.0:10.3.4 @pci-dss-4.0:10.5.1 @pci-dss-4.0:3.2.1
@soc2:c1.1 @soc2:c1.2 @soc2:cc7.2 @soc2:pi1.5
Feature: Lifecycle rules and Object Lock agree, and leave nothing behind

  Requirement
    No lifecycle rule expires a log file while Object Lock still keeps it. Parts of uploads that were
    never completed and delete markers that hide nothing are removed.

  Why
    Object Lock is stronger: an expiration that comes too early hides the log file behind a delete
    marker, the version stays and is billed, and readers find nothing. Unfinished uploads and lone
    delete markers cost and confuse, and no listing of objects shows them.

  How it is examined
    The earliest expiration of every kind of log file, as played through for control LS-9.2, is compared
    with the default retention of Object Lock. Uploads and delete markers have neither tags nor size,
    so that only rules without such filters count for them; an expiration by days takes lone delete
    markers with it.

  Remediation
    Expire log files no earlier than their lock ends. Add AbortIncompleteMultipartUpload and
    ExpiredObjectDeleteMarker to a rule for the whole bucket.

  References
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html

  Background:
    Given the log bucket of the log archive account

  Rule: What is locked is not expired

    Scenario: Expiration waits for Object Lock
      Then no lifecycle rule expires a log file that Object Lock still keeps

  Rule: Nothing is left behind

    Scenario: Unfinished uploads are removed
      Then a lifecycle rule removes the parts of uploads that were never completed

    Scenario: Lone delete markers are removed
      Then a lifecycle rule removes delete markers that hide nothing any more
