//! Buckets and keys.

use logproof_estate::facts::{
    ArchiveTiering, LifecycleRule, PublicAccessBlock, Replication, ReplicationRule, Transition,
};
use logproof_plan::{
    Edit, Planned,
    edit::{AclChange, BucketChange, KeyChange},
};
use serde_json::{Map, Value, json};

use super::{Fate, Writing, known, status, text};

impl Writing<'_> {
    pub(super) fn bucket(&mut self, edit: &Edit, name: &str, change: &BucketChange) -> Option<()> {
        let (kind, attributes) = match change {
            BucketChange::Created { .. } => return None,
            BucketChange::Deleted => ("aws_s3_bucket", None),
            BucketChange::Policy(to) => (
                "aws_s3_bucket_policy",
                match to {
                    Some(to) => Some(json!({"policy": text(to)?})),
                    None => None,
                },
            ),
            BucketChange::Encryption(to) => {
                let rule = known(to)?.as_ref()?;
                let default = json!({"sse_algorithm": rule.algorithm, "kms_master_key_id": rule.kms_key});
                let rule = json!({"apply_server_side_encryption_by_default": [default],
                    "bucket_key_enabled": rule.bucket_key_enabled, "blocked_encryption_types": rule.blocked});
                ("aws_s3_bucket_server_side_encryption_configuration", Some(json!({"rule": [rule]})))
            }
            BucketChange::PublicAccessBlock(to) => {
                ("aws_s3_bucket_public_access_block", known(to)?.as_ref().map(public_access_block))
            }
            BucketChange::Ownership(to) => {
                let rule = |ownership: &str| json!({"rule": [{"object_ownership": ownership}]});
                let ownership = known(to)?.as_ref().map(|to| rule(&to.object_ownership));
                ("aws_s3_bucket_ownership_controls", ownership)
            }
            BucketChange::Acl(to) => ("aws_s3_bucket_acl", Some(acl(known(to)?)?)),
            BucketChange::Versioning(to) => {
                let to = known(to)?;
                let block = json!({"status": to.status, "mfa_delete": to.mfa_delete});
                ("aws_s3_bucket_versioning", Some(json!({"versioning_configuration": [block]})))
            }
            BucketChange::ObjectLock(to) => {
                let rule =
                    |mode: &str, days: i64| json!({"rule": [{"default_retention": [{"mode": mode, "days": days}]}]});
                let rule = known(to)?.as_ref().map(|to| rule(&to.mode, to.days));
                ("aws_s3_bucket_object_lock_configuration", rule)
            }
            BucketChange::Lifecycle(to) => {
                let rules: Vec<Value> = known(to)?.iter().map(lifecycle_rule).collect();
                ("aws_s3_bucket_lifecycle_configuration", (!rules.is_empty()).then(|| json!({"rule": rules})))
            }
            BucketChange::ArchiveTiering { id, to } => {
                let fate = if known(to)?.is_some() { Fate::Updated } else { Fate::Deleted };
                let mut attributes = known(to)?.as_ref().map_or_else(|| json!({}), archive_tiering);
                attributes["bucket"] = json!(name);
                attributes["name"] = json!(id);
                let (kind, of) = ("aws_s3_bucket_intelligent_tiering_configuration", format!("{name} {id}"));
                return self.put(edit, kind, &of, fate, attributes);
            }
            BucketChange::Logging(to) => {
                let target = |bucket: &str, prefix: &str| json!({"target_bucket": bucket, "target_prefix": prefix});
                ("aws_s3_bucket_logging", known(to)?.as_ref().map(|to| target(&to.bucket, &to.prefix)))
            }
            BucketChange::Replication(to) => {
                ("aws_s3_bucket_replication_configuration", known(to)?.as_ref().map(replication))
            }
            BucketChange::Tags(to) => {
                let tags = known(to)?.iter().map(|tag| (tag.key.clone(), Value::from(tag.value.clone())));
                ("aws_s3_bucket", Some(json!({"tags_all": tags.collect::<Map<_, _>>()})))
            }
        };
        let fate = if attributes.is_some() { Fate::Updated } else { Fate::Deleted };
        let mut attributes = attributes.unwrap_or_else(|| json!({}));
        attributes["bucket"] = json!(name);
        self.put(edit, kind, name, fate, attributes)
    }

    pub(super) fn account_block(&mut self, edit: &Edit, to: &Planned<Option<PublicAccessBlock>>) -> Option<()> {
        let block = known(to)?.as_ref().map(public_access_block);
        let fate = if block.is_some() { Fate::Updated } else { Fate::Deleted };
        let mut block = block.unwrap_or_else(|| json!({}));
        block["account_id"] = json!(edit.account.as_str());
        self.put(edit, "aws_s3_account_public_access_block", "", fate, block)
    }

    pub(super) fn key(&mut self, edit: &Edit, arn: &str, change: &KeyChange) -> Option<()> {
        let (kind, of, fate, attributes) = match change {
            KeyChange::Policy(Some(to)) => {
                ("aws_kms_key_policy", arn, Fate::Updated, json!({"key_id": arn, "policy": text(to)?}))
            }
            KeyChange::Policy(None) => ("aws_kms_key_policy", arn, Fate::Deleted, json!({"key_id": arn})),
            KeyChange::Enabled(on) => {
                ("aws_kms_key", arn, Fate::Updated, json!({"arn": arn, "is_enabled": known(on)?}))
            }
            KeyChange::Tags(to) => ("aws_kms_key", arn, Fate::Updated, json!({"arn": arn, "tags": known(to)?})),
            KeyChange::Rotation(to) => {
                let to = known(to)?;
                let attributes = json!({"arn": arn, "enable_key_rotation": to.enabled,
                    "rotation_period_in_days": to.period_days.unwrap_or_default()});
                ("aws_kms_key", arn, Fate::Updated, attributes)
            }
            KeyChange::Deleted { days } => {
                ("aws_kms_key", arn, Fate::Deleted, json!({"arn": arn, "deletion_window_in_days": days}))
            }
            KeyChange::Granted(grant) => {
                let grant = known(grant)?;
                let context: Map<_, _> =
                    grant.context.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect();
                let attributes = json!({"key_id": arn, "grant_id": grant.id, "name": grant.name,
                    "grantee_principal": grant.grantee, "operations": grant.operations,
                    "constraints": [{"encryption_context_equals": context}]});
                ("aws_kms_grant", grant.id.as_str(), Fate::Created, attributes)
            }
            KeyChange::GrantEnded { id } => {
                ("aws_kms_grant", id.as_str(), Fate::Deleted, json!({"key_id": arn, "grant_id": id}))
            }
            KeyChange::Created(_) => return None,
        };
        // A key that is updated sets all of its properties: those the fixture leaves alone are as they are.
        if kind == "aws_kms_key" && fate == Fate::Updated {
            let rotates =
                json!({"arn": arn, "is_enabled": true, "enable_key_rotation": true, "rotation_period_in_days": 365});
            let first = !self.resources.iter().any(|one| one.kind == kind && one.of == of);
            if first {
                self.put(edit, kind, of, fate, rotates)?;
            }
        }
        self.put(edit, kind, of, fate, attributes)
    }

    pub(super) fn alias(&mut self, edit: &Edit, name: &str, key: Option<&Planned<String>>) -> Option<()> {
        let (fate, target) = match key {
            Some(key) => (Fate::Updated, Some(known(key)?)),
            None => (Fate::Deleted, None),
        };
        self.put(edit, "aws_kms_alias", name, fate, json!({"name": name, "target_key_id": target}))
    }
}

fn public_access_block(block: &PublicAccessBlock) -> Value {
    json!({"block_public_acls": block.block_public_acls, "ignore_public_acls": block.ignore_public_acls,
        "block_public_policy": block.block_public_policy, "restrict_public_buckets": block.restrict_public_buckets})
}

fn acl(change: &AclChange) -> Option<Value> {
    let AclChange::Grants(acl) = change else { return None };
    let grants = acl.grants.iter().map(|grant| {
        let who = if grant.kind == "Group" { "uri" } else { "id" };
        json!({"permission": grant.permission, "grantee": [{"type": grant.kind, who: grant.grantee}]})
    });
    Some(json!({"access_control_policy": [{"owner": [{"id": acl.owner}], "grant": grants.collect::<Vec<_>>()}]}))
}

fn transition(transition: &Transition, days: &str) -> Value {
    json!({days: transition.days, "date": transition.date, "storage_class": transition.storage_class})
}

fn lifecycle_rule(rule: &LifecycleRule) -> Value {
    let tags: Map<_, _> = rule.tags.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect();
    let filter = json!({"prefix": rule.prefix, "tags": tags, "object_size_greater_than": rule.size_greater_than,
        "object_size_less_than": rule.size_less_than});
    let all = |transitions: &[Transition], days: &str| -> Vec<Value> {
        transitions.iter().map(|one| transition(one, days)).collect()
    };
    json!({
        "id": rule.id, "status": status(rule.enabled), "filter": [{"and": [filter]}],
        "expiration": [{"days": rule.expiration_days, "date": rule.expiration_date,
            "expired_object_delete_marker": rule.expired_object_delete_marker}],
        "transition": all(&rule.transitions, "days"),
        "noncurrent_version_expiration": [{"noncurrent_days": rule.noncurrent_expiration_days,
            "newer_noncurrent_versions": rule.noncurrent_newer_versions}],
        "noncurrent_version_transition": all(&rule.noncurrent_transitions, "noncurrent_days"),
        "abort_incomplete_multipart_upload": [{"days_after_initiation": rule.abort_multipart_days}],
    })
}

fn replication(replication: &Replication) -> Value {
    json!({"role": replication.role, "rule": replication.rules.iter().map(replication_rule).collect::<Vec<_>>()})
}

fn replication_rule(rule: &ReplicationRule) -> Value {
    let tag = if rule.has_tag_filter { json!([{"key": "environment", "value": "production"}]) } else { json!([]) };
    let owner = rule.destination_account.as_ref().map(|_| json!([{"owner": "Destination"}]));
    json!({
        "id": rule.id, "status": status(rule.enabled), "priority": rule.priority,
        "filter": [{"prefix": rule.prefix, "tag": tag}],
        "destination": [{
            "bucket": rule.destination_bucket, "account": rule.destination_account,
            "access_control_translation": owner,
            "encryption_configuration": [{"replica_kms_key_id": rule.replica_key}],
            "metrics": [{"status": status(rule.metrics)}],
        }],
        "source_selection_criteria": [{"sse_kms_encrypted_objects": [{"status": status(rule.kms_objects)}]}],
        "delete_marker_replication": [{"status": status(rule.delete_markers)}],
    })
}

fn archive_tiering(one: &ArchiveTiering) -> Value {
    let tiers = one.tiers.iter().map(|tier| json!({"access_tier": tier.tier, "days": tier.days}));
    let tags: Map<String, Value> = one.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({"status": status(one.enabled), "filter": [{"prefix": one.prefix, "tags": tags}],
        "tiering": tiers.collect::<Vec<_>>()})
}
