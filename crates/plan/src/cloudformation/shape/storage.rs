//! Buckets, their policies, keys and aliases.

use super::{Frame, Shaped, block, each, items, map, only, renamed, tags};
use crate::tree::Tree;

pub(super) fn shape(kind: &str, frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let get = |name: &str| properties.get(name).clone();
    match kind {
        "AWS::S3::Bucket" => bucket(frame, properties),
        "AWS::S3::BucketPolicy" => vec![Frame::part(
            "aws_s3_bucket_policy",
            "",
            vec![("bucket", get("Bucket")), ("policy", get("PolicyDocument"))],
        )],
        "AWS::KMS::Alias" => vec![Frame::part(
            "aws_kms_alias",
            "",
            vec![("name", get("AliasName")), ("target_key_id", get("TargetKeyId"))],
        )],
        _ => vec![key(kind, frame, properties)],
    }
}

fn key(kind: &str, frame: &Frame<'_>, properties: &Tree) -> Shaped {
    let get = |name: &str| properties.get(name).clone();
    let terraform = if kind == "AWS::KMS::ReplicaKey" { "aws_kms_replica_key" } else { "aws_kms_key" };
    Frame::part(
        terraform,
        "",
        vec![
            ("arn", frame.arn("kms", &format!("key/{}", frame.id_text()))),
            ("is_enabled", get("Enabled")),
            ("key_spec", get("KeySpec")),
            ("key_usage", get("KeyUsage")),
            ("origin", get("Origin")),
            ("multi_region", get("MultiRegion")),
            ("enable_key_rotation", get("EnableKeyRotation")),
            ("rotation_period_in_days", get("RotationPeriodInDays")),
            ("policy", get("KeyPolicy")),
            ("deletion_window_in_days", get("PendingWindowInDays")),
            ("tags", tags(&get("Tags"))),
        ],
    )
}

fn bucket(frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let name = frame.id.clone();
    let get = |name: &str| properties.get(name);
    let mut parts = vec![Frame::part(
        "aws_s3_bucket",
        "",
        vec![
            ("bucket", name.clone()),
            ("object_lock_enabled", get("ObjectLockEnabled").clone()),
            ("tags", tags(get("Tags"))),
        ],
    )];
    let mut part = |kind: &'static str, attribute: &str, tree: Tree| {
        if tree != Tree::Null {
            parts.push(Frame::part(kind, "", vec![("bucket", name.clone()), (attribute, tree)]));
        }
    };
    let rules = get("BucketEncryption").get("ServerSideEncryptionConfiguration");
    part("aws_s3_bucket_server_side_encryption_configuration", "rule", each(rules, encryption_rule));
    let ownership = get("OwnershipControls").get("Rules");
    part(
        "aws_s3_bucket_ownership_controls",
        "rule",
        each(ownership, |rule| only(renamed(rule, &[("object_ownership", "ObjectOwnership")]))),
    );
    let versioning = get("VersioningConfiguration");
    part("aws_s3_bucket_versioning", "versioning_configuration", renamed(versioning, &[("status", "Status")]));
    let retention = get("ObjectLockConfiguration").get("Rule").get("DefaultRetention");
    let retention = renamed(retention, &[("mode", "Mode"), ("days", "Days"), ("years", "Years")]);
    if !get("ObjectLockConfiguration").is_absent() {
        part("aws_s3_bucket_object_lock_configuration", "rule", block(vec![("default_retention", retention)]));
    }
    let rules = get("LifecycleConfiguration").get("Rules");
    part("aws_s3_bucket_lifecycle_configuration", "rule", each(rules, lifecycle_rule));
    part("aws_s3_bucket_acl", "acl", canned(get("AccessControl")));
    if let Some(block) = public_access(name.clone(), get("PublicAccessBlockConfiguration")) {
        parts.push(block);
    }
    parts.extend(logging(name.clone(), get("LoggingConfiguration")));
    parts.extend(items(get("IntelligentTieringConfigurations")).iter().map(|one| archive_tiering(&name, one)));
    parts.extend(replication(name, get("ReplicationConfiguration")));
    parts
}

fn encryption_rule(rule: &Tree) -> Tree {
    let default = rule.get("ServerSideEncryptionByDefault");
    let names = [("sse_algorithm", "SSEAlgorithm"), ("kms_master_key_id", "KMSMasterKeyID")];
    map(vec![
        ("apply_server_side_encryption_by_default", renamed(default, &names)),
        ("bucket_key_enabled", rule.get("BucketKeyEnabled").clone()),
        ("blocked_encryption_types", rule.get("BlockedEncryptionTypes").get("EncryptionType").clone()),
    ])
}

/// `LogDeliveryWrite` is `log-delivery-write`.
fn canned(acl: &Tree) -> Tree {
    let Tree::Text(text) = acl.open() else { return acl.clone() };
    let mut name = String::new();
    for (at, letter) in text.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    Tree::Text(name)
}

fn public_access(bucket: Tree, block: &Tree) -> Option<Shaped> {
    if block.is_absent() {
        return None;
    }
    let names = [
        ("block_public_acls", "BlockPublicAcls"),
        ("ignore_public_acls", "IgnorePublicAcls"),
        ("block_public_policy", "BlockPublicPolicy"),
        ("restrict_public_buckets", "RestrictPublicBuckets"),
    ];
    let mut entries = vec![("bucket", bucket)];
    entries.extend(names.map(|(to, from)| (to, block.get(from).clone())));
    Some(Frame::part("aws_s3_bucket_public_access_block", "", entries))
}

fn logging(bucket: Tree, configuration: &Tree) -> Option<Shaped> {
    if configuration.is_absent() {
        return None;
    }
    // Without a destination the bucket logs into itself.
    let target = configuration.get("DestinationBucketName");
    let target = if target.is_absent() { bucket.clone() } else { target.clone() };
    let prefix = configuration.get("LogFilePrefix").clone();
    let entries = vec![("bucket", bucket), ("target_bucket", target), ("target_prefix", prefix)];
    Some(Frame::part("aws_s3_bucket_logging", "", entries))
}

/// See: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-intelligenttieringconfiguration.html>
fn archive_tiering(bucket: &Tree, configuration: &Tree) -> Shaped {
    let get = |name: &str| configuration.get(name).clone();
    let id = get("Id");
    let label = id.text().ok().flatten().unwrap_or_default();
    let tiers = each(configuration.get("Tierings"), |tier| {
        only(renamed(tier, &[("access_tier", "AccessTier"), ("days", "Days")]))
    });
    let filter = block(vec![("prefix", get("Prefix")), ("tags", tags(configuration.get("TagFilters")))]);
    let entries = vec![
        ("bucket", bucket.clone()),
        ("name", id),
        ("status", get("Status")),
        ("filter", filter),
        ("tiering", tiers),
    ];
    Frame::part("aws_s3_bucket_intelligent_tiering_configuration", &label, entries)
}

fn replication(bucket: Tree, configuration: &Tree) -> Option<Shaped> {
    if configuration.is_absent() {
        return None;
    }
    let role = configuration.get("Role").clone();
    let rules = each(configuration.get("Rules"), replication_rule);
    let entries = vec![("bucket", bucket), ("role", role), ("rule", rules)];
    Some(Frame::part("aws_s3_bucket_replication_configuration", "", entries))
}

fn replication_rule(rule: &Tree) -> Tree {
    let (filter, destination) = (rule.get("Filter"), rule.get("Destination"));
    let and = filter.get("And");
    let criteria = rule.get("SourceSelectionCriteria").get("SseKmsEncryptedObjects");
    let markers = rule.get("DeleteMarkerReplication");
    let mut entries = vec![
        ("id", rule.get("Id").clone()),
        ("status", rule.get("Status").clone()),
        ("prefix", rule.get("Prefix").clone()),
        ("priority", rule.get("Priority").clone()),
        ("delete_marker_replication", renamed(markers, &[("status", "Status")])),
        (
            "source_selection_criteria",
            block(vec![("sse_kms_encrypted_objects", renamed(criteria, &[("status", "Status")]))]),
        ),
        (
            "destination",
            block(vec![
                ("bucket", destination.get("Bucket").clone()),
                ("account", destination.get("Account").clone()),
                (
                    "access_control_translation",
                    renamed(destination.get("AccessControlTranslation"), &[("owner", "Owner")]),
                ),
                (
                    "encryption_configuration",
                    renamed(destination.get("EncryptionConfiguration"), &[("replica_kms_key_id", "ReplicaKmsKeyID")]),
                ),
                ("metrics", renamed(destination.get("Metrics"), &[("status", "Status")])),
            ]),
        ),
    ];
    if !filter.is_absent() {
        entries.push((
            "filter",
            block(vec![
                ("prefix", filter.get("Prefix").clone()),
                ("tag", renamed(filter.get("TagFilter"), &[("key", "Key"), ("value", "Value")])),
                (
                    "and",
                    if and.is_absent() {
                        Tree::Null
                    } else {
                        block(vec![("prefix", and.get("Prefix").clone()), ("tags", tags(and.get("TagFilters")))])
                    },
                ),
            ]),
        ));
    }
    map(entries)
}

fn lifecycle_rule(rule: &Tree) -> Tree {
    let get = |name: &str| rule.get(name).clone();
    let transition = |one: &Tree| {
        only(renamed(
            one,
            &[("days", "TransitionInDays"), ("date", "TransitionDate"), ("storage_class", "StorageClass")],
        ))
    };
    let noncurrent =
        |one: &Tree| only(renamed(one, &[("noncurrent_days", "TransitionInDays"), ("storage_class", "StorageClass")]));
    // Older templates have one transition, in a property of its own.
    let several = |many: &str, one: &str, shape: &dyn Fn(&Tree) -> Tree| {
        let mut all: Vec<Tree> = super::items(rule.get(many)).iter().map(shape).collect();
        if !rule.get(one).is_absent() {
            all.push(shape(rule.get(one)));
        }
        Tree::List(all)
    };
    let expiration = rule.get("NoncurrentVersionExpiration");
    let names = [("noncurrent_days", "NoncurrentDays"), ("newer_noncurrent_versions", "NewerNoncurrentVersions")];
    let expiration = if expiration.is_absent() && !rule.get("NoncurrentVersionExpirationInDays").is_absent() {
        block(vec![("noncurrent_days", get("NoncurrentVersionExpirationInDays"))])
    } else {
        renamed(expiration, &names)
    };
    map(vec![
        ("id", get("Id")),
        ("status", get("Status")),
        ("prefix", get("Prefix")),
        (
            "filter",
            block(vec![(
                "and",
                block(vec![
                    ("tags", tags(rule.get("TagFilters"))),
                    ("object_size_greater_than", get("ObjectSizeGreaterThan")),
                    ("object_size_less_than", get("ObjectSizeLessThan")),
                ]),
            )]),
        ),
        (
            "expiration",
            block(vec![
                ("days", get("ExpirationInDays")),
                ("date", get("ExpirationDate")),
                ("expired_object_delete_marker", get("ExpiredObjectDeleteMarker")),
            ]),
        ),
        ("transition", several("Transitions", "Transition", &transition)),
        (
            "noncurrent_version_transition",
            several("NoncurrentVersionTransitions", "NoncurrentVersionTransition", &noncurrent),
        ),
        ("noncurrent_version_expiration", expiration),
        (
            "abort_incomplete_multipart_upload",
            renamed(rule.get("AbortIncompleteMultipartUpload"), &[("days_after_initiation", "DaysAfterInitiation")]),
        ),
    ])
}
