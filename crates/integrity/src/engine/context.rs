//! What all tasks of a run, and all tasks of one chain, share.
//!
//! Owns: where records and findings go, and the first failure to keep them. Must not know: how anything is judged.

use super::reader::Reader;
use crate::checkpoint::{Checkpoint, Progress as Remembered};
use crate::config::Config;
use crate::evidence::{Record, Sink};
use crate::finding::{Class, Finding};
use crate::inventory::{Inventory, Window};
use crate::progress::bump;
use crate::public_keys::PublicKeys;
use jiff::Timestamp;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Shared by a run.
pub(crate) struct Run<S> {
    pub(crate) config: Config,
    pub(crate) reader: Reader<S>,
    pub(crate) keys: Arc<PublicKeys>,
    pub(crate) inventory: Inventory,
    pub(crate) window: Window,
    pub(crate) now: Timestamp,
    pub(crate) checkpoint: Arc<Checkpoint>,
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) failure: Mutex<Option<io::Error>>,
    /// Places for log files that wait for a read or are being read, over all chains.
    pub(crate) waiting: Arc<Semaphore>,
}

impl<S> Run<S> {
    pub(crate) fn record(&self, record: &Record<'_>) {
        self.keep(self.sink.record(record));
    }

    /// Takes a finding for the evidence and the progress display.
    pub(crate) fn announce(&self, finding: &Finding) {
        self.meter_finding(finding);
        self.record(&Record::Finding(finding));
    }

    pub(crate) fn meter_finding(&self, finding: &Finding) {
        match finding.class {
            Class::Informative => {}
            Class::Undetermined => bump(&self.reader.meter.undetermined, 1),
            Class::Invalid => bump(&self.reader.meter.invalid, 1),
        }
    }

    /// A task that did not end by itself leaves work undone: then there is no result.
    pub(crate) fn broken_off(&self, what: &str) {
        self.keep(Err(io::Error::other(format!("the work on `{what}` was broken off"))));
    }

    pub(crate) fn keep(&self, written: io::Result<()>) {
        if let Err(error) = written {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Whether evidence was lost: then nothing more need be read.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// Shared by the tasks of one chain in one bucket.
pub(crate) struct Chain<S> {
    pub(crate) run: Arc<Run<S>>,
    pub(crate) name: String,
    /// Its name in the checkpoint: another one in each bucket.
    pub(crate) journal: String,
    pub(crate) region: String,
    pub(crate) bucket: String,
    /// What an interrupted run had judged.
    pub(crate) remembered: Arc<Remembered>,
}

/// A spawned task that ends with the one who waits for it.
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T: Send + 'static> Task<T> {
    pub(crate) fn spawn(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl<T> Task<T> {
    pub(crate) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> Future for Task<T> {
    /// Nothing if the task was ended from outside, or panicked.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll(cx).map(Result::ok)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
