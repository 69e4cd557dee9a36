//! A store that fails as told.
//!
//! Owns: faults of transport, latency and a record of what was read. Must not know: CloudTrail.

use crate::store::{Object, ObjectStore, Page, StoreError};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens when an object is read, so many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Permission is refused.
    Denied,
    /// The object is archived.
    Archived,
    /// The store asks to slow down.
    Throttled,
    /// The connection breaks in the middle; the length announced is the whole.
    Cut,
    /// Half of the object arrives, and the length announced is that of the half: a proxy that repairs what it cut.
    Shortened,
    /// The connection breaks before anything arrives.
    Broken,
    /// No answer comes.
    Silent,
}

/// A store in front of another one.
#[derive(Debug, Clone)]
pub struct FaultyStore<S> {
    inner: Arc<S>,
    faults: Arc<Mutex<HashMap<String, (Fault, u32)>>>,
    list_fault: Option<(String, Fault)>,
    latency: Duration,
    reads: Arc<Mutex<Vec<String>>>,
    in_flight: Arc<AtomicUsize>,
    most_in_flight: Arc<AtomicUsize>,
    stop_after: usize,
}

impl<S: ObjectStore> FaultyStore<S> {
    /// A store without faults.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner: Arc::new(inner),
            faults: Arc::default(),
            list_fault: None,
            latency: Duration::ZERO,
            reads: Arc::default(),
            in_flight: Arc::default(),
            most_in_flight: Arc::default(),
            stop_after: usize::MAX,
        }
    }

    /// Every answer takes this long.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// After so many reads no answer comes any more, as when the reader was killed.
    #[must_use]
    pub fn stopping_after(mut self, reads: usize) -> Self {
        self.stop_after = reads;
        self
    }

    /// Lists below a prefix fail.
    #[must_use]
    pub fn failing_list(mut self, prefix: &str, fault: Fault) -> Self {
        self.list_fault = Some((prefix.to_owned(), fault));
        self
    }

    /// An object fails so many times.
    #[must_use]
    pub fn failing(self, key: &str, fault: Fault, times: u32) -> Self {
        self.faults.lock().unwrap().insert(key.to_owned(), (fault, times));
        self
    }

    /// The keys read so far, in order.
    #[must_use]
    pub fn reads(&self) -> Vec<String> {
        self.reads.lock().unwrap().clone()
    }

    /// The most reads that were in flight at once.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(SeqCst)
    }

    fn note_read(&self, key: &str) -> usize {
        let mut reads = self.reads.lock().unwrap();
        reads.push(key.to_owned());
        reads.len()
    }

    fn due(&self, key: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let (fault, left) = faults.get_mut(key)?;
        *left = left.checked_sub(1)?;
        Some(*fault)
    }
}

impl<S: ObjectStore> ObjectStore for FaultyStore<S> {
    async fn list(&self, bucket: &str, prefix: &str, start_after: Option<&str>) -> Result<Page, StoreError> {
        match &self.list_fault {
            Some((failing, fault)) if prefix.starts_with(failing) => Err(error(*fault)),
            _ => self.inner.list(bucket, prefix, start_after).await,
        }
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Object, StoreError> {
        if self.note_read(key) > self.stop_after {
            std::future::pending::<()>().await;
        }
        let now = self.in_flight.fetch_add(1, SeqCst) + 1;
        self.most_in_flight.fetch_max(now, SeqCst);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        self.in_flight.fetch_sub(1, SeqCst);
        match self.due(key) {
            None => self.inner.get(bucket, key).await,
            Some(Fault::Cut) => {
                let mut object = self.inner.get(bucket, key).await?;
                object.declared_len = Some(object.body.len() as u64);
                object.body.truncate(object.body.len() / 2);
                Ok(object)
            }
            Some(Fault::Shortened) => {
                let mut object = self.inner.get(bucket, key).await?;
                object.body.truncate(object.body.len() / 2);
                object.declared_len = Some(object.body.len() as u64);
                Ok(object)
            }
            Some(Fault::Silent) => std::future::pending().await,
            Some(fault) => Err(error(fault)),
        }
    }
}

fn error(fault: Fault) -> StoreError {
    match fault {
        Fault::Denied => StoreError::Denied("AccessDenied".to_owned()),
        Fault::Archived => StoreError::Archived("GLACIER".to_owned()),
        Fault::Throttled => StoreError::Throttled("SlowDown".to_owned()),
        Fault::Cut | Fault::Shortened | Fault::Broken | Fault::Silent => {
            StoreError::Transport("connection reset".to_owned())
        }
    }
}
