//! What the engine asks of a store of objects.
//!
//! Owns: the trait and the kinds of failure that must be told apart. Must not know: any store.

use crate::digest::Metadata;
use crate::gzip::{GzipError, Inflated};
use bytes::Bytes;
use std::future::Future;
use thiserror::Error;

/// Why an object or a list was not read. None of these says anything about tampering, except that an object is not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// There is no such object, or no such bucket.
    #[error("there is no such object")]
    NotFound,
    /// The store refused. Not tried again.
    #[error("the store refused: {0}; check the permissions of the reader, also for the KMS key")]
    Denied(String),
    /// This store does not hold the bucket, so that it cannot say what is in it. Not tried again.
    #[error("the copy does not hold bucket `{0}`; copy that bucket as well")]
    NotCopied(String),
    /// The object is in a storage class that cannot be read directly.
    #[error("the object is in storage class `{0}`; restore it first")]
    Archived(String),
    /// The store asks for fewer requests. Tried again, more slowly.
    #[error("the store asked to slow down: {0}; use fewer requests in flight")]
    Throttled(String),
    /// The object did not arrive whole. Tried again.
    #[error("the object did not arrive: {0}; run again")]
    Transport(String),
}

impl StoreError {
    /// Whether another attempt may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Transport(_))
    }
}

/// An object that was read whole.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its bytes, in the form that `arrived` says.
    pub body: Bytes,
    /// How long the store said it is, so that a cut connection is noticed. Nothing if the store did not say.
    pub declared_len: Option<u64>,
    /// Its user metadata, lower-case names without `x-amz-meta-`. Nothing if this store does not know them.
    pub metadata: Option<Metadata>,
    /// What became of the bytes that arrived.
    pub arrived: Arrived,
}

/// What a store did with the bytes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// Nothing: the body is as stored.
    AsStored,
    /// It inflated them, and the body is what they hold.
    Inflated {
        /// How many bytes arrived.
        bytes: u64,
    },
    /// It inflated them and kept the hash alone: the body is not looked at.
    Hashed {
        /// How many bytes arrived.
        bytes: u64,
        /// What inflating them gave.
        inflated: Result<Inflated, GzipError>,
    },
}

impl Object {
    /// How many bytes of the stored object arrived.
    #[must_use]
    pub fn arrived_bytes(&self) -> u64 {
        match self.arrived {
            Arrived::AsStored => self.body.len() as u64,
            Arrived::Inflated { bytes } | Arrived::Hashed { bytes, .. } => bytes,
        }
    }
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The size as stored, if it is known.
    pub size: Option<u64>,
}

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Entries in ascending order of their keys' UTF-8 bytes.
    pub entries: Vec<Entry>,
    /// Whether more entries follow the last one.
    pub more: bool,
}

/// A store of objects.
pub trait ObjectStore: Send + Sync + 'static {
    /// Lists keys that begin with `prefix` and come after `start_after`, one page of them.
    // See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        start_after: Option<&str>,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Reads an object.
    fn get(&self, bucket: &str, key: &str) -> impl Future<Output = Result<Object, StoreError>> + Send;

    /// The size that the store lists for an object: a transfer that was cut differs from it, an object that was changed
    /// does not. Nothing when the store lists no sizes, or does not list the object.
    fn listed_size(&self, bucket: &str, key: &str) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send {
        async move {
            let page = self.list(bucket, key, None).await?;
            Ok(page.entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.size))
        }
    }
}

impl<S: ObjectStore> ObjectStore for std::sync::Arc<S> {
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        start_after: Option<&str>,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send {
        S::list(self, bucket, prefix, start_after)
    }

    fn get(&self, bucket: &str, key: &str) -> impl Future<Output = Result<Object, StoreError>> + Send {
        S::get(self, bucket, key)
    }

    fn listed_size(&self, bucket: &str, key: &str) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send {
        S::listed_size(self, bucket, key)
    }
}
