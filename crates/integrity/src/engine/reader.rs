//! Reading with patience: bounded, repeated when that may help, and never mistaking half an object for a whole one.
//!
//! Owns: retries, timeouts, giving up on a store that fell silent, and the length check. Must not know: what is read.

use super::gate::{Gate, Place};
use crate::config::Config;
use crate::progress::{Meter, bump};
use crate::store::{Object, ObjectStore, Page, StoreError};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A store behind a gate.
pub(crate) struct Reader<S> {
    store: S,
    pub(crate) gate: Gate,
    pub(crate) meter: Arc<Meter>,
    attempts: u32,
    first_wait: Duration,
    timeout: Option<Duration>,
    /// Reads in a row that were given up without an answer.
    unanswered: AtomicUsize,
}

/// An object, and its place in flight for as long as the object is in memory.
pub(crate) struct Held {
    pub(crate) object: Object,
    _place: Place,
}

impl<S: ObjectStore> Reader<S> {
    pub(crate) fn new(store: S, config: &Config, meter: Arc<Meter>) -> Self {
        Self {
            store,
            gate: Gate::new(config.reads_at_first, config.reads_at_most),
            meter,
            attempts: config.attempts.max(1),
            first_wait: config.first_wait,
            timeout: config.read_timeout,
            unanswered: AtomicUsize::new(0),
        }
    }

    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Result<Held, StoreError> {
        let place = self.gate.enter().await;
        let object = self.patiently(|| async { whole(self.store.get(bucket, key).await?) }).await?;
        bump(&self.meter.bytes, object.arrived_bytes());
        Ok(Held { object, _place: place })
    }

    pub(crate) async fn list(&self, bucket: &str, prefix: &str, after: Option<&str>) -> Result<Page, StoreError> {
        let _place = self.gate.enter().await;
        self.patiently(|| self.store.list(bucket, prefix, after)).await
    }

    pub(crate) async fn listed_size(&self, bucket: &str, key: &str) -> Result<Option<u64>, StoreError> {
        let _place = self.gate.enter().await;
        self.patiently(|| self.store.listed_size(bucket, key)).await
    }

    async fn patiently<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut wait = self.first_wait;
        let mut left = self.attempts;
        self.is_answering()?;
        loop {
            left -= 1;
            let result = self.in_time(attempt()).await;
            match &result {
                Err(StoreError::Throttled(_)) => self.gate.slow_down(),
                Err(StoreError::Transport(_)) => {}
                Ok(_) | Err(_) => self.gate.went_well(),
            }
            match result {
                Err(error) if error.is_transient() && left > 0 => tokio::time::sleep(wait).await,
                result => {
                    match &result {
                        Err(StoreError::Transport(_)) => self.unanswered.fetch_add(1, Relaxed),
                        _ => self.unanswered.swap(0, Relaxed),
                    };
                    return result;
                }
            }
            wait = wait.saturating_mul(2);
        }
    }

    /// A store that has fallen silent is not waited for once for every object: the run would never end.
    fn is_answering(&self) -> Result<(), StoreError> {
        let unanswered = self.unanswered.load(Relaxed);
        if unanswered < self.gate.limit().saturating_mul(2) {
            return Ok(());
        }
        Err(StoreError::Transport(format!("it was not asked for: `{unanswered}` reads in a row got no answer")))
    }

    async fn in_time<T>(&self, attempt: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let Some(timeout) = self.timeout else { return attempt.await };
        let late = || StoreError::Transport(format!("no answer within {} s", timeout.as_secs()));
        tokio::time::timeout(timeout, attempt).await.unwrap_or_else(|_| Err(late()))
    }
}

/// A connection that was cut leaves fewer bytes than announced: a fault of transport, not of the object.
fn whole(object: Object) -> Result<Object, StoreError> {
    let read = object.body.len() as u64;
    match object.declared_len {
        Some(declared) if declared != read => {
            Err(StoreError::Transport(format!("`{read}` bytes of `{declared}` arrived")))
        }
        _ => Ok(object),
    }
}
