//! Uploads that ask for a key other than the log key without naming one: a key of their own, or none at all.

use cucumber::then;
use logproof_estate::{
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Question};

use crate::scene::{
    bucket::BucketAccess,
    proposal::{On, Remedy},
};

/// Uploads to the bucket in circumstances that a `Condition` element describes.
fn uploads(access: &BucketAccess, condition: &str) -> Result<Question, Stop> {
    let question = Question::about(["s3:PutObject"]).on_all(&access.objects());
    question.when(condition).map_err(|error| Stop::because(error.to_string()))
}

/// A statement that refuses such uploads.
fn refusing(access: &BucketAccess, sid: &'static str, condition: &str) -> Result<Remedy, Stop> {
    let condition = serde_json::from_str(condition).map_err(|error| Stop::because(error.to_string()))?;
    Ok(access.deny_in_own_policy(sid, On::These(vec![access.objects()]), condition))
}

/// With the header and without a key, S3 takes the AWS managed key `aws/s3`, whatever the bucket's default is.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
#[then("no upload that asks for KMS encryption without naming a key is accepted")]
async fn no_upload_without_a_key(w: &mut LogproofWorld) -> Judged {
    let access = BucketAccess::read(w).await?;
    let condition = r#"{"StringEquals": {"s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:dsse"]}, "Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}}"#;
    let claim = access.claim(
        "every upload that asks for KMS encryption and names no key, so that S3 takes the AWS managed key, is refused",
        "deny s3:PutObject when s3:x-amz-server-side-encryption is aws:kms or aws:kms:dsse and s3:x-amz-server-side-encryption-aws-kms-key-id is absent (Null: true)",
    );
    let remedy = refusing(&access, "RefuseUploadsWithoutKey", condition)?;
    claim.prove(w, &access.scene(), &uploads(&access, condition)?, remedy).await;
    w.settle()
}

/// The bucket's setting refuses such an upload whatever the policies allow, so it is read where they do not refuse it.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html>
#[then("no upload under a key that the caller provides is accepted")]
async fn no_upload_under_a_customer_key(w: &mut LogproofWorld) -> Judged {
    let access = BucketAccess::read(w).await?;
    let condition = r#"{"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}"#;
    let answer = access.assume_administrators(&uploads(&access, condition)?);
    let expected = "every upload under a key that the caller provides (SSE-C) is refused, by policy or by the bucket's setting BlockedEncryptionTypes";
    let mut claim = access.claim(
        expected,
        "block SSE-C in the bucket's default encryption (BlockedEncryptionTypes), or deny s3:PutObject when s3:x-amz-server-side-encryption-customer-algorithm is present (Null: false)",
    );
    if !matches!(answer, Answer::Holds) {
        let encryption = w.see(w.estate()?.bucket_encryption(&access.resource).await)?;
        if encryption.as_ref().as_ref().is_some_and(|set| set.blocks_customer_keys()) {
            w.observe(
                Observation::new(access.subject(), expected, "blocked by the bucket's setting", true)
                    .place("BlockedEncryptionTypes")
                    .resting_on(access.exchanges())
                    .resting_on(encryption.exchanges()),
            );
            return w.settle();
        }
        claim.exchanges.extend_from_slice(encryption.exchanges());
    }
    let remedy = refusing(&access, "RefuseCustomerKeys", condition)?;
    claim.prove(w, &access.scene(), &uploads(&access, condition)?, remedy).await;
    w.settle()
}
