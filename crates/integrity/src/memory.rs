//! A store in memory.
//!
//! Owns: objects held in a map. Must not know: CloudTrail.

use crate::digest::Metadata;
use crate::store::{Arrived, Entry, Object, ObjectStore, Page, StoreError};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;

/// How many keys a page holds, as in S3.
pub(crate) const PAGE_KEYS: usize = 1000;

/// Objects by bucket and key.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    buckets: BTreeMap<String, BTreeMap<String, Stored>>,
}

/// One object in memory.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its bytes.
    pub body: Bytes,
    /// Its user metadata.
    pub metadata: Option<Metadata>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an object.
    pub fn put(&mut self, bucket: &str, key: &str, body: impl Into<Bytes>, metadata: Option<Metadata>) {
        let stored = Stored { body: body.into(), metadata };
        self.buckets.entry(bucket.to_owned()).or_default().insert(key.to_owned(), stored);
    }

    /// Takes an object away.
    pub fn remove(&mut self, bucket: &str, key: &str) -> Option<Stored> {
        self.buckets.get_mut(bucket)?.remove(key)
    }

    /// One object.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str) -> Option<&Stored> {
        self.buckets.get(bucket)?.get(key)
    }

    /// All objects: bucket, key, content.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &str, &Stored)> {
        self.buckets.iter().flat_map(|(bucket, objects)| {
            objects.iter().map(move |(key, stored)| (bucket.as_str(), key.as_str(), stored))
        })
    }
}

impl ObjectStore for MemoryStore {
    async fn list(&self, bucket: &str, prefix: &str, start_after: Option<&str>) -> Result<Page, StoreError> {
        let objects = self.buckets.get(bucket).ok_or(StoreError::NotFound)?;
        let from = match start_after.filter(|key| *key >= prefix) {
            Some(key) => Bound::Excluded(key),
            None => Bound::Included(prefix),
        };
        let mut rest = objects.range::<str, _>((from, Bound::Unbounded)).take_while(|(key, _)| key.starts_with(prefix));
        let entries = rest.by_ref().take(PAGE_KEYS);
        let entries = entries.map(|(key, stored)| Entry { key: key.clone(), size: Some(stored.body.len() as u64) });
        let entries = entries.collect();
        Ok(Page { entries, more: rest.next().is_some() })
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Object, StoreError> {
        let stored = self.object(bucket, key).ok_or(StoreError::NotFound)?;
        let declared_len = Some(stored.body.len() as u64);
        Ok(Object {
            body: stored.body.clone(),
            declared_len,
            metadata: stored.metadata.clone(),
            arrived: Arrived::AsStored,
        })
    }
}
