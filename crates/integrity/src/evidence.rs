//! Evidence: one record per object, finding and chain.
//!
//! Owns: the records' shape and their writing as JSON lines. Must not know: how results come about.

use crate::finding::Finding;
use crate::hash::Sha256;
use crate::report::ChainSummary;
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// One line of evidence.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record<'a> {
    /// A digest whose signature verified.
    Digest {
        /// The chain.
        chain: &'a str,
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
        /// The hash of its inflated content.
        sha256: Sha256,
        /// The fingerprint of the public key that verified it.
        public_key: &'a str,
        /// How many log files it names.
        logs: usize,
    },
    /// A log file whose hash is the one its digest records.
    Log {
        /// The chain.
        chain: &'a str,
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
        /// The hash of its inflated content.
        sha256: Sha256,
        /// Its size as stored.
        bytes: u64,
    },
    /// A log file that sampling left out.
    Skipped {
        /// The chain.
        chain: &'a str,
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
    },
    /// Something found.
    Finding(&'a Finding),
    /// The end of a chain.
    Chain(&'a ChainSummary),
}

/// Takes evidence as it arises, from several threads, in no particular order.
pub trait Sink: Send + Sync + 'static {
    /// Takes one record.
    ///
    /// # Errors
    ///
    /// When it cannot be kept. The run then ends: a result without its evidence is none.
    fn record(&self, record: &Record<'_>) -> io::Result<()>;
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl Sink for NoSink {
    fn record(&self, _: &Record<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Appends JSON lines to a file. Every line is whole when `record` returns, so that a killed process loses none.
#[derive(Debug)]
pub struct JsonLines {
    file: Mutex<File>,
}

impl JsonLines {
    /// Opens or creates a file and cuts off a line that a killed process left unfinished.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, read or cut.
    pub fn append(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let end = end_of_last_line(&mut file)?;
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Appends one line.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }

    /// Waits until the lines are on disk.
    ///
    /// # Errors
    ///
    /// When the file system reports so.
    pub fn sync(&self) -> io::Result<()> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).sync_data()
    }
}

impl Sink for JsonLines {
    fn record(&self, record: &Record<'_>) -> io::Result<()> {
        self.write(record)
    }
}

fn end_of_last_line(file: &mut File) -> io::Result<u64> {
    const BLOCK: u64 = 64 * 1024;
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let begin = end.saturating_sub(BLOCK);
        file.seek(SeekFrom::Start(begin))?;
        let mut block = Vec::new();
        file.take(end - begin).read_to_end(&mut block)?;
        if let Some(newline) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + newline as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}
