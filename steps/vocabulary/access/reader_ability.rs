//! That those who may read can: each reader and the read-only role.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    config::ReaderConfig,
    world::{Judged, LogproofWorld},
};

use crate::{
    scene::needed_access::Wanted,
    vocabulary::{
        access::reader_limits::{count, reader_role_arn, readers},
        bucket::policy::BucketGround,
        key::policy::KeyGround,
    },
};

#[then("every named reader can read under its path and decrypt it")]
async fn every_reader_can_read_and_decrypt(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let (bucket, key, now) = (BucketGround::read(w).await?, KeyGround::read(w).await?, w.now()?);
    let current: Vec<&ReaderConfig> = readers.iter().filter(|r| r.ends().is_none_or(|end| end > now)).collect();
    let region = bucket.bucket.region.clone();
    let trail = w.config()?.trail_arn();
    for reader in &current {
        let object = format!("{}/{}x", bucket.bucket.arn(), reader.path);
        let read = Wanted::read(&bucket, &object);
        // CloudTrail encrypts with its trail in the encryption context, and S3 decrypts for whoever reads. See:
        // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        let decrypt = Wanted {
            action: "kms:Decrypt",
            resource: &key.arn,
            owner: &key.asked.account,
            policy: Some(Arc::clone(&key.policy)),
            ground: &key.ground,
            keys: vec![("kms:EncryptionContext:aws:cloudtrail:arn", trail.clone())],
            via: region.partition().via_service("s3", region.as_str()),
            without: &[],
        };
        let change = "allow it in the bucket policy, the key policy and the reader's own policy";
        let of_bucket = bucket.claim(format!("the reader can read under `{}`", reader.path), change);
        read.must_be_possible(w, &reader.principal, of_bucket).await?;
        let of_key = key.claim(format!("the reader can decrypt under `{}`", reader.path), change);
        decrypt.must_be_possible(w, &reader.principal, of_key).await?;
    }
    if current.is_empty() {
        return Err(w.not_applicable("every reader has reached its end date"));
    }
    count(w, "current readers", current.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("the read-only role can read the log files under its path")]
async fn the_read_only_role_can_read(w: &mut LogproofWorld) -> Judged {
    let (config, estate) = (w.config()?, w.estate()?);
    let Some(arn) = reader_role_arn(w)? else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let registered = estate.readers().into_iter().find(|reader| reader.principal == arn).map(|reader| reader.path);
    let everything = match config.names.log_prefix.as_deref().map(|prefix| prefix.trim_matches('/')) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/"),
        _ => "AWSLogs/".to_owned(),
    };
    let path = registered.unwrap_or(everything);
    let bucket = BucketGround::read(w).await?;
    let object = format!("{}/{path}x", bucket.bucket.arn());
    let claim = bucket.claim(
        format!("the role can read under `{path}`"),
        "name the role's whole ARN in the bucket policy, and allow s3:GetObject there and in the role's own policy",
    );
    Wanted::read(&bucket, &object).must_be_possible(w, &arn, claim).await?;
    w.settle()
}
