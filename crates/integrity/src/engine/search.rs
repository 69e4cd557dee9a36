//! The search for log files that no digest names.
//!
//! Owns: which listed log files are accounted for, following the chain at a distance. Must not know: their content.
//! Remembers names only from the digests near the place it has come to, not of the whole chain.

use super::context::Chain;
use crate::chain::{HOUR, Span, add, sub};
use crate::digest::LogEntry;
use crate::finding::{Class, Code, Finding};
use crate::hash::Fingerprint;
use crate::names::{LogKey, Place, date_path};
use crate::store::{ObjectStore, StoreError};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// How many digests of others are remembered.
const OTHERS_KEPT: usize = 64;

/// Names from digests, and where in the list of log files the search is.
pub(crate) struct Search {
    folder: String,
    named: HashSet<Fingerprint>,
    /// What can be forgotten once the search is past a digest's end; backfill digests are never past.
    by_end: VecDeque<(Timestamp, Vec<Fingerprint>)>,
    /// Log files that sampling left out, and that were not listed so far.
    left_out: HashMap<Fingerprint, LogEntry>,
    /// Those of them that should have been.
    unseen: Vec<LogEntry>,
    after: Option<String>,
    listed: VecDeque<String>,
    more: bool,
    stopped: bool,
    others: Vec<(Timestamp, String)>,
    names_of_others: HashMap<String, Option<HashSet<Fingerprint>>>,
    unproven: Option<Heap>,
    waiting: Option<Heap>,
}

/// Several log files in one finding.
struct Heap {
    count: u64,
    first: String,
    from: Timestamp,
    to: Timestamp,
}

/// What the search needs to know of the chain.
pub(crate) struct Known<'a> {
    pub(crate) begins: Timestamp,
    pub(crate) last_end: Timestamp,
    pub(crate) spans: &'a [Span],
}

impl Search {
    /// Begins a search, or continues one after a key.
    pub(crate) fn new(place: &Place, others: Vec<(Timestamp, String)>, after: Option<String>) -> Self {
        Self {
            folder: place.log_folder(),
            named: HashSet::new(),
            by_end: VecDeque::new(),
            left_out: HashMap::new(),
            unseen: Vec::new(),
            after,
            listed: VecDeque::new(),
            more: true,
            stopped: false,
            others,
            names_of_others: HashMap::new(),
            unproven: None,
            waiting: None,
        }
    }

    /// Learns the log files that a digest names.
    pub(crate) fn learn(&mut self, end: Option<Timestamp>, names: Vec<Fingerprint>, left_out: Vec<LogEntry>) {
        self.named.extend(&names);
        self.left_out.extend(left_out.into_iter().map(|entry| (Fingerprint::of(&entry.bucket, &entry.key), entry)));
        if let Some(end) = end {
            self.by_end.push_back((end, names));
        }
    }

    /// Judges listed log files delivered up to `horizon`; all digests that may name them must have been learned.
    /// The last time, the rest of that day is searched too: names without a time come after all others.
    pub(crate) async fn advance<S: ObjectStore>(
        &mut self,
        chain: &Arc<Chain<S>>,
        known: &Known<'_>,
        horizon: Timestamp,
        last: bool,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        while !self.stopped {
            if self.listed.is_empty() && !self.fetch(chain, known.begins, &mut findings).await {
                break;
            }
            let Some(key) = self.listed.front() else { break };
            let delivered = LogKey::parse(key).ok().map(|key| key.delivered);
            let later = delivered.is_some_and(|delivered| delivered > horizon);
            if (later && !last) || self.is_after(key, horizon) {
                break;
            }
            let Some(key) = self.listed.pop_front() else { break };
            if !self.left_out.is_empty() {
                self.left_out.remove(&Fingerprint::of(&chain.bucket, &key));
            }
            if !later {
                findings.extend(self.judge(chain, known, &key, delivered).await);
            }
            self.after = Some(key);
        }
        self.forget(sub(horizon, HOUR + chain.run.config.boundary_slop));
        // What is said once for many log files is said at the end: a continued search must come by them again.
        if self.unproven.is_none()
            && self.waiting.is_none()
            && let Some(after) = self.after.as_ref().filter(|_| self.listed.is_empty() || !findings.is_empty())
        {
            chain.run.keep(chain.run.checkpoint.searched(&chain.journal, after, &findings));
        }
        findings
    }

    /// Takes the log files left out that the list should have shown and did not; the last time, all that it did not show.
    pub(crate) fn unseen(&mut self, last: bool) -> Vec<LogEntry> {
        if self.stopped {
            // The list is not known, and that is a finding of its own.
            return Vec::new();
        }
        if last {
            self.unseen.extend(self.left_out.drain().map(|(_, entry)| entry));
            self.unseen.sort_by(|one, other| one.key.cmp(&other.key));
        }
        std::mem::take(&mut self.unseen)
    }

    /// What is said once for many log files.
    pub(crate) fn finish(&mut self, chain: &str, bucket: &str) -> Vec<Finding> {
        let unproven = self.unproven.take().map(|heap| {
            let detail =
                "the digests that should name these log files are missing, bad or unread; repair the chain first";
            heap.finding(Code::LogUnproven, chain, bucket, detail)
        });
        let waiting = self.waiting.take().map(|heap| {
            let detail = "these log files are newer than the newest digest; verify a later window to judge them";
            heap.finding(Code::LogPending, chain, bucket, detail)
        });
        unproven.into_iter().chain(waiting).collect()
    }

    async fn fetch<S: ObjectStore>(
        &mut self,
        chain: &Arc<Chain<S>>,
        begins: Timestamp,
        findings: &mut Vec<Finding>,
    ) -> bool {
        if !self.more {
            return false;
        }
        let after = self.after.get_or_insert_with(|| format!("{}{}", self.folder, date_path(begins)));
        match chain.run.reader.list(&chain.bucket, &self.folder, Some(after)).await {
            Ok(page) => {
                self.more = page.more;
                self.listed.extend(page.entries.into_iter().map(|entry| entry.key));
                !self.listed.is_empty()
            }
            Err(error) => {
                self.stopped = true;
                findings.push(unlistable(&chain.name, &chain.bucket, &self.folder, &error));
                false
            }
        }
    }

    /// Whether a key without a time lies in the folder of a later day.
    fn is_after(&self, key: &str, horizon: Timestamp) -> bool {
        let folder = key.get(..self.folder.len() + 10).unwrap_or(key);
        folder > format!("{}{}", self.folder, date_path(horizon)).as_str()
    }

    async fn judge<S: ObjectStore>(
        &mut self,
        chain: &Arc<Chain<S>>,
        known: &Known<'_>,
        key: &str,
        delivered: Option<Timestamp>,
    ) -> Option<Finding> {
        let name = Fingerprint::of(&chain.bucket, key);
        // The console makes empty objects whose names end in a slash to stand for folders.
        if self.named.contains(&name) || key.ends_with('/') {
            return None;
        }
        let Some(delivered) = delivered else {
            let detail = "no digest names this object, and it is not named like a log file; find out what wrote it";
            return Some(Finding::new(Code::LogUnreferenced, &chain.name, detail).object(&chain.bucket, key));
        };
        if delivered < known.begins {
            return None;
        }
        let named = self.named_by_others(chain, name, delivered).await;
        if named == Some(true) {
            return None;
        }
        let slop = chain.run.config.boundary_slop;
        let lost = |span: &Span| sub(span.from, slop) <= delivered && delivered <= add(span.to, slop);
        if named.is_none() || known.spans.iter().any(lost) {
            Heap::put(&mut self.unproven, key, delivered);
            return None;
        }
        let waits = add(delivered, chain.run.config.pending_allowance) > chain.run.now;
        if waits && delivered > sub(known.last_end, slop) {
            Heap::put(&mut self.waiting, key, delivered);
            return None;
        }
        let (code, detail) = if waits {
            (Code::LogPending, "no digest names this log file yet; a backfill digest may still come")
        } else {
            (
                Code::LogUnreferenced,
                "no digest names this log file; CloudTrail did not vouch for it, find out what wrote it",
            )
        };
        Some(Finding::new(code, &chain.name, detail).object(&chain.bucket, key).between(delivered, delivered))
    }

    /// Whether a digest just outside the window, or of another trail in the same folder, names the log file. Nothing if
    /// one that might could not be judged.
    async fn named_by_others<S: ObjectStore>(
        &mut self,
        chain: &Arc<Chain<S>>,
        name: Fingerprint,
        delivered: Timestamp,
    ) -> Option<bool> {
        let slop = chain.run.config.boundary_slop;
        let (from, to) = (sub(delivered, slop), add(delivered, HOUR + slop));
        let near: Vec<String> =
            self.others.iter().filter(|(end, _)| from <= *end && *end <= to).map(|(_, key)| key.clone()).collect();
        let mut all_judged = true;
        for key in near {
            if self.names_of_others.len() >= OTHERS_KEPT && !self.names_of_others.contains_key(&key) {
                self.names_of_others.clear();
            }
            if !self.names_of_others.contains_key(&key) {
                let names = chain.names_of(&key).await.map(HashSet::from_iter);
                self.names_of_others.insert(key.clone(), names);
            }
            match self.names_of_others.get(&key) {
                Some(Some(names)) if names.contains(&name) => return Some(true),
                Some(Some(_)) => {}
                Some(None) | None => all_judged = false,
            }
        }
        all_judged.then_some(false)
    }

    fn forget(&mut self, past: Timestamp) {
        while self.by_end.front().is_some_and(|(end, _)| *end < past) {
            for name in self.by_end.pop_front().map(|(_, names)| names).unwrap_or_default() {
                self.named.remove(&name);
                self.unseen.extend(self.left_out.remove(&name));
            }
        }
    }
}

impl Heap {
    fn put(heap: &mut Option<Self>, key: &str, delivered: Timestamp) {
        match heap {
            Some(heap) => {
                heap.count += 1;
                heap.to = heap.to.max(delivered);
            }
            None => *heap = Some(Self { count: 1, first: key.to_owned(), from: delivered, to: delivered }),
        }
    }

    fn finding(self, code: Code, chain: &str, bucket: &str, detail: &str) -> Finding {
        let finding = Finding::new(code, chain, detail).object(bucket, &self.first);
        finding.between(self.from, self.to).count(self.count)
    }
}

fn unlistable(chain: &str, bucket: &str, folder: &str, error: &StoreError) -> Finding {
    debug_assert_eq!(Code::LogUnlistable.class(), Class::Undetermined);
    let detail = format!("the log files below `{folder}` cannot be listed: {error}");
    Finding::new(Code::LogUnlistable, chain, detail).object(bucket, folder)
}
