//! KMS keys, their policies, aliases and grants.

use logproof_estate::facts::{KeyGrant, KeyRotation, KmsKey};

use super::{Changes, Scene, one};
use crate::{
    edit::{Change, KeyChange},
    tree::{Read, Tree, Unusable},
};

/// ARN of a key that is named by id or ARN. An alias does not tell which key it names.
fn key_arn(scene: &Scene<'_>, id: String) -> Read<String> {
    match id.as_str() {
        id if id.starts_with("alias/") || id.contains(":alias/") => {
            Err(Unusable::Malformed { expected: "the id or ARN of a key", found: "an alias" })
        }
        arn if arn.starts_with("arn:") => Ok(id),
        _ => Ok(scene.arn("kms", &format!("key/{id}"))),
    }
}

pub(super) fn set(scene: &Scene<'_>, tree: &Tree, new: bool) -> Read<Changes> {
    let of = |arn: &str, attribute: &str, change| (attribute.to_owned(), Change::Key { arn: arn.to_owned(), change });
    match scene.kind {
        "aws_kms_alias" => {
            let target = if tree.get("target_key_id").is_absent() { "target_key_arn" } else { "target_key_id" };
            let key = Some(scene.planned(target, tree.get(target).need()));
            Ok(one(target, Change::Alias { name: tree.get("name").need()?, key }))
        }
        "aws_kms_key_policy" => {
            let arn = key_arn(scene, tree.get("key_id").need()?)?;
            Ok(vec![of(&arn, "policy", KeyChange::Policy(tree.get("policy").document(scene.address)))])
        }
        "aws_kms_grant" => {
            let arn = key_arn(scene, tree.get("key_id").need()?)?;
            Ok(vec![of(&arn, "", KeyChange::Granted(scene.planned("", grant(tree))))])
        }
        _ => {
            let arn = tree.get("arn").need()?;
            let enabled = tree.get("is_enabled").flag().and_then(|on| Ok(on.or(tree.get("enabled").flag()?)));
            let enabled = enabled.map(|on| on.unwrap_or(true));
            let mut changes = Vec::new();
            changes.push(if new {
                let created = enabled.and_then(|on| created(scene, tree, &arn, on));
                of(&arn, "", KeyChange::Created(scene.planned("", created)))
            } else {
                of(&arn, "is_enabled", KeyChange::Enabled(scene.planned("is_enabled", enabled)))
            });
            if scene.kind == "aws_kms_key" {
                let rotation = scene.planned("enable_key_rotation", rotation(tree));
                changes.push(of(&arn, "enable_key_rotation", KeyChange::Rotation(rotation)));
            }
            changes.push(of(&arn, "tags", KeyChange::Tags(scene.tags(tree))));
            if let Some(policy) = tree.get("policy").document(scene.address) {
                changes.push(of(&arn, "policy", KeyChange::Policy(Some(policy))));
            }
            Ok(changes)
        }
    }
}

fn created(scene: &Scene<'_>, tree: &Tree, arn: &str, enabled: bool) -> Read<KmsKey> {
    let external = scene.kind == "aws_kms_external_key";
    let origin = match () {
        () if external => "EXTERNAL",
        () if !tree.get("xks_key_id").is_absent() => "EXTERNAL_KEY_STORE",
        () if !tree.get("custom_key_store_id").is_absent() => "AWS_CLOUDHSM",
        () => "AWS_KMS",
    };
    let spec = match tree.get("customer_master_key_spec").text()? {
        Some(spec) => spec,
        None => tree.get("key_spec").text()?.unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned()),
    };
    Ok(KmsKey {
        id: arn.rsplit('/').next().unwrap_or(arn).to_owned(),
        arn: arn.to_owned(),
        manager: "CUSTOMER".to_owned(),
        state: if enabled { "Enabled" } else { "Disabled" }.to_owned(),
        spec: Some(spec),
        usage: Some(tree.get("key_usage").text()?.unwrap_or_else(|| "ENCRYPT_DECRYPT".to_owned())),
        origin: Some(tree.get("origin").text()?.unwrap_or_else(|| origin.to_owned())),
        valid_to: match tree.get("valid_to").text()? {
            Some(text) => match text.parse() {
                Ok(instant) => Some(instant),
                Err(_) => return Err(Unusable::Malformed { expected: "an instant", found: "another text" }),
            },
            None => None,
        },
        deletion_date: None,
        multi_region: scene.kind == "aws_kms_replica_key" || tree.get("multi_region").flag()?.unwrap_or_default(),
    })
}

fn rotation(tree: &Tree) -> Read<KeyRotation> {
    let enabled = tree.get("enable_key_rotation").flag()?.unwrap_or_default();
    // A year, unless another period is given.
    // See: https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    let period = tree.get("rotation_period_in_days").small()?.filter(|days| *days > 0);
    Ok(KeyRotation { enabled, period_days: enabled.then(|| period.unwrap_or(365)) })
}

fn grant(tree: &Tree) -> Read<KeyGrant> {
    let constraints = tree.block("constraints");
    let mut context = constraints.get("encryption_context_equals").entries()?;
    context.extend(constraints.get("encryption_context_subset").entries()?);
    Ok(KeyGrant {
        id: tree.get("grant_id").need()?,
        name: tree.get("name").text()?,
        grantee: tree.get("grantee_principal").need()?,
        operations: tree.get("operations").texts()?,
        context,
    })
}

/// What becomes of a key when a resource is removed: a key waits for its deletion, a policy becomes the default key policy,
/// which lets the administrators of the account decide. The provider leaves a policy that bypasses the safety check as it is.
// See: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
// See: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_key_policy
pub(super) fn removed(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    let of = |arn: String, change| one("", Change::Key { arn, change });
    Ok(match scene.kind {
        "aws_kms_alias" => one("", Change::Alias { name: tree.get("name").need()?, key: None }),
        "aws_kms_key_policy" if tree.get("bypass_policy_lockout_safety_check").flag()? == Some(true) => Vec::new(),
        "aws_kms_key_policy" => of(key_arn(scene, tree.get("key_id").need()?)?, KeyChange::Policy(None)),
        "aws_kms_grant" => {
            let id = tree.get("grant_id").need()?;
            of(key_arn(scene, tree.get("key_id").need()?)?, KeyChange::GrantEnded { id })
        }
        _ => {
            let days = tree.get("deletion_window_in_days").number()?.filter(|days| *days > 0);
            of(tree.get("arn").need()?, KeyChange::Deleted { days })
        }
    })
}
