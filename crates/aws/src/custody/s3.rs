//! A bundle in S3: each file an object that is never overwritten, checked by S3 against the digest in the manifest, and
//! retained as long as the bucket's Object Lock says, or the caller.

use std::{path::PathBuf, time::SystemTime};

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumMode, ObjectLockMode},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use logproof_estate::{AccountId, BucketRef, Region, facts::ObjectRetention};

use super::{Custody, CustodyError, refused};
use crate::{
    failure::{Failure, absent},
    observe,
};

/// A bucket that takes bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    /// The bucket, where it is.
    pub bucket: BucketRef,
    /// What its Object Lock does to what is put there.
    pub lock: Lock,
}

/// Object Lock of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    /// None: whoever may delete can delete.
    Off,
    /// On, and nothing is retained unless it is said with the object.
    WithoutDefault,
    /// On, and everything is retained.
    Default {
        /// `COMPLIANCE` or `GOVERNANCE`.
        mode: String,
        /// How long.
        days: i64,
    },
}

/// Retention said with an object: compliance mode, until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The end.
    pub until: Timestamp,
}

/// One file of a bundle.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Object key.
    pub key: String,
    /// The file, which is not read as a whole.
    pub file: PathBuf,
    /// SHA-256 of what the content must be, as the manifest says it.
    pub sha256: [u8; 32],
}

impl Custody {
    /// Finds a bucket and what its Object Lock does. `region` is where it is looked for first.
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html>
    ///
    /// # Errors
    /// [`CustodyError`], also when the bucket belongs to another account than `owner`.
    pub async fn vault(&self, name: &str, owner: &AccountId, region: &Region) -> Result<Vault, CustodyError> {
        let mut bucket = BucketRef { name: name.to_owned(), owner: owner.clone(), region: region.clone() };
        let mut answer = self.lock_of(&bucket).await;
        if let Err(Failure::Service { bucket_region: Some(there), .. }) = &answer
            && *there != bucket.region
        {
            bucket.region = there.clone();
            answer = self.lock_of(&bucket).await;
        }
        let what = format!("use bucket `{name}` of account {owner} for bundles");
        answer
            .map(|lock| Vault { bucket, lock })
            .map_err(|failure| refused(what, "s3:GetObjectLockConfiguration", &failure))
    }

    async fn lock_of(&self, bucket: &BucketRef) -> Result<Lock, Failure> {
        let s3 = self.session(&bucket.owner, &bucket.region).s3();
        let request =
            s3.get_object_lock_configuration().bucket(&bucket.name).expected_bucket_owner(bucket.owner.as_str());
        let Some(output) = absent(request.send().await, &["ObjectLockConfigurationNotFoundError"])? else {
            return Ok(Lock::Off);
        };
        Ok(match observe::to_object_lock(&output)? {
            None => Lock::Off,
            Some(lock) => lock
                .default_retention
                .map_or(Lock::WithoutDefault, |retention| Lock::Default { mode: retention.mode, days: retention.days }),
        })
    }

    /// Puts one file. An object that is there is never overwritten: it must be the same one.
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
    ///
    /// # Errors
    /// [`CustodyError`].
    pub async fn put(&self, vault: &Vault, parcel: &Parcel, retention: Option<Retention>) -> Result<(), CustodyError> {
        let Vault { bucket, .. } = vault;
        let what = || format!("put `s3://{}/{}`", bucket.name, parcel.key);
        let content = ByteStream::from_path(&parcel.file).await.map_err(|error| CustodyError {
            what: what(),
            why: format!("`{}` cannot be read: {error}", parcel.file.display()),
            hint: "check that the bundle was not moved or deleted since the run wrote it".to_owned(),
        })?;
        let mut request = self
            .session(&bucket.owner, &bucket.region)
            .s3()
            .put_object()
            .bucket(&bucket.name)
            .key(&parcel.key)
            .expected_bucket_owner(bucket.owner.as_str())
            .if_none_match("*")
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(STANDARD.encode(parcel.sha256))
            .body(content);
        if let Some(retention) = retention {
            let until = aws_smithy_types::DateTime::from(SystemTime::from(retention.until));
            request = request.object_lock_mode(ObjectLockMode::Compliance).object_lock_retain_until_date(until);
        }
        match request.send().await.map_err(Failure::from) {
            Ok(_) => Ok(()),
            // Somebody else's object, or ours: the answer to an earlier attempt may have been lost.
            Err(Failure::Service { status: 412, .. }) => self.is_same(vault, parcel).await,
            Err(failure) => Err(refused(what(), "s3:PutObject", &failure)),
        }
    }

    async fn is_same(&self, vault: &Vault, parcel: &Parcel) -> Result<(), CustodyError> {
        let Vault { bucket, .. } = vault;
        let what = format!("put `s3://{}/{}`", bucket.name, parcel.key);
        let s3 = self.session(&bucket.owner, &bucket.region).s3();
        let request = s3.head_object().bucket(&bucket.name).key(&parcel.key).checksum_mode(ChecksumMode::Enabled);
        let answer = request.expected_bucket_owner(bucket.owner.as_str()).send().await.map_err(Failure::from);
        let there = answer.map_err(|failure| refused(what.clone(), "s3:HeadObject", &failure))?;
        if there.checksum_sha256() == Some(STANDARD.encode(parcel.sha256).as_str()) {
            return Ok(());
        }
        Err(CustodyError {
            what,
            why: "another object is there".to_owned(),
            hint: "name another prefix; nothing is ever overwritten".to_owned(),
        })
    }

    /// What retention an object has.
    ///
    /// # Errors
    /// [`CustodyError`].
    pub async fn retention(&self, vault: &Vault, key: &str) -> Result<Option<ObjectRetention>, CustodyError> {
        let s3 = self.session(&vault.bucket.owner, &vault.bucket.region).s3();
        let what = format!("read the retention of `s3://{}/{key}`", vault.bucket.name);
        observe::object_retention(&s3, &vault.bucket, key)
            .await
            .map_err(|failure| refused(what, "s3:GetObjectRetention", &failure))
    }
}
