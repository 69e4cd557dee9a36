//! The action ledger against AWS's own list, and the classes that the questions of the controls are made from.

use std::collections::BTreeSet;

use logproof_policy::actions::{Class, Kind, all, find, of};

fn listed() -> BTreeSet<&'static str> {
    include_str!("data/aws-actions.txt").lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn every_action_of_aws_is_classified_and_no_other() {
    let known: BTreeSet<&str> = all().iter().map(|action| action.name).collect();
    let listed = listed();
    assert!(listed.len() > 600, "the list is whole");
    let unclassified: Vec<_> = listed.difference(&known).collect();
    assert!(unclassified.is_empty(), "actions of AWS without a line in the ledger: {unclassified:#?}");
    let vanished: Vec<_> = known.difference(&listed).collect();
    assert!(vanished.is_empty(), "lines of the ledger for actions AWS does not have: {vanished:#?}");
}

/// What a class is said to hold, action by action: a line that moves to another class is seen here.
fn holds(service: &str, classes: &[Class], kinds: &[Kind], names: &str) {
    let found: BTreeSet<&str> = of(service, classes, kinds).into_iter().collect();
    let expected: BTreeSet<String> = names.split_whitespace().map(|name| format!("{service}:{name}")).collect();
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    assert_eq!(found, expected, "{service}, {classes:?} of {kinds:?}");
}

#[test]
fn what_re_configures_a_bucket() {
    holds(
        "s3",
        &[Class::Administers, Class::Stops, Class::Deletes],
        &[Kind::Bucket],
        "PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutBucketPublicAccessBlock PutBucketOwnershipControls \
         PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration PutBucketObjectLockConfiguration \
         PutReplicationConfiguration PauseReplication PutBucketLogging PutBucketNotification PutBucketTagging \
         TagResource UntagResource PutBucketAbac PutIntelligentTieringConfiguration DeleteBucket",
    );
    holds(
        "s3",
        &[Class::Adjusts],
        &[Kind::Bucket],
        "PutBucketCORS PutBucketWebsite DeleteBucketWebsite PutInventoryConfiguration PutAnalyticsConfiguration \
         PutMetricsConfiguration PutAccelerateConfiguration PutBucketRequestPayment \
         CreateBucketMetadataTableConfiguration DeleteBucketMetadataTableConfiguration \
         UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration \
         UpdateBucketMetadataJournalTableConfiguration",
    );
}

#[test]
fn what_touches_a_log_file() {
    holds(
        "s3",
        &[Class::Deletes, Class::Administers],
        &[Kind::Object],
        "DeleteObject DeleteObjectVersion ReplicateDelete BypassGovernanceRetention PutObjectRetention \
         PutObjectLegalHold PutObjectAcl PutObjectVersionAcl PutObjectTagging PutObjectVersionTagging \
         DeleteObjectTagging DeleteObjectVersionTagging ReplicateTags UpdateObjectEncryption",
    );
    holds("s3", &[Class::Writes], &[Kind::Object], "PutObject ReplicateObject");
    holds(
        "s3",
        &[Class::Reads],
        &[Kind::Object],
        "GetObject GetObjectVersion GetObjectTorrent GetObjectVersionTorrent",
    );
}

#[test]
fn what_takes_a_key_away() {
    holds(
        "kms",
        &[Class::Deletes, Class::Stops, Class::Administers],
        &[Kind::Key, Kind::Alias],
        "ScheduleKeyDeletion DeleteImportedKeyMaterial DisableKey DisableKeyRotation PutKeyPolicy CreateGrant \
         UpdateAlias DeleteAlias",
    );
}

#[test]
fn what_stops_recording() {
    holds("cloudtrail", &[Class::Stops], &[Kind::Trail], "StopLogging DeleteTrail UpdateTrail PutEventSelectors");
    holds(
        "cloudtrail",
        &[Class::Adjusts],
        &[Kind::Trail],
        "PutInsightSelectors PutEventConfiguration AddTags RemoveTags",
    );
    holds(
        "config",
        &[Class::Stops],
        Kind::ALL,
        "StopConfigurationRecorder DeleteConfigurationRecorder PutConfigurationRecorder DisassociateResourceTypes \
         DeleteDeliveryChannel PutDeliveryChannel DeleteRetentionConfiguration PutRetentionConfiguration \
         DeleteConfigRule DeleteOrganizationConfigRule DeleteConformancePack DeleteOrganizationConformancePack \
         DeleteEvaluationResults DeleteConfigurationAggregator",
    );
}

#[test]
fn what_takes_a_guard_away() {
    holds(
        "organizations",
        &[Class::Undoes],
        Kind::ALL,
        "DetachPolicy DeletePolicy UpdatePolicy AttachPolicy DisablePolicyType MoveAccount \
         RemoveAccountFromOrganization LeaveOrganization PutResourcePolicy RegisterDelegatedAdministrator \
         EnableAWSServiceAccess DeleteOrganization",
    );
    holds("sts", &[Class::Undoes], Kind::ALL, "AssumeRoot");
    holds("iam", &[Class::Undoes], Kind::ALL, "EnableOrganizationsRootSessions");
    holds("cloudtrail", &[Class::Undoes], Kind::ALL, "RegisterOrganizationDelegatedAdmin");
}

#[test]
fn names_are_found_however_they_are_written() {
    assert_eq!(find("S3:PUTOBJECT").map(|action| action.name), Some("s3:PutObject"));
    assert_eq!(find("s3:PutBucketLifecycleConfiguration"), None);
}
