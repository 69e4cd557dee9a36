//! AWS KMS. A key of another account is asked about with the credentials of the account given: its key policy decides.

use aws_sdk_kms::{Client, types::GrantListEntry};
use logproof_estate::facts::{KeyAlias, KeyGrant, KeyRotation, KmsKey, Tags};

use super::{optional, pages, policy, present, required, timestamp};
use crate::failure::{Failure, absent};

/// ARNs of all keys. See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html>
pub(super) async fn keys(kms: &Client) -> Result<Vec<String>, Failure> {
    pages::all_pages(|marker| async move {
        let output = kms.list_keys().set_marker(marker).send().await?;
        let keys = present(output.keys.as_ref(), "list of keys")?.iter();
        let keys = keys.map(|key| required(key.key_arn(), "key ARN"));
        Ok((keys.collect::<Result<_, _>>()?, pages::next_token(output.truncated(), output.next_marker())?))
    })
    .await
}

/// All aliases. See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html>
pub(super) async fn key_aliases(kms: &Client) -> Result<Vec<KeyAlias>, Failure> {
    pages::all_pages(|marker| async move {
        let output = kms.list_aliases().set_marker(marker).send().await?;
        let aliases = present(output.aliases.as_ref(), "list of aliases")?.iter().map(|alias| {
            let name = required(alias.alias_name(), "alias name")?;
            Ok(KeyAlias { name, key_id: optional(alias.target_key_id()) })
        });
        Ok((aliases.collect::<Result<_, Failure>>()?, pages::next_token(output.truncated(), output.next_marker())?))
    })
    .await
}

/// Tags of a key. See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html>
pub(super) async fn key_tags(kms: &Client, id: &str) -> Result<Tags, Failure> {
    let id = &without_alias(kms, id).await?;
    let tags = pages::all_pages(|marker| async move {
        let output = kms.list_resource_tags().key_id(id).set_marker(marker).send().await?;
        let tags = present(output.tags.as_ref(), "list of tags")?.iter();
        let tags = tags.map(|tag| Ok((required(tag.tag_key(), "tag key")?, tag.tag_value().to_owned())));
        Ok((tags.collect::<Result<Vec<_>, Failure>>()?, pages::next_token(output.truncated(), output.next_marker())?))
    })
    .await?;
    Ok(tags.into_iter().collect())
}

/// A key by id, ARN or alias. See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>
pub(super) async fn key(kms: &Client, id: &str) -> Result<Option<KmsKey>, Failure> {
    let Some(output) = absent(kms.describe_key().key_id(id).send().await, &["NotFoundException"])? else {
        return Ok(None);
    };
    let key = present(output.key_metadata(), "key metadata")?;
    Ok(Some(KmsKey {
        id: required(key.key_id(), "key id")?,
        arn: required(key.arn(), "key ARN")?,
        manager: required(key.key_manager().map(|manager| manager.as_str()), "key manager")?,
        state: required(key.key_state().map(|state| state.as_str()), "key state")?,
        spec: key.key_spec().map(|spec| spec.as_str().to_owned()),
        usage: key.key_usage().map(|usage| usage.as_str().to_owned()),
        origin: key.origin().map(|origin| origin.as_str().to_owned()),
        valid_to: key.valid_to().and_then(timestamp),
        deletion_date: key.deletion_date().and_then(timestamp),
        multi_region: key.multi_region().unwrap_or(false),
    }))
}

/// See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html>
pub(super) async fn key_rotation(kms: &Client, id: &str) -> Result<KeyRotation, Failure> {
    let id = without_alias(kms, id).await?;
    let output = kms.get_key_rotation_status().key_id(id).send().await?;
    Ok(KeyRotation { enabled: output.key_rotation_enabled(), period_days: output.rotation_period_in_days() })
}

/// See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>
pub(super) async fn key_policy(kms: &Client, id: &str) -> Result<String, Failure> {
    let id = without_alias(kms, id).await?;
    let output = kms.get_key_policy().key_id(id).policy_name("default").send().await?;
    policy(output.policy(), "key policy")
}

/// See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html>
pub(super) async fn key_grants(kms: &Client, id: &str) -> Result<Vec<KeyGrant>, Failure> {
    let id = &without_alias(kms, id).await?;
    pages::all_pages(|marker| async move {
        let output = kms.list_grants().key_id(id).set_marker(marker).send().await?;
        // "No grants" is good news, so it has to be said, not left out.
        let grants = present(output.grants.as_ref(), "list of grants")?.iter().map(to_grant);
        Ok((grants.collect::<Result<_, _>>()?, pages::next_token(output.truncated(), output.next_marker())?))
    })
    .await
}

fn to_grant(grant: &GrantListEntry) -> Result<KeyGrant, Failure> {
    let constraints = grant.constraints();
    let equals = constraints.and_then(|constraints| constraints.encryption_context_equals());
    let subset = constraints.and_then(|constraints| constraints.encryption_context_subset());
    let mut context: Vec<(String, String)> =
        equals.into_iter().chain(subset).flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    context.sort();
    Ok(KeyGrant {
        id: required(grant.grant_id(), "grant id")?,
        name: optional(grant.name()),
        grantee: required(grant.grantee_principal(), "grantee principal")?,
        operations: grant.operations().iter().map(|operation| operation.as_str().to_owned()).collect(),
        context,
    })
}

/// Only DescribeKey takes aliases; the other questions need what the alias points to.
async fn without_alias(kms: &Client, id: &str) -> Result<String, Failure> {
    if !id.starts_with("alias/") && !id.contains(":alias/") {
        return Ok(id.to_owned());
    }
    let output = kms.describe_key().key_id(id).send().await?;
    required(present(output.key_metadata(), "key metadata")?.arn(), "key ARN")
}
