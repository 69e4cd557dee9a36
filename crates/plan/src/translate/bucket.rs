//! Buckets and their sub-resources, and the account's block of public access.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use logproof_estate::facts::{
    Acl, AclGrant, ArchiveTier, ArchiveTiering, BucketEncryption, BucketTag, DefaultRetention, LifecycleRule,
    LoggingTarget, Ownership, PublicAccessBlock, Replication, ReplicationRule, Transition, Versioning,
};

use super::{Changes, Scene, all_tags, one};
use crate::{
    edit::{AclChange, BucketChange, Change},
    planned::Planned,
    tree::{Read, Tree, Unusable},
};

fn of(name: &str, attribute: &str, change: BucketChange) -> (String, Change) {
    (attribute.to_owned(), Change::Bucket { name: name.to_owned(), change })
}

pub(super) fn set(scene: &Scene<'_>, tree: &Tree, new: bool) -> Read<Changes> {
    if scene.kind == "aws_s3_account_public_access_block" {
        let block = scene.planned("", public_access_block(tree).map(Some));
        return Ok(one("", Change::AccountPublicAccessBlock(block)));
    }
    let name = tree.get("bucket").need()?;
    let change = match scene.kind {
        "aws_s3_bucket" => return bucket(scene, &name, tree, new),
        "aws_s3_bucket_policy" => ("policy", BucketChange::Policy(tree.get("policy").document(scene.address))),
        "aws_s3_bucket_server_side_encryption_configuration" => {
            ("rule", BucketChange::Encryption(scene.planned("rule", encryption(tree.block("rule")))))
        }
        "aws_s3_bucket_public_access_block" => {
            ("", BucketChange::PublicAccessBlock(scene.planned("", public_access_block(tree).map(Some))))
        }
        "aws_s3_bucket_ownership_controls" => {
            ("rule.object_ownership", BucketChange::Ownership(scene.planned("rule", ownership(tree.block("rule")))))
        }
        "aws_s3_bucket_acl" => return Ok(acl(scene, &name, tree)),
        "aws_s3_bucket_versioning" => {
            let block = tree.block("versioning_configuration");
            ("versioning_configuration", BucketChange::Versioning(scene.planned("", versioning(block))))
        }
        "aws_s3_bucket_object_lock_configuration" => {
            let retention = retention(tree.block("rule").block("default_retention"));
            ("rule.default_retention", BucketChange::ObjectLock(scene.planned("rule", retention)))
        }
        "aws_s3_bucket_lifecycle_configuration" => {
            let rules = tree.get("rule").items().and_then(|rules| rules.iter().map(lifecycle_rule).collect());
            ("rule", BucketChange::Lifecycle(scene.planned("rule", rules)))
        }
        "aws_s3_bucket_intelligent_tiering_configuration" => {
            let id = tree.get("name").need()?;
            let to = scene.planned("tiering", archive_tiering(&id, tree).map(Some));
            ("tiering", BucketChange::ArchiveTiering { id, to })
        }
        "aws_s3_bucket_logging" => {
            ("target_bucket", BucketChange::Logging(scene.planned("target_bucket", logging(tree).map(Some))))
        }
        "aws_s3_bucket_replication_configuration" => {
            ("rule", BucketChange::Replication(scene.planned("rule", replication(tree).map(Some))))
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![of(&name, change.0, change.1)])
}

/// What becomes of a bucket when a resource is removed.
///
/// A removed configuration of encryption leaves SSE-S3, a removed block of public access none, a removed configuration of
/// versioning suspends it, and Object Lock, once enabled, stays so without a default rule. Nothing takes back a list of
/// access: the provider only forgets it.
// See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
pub(super) fn removed(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    if tree.get("skip_destroy").flag()? == Some(true) {
        return Ok(Vec::new());
    }
    if scene.kind == "aws_s3_account_public_access_block" {
        return Ok(one("", Change::AccountPublicAccessBlock(Planned::Known(None))));
    }
    let name = tree.get("bucket").need()?;
    let change = match scene.kind {
        "aws_s3_bucket" => BucketChange::Deleted,
        "aws_s3_bucket_policy" => BucketChange::Policy(None),
        "aws_s3_bucket_server_side_encryption_configuration" => BucketChange::Encryption(Planned::Known(None)),
        "aws_s3_bucket_public_access_block" => BucketChange::PublicAccessBlock(Planned::Known(None)),
        "aws_s3_bucket_ownership_controls" => BucketChange::Ownership(Planned::Known(None)),
        "aws_s3_bucket_versioning" => {
            // The provider calls nothing when versioning never was on.
            // See: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_versioning
            let status = tree.block("versioning_configuration").get("status").text()?;
            if status.as_deref() == Some("Disabled") {
                return Ok(Vec::new());
            }
            BucketChange::Versioning(Planned::Known(Versioning {
                status: Some("Suspended".to_owned()),
                mfa_delete: None,
            }))
        }
        "aws_s3_bucket_object_lock_configuration" => BucketChange::ObjectLock(Planned::Known(None)),
        "aws_s3_bucket_lifecycle_configuration" => BucketChange::Lifecycle(Planned::Known(Vec::new())),
        "aws_s3_bucket_intelligent_tiering_configuration" => {
            let id = tree.get("name").need()?;
            BucketChange::ArchiveTiering { id, to: Planned::Known(None) }
        }
        "aws_s3_bucket_logging" => BucketChange::Logging(Planned::Known(None)),
        "aws_s3_bucket_replication_configuration" => BucketChange::Replication(Planned::Known(None)),
        _ => return Ok(Vec::new()),
    };
    Ok(vec![of(&name, "", change)])
}

fn bucket(scene: &Scene<'_>, name: &str, tree: &Tree, new: bool) -> Read<Changes> {
    let mut changes = Vec::new();
    let lock = tree.block("object_lock_configuration");
    if new {
        let by_block = lock.get("object_lock_enabled").text()?.as_deref() == Some("Enabled");
        let enabled = match tree.get("object_lock_enabled").flag() {
            Ok(enabled) => enabled,
            Err(why) => {
                for question in ["object_lock", "bucket_versioning"] {
                    let unknown = scene.unknown("object_lock_enabled", &why);
                    let (question, subject) = (question.to_owned(), Some(name.to_owned()));
                    changes.push(("object_lock_enabled".to_owned(), Change::Unclear { question, subject, unknown }));
                }
                None
            }
        };
        changes.push(of(name, "", BucketChange::Created { object_lock: enabled == Some(true) || by_block }));
    }
    let tags = all_tags(tree).map(|tags| tags.into_iter().map(|(key, value)| BucketTag { key, value }).collect());
    changes.push(of(name, "tags", BucketChange::Tags(scene.planned("tags", tags))));

    // Inline blocks, of older versions of the provider. What the configuration does not mean is left out before.
    let mut inline = |attribute: &str, change: &dyn Fn(&Tree) -> BucketChange| {
        let value = tree.get(attribute);
        if !value.is_absent() {
            changes.push(of(name, attribute, change(value)));
        }
    };
    inline("policy", &|policy| BucketChange::Policy(policy.document(scene.address)));
    inline("server_side_encryption_configuration", &|_| {
        let rule = tree.block("server_side_encryption_configuration").block("rule");
        BucketChange::Encryption(scene.planned("server_side_encryption_configuration", encryption(rule)))
    });
    inline("versioning", &|_| {
        let block = tree.block("versioning");
        BucketChange::Versioning(scene.planned("versioning", inline_versioning(block)))
    });
    inline("lifecycle_rule", &|rules| {
        let rules = rules.items().and_then(|rules| rules.iter().map(inline_lifecycle_rule).collect());
        BucketChange::Lifecycle(scene.planned("lifecycle_rule", rules))
    });
    inline("logging", &|_| BucketChange::Logging(scene.planned("logging", logging(tree.block("logging")).map(Some))));
    inline("replication_configuration", &|_| {
        let block = tree.block("replication_configuration");
        BucketChange::Replication(scene.planned("replication_configuration", replication(block).map(Some)))
    });
    inline("object_lock_configuration", &|_| {
        let retention = retention(lock.block("rule").block("default_retention"));
        BucketChange::ObjectLock(scene.planned("object_lock_configuration", retention))
    });
    inline("acl", &|acl| BucketChange::Acl(scene.planned("acl", acl.need().map(AclChange::Canned))));
    Ok(changes)
}

fn encryption(rule: &Tree) -> Read<Option<BucketEncryption>> {
    if rule.is_absent() {
        return Ok(None);
    }
    let default = rule.block("apply_server_side_encryption_by_default");
    // Left out of the call, or empty, it leaves what is blocked as it is; `NONE` allows every kind.
    // See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html
    let blocked = rule.get("blocked_encryption_types").texts()?;
    Ok(Some(BucketEncryption {
        algorithm: default.get("sse_algorithm").text()?.unwrap_or_else(|| "AES256".to_owned()),
        kms_key: default.get("kms_master_key_id").text()?,
        bucket_key_enabled: rule.get("bucket_key_enabled").flag()?.unwrap_or_default(),
        blocked,
    }))
}

fn public_access_block(tree: &Tree) -> Read<PublicAccessBlock> {
    let flag = |name: &str| Ok(tree.get(name).flag()?.unwrap_or_default());
    Ok(PublicAccessBlock {
        block_public_acls: flag("block_public_acls")?,
        ignore_public_acls: flag("ignore_public_acls")?,
        block_public_policy: flag("block_public_policy")?,
        restrict_public_buckets: flag("restrict_public_buckets")?,
    })
}

fn ownership(rule: &Tree) -> Read<Option<Ownership>> {
    Ok(rule.get("object_ownership").text()?.map(|object_ownership| Ownership { object_ownership }))
}

fn acl(scene: &Scene<'_>, name: &str, tree: &Tree) -> Changes {
    let policy = tree.block("access_control_policy");
    let read = || {
        // A canned list that is not set is computed from the grants.
        if let Ok(Some(canned)) = tree.get("acl").text() {
            return Ok(AclChange::Canned(canned));
        }
        let grants = policy.get("grant").items()?.iter().map(grant).collect::<Read<Vec<_>>>()?;
        Ok(AclChange::Grants(Acl { owner: policy.block("owner").get("id").need()?, grants }))
    };
    let attribute = if tree.get("acl").text().is_ok_and(|acl| acl.is_some()) { "acl" } else { "access_control_policy" };
    vec![of(name, attribute, BucketChange::Acl(scene.planned(attribute, read())))]
}

fn grant(grant: &Tree) -> Read<AclGrant> {
    let grantee = grant.block("grantee");
    let who = match grantee.get("id").text()? {
        Some(id) => id,
        None => match grantee.get("uri").text()? {
            Some(uri) => uri,
            None => grantee.get("email_address").need()?,
        },
    };
    Ok(AclGrant { grantee: who, kind: grantee.get("type").need()?, permission: grant.get("permission").need()? })
}

fn versioning(block: &Tree) -> Read<Versioning> {
    let status = block.get("status").text()?.filter(|status| status != "Disabled");
    Ok(Versioning { status, mfa_delete: block.get("mfa_delete").text()? })
}

fn inline_versioning(block: &Tree) -> Read<Versioning> {
    let status = |on: bool| if on { "Enabled" } else { "Suspended" }.to_owned();
    let delete = |on: bool| if on { "Enabled" } else { "Disabled" }.to_owned();
    Ok(Versioning {
        status: block.get("enabled").flag()?.map(status),
        mfa_delete: block.get("mfa_delete").flag()?.map(delete),
    })
}

fn retention(block: &Tree) -> Read<Option<DefaultRetention>> {
    let Some(mode) = block.get("mode").text()? else { return Ok(None) };
    // S3 counts 365 days to a year.
    let years = block.get("years").number()?.filter(|years| *years > 0);
    let days = block.get("days").number()?.filter(|days| *days > 0);
    let days = days.or(years.map(|years| years.saturating_mul(365)));
    match days {
        Some(days) => Ok(Some(DefaultRetention { mode, days })),
        None => Err(Unusable::Malformed { expected: "days or years", found: "neither" }),
    }
}

/// A day is midnight UTC, as the provider sends it.
fn instant(tree: &Tree) -> Read<Option<Timestamp>> {
    let Some(text) = tree.text()? else { return Ok(None) };
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    match text.parse::<Timestamp>().ok().or_else(day) {
        Some(instant) => Ok(Some(instant)),
        None => Err(Unusable::Malformed { expected: "a date", found: "another text" }),
    }
}

/// The provider writes zero for days that are not set.
fn days(tree: &Tree) -> Read<Option<i32>> {
    Ok(tree.small()?.filter(|days| *days > 0))
}

fn transition(block: &Tree, days_name: &str) -> Read<Transition> {
    let date = instant(block.get("date"))?;
    // Zero days is a transition on the day of creation.
    let days = block.get(days_name).small()?.filter(|days| *days > 0 || date.is_none());
    Ok(Transition { days, date, storage_class: block.get("storage_class").need()? })
}

fn transitions(blocks: &Tree, days: &str) -> Read<Vec<Transition>> {
    blocks.items()?.iter().map(|block| transition(block, days)).collect()
}

fn lifecycle_rule(rule: &Tree) -> Read<LifecycleRule> {
    let filter = rule.block("filter");
    let and = filter.block("and");
    let tag = filter.block("tag");
    let mut tags = and.get("tags").entries()?;
    if let Some(key) = tag.get("key").text()? {
        tags.push((key, tag.get("value").text()?.unwrap_or_default()));
    }
    // The prefix stands in three places, by version of the API and by number of filters.
    let mut prefix = String::new();
    for place in [rule, filter, and] {
        if let Some(found) = place.get("prefix").text()? {
            prefix = found;
        }
    }
    let size = |name: &str| -> Read<Option<i64>> {
        let size = filter.get(name).number()?.filter(|size| *size > 0);
        Ok(size.or(and.get(name).number()?.filter(|size| *size > 0)))
    };
    let expiration = rule.block("expiration");
    let noncurrent = rule.block("noncurrent_version_expiration");
    Ok(LifecycleRule {
        id: rule.get("id").text()?.unwrap_or_default(),
        enabled: rule.get("status").text()?.as_deref() == Some("Enabled"),
        prefix,
        tags,
        size_greater_than: size("object_size_greater_than")?,
        size_less_than: size("object_size_less_than")?,
        expiration_days: days(expiration.get("days"))?,
        expiration_date: instant(expiration.get("date"))?,
        expired_object_delete_marker: expiration.get("expired_object_delete_marker").flag()?.unwrap_or_default(),
        transitions: transitions(rule.get("transition"), "days")?,
        noncurrent_expiration_days: days(noncurrent.get("noncurrent_days"))?,
        noncurrent_newer_versions: days(noncurrent.get("newer_noncurrent_versions"))?,
        noncurrent_transitions: transitions(rule.get("noncurrent_version_transition"), "noncurrent_days")?,
        abort_multipart_days: days(rule.block("abort_incomplete_multipart_upload").get("days_after_initiation"))?,
    })
}

fn inline_lifecycle_rule(rule: &Tree) -> Read<LifecycleRule> {
    let expiration = rule.block("expiration");
    Ok(LifecycleRule {
        id: rule.get("id").text()?.unwrap_or_default(),
        enabled: rule.get("enabled").flag()?.unwrap_or_default(),
        prefix: rule.get("prefix").text()?.unwrap_or_default(),
        tags: rule.get("tags").entries()?,
        size_greater_than: None,
        size_less_than: None,
        expiration_days: days(expiration.get("days"))?,
        expiration_date: instant(expiration.get("date"))?,
        expired_object_delete_marker: expiration.get("expired_object_delete_marker").flag()?.unwrap_or_default(),
        transitions: transitions(rule.get("transition"), "days")?,
        noncurrent_expiration_days: days(rule.block("noncurrent_version_expiration").get("days"))?,
        noncurrent_newer_versions: None,
        noncurrent_transitions: transitions(rule.get("noncurrent_version_transition"), "days")?,
        abort_multipart_days: days(rule.get("abort_incomplete_multipart_upload_days"))?,
    })
}

fn archive_tiering(id: &str, tree: &Tree) -> Read<ArchiveTiering> {
    let filter = tree.block("filter");
    let tier = |block: &Tree| {
        Ok(ArchiveTier {
            tier: block.get("access_tier").need()?,
            days: block.get("days").number()?.unwrap_or_default(),
        })
    };
    Ok(ArchiveTiering {
        id: id.to_owned(),
        enabled: tree.get("status").text()?.is_none_or(|status| status == "Enabled"),
        prefix: filter.get("prefix").text()?.unwrap_or_default(),
        tags: filter.get("tags").entries()?,
        tiers: tree.get("tiering").items()?.iter().map(tier).collect::<Read<_>>()?,
    })
}

fn logging(block: &Tree) -> Read<LoggingTarget> {
    Ok(LoggingTarget {
        bucket: block.get("target_bucket").need()?,
        prefix: block.get("target_prefix").text()?.unwrap_or_default(),
    })
}

fn replication(block: &Tree) -> Read<Replication> {
    // The inline block of older versions of the provider calls them `rules`.
    let rules = if block.get("rules").is_absent() { block.get("rule") } else { block.get("rules") };
    Ok(Replication {
        role: block.get("role").need()?,
        rules: rules.items()?.iter().map(replication_rule).collect::<Read<_>>()?,
    })
}

fn replication_rule(rule: &Tree) -> Read<ReplicationRule> {
    let (filter, destination) = (rule.block("filter"), rule.block("destination"));
    let and = filter.block("and");
    let mut prefix = String::new();
    for place in [rule, filter, and] {
        if let Some(found) = place.get("prefix").text()? {
            prefix = found;
        }
    }
    let tags = [filter.get("tag"), filter.get("tags"), and.get("tags")];
    let has_tag_filter = tags.iter().any(|tags| match tags.open() {
        Tree::Map(map) => !map.is_empty(),
        other => !other.is_absent(),
    });
    let enabled = |value: Option<String>| value.as_deref() == Some("Enabled");
    let objects = rule.block("source_selection_criteria").block("sse_kms_encrypted_objects");
    let kms_objects = enabled(objects.get("status").text()?) || objects.get("enabled").flag()? == Some(true);
    let markers = match rule.get("delete_marker_replication_status").text()? {
        Some(status) => Some(status),
        None => rule.block("delete_marker_replication").get("status").text()?,
    };
    let key = match destination.get("replica_kms_key_id").text()? {
        Some(key) => Some(key),
        None => destination.block("encryption_configuration").get("replica_kms_key_id").text()?,
    };
    let owner = destination.block("access_control_translation").get("owner").text()?;
    let account = destination.get("account").text()?;
    let account = if account.is_some() { account } else { destination.get("account_id").text()? };
    Ok(ReplicationRule {
        id: rule.get("id").text()?.unwrap_or_default(),
        enabled: enabled(rule.get("status").text()?),
        prefix,
        has_tag_filter,
        destination_bucket: destination.get("bucket").need()?,
        destination_account: account.filter(|_| owner.is_some()),
        replica_key: key,
        kms_objects,
        delete_markers: enabled(markers),
        metrics: enabled(destination.block("metrics").get("status").text()?),
        priority: rule.get("priority").small()?.unwrap_or_default(),
    })
}
