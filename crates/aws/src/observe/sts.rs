//! AWS STS.

use logproof_estate::facts::CallerIdentity;

use crate::{failure::Failure, session::Session};

/// See: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub(crate) async fn caller_identity(session: &Session) -> Result<CallerIdentity, Failure> {
    let output = session.sts().get_caller_identity().send().await?;
    let missing = || Failure::Malformed("GetCallerIdentity answered without account, ARN or user id".to_owned());
    Ok(CallerIdentity {
        account: output.account().and_then(|id| id.parse().ok()).ok_or_else(missing)?,
        arn: output.arn().ok_or_else(missing)?.to_owned(),
        user_id: output.user_id().ok_or_else(missing)?.to_owned(),
    })
}
