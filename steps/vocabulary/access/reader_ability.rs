//! That those who may read can: each reader and the read-only role.

use cucumber::then;
use logproof_estate::{
    BucketRef, KeyRef,
    config::ReaderConfig,
    world::{Judged, LogproofWorld, Stop},
};

use crate::scene::{
    bucket::BucketAccess,
    key::KeyAccess,
    needed_access::NeededAccess,
    population::examined,
    readers::{ReaderBuckets, reader_role_arn, readers},
};

#[then("every named reader can read under its path and decrypt it")]
async fn every_reader_can_read_and_decrypt(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let (key, now) = (KeyAccess::read(w).await?, w.now()?);
    let buckets = ReaderBuckets::read(w, &readers).await?;
    let current: Vec<&ReaderConfig> = readers.iter().filter(|r| r.ends().is_none_or(|end| end > now)).collect();
    let (config, trail) = (w.config()?, w.config()?.trail_arn());
    for reader in &current {
        let bucket = buckets.of(w, reader)?;
        let (name, region) = (&bucket.resource.name, bucket.region.clone());
        let with_log_key = *name == config.log_bucket_name() || uses_log_key(w, &bucket.resource, &key).await?;
        let object = format!("{}/{}x", bucket.arn, reader.path);
        let read = NeededAccess::read(bucket, &object);
        // CloudTrail encrypts with its trail in the encryption context, and S3 decrypts for whoever reads. See:
        // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        let decrypt = NeededAccess {
            action: "kms:Decrypt",
            resource: &key.arn,
            owner: &key.owner,
            policy: key.policy.clone(),
            organization: &key.organization,
            keys: vec![("kms:EncryptionContext:aws:cloudtrail:arn", trail.clone())],
            via: region.partition().via_service("s3", region.as_str()),
            without: &[],
        };
        let change = "allow it in the bucket policy, the key policy and the reader's own policy";
        let of_bucket = bucket.claim(format!("the reader can read under `{}`", reader.path), change);
        read.must_be_possible(w, &reader.principal, of_bucket).await?;
        if !with_log_key {
            w.note(format!("{} reads bucket {name}, which is not encrypted with the log key", reader.principal));
            continue;
        }
        let of_key = key.claim(format!("the reader can decrypt under `{}`", reader.path), change);
        decrypt.must_be_possible(w, &reader.principal, of_key).await?;
    }
    if current.is_empty() {
        return Err(w.not_applicable("every reader has reached its end date"));
    }
    examined(w, "current readers", current.len(), "readers of the register and of the configuration");
    w.settle()
}

/// Whether a bucket's default encryption is the log key.
async fn uses_log_key(w: &mut LogproofWorld, bucket: &BucketRef, key: &KeyAccess) -> Result<bool, Stop> {
    let estate = w.estate()?;
    let encryption = w.see(estate.bucket_encryption(bucket).await)?;
    let named = encryption.as_ref().as_ref().and_then(|one| one.kms_key.clone());
    let Some(id) = named else { return Ok(false) };
    let asked = KeyRef { id, account: key.owner.clone(), region: bucket.region.clone() };
    Ok(w.see(estate.key(&asked).await)?.as_ref().as_ref().is_some_and(|found| found.arn == key.arn))
}

#[then("the read-only role can read the log files under its path")]
async fn the_read_only_role_can_read(w: &mut LogproofWorld) -> Judged {
    let (config, estate) = (w.config()?, w.estate()?);
    let Some(arn) = reader_role_arn(w)? else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let of_log_bucket = |reader: &ReaderConfig| config.reader_bucket(reader) == config.log_bucket_name();
    let registered = estate.readers().into_iter().find(|reader| reader.principal == arn && of_log_bucket(reader));
    let registered = registered.map(|reader| reader.path);
    let everything = match config.names.log_prefix.as_deref().map(|prefix| prefix.trim_matches('/')) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/"),
        _ => "AWSLogs/".to_owned(),
    };
    let path = registered.unwrap_or(everything);
    let bucket = BucketAccess::read(w).await?;
    let object = format!("{}/{path}x", bucket.arn);
    let claim = bucket.claim(
        format!("the role can read under `{path}`"),
        "name the role's whole ARN in the bucket policy, and allow s3:GetObject there and in the role's own policy",
    );
    NeededAccess::read(&bucket, &object).must_be_possible(w, &arn, claim).await?;
    w.settle()
}
