//! One chain in one bucket, from its listed digests to its findings.
//!
//! Owns: the order of work: digests ahead, links one after another, log files behind, search last. Must not know: other
//! chains.

use super::context::{Chain, Task};
use super::listing::Listing;
use super::objects::{DigestRead, LogsJudged};
use super::search::{Known, Search};
use crate::chain::{ChainCheck, Link, sub};
use crate::checkpoint::{DoneDigest, HourRun, Mark, add_end};
use crate::config::Sampling;
use crate::digest::LogEntry;
use crate::finding::{Class, Code, Finding};
use crate::hash::Fingerprint;
use crate::inventory::{Inventory, Row, Window};
use crate::store::ObjectStore;
use crate::totals::{CodeCounts, Totals};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::future::{Future, ready};
use std::sync::Arc;

/// What a segment has come to.
pub(crate) struct Segment<S> {
    pub(crate) chain: Arc<Chain<S>>,
    pub(crate) row: Row,
    /// With the bucket and prefix of this segment.
    pub(crate) inventory: Inventory,
    pub(crate) window: Window,
    pub(crate) check: ChainCheck,
    pub(crate) mark: Option<Mark>,
    pub(crate) results: Results,
    search: Option<Search>,
    /// Log files that an interrupted run judged, by the end of their digest.
    judged_before: HashMap<Option<Timestamp>, Vec<(Fingerprint, Option<LogEntry>)>>,
}

/// What is judged of a chain, and held against what.
pub(crate) struct Needs {
    pub(crate) window: Window,
    pub(crate) required: Timestamp,
    pub(crate) mark: Option<Mark>,
}

/// Counts and findings.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) totals: Totals,
    pub(crate) codes: CodeCounts,
    /// The first ones only.
    pub(crate) findings: Vec<Finding>,
    /// All digests that verified.
    pub(crate) verified: Vec<HourRun>,
    /// The ends of all backfill digests that verified.
    pub(crate) backfilled: BTreeSet<Timestamp>,
    /// The last digest up to which nothing was wrong.
    pub(crate) clean: Option<Link>,
    /// The end of the first digest at which something was wrong.
    wrong_from: Option<Timestamp>,
}

struct Work {
    link: Link,
    logs: Task<LogsJudged>,
}

impl Results {
    fn take(&mut self, finding: Finding, most: usize) {
        *self.codes.entry(finding.code).or_default() += finding.count;
        if self.findings.len() < most {
            self.findings.push(finding);
        }
    }
}

impl Results {
    fn wrong_at(&mut self, end: Timestamp) {
        self.wrong_from = Some(self.wrong_from.map_or(end, |from| from.min(end)));
    }

    fn take_clean(&mut self, link: Link) {
        if self.wrong_from.is_none_or(|from| link.end < from) {
            self.clean = Some(link);
        }
    }
}

impl<S: ObjectStore> Segment<S> {
    pub(crate) fn new(
        chain: Arc<Chain<S>>,
        row: Row,
        inventory: Inventory,
        needs: Needs,
        listing: &mut Listing,
    ) -> Self {
        let Needs { window, required, mark } = needs;
        let search = chain.run.config.completeness.then(|| {
            let searched = chain.remembered.searched.clone().filter(|_| search_continues(&chain));
            Search::new(&inventory.place(&row), std::mem::take(&mut listing.others), searched)
        });
        let mut judged_before: HashMap<_, Vec<_>> = HashMap::new();
        for (name, log) in chain.remembered.logs.iter().filter(|_| search.is_some()) {
            judged_before.entry(log.end).or_default().push((*name, log.left_out.clone()));
        }
        let check = ChainCheck::new(&chain.name, window.from, required);
        Self { chain, row, inventory, window, check, mark, results: Results::default(), search, judged_before }
    }

    /// Judges everything that was listed.
    pub(crate) async fn walk(&mut self, listing: Listing) {
        for finding in listing.findings {
            self.found(finding);
        }
        let found_before = self.chain.remembered.search_findings.iter().filter(|_| search_continues(&self.chain));
        for finding in found_before.cloned().collect::<Vec<_>>() {
            self.results.wrong_at(Timestamp::MIN);
            self.results.totals.count(finding.code, finding.count);
            self.found_before(finding);
        }
        self.walk_backfill(listing.backfill).await;
        self.walk_chain(listing.within).await;
    }

    /// Judges what is left when the end of the chain is known.
    pub(crate) async fn finish(&mut self) {
        let due_by = sub(self.chain.run.now, self.chain.run.config.delivery_allowance);
        if !self.row.may_have_ended
            && let Some(finding) = self.check.finish(self.window.to, self.row.until, due_by)
        {
            self.found_missing(finding);
        }
        self.search_up_to(self.window.to.min(self.chain.run.now), true).await;
        if let Some(mut search) = self.search.take() {
            for finding in search.finish(&self.chain.name, &self.chain.bucket) {
                self.found_missing(finding);
            }
        }
    }

    /// Checks the link from the first digest of the next bucket to the last one here.
    pub(crate) fn join(&mut self, newer: Link) {
        for finding in self.check.verified(newer) {
            self.found_missing(finding);
        }
    }

    /// Takes a finding that is not about an object counted already.
    pub(crate) fn found_missing(&mut self, finding: Finding) {
        self.results.totals.count(finding.code, finding.count);
        self.found(finding);
    }

    fn found(&mut self, finding: Finding) {
        self.chain.run.announce(&finding);
        self.found_before(finding);
    }

    /// Takes a finding that the evidence holds already.
    fn found_before(&mut self, finding: Finding) {
        self.results.take(finding, self.chain.run.config.findings_kept);
    }

    fn digest_key(&self, end: Timestamp, backfill: bool) -> String {
        self.inventory.digest_key(&self.row, end, backfill).to_string()
    }

    async fn walk_chain(&mut self, ends: Vec<Timestamp>) {
        let most = self.chain.run.config.digests_ahead.max(1);
        let mut ahead: VecDeque<(Timestamp, String, Task<DigestRead>)> = VecDeque::new();
        let mut behind: VecDeque<Work> = VecDeque::new();
        let mut ends = ends.into_iter();
        while !self.chain.run.has_failed() {
            for end in ends.by_ref().take(most.saturating_sub(ahead.len())) {
                let key = self.digest_key(end, false);
                ahead.push_back((end, key.clone(), Task::spawn(Arc::clone(&self.chain).read_digest(key))));
            }
            let Some((end, key, read)) = ahead.pop_front() else { break };
            let Some(read) = read.await else { return self.chain.run.broken_off(&self.chain.name) };
            behind.extend(self.take_digest(end, &key, read));
            if behind.len() >= most
                && let Some(work) = behind.pop_front()
            {
                self.commit(work).await;
            }
        }
        while let Some(work) = behind.pop_front() {
            self.commit(work).await;
        }
    }

    /// Checks a digest against its neighbour and sets its log files going.
    fn take_digest(&mut self, end: Timestamp, key: &str, read: DigestRead) -> Option<Work> {
        match read {
            DigestRead::Refused(finding, totals) => {
                self.refuse(end, key, finding, totals);
                None
            }
            DigestRead::Remembered(DoneDigest { link: None, totals, findings }) => {
                for finding in findings {
                    self.refuse(end, key, finding, totals);
                }
                None
            }
            DigestRead::Remembered(DoneDigest { link: Some(link), totals, findings }) => {
                let judged = self.judged_before(Some(link.end), totals, findings);
                Some(self.link(link, ready(judged)))
            }
            DigestRead::Verified(verified, totals) => {
                let logs = Arc::clone(&self.chain).judge_logs(verified.clone(), false, totals);
                Some(self.link(Link::of(&verified), logs))
            }
        }
    }

    fn refuse(&mut self, end: Timestamp, key: &str, finding: Finding, totals: Totals) {
        self.results.totals += totals;
        self.results.wrong_at(end);
        self.found_before(finding);
        self.check.unproven(&self.chain.bucket, key, end);
    }

    fn link(&mut self, link: Link, logs: impl Future<Output = LogsJudged> + Send + 'static) -> Work {
        let replaced = self.replaced(&link);
        add_end(&mut self.results.verified, link.end);
        for finding in self.check.verified(link.clone()).into_iter().chain(replaced) {
            self.results.totals.count(finding.code, finding.count);
            if finding.class != Class::Informative {
                self.results.wrong_at(link.end);
            }
            self.found(finding);
        }
        Work { link, logs: Task::spawn(logs) }
    }

    /// A digest that an earlier run saw with another content.
    fn replaced(&self, link: &Link) -> Option<Finding> {
        let mark = &self.mark.as_ref()?.link;
        let head = link.previous.as_ref().filter(|_| self.check.first().is_none());
        if let Some(what) =
            head.filter(|head| head.names(&mark.bucket, &mark.key)).and_then(|head| head.difference(mark))
        {
            let detail =
                format!("{what} it records for `{}` is not what an earlier run saw; find the older version", mark.key);
            return Some(
                Finding::new(Code::DigestLinkMismatch, &self.chain.name, detail).object(&link.bucket, &link.key),
            );
        }
        let same_name = mark.bucket == link.bucket && mark.key == link.key;
        if !same_name || (mark.hash == link.hash && mark.signature == link.signature) {
            return None;
        }
        let detail =
            format!("an earlier run saw SHA-256 `{}`, now it is `{}`; find the older version", mark.hash, link.hash);
        Some(Finding::new(Code::ChainRollback, &self.chain.name, detail).object(&link.bucket, &link.key))
    }

    /// Waits for the log files of the oldest digest and takes their results.
    async fn commit(&mut self, work: Work) {
        let Some(judged) = work.logs.await else { return self.chain.run.broken_off(&self.chain.name) };
        let end = work.link.end;
        if !judged.findings.is_empty() {
            self.results.wrong_at(end);
        }
        self.take_logs(Some(end), judged);
        self.results.take_clean(work.link);
        self.search_up_to(sub(end, self.chain.run.config.boundary_slop), false).await;
    }

    fn take_logs(&mut self, end: Option<Timestamp>, judged: LogsJudged) {
        self.results.totals += judged.totals;
        for finding in judged.findings {
            self.found_before(finding);
        }
        if let Some(search) = &mut self.search {
            search.learn(end, judged.named, judged.left_out);
        }
    }

    async fn search_up_to(&mut self, horizon: Timestamp, last: bool) {
        let (Some(search), Some(begins)) = (&mut self.search, self.check.begins()) else { return };
        let last_end = self.check.last_end().unwrap_or(begins);
        let known = Known { begins, last_end, spans: self.check.unproven_spans() };
        for finding in search.advance(&self.chain, &known, horizon, last).await {
            // The search follows the chain at a distance: the mark may have moved past an added log file already.
            if finding.class != Class::Informative {
                self.results.clean = None;
                self.results.wrong_at(Timestamp::MIN);
            }
            self.found_missing(finding);
        }
        self.read_left_out(last).await;
    }

    /// Log files that sampling left out and the list did not show are read after all: they are gone, or lie elsewhere.
    async fn read_left_out(&mut self, last: bool) {
        let unseen = self.search.as_mut().map(|search| search.unseen(last)).unwrap_or_default();
        for entry in unseen {
            let done = self.chain.read_left_out(&entry).await;
            self.results.totals.logs_skipped -= 1;
            self.results.totals += done.totals;
            if let Some(finding) = done.finding {
                self.results.clean = None;
                self.results.wrong_at(Timestamp::MIN);
                self.found_before(finding);
            }
        }
    }

    fn judged_before(&mut self, end: Option<Timestamp>, totals: Totals, findings: Vec<Finding>) -> LogsJudged {
        let (named, left_out): (_, Vec<_>) = self.judged_before.remove(&end).unwrap_or_default().into_iter().unzip();
        LogsJudged { findings, named, left_out: left_out.into_iter().flatten().collect(), ..LogsJudged::new(totals) }
    }

    /// Backfill digests are a sequence of their own: signed and linked, but not every hour.
    async fn walk_backfill(&mut self, ends: Vec<Timestamp>) {
        let mut seen: HashMap<String, Option<Link>> = HashMap::new();
        for end in ends {
            let key = self.digest_key(end, true);
            let read = Arc::clone(&self.chain).read_digest(key.clone()).await;
            let (link, judged) = match read {
                DigestRead::Verified(verified, totals) => {
                    let link = Link::of(&verified);
                    (Some(link), Arc::clone(&self.chain).judge_logs(verified, true, totals).await)
                }
                DigestRead::Remembered(DoneDigest { link, totals, findings }) => {
                    (link, self.judged_before(None, totals, findings))
                }
                DigestRead::Refused(finding, totals) => {
                    (None, LogsJudged { findings: vec![finding], ..LogsJudged::new(totals) })
                }
            };
            self.take_logs(None, judged);
            if link.is_some() {
                self.results.backfilled.insert(end);
            }
            if let Some(finding) = link.as_ref().and_then(|link| self.backfill_link(link, &seen)) {
                self.found_missing(finding);
            }
            seen.insert(key, link);
        }
    }

    fn backfill_link(&self, link: &Link, seen: &HashMap<String, Option<Link>>) -> Option<Finding> {
        let previous = link.previous.as_ref().filter(|previous| previous.key.ends_with("_backfill.json.gz"))?;
        let finding = |code, detail: &str| Finding::new(code, &self.chain.name, detail);
        match seen.get(&previous.key) {
            Some(Some(before)) if before.hash == previous.hash && before.signature == previous.signature => None,
            Some(Some(_)) => {
                let detail = "what it records for its predecessor is not that digest's; one of the two was replaced";
                Some(finding(Code::DigestLinkMismatch, detail).object(&link.bucket, &link.key))
            }
            Some(None) => None,
            None => {
                let end = crate::names::DigestKey::parse(&previous.key).ok()?.end;
                let detail =
                    "a backfill digest names it as its predecessor, and it is not there; look for a delete marker";
                (end > self.window.from && previous.bucket == self.chain.bucket)
                    .then(|| finding(Code::DigestMissing, detail).object(&previous.bucket, &previous.key))
            }
        }
    }
}

/// A search goes on where it was, unless it must see again which of the log files left out are there.
fn search_continues<S>(chain: &Chain<S>) -> bool {
    chain.run.config.sampling == Sampling::All
}
