//! The XML of bucket configurations. See: <https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html>

use std::collections::BTreeMap;

use super::{
    format::{
        ArchiveTiering, Bucket, Encryption, LifecycleRule, Logging, Object, ObjectLock, PublicAccessBlock, Replication,
        Transition,
    },
    reply::{element, optional},
};

/// Namespace of S3's documents.
const NS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

/// The oldest Region is told by an empty constraint. See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>
pub(super) fn location(region: &str) -> String {
    let constraint = if region == "us-east-1" { "" } else { region };
    format!("<LocationConstraint {NS}>{constraint}</LocationConstraint>")
}

pub(super) fn encryption(encryption: &Encryption) -> String {
    let blocked: String = encryption.blocked.iter().map(|kind| element("EncryptionType", kind)).collect();
    let blocked = if blocked.is_empty() {
        blocked
    } else {
        format!("<BlockedEncryptionTypes>{blocked}</BlockedEncryptionTypes>")
    };
    format!(
        "<ServerSideEncryptionConfiguration {NS}><Rule><ApplyServerSideEncryptionByDefault>{}{}</ApplyServerSideEncryptionByDefault>{}{blocked}</Rule></ServerSideEncryptionConfiguration>",
        element("SSEAlgorithm", &encryption.algorithm),
        optional("KMSMasterKeyID", encryption.key.as_ref()),
        element("BucketKeyEnabled", encryption.bucket_key),
    )
}

pub(super) fn public_access_block(flags: &PublicAccessBlock) -> String {
    format!(
        "<PublicAccessBlockConfiguration {NS}>{}{}{}{}</PublicAccessBlockConfiguration>",
        element("BlockPublicAcls", flags.block_public_acls),
        element("IgnorePublicAcls", flags.ignore_public_acls),
        element("BlockPublicPolicy", flags.block_public_policy),
        element("RestrictPublicBuckets", flags.restrict_public_buckets),
    )
}

pub(super) fn ownership(ownership: &str) -> String {
    format!("<OwnershipControls {NS}><Rule>{}</Rule></OwnershipControls>", element("ObjectOwnership", ownership))
}

pub(super) fn acl(bucket: &Bucket, owner: &str) -> String {
    let grant = |kind: &str, grantee: String, permission: &str| {
        format!(
            "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\">{grantee}</Grantee>{}</Grant>",
            element("Permission", permission)
        )
    };
    let others: String = bucket
        .acl
        .iter()
        .map(|other| {
            let name = if other.kind == "Group" { "URI" } else { "ID" };
            grant(&other.kind, element(name, &other.grantee), &other.permission)
        })
        .collect();
    format!(
        "<AccessControlPolicy {NS}><Owner>{}</Owner><AccessControlList>{}{others}</AccessControlList></AccessControlPolicy>",
        element("ID", owner),
        grant("CanonicalUser", element("ID", owner), "FULL_CONTROL"),
    )
}

pub(super) fn versioning(bucket: &Bucket) -> String {
    format!(
        "<VersioningConfiguration {NS}>{}{}</VersioningConfiguration>",
        optional("Status", bucket.versioning.as_ref()),
        optional("MfaDelete", bucket.mfa_delete.as_ref())
    )
}

pub(super) fn object_lock(lock: &ObjectLock) -> String {
    let rule = lock.mode.as_ref().map_or_else(String::new, |mode| {
        format!(
            "<Rule><DefaultRetention>{}{}{}</DefaultRetention></Rule>",
            element("Mode", mode),
            optional("Days", lock.days),
            optional("Years", lock.years)
        )
    });
    format!(
        "<ObjectLockConfiguration {NS}><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>"
    )
}

pub(super) fn lifecycle(rules: &BTreeMap<String, LifecycleRule>) -> String {
    let rules: String = rules.iter().map(|(id, rule)| lifecycle_rule(id, rule)).collect();
    format!("<LifecycleConfiguration {NS}>{rules}</LifecycleConfiguration>")
}

fn lifecycle_rule(id: &str, rule: &LifecycleRule) -> String {
    let mut text = element("ID", id);
    text.push_str(&filter(rule));
    text.push_str(&element("Status", rule.status.as_deref().unwrap_or("Enabled")));
    for transition in &rule.transitions {
        text.push_str(&format!("<Transition>{}</Transition>", transition_days("Days", transition)));
    }
    if let Some(days) = rule.expiration_days {
        text.push_str(&format!("<Expiration>{}</Expiration>", element("Days", days)));
    } else if let Some(date) = rule.expiration_date {
        text.push_str(&format!("<Expiration>{}</Expiration>", element("Date", date)));
    } else if rule.expired_object_delete_marker {
        text.push_str("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>");
    }
    for transition in &rule.noncurrent_transitions {
        let days = transition_days("NoncurrentDays", transition);
        text.push_str(&format!("<NoncurrentVersionTransition>{days}</NoncurrentVersionTransition>"));
    }
    if let Some(days) = rule.noncurrent_expiration_days {
        text.push_str(&format!(
            "<NoncurrentVersionExpiration>{}{}</NoncurrentVersionExpiration>",
            element("NoncurrentDays", days),
            optional("NewerNoncurrentVersions", rule.noncurrent_newer_versions)
        ));
    }
    if let Some(days) = rule.abort_multipart_days {
        let days = element("DaysAfterInitiation", days);
        text.push_str(&format!("<AbortIncompleteMultipartUpload>{days}</AbortIncompleteMultipartUpload>"));
    }
    format!("<Rule>{text}</Rule>")
}

fn transition_days(name: &str, transition: &Transition) -> String {
    format!("{}{}", element(name, transition.days), element("StorageClass", &transition.storage_class))
}

fn filter_tags(tags: &BTreeMap<String, String>) -> Vec<String> {
    let tag = |(key, value)| format!("<Tag>{}{}</Tag>", element("Key", key), element("Value", value));
    tags.iter().map(tag).collect()
}

/// A filter with more than one condition stands in an `And`.
fn filter(rule: &LifecycleRule) -> String {
    let tags = filter_tags(&rule.tags);
    let greater = optional("ObjectSizeGreaterThan", rule.size_greater_than);
    let less = optional("ObjectSizeLessThan", rule.size_less_than);
    let sizes = usize::from(rule.size_greater_than.is_some()) + usize::from(rule.size_less_than.is_some());
    let prefixes = usize::from(!rule.prefix.is_empty());
    let prefix =
        if rule.prefix.is_empty() && tags.len() + sizes > 0 { String::new() } else { element("Prefix", &rule.prefix) };
    let inner = format!("{prefix}{}{greater}{less}", tags.concat());
    if prefixes + tags.len() + sizes > 1 {
        format!("<Filter><And>{inner}</And></Filter>")
    } else {
        format!("<Filter>{inner}</Filter>")
    }
}

pub(super) fn archive_tiering(configurations: &BTreeMap<String, ArchiveTiering>) -> String {
    let of_one = |(id, found): (&String, &ArchiveTiering)| {
        let tags = filter_tags(&found.tags);
        let prefix = if found.prefix.is_empty() { String::new() } else { element("Prefix", &found.prefix) };
        let conditions = tags.len() + usize::from(!found.prefix.is_empty());
        let inner = format!("{prefix}{}", tags.concat());
        let filter = match conditions {
            0 => String::new(),
            1 => format!("<Filter>{inner}</Filter>"),
            _ => format!("<Filter><And>{inner}</And></Filter>"),
        };
        let tier =
            |(tier, days)| format!("<Tiering>{}{}</Tiering>", element("Days", days), element("AccessTier", tier));
        format!(
            "<IntelligentTieringConfiguration>{}{filter}{}{}</IntelligentTieringConfiguration>",
            element("Id", id),
            element("Status", found.status.as_deref().unwrap_or("Enabled")),
            found.tiers.iter().map(tier).collect::<String>()
        )
    };
    let configurations: String = configurations.iter().map(of_one).collect();
    format!(
        "<ListBucketIntelligentTieringConfigurationsOutput {NS}><IsTruncated>false</IsTruncated>{configurations}</ListBucketIntelligentTieringConfigurationsOutput>"
    )
}

pub(super) fn logging(target: Option<&Logging>) -> String {
    let enabled = target.map_or_else(String::new, |target| {
        format!(
            "<LoggingEnabled>{}{}</LoggingEnabled>",
            element("TargetBucket", &target.bucket),
            element("TargetPrefix", &target.prefix)
        )
    });
    format!("<BucketLoggingStatus {NS}>{enabled}</BucketLoggingStatus>")
}

pub(super) fn replication(replication: &Replication) -> String {
    let status = |on: bool| element("Status", if on { "Enabled" } else { "Disabled" });
    let rules: String = replication
        .rules
        .iter()
        .map(|(id, rule)| {
            let filter = match &rule.tag {
                Some((key, value)) => format!(
                    "<And>{}<Tag>{}{}</Tag></And>",
                    element("Prefix", &rule.prefix),
                    element("Key", key),
                    element("Value", value)
                ),
                None => element("Prefix", &rule.prefix),
            };
            let owner = rule.account.as_ref().map_or_else(String::new, |account| {
                format!(
                    "{}<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>",
                    element("Account", account)
                )
            });
            let key = rule.key.as_ref().map_or_else(String::new, |key| {
                format!("<EncryptionConfiguration>{}</EncryptionConfiguration>", element("ReplicaKmsKeyID", key))
            });
            let metrics = if rule.metrics { format!("<Metrics>{}</Metrics>", status(true)) } else { String::new() };
            let kms = format!(
                "<SourceSelectionCriteria><SseKmsEncryptedObjects>{}</SseKmsEncryptedObjects></SourceSelectionCriteria>",
                status(rule.kms_objects)
            );
            format!(
                "<Rule>{}{}<Filter>{filter}</Filter>{}{kms}<DeleteMarkerReplication>{}</DeleteMarkerReplication><Destination>{}{owner}{key}{metrics}</Destination></Rule>",
                element("ID", id),
                element("Priority", rule.priority),
                element("Status", rule.status.as_deref().unwrap_or("Enabled")),
                status(rule.delete_markers),
                element("Bucket", &rule.bucket),
            )
        })
        .collect();
    format!("<ReplicationConfiguration {NS}>{}{rules}</ReplicationConfiguration>", element("Role", &replication.role))
}

pub(super) fn tagging(tags: &BTreeMap<String, String>) -> String {
    let tags: String = tags
        .iter()
        .map(|(key, value)| format!("<Tag>{}{}</Tag>", element("Key", key), element("Value", value)))
        .collect();
    format!("<Tagging {NS}><TagSet>{tags}</TagSet></Tagging>")
}

pub(super) fn object(key: &str, object: &Object) -> String {
    format!(
        "<Contents>{}{}{}{}</Contents>",
        element("Key", key),
        optional("LastModified", object.last_modified),
        element("Size", object.size),
        element("StorageClass", object.storage_class.as_deref().unwrap_or("STANDARD")),
    )
}
