//! Amazon S3 Control: settings of an account.

use aws_sdk_s3control::Client;
use logproof_estate::{AccountId, facts::PublicAccessBlock};

use super::present;
use crate::failure::{Failure, absent};

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html>
pub(super) async fn public_access_block(
    s3control: &Client,
    account: &AccountId,
) -> Result<Option<PublicAccessBlock>, Failure> {
    let answer = s3control.get_public_access_block().account_id(account.as_str()).send().await;
    let Some(output) = absent(answer, &["NoSuchPublicAccessBlockConfiguration"])? else { return Ok(None) };
    let block = present(output.public_access_block_configuration(), "public access block configuration")?;
    Ok(Some(PublicAccessBlock {
        block_public_acls: block.block_public_acls().unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls().unwrap_or(false),
        block_public_policy: block.block_public_policy().unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets().unwrap_or(false),
    }))
}
