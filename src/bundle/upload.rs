//! `check --upload`: puts a sealed bundle into S3. The one write of this program, made when asked and never otherwise.
//!
//! The bucket is looked at before the run begins, so that a run is not made for nothing. The seal is put last: a folder
//! in the bucket with a seal is a whole bundle.

use std::{path::Path, str::FromStr};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use logproof_aws::custody::{Custody, Lock, Parcel, Retention, Vault};
use logproof_estate::AccountId;

use super::{
    BundleError,
    manifest::{self, Manifest, ManifestError},
};
use crate::{
    clock,
    files::{MANIFEST, SEAL, TIMESTAMP_TOKEN},
    run::target::Connected,
};

/// Files on their way at once.
const AT_ONCE: usize = 8;

/// `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    bucket: String,
    /// Without slashes at its ends; may be empty.
    prefix: String,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is not of the form s3://BUCKET/PREFIX");
        let (bucket, prefix) =
            text.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).ok_or_else(expected)?;
        let prefix = prefix.trim_matches('/');
        let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.chars().any(char::is_control);
        let bucket_fits = (3..=63).contains(&bucket.len()) && bucket.bytes().all(named);
        if bucket_fits && (prefix.is_empty() || prefix.split('/').all(plain)) {
            Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
        } else {
            Err(expected())
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.bucket, self.prefix)
    }
}

/// An upload that has been asked for and can be made.
pub struct Upload {
    custody: Custody,
    vault: Vault,
    place: Place,
    retain_days: Option<u16>,
}

/// What was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Objects.
    pub files: usize,
    /// `s3://bucket/prefix/run`.
    pub place: String,
    /// Mode and end of the retention that ends first; `None` when nothing is retained.
    pub retained: Option<(String, Timestamp)>,
}

/// What is to be uploaded where.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Bucket and prefix.
    pub place: Place,
    /// Account the bucket must belong to; without one, the log archive account.
    pub owner: Option<AccountId>,
    /// Days for which what is uploaded is retained in compliance mode.
    pub retain_days: Option<u16>,
}

/// Looks at the bucket that the run is to put its bundle into.
///
/// # Errors
/// [`BundleError`].
pub async fn prepare(destination: Destination, connected: &Connected) -> Result<Upload, BundleError> {
    let Destination { place, owner, retain_days } = destination;
    let organization = &connected.config.organization;
    let owner = owner.as_ref().unwrap_or(&organization.log_archive_account);
    let custody = connected.custody();
    let vault = custody.vault(&place.bucket, owner, &organization.home_region).await?;
    if vault.lock == Lock::Off && retain_days.is_some() {
        return Err(BundleError::NoObjectLock { bucket: place.bucket });
    }
    Ok(Upload { custody, vault, place, retain_days })
}

impl Upload {
    /// What is about to be done, in one sentence.
    #[must_use]
    pub fn announcement(&self) -> String {
        let kept = match (self.retain_days, &self.vault.lock) {
            (Some(days), _) => format!("retained for {days} days in compliance mode"),
            (None, Lock::Default { mode, days }) => format!("retained by Object Lock, {mode} for {days} days"),
            (None, Lock::WithoutDefault) => {
                "NOT retained: its Object Lock has no default retention; give `--upload-retain`".to_owned()
            }
            (None, Lock::Off) => "NOT retained: it has no Object Lock".to_owned(),
        };
        let (place, owner) = (&self.place, &self.vault.bucket.owner);
        format!("this run writes: its bundle goes to {place} in account {owner} ({kept})")
    }

    /// Puts a bundle, its seal last.
    ///
    /// # Errors
    /// [`BundleError`] naming the first object that could not be put, or is not retained as it should be.
    pub async fn put(&self, bundle: &Path, manifest: &Manifest) -> Result<Delivered, BundleError> {
        let folder = match self.place.prefix.as_str() {
            "" => manifest.run.id.clone(),
            prefix => format!("{prefix}/{}", manifest.run.id),
        };
        let listed = manifest.files.iter().map(|entry| (entry.path.as_str(), entry.sha256.clone()));
        let mut parcels = Vec::new();
        for (path, sha256) in listed {
            parcels.push(parcel(bundle, &folder, path, &sha256)?);
        }
        let mut closing = Vec::new();
        for path in [TIMESTAMP_TOKEN, MANIFEST, SEAL] {
            let file = bundle.join(path);
            if file.exists() {
                let (sha256, _) = manifest::sha256_of_file(&file)?;
                closing.push(parcel(bundle, &folder, path, &sha256)?);
            }
        }
        let retention = self.retain_days.map(|days| {
            let length = SignedDuration::from_hours(i64::from(days) * 24);
            Retention { until: clock::now().saturating_add(length).unwrap_or(Timestamp::MAX) }
        });
        let put = async |parcel: &Parcel| self.custody.put(&self.vault, parcel, retention).await;
        stream::iter(&parcels).map(&put).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        for parcel in &closing {
            put(parcel).await?;
        }
        parcels.extend(closing);
        let retained = self.retained(&parcels).await?;
        Ok(Delivered { files: parcels.len(), place: format!("s3://{}/{folder}", self.place.bucket), retained })
    }

    /// The retention that ends first, as the bucket says it of every object.
    async fn retained(&self, parcels: &[Parcel]) -> Result<Option<(String, Timestamp)>, BundleError> {
        if self.retain_days.is_none() && !matches!(self.vault.lock, Lock::Default { .. }) {
            return Ok(None);
        }
        let ask = async |parcel: &Parcel| {
            let found = self.custody.retention(&self.vault, &parcel.key).await?;
            found.map(|retention| (retention.mode, retention.retain_until)).ok_or_else(|| {
                let (bucket, key) = (self.place.bucket.clone(), parcel.key.clone());
                BundleError::NotRetained { bucket, key }
            })
        };
        let found: Vec<_> = stream::iter(parcels).map(ask).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().min_by_key(|(_, until)| *until))
    }
}

fn parcel(bundle: &Path, folder: &str, path: &str, sha256: &str) -> Result<Parcel, ManifestError> {
    let mut digest = [0; 32];
    hex::decode_to_slice(sha256, &mut digest).map_err(|_| ManifestError::Manifest {
        path: bundle.join(MANIFEST),
        problem: format!("the digest of `{path}` is not one"),
    })?;
    Ok(Parcel { key: format!("{folder}/{path}"), file: bundle.join(path), sha256: digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_bucket_and_a_prefix() {
        for (text, shown) in [
            ("s3://evidence", "s3://evidence"),
            ("s3://evidence/", "s3://evidence"),
            ("s3://evidence/a/b/", "s3://evidence/a/b"),
        ] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), shown);
        }
        for text in
            ["evidence/a", "s3://", "s3://E/a", "s3://evidence/a//b", "s3://evidence/../b", "s3://evidence/a\nb"]
        {
            let refused = text.parse::<Place>().unwrap_err();
            assert!(refused.contains("s3://BUCKET/PREFIX"), "{refused}");
        }
    }
}
