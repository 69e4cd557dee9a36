//! AWS STS.

use logproof_estate::facts::CallerIdentity;

use super::required;
use crate::failure::Failure;

/// Who is asking. See: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub(crate) async fn caller_identity(sts: &aws_sdk_sts::Client) -> Result<CallerIdentity, Failure> {
    let output = sts.get_caller_identity().send().await?;
    let account = required(output.account(), "account")?;
    Ok(CallerIdentity {
        account: account.parse().map_err(|_| Failure::Malformed(format!("`{account}` is not an account id")))?,
        arn: required(output.arn(), "ARN")?,
        user_id: required(output.user_id(), "user id")?,
    })
}
