//! A store on disk: a copy of a bucket.
//!
//! Owns: the layout of a local copy. Must not know: CloudTrail.
//!
//! A directory holds the objects under their keys, either of one bucket or of several in one directory each. User
//! metadata, and with it the signatures, are lost in plain copies. They are therefore read from `<object>.metadata.json`
//! beside the object, which holds the answer to `aws s3api head-object`: `{"Metadata": {"signature": "…"},
//! "StorageClass": "…"}`. An object without this file is one whose metadata are not known.

use crate::digest::Metadata;
use crate::memory::PAGE_KEYS;
use crate::store::{Arrived, Entry, Object, ObjectStore, Page, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What follows an object's name in the name of its metadata file.
pub const SIDECAR_SUFFIX: &str = ".metadata.json";

/// A copy of one bucket, or of several.
#[derive(Debug, Clone)]
pub struct LocalStore {
    root: PathBuf,
    only_bucket: Option<String>,
    /// Sorted keys below the prefix listed last: pages of one list are not worth one walk each.
    listed: Arc<Mutex<Lists>>,
}

/// Entries by bucket and prefix.
type Lists = BTreeMap<(String, String), Arc<[Entry]>>;

/// How many lists are remembered.
const LISTS_KEPT: usize = 64;

/// The file beside an object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Sidecar {
    /// The user metadata.
    pub metadata: Metadata,
    /// The storage class, if it is not the standard one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
}

impl LocalStore {
    /// A directory that holds one directory per bucket.
    #[must_use]
    pub fn of_buckets(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), only_bucket: None, listed: Arc::default() }
    }

    /// A directory that holds the objects of one bucket, as `aws s3 sync s3://bucket DIR` leaves them.
    #[must_use]
    pub fn of_bucket(root: impl Into<PathBuf>, bucket: &str) -> Self {
        Self { root: root.into(), only_bucket: Some(bucket.to_owned()), listed: Arc::default() }
    }

    /// The path of an object.
    ///
    /// # Errors
    ///
    /// When the bucket is not in the copy, or the key would lead out of the directory.
    fn path(&self, bucket: &str, key: &str) -> Result<PathBuf, StoreError> {
        let mut path = self.root.clone();
        match &self.only_bucket {
            Some(only) if only == bucket => {}
            Some(_) => return Err(StoreError::NotCopied(bucket.to_owned())),
            None => path.push(plain(bucket)?),
        }
        // What is not in a copy of the bucket is gone; what is in a bucket that was not copied may be there.
        if !path.is_dir() {
            return Err(StoreError::NotCopied(bucket.to_owned()));
        }
        path.push(plain(key)?);
        Ok(path)
    }

    fn entries(&self, name: (String, String)) -> Result<Arc<[Entry]>, StoreError> {
        let (bucket, prefix) = (name.0.as_str(), name.1.as_str());
        if let Some(found) = self.listed.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(Arc::clone(found));
        }
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = self.path(bucket, folder)?;
        let mut keys = BTreeSet::new();
        let base = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        walk(&root, &base, &mut keys).map_err(|error| describe(&error))?;
        // A file named like metadata of nothing is an object like any other.
        let is_sidecar = |key: &&String| key.strip_suffix(SIDECAR_SUFFIX).is_some_and(|object| keys.contains(object));
        let entries: Arc<[Entry]> = keys
            .iter()
            .filter(|key| key.starts_with(prefix) && !is_sidecar(key))
            .map(|key| Entry { key: key.clone(), size: None })
            .collect();
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if listed.len() >= LISTS_KEPT {
            listed.pop_first();
        }
        listed.insert(name, Arc::clone(&entries));
        Ok(entries)
    }

    fn read(&self, bucket: &str, key: &str) -> Result<Object, StoreError> {
        let path = self.path(bucket, key)?;
        let sidecar = read_sidecar(&path)?;
        if let Some(class) = sidecar.as_ref().and_then(|sidecar| archived(sidecar.storage_class.as_deref())) {
            return Err(StoreError::Archived(class.to_owned()));
        }
        let body = fs::read(&path).map_err(|error| describe(&error))?;
        let declared_len = Some(body.len() as u64);
        Ok(Object {
            body: body.into(),
            declared_len,
            metadata: sidecar.map(|sidecar| sidecar.metadata),
            arrived: Arrived::AsStored,
        })
    }
}

impl ObjectStore for LocalStore {
    async fn list(&self, bucket: &str, prefix: &str, start_after: Option<&str>) -> Result<Page, StoreError> {
        let (store, name) = (self.clone(), (bucket.to_owned(), prefix.to_owned()));
        let wanted = name.clone();
        let entries = off_thread(move || store.entries(wanted)).await?;
        let begin = start_after.map_or(0, |after| entries.partition_point(|entry| entry.key.as_str() <= after));
        let rest = entries.get(begin..).unwrap_or_default();
        let page = rest.get(..PAGE_KEYS).unwrap_or(rest);
        let more = page.len() < rest.len();
        if !more {
            self.listed.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        }
        Ok(Page { entries: page.to_vec(), more })
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Object, StoreError> {
        let (store, bucket, key) = (self.clone(), bucket.to_owned(), key.to_owned());
        off_thread(move || store.read(&bucket, &key)).await
    }

    /// A copy lists no sizes: what is in it is what was copied.
    async fn listed_size(&self, _bucket: &str, _key: &str) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Transport(error.to_string())),
    }
}

/// Refuses whatever is not a path below the root: keys come from the store and may hold anything.
fn plain(key: &str) -> Result<&Path, StoreError> {
    let path = Path::new(key);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if inside && !key.contains('\0') { Ok(path) } else { Err(StoreError::NotFound) }
}

fn walk(folder: &Path, base: &str, keys: &mut BTreeSet<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{base}{name}/"), keys)?;
        } else {
            keys.insert(format!("{base}{name}"));
        }
    }
    Ok(())
}

fn read_sidecar(object: &Path) -> Result<Option<Sidecar>, StoreError> {
    let mut name = object.as_os_str().to_owned();
    name.push(SIDECAR_SUFFIX);
    match fs::read(&name) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| {
            StoreError::Transport(format!(
                "`{}` is not the answer to `head-object`: {error}",
                Path::new(&name).display()
            ))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(describe(&error)),
    }
}

// See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
fn archived(class: Option<&str>) -> Option<&str> {
    class.filter(|class| matches!(*class, "GLACIER" | "DEEP_ARCHIVE"))
}

fn describe(error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => StoreError::NotFound,
        ErrorKind::PermissionDenied => StoreError::Denied(error.to_string()),
        _ => StoreError::Transport(error.to_string()),
    }
}
