//! Judging one digest, and the log files that one digest names.
//!
//! Owns: the way from a stored object to its result. Must not know: neighbours.

use super::context::{Chain, Task};
use super::reader::Held;
use crate::chain::Link;
use crate::checkpoint::{BegunDigest, DoneDigest, DoneLog};
use crate::digest::{DigestFault, Found, LogEntry, VerifiedDigest, verify_digest};
use crate::evidence::Record;
use crate::finding::{Class, Code, Finding};
use crate::gzip::{GzipError, Inflated, hash_inflated};
use crate::hash::{Fingerprint, Sha256};
use crate::progress::bump;
use crate::store::{Arrived, ObjectStore, StoreError};
use crate::totals::Totals;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;

/// Objects above this size are inflated where they do not hold up others.
const LARGE_BYTES: usize = 1 << 20;

/// What became of a digest.
pub(crate) enum DigestRead {
    /// An interrupted run judged it and all its log files.
    Remembered(DoneDigest),
    /// It verified.
    Verified(Box<VerifiedDigest>, Totals),
    /// It did not.
    Refused(Finding, Totals),
}

/// Log files of one digest, judged.
pub(crate) struct LogsJudged {
    pub(crate) totals: Totals,
    pub(crate) findings: Vec<Finding>,
    /// The log files' fingerprints, for the search for added ones.
    pub(crate) named: Vec<Fingerprint>,
    /// Log files that sampling left out.
    pub(crate) left_out: Vec<LogEntry>,
}

/// Why an object is not what it should be, or was not read.
struct Refusal {
    code: Code,
    detail: String,
    /// How many bytes arrived, when they were judged and found to be bad.
    arrived: Option<u64>,
}

impl Refusal {
    fn unread(code: Code, detail: String) -> Self {
        Self { code, detail, arrived: None }
    }

    fn judged(code: Code, detail: String, arrived: u64) -> Self {
        Self { code, detail, arrived: (code.class() == Class::Invalid).then_some(arrived) }
    }
}

impl LogsJudged {
    pub(crate) fn new(totals: Totals) -> Self {
        Self { totals, findings: Vec::new(), named: Vec::new(), left_out: Vec::new() }
    }
}

impl<S: ObjectStore> Chain<S> {
    /// Reads and judges a digest. A refusal is confirmed by a second read.
    pub(crate) async fn read_digest(self: Arc<Self>, key: String) -> DigestRead {
        let object = Fingerprint::of(&self.bucket, &key);
        if let Some(done) = self.remembered.digests.get(&object) {
            bump(&self.run.reader.meter.digests, 1);
            bump(&self.run.reader.meter.logs, done.totals.logs_valid + done.totals.logs_skipped);
            return DigestRead::Remembered(done.clone());
        }
        if let Some(begun) = self.remembered.begun.get(&object) {
            bump(&self.run.reader.meter.digests, 1);
            return DigestRead::Verified(Box::new(begun.verified.clone()), begun.totals);
        }
        let read = self.judge_digest(&key).await;
        bump(&self.run.reader.meter.digests, 1);
        match &read {
            DigestRead::Verified(verified, totals) => {
                self.run.record(&Record::Digest {
                    chain: &self.name,
                    bucket: &self.bucket,
                    key: &key,
                    sha256: verified.hash,
                    public_key: &verified.digest.fingerprint,
                    logs: verified.digest.logs.len(),
                });
                let begun = || BegunDigest { verified: VerifiedDigest::clone(verified), totals: *totals };
                self.run.keep(self.run.checkpoint.begun(&self.journal, object, begun));
            }
            DigestRead::Refused(finding, totals) => {
                self.run.announce(finding);
                if finding.class == Class::Invalid {
                    let done = DoneDigest { link: None, totals: *totals, findings: vec![finding.clone()] };
                    self.run.keep(self.run.checkpoint.digest(&self.journal, object, &done));
                }
            }
            DigestRead::Remembered(_) => {}
        }
        read
    }

    async fn judge_digest(&self, key: &str) -> DigestRead {
        let mut totals = Totals::default();
        let mut confirmed = false;
        loop {
            let held = match self.run.reader.get(&self.bucket, key).await {
                Ok(held) => held,
                Err(error) => return self.refused(digest_unread(&error), key, error.to_string(), totals),
            };
            let arrived = held.object.arrived_bytes();
            totals.bytes_read += arrived;
            let limit = self.run.config.digest_limit;
            let found = Found {
                bucket: &self.bucket,
                key,
                region: &self.region,
                body: &held.object.body,
                is_inflated: matches!(held.object.arrived, Arrived::Inflated { .. }),
                metadata: held.object.metadata.as_ref(),
                limit,
            };
            match verify_digest(found, &self.run.keys) {
                Ok(verified) => {
                    totals.digests_valid += 1;
                    return DigestRead::Verified(Box::new(verified), totals);
                }
                Err(fault) if digest_code(&fault).class() != Class::Invalid => {
                    return self.refused(digest_code(&fault), key, fault.to_string(), totals);
                }
                Err(fault) if confirmed => {
                    let bad = Refusal { code: digest_code(&fault), detail: fault.to_string(), arrived: Some(arrived) };
                    // The comparison takes a place in flight itself.
                    drop(held);
                    let bad = self.unless_cut(&self.bucket, key, bad, Code::DigestUnreadable).await;
                    return self.refused(bad.code, key, bad.detail, totals);
                }
                Err(_) => confirmed = true,
            }
        }
    }

    fn refused(&self, code: Code, key: &str, detail: String, mut totals: Totals) -> DigestRead {
        totals.count(code, 1);
        DigestRead::Refused(Finding::new(code, &self.name, detail).object(&self.bucket, key), totals)
    }

    /// Judges all log files of a digest, and remembers the digest when nothing is left open.
    pub(crate) async fn judge_logs(
        self: Arc<Self>,
        verified: Box<VerifiedDigest>,
        backfill: bool,
        read: Totals,
    ) -> LogsJudged {
        let link = Link::of(&verified);
        let object = Fingerprint::of(&link.bucket, &link.key);
        let end = (!backfill).then_some(link.end);
        let mut judged = LogsJudged::new(read);
        let mut working: VecDeque<Task<DoneLog>> = VecDeque::new();
        for entry in verified.digest.logs {
            let name = Fingerprint::of(&entry.bucket, &entry.key);
            judged.named.push(name);
            // One digest may name very many log files, and many digests wait: a task each would fill memory.
            let waiting = Arc::clone(&self.run.waiting).acquire_owned().await;
            let chain = Arc::clone(&self);
            working.push_back(Task::spawn(async move {
                let done = chain.judge_log(entry, name, end).await;
                drop(waiting);
                done
            }));
            while working.front().is_some_and(Task::is_finished) {
                self.take_log(&mut judged, working.pop_front()).await;
            }
        }
        while !working.is_empty() {
            self.take_log(&mut judged, working.pop_front()).await;
        }
        if judged.findings.iter().all(|finding| finding.class != Class::Undetermined) && !self.run.has_failed() {
            let done = DoneDigest { link: Some(link), totals: judged.totals, findings: judged.findings.clone() };
            self.run.keep(self.run.checkpoint.digest(&self.journal, object, &done));
        }
        judged
    }

    async fn take_log(&self, judged: &mut LogsJudged, task: Option<Task<DoneLog>>) {
        let Some(task) = task else { return };
        match task.await {
            Some(done) => {
                judged.totals += done.totals;
                judged.findings.extend(done.finding);
                judged.left_out.extend(done.left_out);
            }
            None => self.run.broken_off(&self.name),
        }
    }

    /// Judges a log file, unless an interrupted run did.
    async fn judge_log(&self, entry: LogEntry, name: Fingerprint, end: Option<Timestamp>) -> DoneLog {
        let known = self.remembered.logs.get(&name).filter(|done| done.hash == entry.hash);
        if let Some(done) = known {
            bump(&self.run.reader.meter.logs, 1);
            return done.clone();
        }
        let mut done = DoneLog::new(end, entry.hash);
        if self.run.config.sampling.takes(name) {
            self.read_log(&entry, &mut done).await;
        } else {
            done.totals.logs_skipped += 1;
            self.run.record(&Record::Skipped { chain: &self.name, bucket: &entry.bucket, key: &entry.key });
            done.left_out = Some(entry);
        }
        bump(&self.run.reader.meter.logs, 1);
        if done.finding.as_ref().is_none_or(|finding| finding.class != Class::Undetermined) {
            self.run.keep(self.run.checkpoint.log(&self.journal, name, done.clone()));
        }
        done
    }

    /// Reads a log file that sampling left out and the bucket's list does not show.
    pub(crate) async fn read_left_out(&self, entry: &LogEntry) -> DoneLog {
        let mut done = DoneLog::new(None, entry.hash);
        self.read_log(entry, &mut done).await;
        done
    }

    async fn read_log(&self, entry: &LogEntry, done: &mut DoneLog) {
        let mut result = self.attempt_log(entry, &mut done.totals).await;
        if result.as_ref().is_err_and(|refusal| refusal.arrived.is_some()) {
            result = self.attempt_log(entry, &mut done.totals).await;
        }
        match result {
            Ok((inflated, bytes)) => {
                done.totals.logs_valid += 1;
                done.totals.bytes_inflated += inflated.bytes;
                let (chain, bucket, key) = (self.name.as_str(), &*entry.bucket, entry.key.as_str());
                self.run.record(&Record::Log { chain, bucket, key, sha256: inflated.sha256, bytes });
            }
            Err(refusal) => {
                let Refusal { code, detail, .. } =
                    self.unless_cut(&entry.bucket, &entry.key, refusal, Code::LogUnreadable).await;
                done.totals.count(code, 1);
                let finding = Finding::new(code, &self.name, detail).object(&entry.bucket, &entry.key);
                self.run.announce(&finding);
                done.finding = Some(finding);
            }
        }
    }

    async fn attempt_log(&self, entry: &LogEntry, totals: &mut Totals) -> Result<(Inflated, u64), Refusal> {
        let held = self.run.reader.get(&entry.bucket, &entry.key).await;
        let held = held.map_err(|error| Refusal::unread(log_unread(&error), error.to_string()))?;
        let bytes = held.object.arrived_bytes();
        totals.bytes_read += bytes;
        let inflated = inflate_held(held, self.run.config.log_limit).await;
        match inflated.map_err(|(code, detail)| Refusal::judged(code, detail, bytes))? {
            genuine if genuine.sha256 == entry.hash => Ok((genuine, bytes)),
            other => Err(Refusal::judged(Code::LogHashMismatch, mismatch(&entry.hash, &other.sha256), bytes)),
        }
    }

    /// A refusal as it is, unless other bytes arrived than the store lists: then the transfer is at fault, and nothing is
    /// known of what is stored.
    async fn unless_cut(&self, bucket: &str, key: &str, refusal: Refusal, unread: Code) -> Refusal {
        let Some(arrived) = refusal.arrived else { return refusal };
        match self.run.reader.listed_size(bucket, key).await {
            Ok(Some(listed)) if listed != arrived => {
                let detail =
                    format!("`{arrived}` bytes arrived of an object that is listed with `{listed}`; run again");
                Refusal::unread(unread, detail)
            }
            Ok(_) => refusal,
            Err(error) => {
                let detail = format!("{}; its listed size could not be compared: {error}", refusal.detail);
                Refusal::unread(unread, detail)
            }
        }
    }

    /// The fingerprints that a digest names, without judging what it names: for telling whose log file it is.
    pub(crate) async fn names_of(&self, key: &str) -> Option<Vec<Fingerprint>> {
        match self.judge_digest(key).await {
            DigestRead::Verified(verified, _) => {
                let logs = verified.digest.logs.iter();
                Some(logs.map(|log| Fingerprint::of(&log.bucket, &log.key)).collect())
            }
            _ => None,
        }
    }
}

async fn inflate_held(held: Held, limit: u64) -> Result<Inflated, (Code, String)> {
    let refused = |error: GzipError| (log_code(error), error.to_string());
    match held.object.arrived {
        Arrived::Hashed { inflated, .. } => return inflated.map_err(refused),
        Arrived::Inflated { .. } if held.object.body.len() as u64 > limit => {
            return Err(refused(GzipError::TooLarge(limit)));
        }
        Arrived::Inflated { .. } => {
            let body = &held.object.body;
            return Ok(Inflated { sha256: Sha256::of(body), bytes: body.len() as u64 });
        }
        Arrived::AsStored => {}
    }
    if held.object.body.len() < LARGE_BYTES {
        return hash_inflated(&held.object.body, limit).map_err(refused);
    }
    let work = tokio::task::spawn_blocking(move || hash_inflated(&held.object.body, limit));
    match work.await {
        Ok(result) => result.map_err(refused),
        Err(error) => Err((Code::LogUnreadable, format!("inflating was broken off: {error}; run again"))),
    }
}

fn mismatch(expected: &Sha256, found: &Sha256) -> String {
    format!("the content's SHA-256 is `{found}`, its digest records `{expected}`; compare it with an older version")
}

fn log_code(error: GzipError) -> Code {
    match error {
        GzipError::Truncated => Code::LogTruncated,
        GzipError::Corrupt => Code::LogMalformed,
        GzipError::TrailingData(_) => Code::LogTrailingData,
        GzipError::TooLarge(_) => Code::LogUnreadable,
    }
}

fn log_unread(error: &StoreError) -> Code {
    if *error == StoreError::NotFound { Code::LogMissing } else { Code::LogUnreadable }
}

fn digest_unread(error: &StoreError) -> Code {
    // It was listed a moment ago: whoever took it away did so during the run.
    if *error == StoreError::NotFound { Code::DigestMissing } else { Code::DigestUnreadable }
}

fn digest_code(fault: &DigestFault) -> Code {
    match fault {
        DigestFault::Gzip(GzipError::TooLarge(_)) | DigestFault::NoMetadata => Code::DigestUnreadable,
        DigestFault::Gzip(_) | DigestFault::Content(_) => Code::DigestMalformed,
        DigestFault::Moved { .. } => Code::DigestMoved,
        DigestFault::Unsigned(_) | DigestFault::BadSignature(_) => Code::DigestBadSignature,
        DigestFault::KeyUnknown { .. } => Code::DigestKeyUnknown,
        DigestFault::KeyNotInUse { .. } => Code::DigestKeyNotInUse,
    }
}
