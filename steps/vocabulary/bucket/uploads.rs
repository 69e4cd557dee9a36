//! Uploads that ask for a key other than the log key without naming one: a key of their own, or none at all.

use cucumber::then;
use logproof_estate::{
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Question};

use crate::{
    scene::proposal::{On, Remedy},
    vocabulary::bucket::policy::BucketGround,
};

/// Uploads to the bucket in circumstances that a `Condition` element describes.
fn uploads(ground: &BucketGround, condition: &str) -> Result<Question, Stop> {
    let question = Question::about(["s3:PutObject"]).on_all(&ground.objects());
    question.when(condition).map_err(|error| Stop::because(error.to_string()))
}

/// A statement that refuses such uploads.
fn refusing(ground: &BucketGround, sid: &'static str, condition: &str) -> Result<Remedy, Stop> {
    let condition = serde_json::from_str(condition).map_err(|error| Stop::because(error.to_string()))?;
    Ok(ground.deny_in_own_policy(sid, On::These(vec![ground.objects()]), condition))
}

/// With the header and without a key, S3 takes the AWS managed key `aws/s3`, whatever the bucket's default is.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
#[then("no upload that asks for KMS encryption without naming a key is accepted")]
async fn no_upload_without_a_key(w: &mut LogproofWorld) -> Judged {
    let ground = BucketGround::read(w).await?;
    let condition = r#"{"StringEquals": {"s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:dsse"]}, "Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}}"#;
    let claim = ground.claim(
        "every upload that asks for KMS encryption and names no key, so that S3 takes the AWS managed key, is refused",
        "deny s3:PutObject when s3:x-amz-server-side-encryption is aws:kms or aws:kms:dsse and s3:x-amz-server-side-encryption-aws-kms-key-id is absent (Null: true)",
    );
    let remedy = refusing(&ground, "RefuseUploadsWithoutKey", condition)?;
    claim.prove(w, &ground.scene(), &uploads(&ground, condition)?, remedy).await;
    w.settle()
}

/// The bucket's setting refuses such an upload whatever the policies allow, so it is read where they do not refuse it.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html>
#[then("no upload under a key that the caller provides is accepted")]
async fn no_upload_under_a_customer_key(w: &mut LogproofWorld) -> Judged {
    let ground = BucketGround::read(w).await?;
    let condition = r#"{"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}"#;
    let answer = ground.assume_administrators(&uploads(&ground, condition)?);
    let expected = "every upload under a key that the caller provides (SSE-C) is refused, by policy or by the bucket's setting BlockedEncryptionTypes";
    let mut claim = ground.claim(
        expected,
        "block SSE-C in the bucket's default encryption (BlockedEncryptionTypes), or deny s3:PutObject when s3:x-amz-server-side-encryption-customer-algorithm is present (Null: false)",
    );
    if !matches!(answer, Answer::Holds) {
        let encryption = w.see(w.estate()?.bucket_encryption(&ground.bucket).await)?;
        if encryption.as_ref().as_ref().is_some_and(|set| set.blocks_customer_keys()) {
            w.observe(
                Observation::new(ground.subject(), expected, "blocked by the bucket's setting", true)
                    .place("BlockedEncryptionTypes")
                    .resting_on(ground.exchanges())
                    .resting_on(encryption.exchanges()),
            );
            return w.settle();
        }
        claim.exchanges.extend_from_slice(encryption.exchanges());
    }
    let remedy = refusing(&ground, "RefuseCustomerKeys", condition)?;
    claim.prove(w, &ground.scene(), &uploads(&ground, condition)?, remedy).await;
    w.settle()
}
