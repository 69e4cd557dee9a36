//! Amazon S3 Control.

use logproof_estate::facts::PublicAccessBlock;

use super::support::{Protocol, account, client, fails_apart, text};
use crate::observe::s3control;

const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
    <RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>";

fails_apart!(block: aws_sdk_s3control::get_public_access_block, Query,
    "s3control:GetPublicAccessBlock" needs "s3:GetAccountPublicAccessBlock",
    text(BLOCK), |s3control| s3control::public_access_block(s3control, &account()));

#[tokio::test]
async fn block_of_an_account_and_none() {
    let absent = Protocol::Query.error(404, "NoSuchPublicAccessBlockConfiguration");
    let s3control = client!(aws_sdk_s3control: get_public_access_block => [text(BLOCK), absent]);
    let expected = PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: false,
    };
    assert_eq!(s3control::public_access_block(&s3control, &account()).await.unwrap(), Some(expected));
    assert_eq!(s3control::public_access_block(&s3control, &account()).await.unwrap(), None);
}

#[tokio::test]
async fn a_flag_that_is_left_out_is_off() {
    let s3control = client!(aws_sdk_s3control: get_public_access_block => [text("<PublicAccessBlockConfiguration/>")]);
    let found = s3control::public_access_block(&s3control, &account()).await.unwrap();
    assert_eq!(found, Some(PublicAccessBlock::default()));
}
