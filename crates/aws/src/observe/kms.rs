//! AWS KMS. A key of another account is asked about with the credentials of the account given: its key policy decides.

use aws_sdk_kms::{Client, types::GrantListEntry};
use logproof_estate::facts::{KeyGrant, KeyRotation, KmsKey};

use super::{optional, pages, policy, present, required, timestamp};
use crate::failure::{Failure, absent};

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
