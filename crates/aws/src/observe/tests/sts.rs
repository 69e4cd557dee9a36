//! AWS STS.

use logproof_estate::facts::CallerIdentity;

use super::support::{account, client, fails_apart, malformed, text};
use crate::observe::caller_identity;

const CALLER: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:sts::222222222222:assumed-role/LogproofAudit/logproof</Arn><UserId>AROAX:logproof</UserId>\
    <Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

fails_apart!(caller: aws_sdk_sts::get_caller_identity, Query, "sts:GetCallerIdentity" needs "sts:GetCallerIdentity",
    text(CALLER), |sts| caller_identity(sts));

#[tokio::test]
async fn who_asks() {
    let sts = client!(aws_sdk_sts: get_caller_identity => [text(CALLER)]);
    let expected = CallerIdentity {
        account: account(),
        arn: "arn:aws:sts::222222222222:assumed-role/LogproofAudit/logproof".to_owned(),
        user_id: "AROAX:logproof".to_owned(),
    };
    assert_eq!(caller_identity(&sts).await.unwrap(), expected);
}

#[tokio::test]
async fn an_account_is_twelve_digits() {
    let sts = client!(aws_sdk_sts: get_caller_identity => [text(&CALLER.replace("<Account>2222", "<Account>root"))]);
    assert_eq!(malformed(caller_identity(&sts).await), "`root22222222` is not an account id");
}
