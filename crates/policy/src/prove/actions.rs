//! The actions a question can be about.
//!
//! Owns a list of real action names for the services of the log store, so that witnesses name
//! something that exists, and which kind of resource each works on. For a service that is not
//! listed, names are made up from the patterns themselves.
// See: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

/// What an S3 action works on; other services do not distinguish here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Works {
    Bucket,
    Object,
    Anything,
}

const S3_OBJECT: &str = "GetObject AbortMultipartUpload BypassGovernanceRetention DeleteObject \
DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionAnnotation \
DeleteObjectVersionTagging GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectLegalHold \
GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAnnotation \
GetObjectVersionAnnotationForReplication GetObjectVersionAttributes GetObjectVersionForReplication \
GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication ListMultipartUploadParts ListObjectAnnotations \
ListObjectVersionAnnotations ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectAnnotation \
PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionAnnotation \
PutObjectVersionTagging ReplicateDelete ReplicateObject ReplicateObjectAnnotation ReplicateTags RestoreObject \
UpdateObjectEncryption";

const S3_BUCKET: &str = "ListBucket AllowVendedLogDeliveryForResource CreateBucket \
CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration DeleteBucketPolicy \
DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS \
GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification \
GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus \
GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite \
GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration \
GetMetricsConfiguration GetReplicationConfiguration ListBucketMultipartUploads ListBucketVersions \
ListTagsForResource PauseReplication PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAbac PutBucketAcl \
PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls \
PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning \
PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration \
PutLifecycleConfiguration PutMetricsConfiguration PutReplicationConfiguration TagResource UntagResource \
UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration \
UpdateBucketMetadataJournalTableConfiguration";

const KMS: &str = "Decrypt CancelKeyDeletion CreateAlias CreateGrant DeleteAlias DeleteImportedKeyMaterial \
DeriveSharedSecret DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation Encrypt GenerateDataKey \
GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GetKeyLastUsage \
GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey ImportKeyMaterial ListGrants ListKeyPolicies \
ListKeyRotations ListResourceTags ListRetirableGrants PutKeyPolicy ReEncryptFrom ReEncryptTo ReplicateKey \
RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign SynchronizeMultiRegionKey TagResource \
UntagResource UpdateAlias UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac";

const CLOUDTRAIL: &str = "StopLogging AddTags CreateTrail DeleteResourcePolicy DeleteTrail \
DeregisterOrganizationDelegatedAdmin DescribeTrails GetEventConfiguration GetEventSelectors GetInsightSelectors \
GetResourcePolicy GetTrail GetTrailStatus ListInsightsData ListPublicKeys ListTags ListTrails LookupEvents \
PutEventConfiguration PutEventSelectors PutInsightSelectors PutResourcePolicy RegisterOrganizationDelegatedAdmin \
RemoveTags StartLogging UpdateTrail";

const CONFIG: &str = "AssociateResourceTypes DeleteAggregationAuthorization DeleteConfigRule \
DeleteConfigurationAggregator DeleteConfigurationRecorder DeleteConformancePack DeleteDeliveryChannel \
DeleteEvaluationResults DeleteOrganizationConfigRule DeleteOrganizationConformancePack \
DeletePendingAggregationRequest DeleteRemediationConfiguration DeleteRemediationExceptions DeleteResourceConfig \
DeleteRetentionConfiguration DeleteServiceLinkedConfigurationRecorder DeliverConfigSnapshot DescribeConfigRules \
DescribeConfigurationRecorders DescribeDeliveryChannels DisassociateResourceTypes PutAggregationAuthorization \
PutConfigRule PutConfigurationAggregator PutConfigurationRecorder PutConformancePack PutDeliveryChannel \
PutEvaluations PutExternalEvaluation PutOrganizationConfigRule PutOrganizationConformancePack \
PutRemediationConfigurations PutRemediationExceptions PutResourceConfig PutRetentionConfiguration \
PutServiceLinkedConfigurationRecorder PutThirdPartyServiceLinkedConfigurationRecorder StartConfigurationRecorder \
StartRemediationExecution StopConfigurationRecorder TagResource UntagResource";

fn listed(service: &str) -> Option<Vec<(&'static str, Works)>> {
    let all = |names: &'static str, works| names.split_whitespace().map(move |name| (name, works));
    Some(match service {
        "s3" => all(S3_OBJECT, Works::Object).chain(all(S3_BUCKET, Works::Bucket)).collect(),
        "kms" => all(KMS, Works::Anything).collect(),
        "cloudtrail" => all(CLOUDTRAIL, Works::Anything).collect(),
        "config" => all(CONFIG, Works::Anything).collect(),
        _ => return None,
    })
}

/// Every listed action of a service, as `service:Name`.
pub(crate) fn of_service(service: &str) -> Option<Vec<(String, Works)>> {
    let names = listed(service)?;
    Some(names.into_iter().map(|(name, works)| (format!("{service}:{name}"), works)).collect())
}

/// What an action works on, if it is a listed one.
pub(crate) fn works_on(action: &str) -> Works {
    let Some((service, name)) = action.split_once(':') else {
        return Works::Anything;
    };
    let listed = listed(&service.to_ascii_lowercase()).unwrap_or_default();
    listed.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Works::Anything, |(_, works)| *works)
}

/// Whether an action can be asked on a resource: bucket actions are not asked on objects.
pub(crate) fn fits(works: Works, resource: &str) -> bool {
    let Some(name) = resource.strip_prefix("arn:").and_then(|r| r.splitn(5, ':').nth(4)) else {
        return true;
    };
    match works {
        Works::Anything => true,
        Works::Object => name.contains('/'),
        Works::Bucket => !name.contains('/'),
    }
}

/// Actions with a rule of their own, which no other action may stand for.
pub(crate) fn is_special(action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    lower.starts_with("sts:assumerole")
        || matches!(
            lower.as_str(),
            "kms:retiregrant" | "s3:getbucketpolicy" | "s3:putbucketpolicy" | "s3:deletebucketpolicy"
        )
}
