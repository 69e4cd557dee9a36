//! One chain from its inventory row to its summary, in as many buckets as it lies.
//!
//! Owns: what is expected of a chain, and the comparison with earlier runs. Must not know: how many chains there are.

use super::context::{Chain, Run};
use super::listing::{Listing, list_digests};
use super::segment::{Needs, Segment};
use super::strays::find_strays;
use crate::chain::{HOUR, Link, Predecessor, add, hours, sub};
use crate::checkpoint::{HourRun, Mark, add_end, join_runs};
use crate::finding::{Class, Code, Finding};
use crate::inventory::{Inventory, Row, Window};
use crate::names::DigestKey;
use crate::progress::bump;
use crate::report::{ChainSummary, Expected, Outcome};
use crate::store::{ObjectStore, StoreError};
use crate::totals::{CodeCounts, Totals};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// How many buckets a chain is followed through.
const MOST_MOVES: usize = 16;

/// A chain that is being judged.
pub(crate) struct ChainRun<S> {
    run: Arc<Run<S>>,
    row: Row,
    name: String,
    window: Window,
    /// From when on the chain must be there. What was there before is judged as well.
    required: Timestamp,
    mark: Option<Mark>,
    totals: Totals,
    codes: CodeCounts,
    findings: Vec<Finding>,
    first: Option<Link>,
    last: Option<Link>,
    clean: Option<Link>,
    verified: Vec<HourRun>,
    backfilled: BTreeSet<Timestamp>,
}

/// The result of a chain.
pub(crate) struct Judged {
    pub(crate) summary: ChainSummary,
    pub(crate) findings: Vec<Finding>,
}

/// Judges one row of the inventory.
pub(crate) async fn judge_chain<S: ObjectStore>(run: Arc<Run<S>>, row: Row) -> Judged {
    let name = row.chain();
    if let Some((summary, findings)) = run.checkpoint.finished(&name) {
        bump(&run.reader.meter.digests, summary.totals.digests_valid);
        bump(&run.reader.meter.logs, summary.totals.logs_valid);
        return Judged { summary, findings };
    }
    let mark = run.checkpoint.mark(&name);
    let window = chain_window(&run, mark.as_ref());
    let mut chain = ChainRun {
        name,
        window,
        required: required_from(&run, &row, window),
        mark,
        totals: Totals::default(),
        codes: CodeCounts::new(),
        findings: Vec::new(),
        first: None,
        last: None,
        clean: None,
        verified: Vec::new(),
        backfilled: BTreeSet::new(),
        row,
        run,
    };
    let expected = chain.judge().await;
    chain.conclude(expected)
}

/// The part of the window that is judged.
fn chain_window<S>(run: &Run<S>, mark: Option<&Mark>) -> Window {
    let verified = mark.filter(|_| run.config.incremental).map(|mark| mark.link.end);
    Window { from: verified.map_or(run.window.from, |verified| verified.max(run.window.from)), to: run.window.to }
}

fn required_from<S>(run: &Run<S>, row: &Row, window: Window) -> Timestamp {
    row.since.map_or(window.from, |since| add(since, run.config.start_allowance).max(window.from))
}

/// How many digests a row and the window make one expect.
pub(crate) fn expected_digests<S>(run: &Run<S>, row: &Row) -> u64 {
    let window = chain_window(run, run.checkpoint.mark(&row.chain()).as_ref());
    hours(required_from(run, row, window), row.until.map_or(window.to, |until| until.min(window.to)))
}

impl<S: ObjectStore> ChainRun<S> {
    async fn judge(&mut self) -> Expected {
        let Window { from, to } = self.window;
        if from >= to || self.row.until.is_some_and(|until| until < add(from, HOUR)) {
            return Expected::OutsideWindow;
        }
        let inventory = Inventory { trail: self.run.inventory.trail.clone(), rows: Vec::new() };
        let listing = match self.list(&inventory, self.oldest_verified(), self.window).await {
            Ok(listing) => listing,
            Err(error) => {
                self.unlistable(&inventory, &error);
                return Expected::Judged;
            }
        };
        self.compare_with_mark(&inventory, &listing);
        if listing.within.is_empty() {
            return self.judge_absence(&inventory);
        }
        self.follow(inventory, listing).await;
        self.find_strays().await;
        Expected::Judged
    }

    /// Judges the chain in the trail's bucket, then in the buckets where it was before.
    async fn follow(&mut self, mut inventory: Inventory, mut listing: Listing) {
        let mut window = self.window;
        let mut newer: Option<Link> = None;
        for moves in 0..MOST_MOVES {
            let journal = if moves == 0 { self.name.clone() } else { format!("{}@{moves}", self.name) };
            let mut segment = self.segment(&inventory, window, journal, &mut listing);
            segment.walk(std::mem::take(&mut listing)).await;
            if let Some(newer) = newer.take() {
                segment.join(newer);
            } else {
                self.last = segment.check.last().cloned();
            }
            segment.finish().await;
            let (first, before) = (segment.check.first().cloned(), segment.check.continues_in().cloned());
            self.take(segment);
            self.first = first.clone().or(self.first.take());
            let (Some(first), Some(before)) = (first, before) else { return };
            let Some(older) = self.older(&inventory, &before) else { return };
            inventory = older;
            window = Window { from: window.from, to: first.start };
            listing = match self.list(&inventory, window.from, window).await {
                Ok(listing) if !listing.within.is_empty() => listing,
                Ok(_) => return self.found(gone(&self.name, &before, window)),
                Err(error) => return self.unlistable(&inventory, &error),
            };
            newer = Some(first);
        }
    }

    async fn find_strays(&mut self) {
        if !self.run.config.completeness {
            return;
        }
        let trail = &self.run.inventory.trail;
        let place = self.run.inventory.place(&self.row);
        for finding in find_strays(&self.run, &self.name, &trail.bucket, &place, self.window).await {
            self.found(finding);
        }
    }

    fn segment(&self, inventory: &Inventory, window: Window, journal: String, listing: &mut Listing) -> Segment<S> {
        let chain = Arc::new(Chain {
            name: self.name.clone(),
            region: self.row.region.clone(),
            bucket: inventory.trail.bucket.clone(),
            remembered: Arc::new(self.run.checkpoint.progress(&journal)),
            run: Arc::clone(&self.run),
            journal,
        });
        let needs = Needs { window, required: self.required, mark: self.mark.clone() };
        Segment::new(chain, self.row.clone(), inventory.clone(), needs, listing)
    }

    /// Where a chain was before its bucket changed. The prefix may have changed as well: it is in the key.
    fn older(&mut self, inventory: &Inventory, before: &Predecessor) -> Option<Inventory> {
        let key = DigestKey::parse(&before.key).ok();
        let Some(key) = key.filter(|key| key.place.account == self.row.account && key.place.region == self.row.region)
        else {
            let detail = "the chain continues under a key of another form; verify it with an inventory of its own";
            self.found(Finding::new(Code::ChainUnlistable, &self.name, detail).object(&before.bucket, &before.key));
            return None;
        };
        let mut older = inventory.clone();
        older.trail.bucket.clone_from(&before.bucket);
        (older.trail.prefix, older.trail.organization) = (key.place.prefix, key.place.organization);
        (older.trail.name, older.trail.home_region) = (key.trail, key.home_region);
        Some(older)
    }

    fn take(&mut self, segment: Segment<S>) {
        let results = segment.results;
        self.totals += results.totals;
        for (code, count) in results.codes {
            *self.codes.entry(code).or_default() += count;
        }
        let room = self.run.config.findings_kept.saturating_sub(self.findings.len());
        self.findings.extend(results.findings.into_iter().take(room));
        if self.verified.is_empty() {
            (self.verified, self.clean) = (results.verified, results.clean);
            self.backfilled = results.backfilled;
        }
    }

    async fn list(&self, inventory: &Inventory, since: Timestamp, window: Window) -> Result<Listing, StoreError> {
        // Two hours earlier: the digest before the window may name log files of its first minutes.
        let since = since.min(sub(window.from, HOUR * 2));
        let place = inventory.place(&self.row);
        list_digests(&self.run, &self.row, &inventory.trail, &place, (since, window.from, window.to)).await
    }

    fn judge_absence(&mut self, inventory: &Inventory) -> Expected {
        let (from, to) = (self.required, self.window.to);
        if from >= to || self.row.may_have_ended {
            return Expected::OutsideWindow;
        }
        if add(from, HOUR + self.run.config.delivery_allowance) > self.run.now {
            return Expected::NotDue;
        }
        let folder = inventory.place(&self.row).digest_folder();
        let detail =
            "the inventory expects this chain, and no digest of it is there; was logging off, or were they deleted?";
        let finding = Finding::new(Code::ChainMissing, &self.name, detail).object(&inventory.trail.bucket, &folder);
        self.totals.digests_missing += hours(from, to);
        self.found(finding.between(from, to));
        Expected::Judged
    }

    /// From when on digests that earlier runs verified are looked for.
    fn oldest_verified(&self) -> Timestamp {
        let oldest = self.mark.as_ref().and_then(|mark| mark.verified.first()).map(|run| run.first);
        let horizon = sub(self.run.now, self.run.config.rollback_horizon);
        oldest.map_or(self.window.from, |oldest| oldest.max(horizon).min(self.window.from))
    }

    /// Digests that an earlier run verified must still be listed.
    fn compare_with_mark(&mut self, inventory: &Inventory, listing: &Listing) {
        let folder = self.folder(inventory);
        let Some(mark) = self.mark.clone().filter(|mark| mark.folder == folder) else { return };
        let (since, to) = (self.oldest_verified(), add(self.window.to, HOUR));
        let looked_for = |end: &Timestamp| since < *end && *end < to;
        let listed: HashSet<Timestamp> = listing.all.iter().flat_map(|run| run.ends()).collect();
        let mut gone = Vec::new();
        for end in mark.verified.iter().flat_map(|run| run.ends()).filter(looked_for) {
            if !listed.contains(&end) {
                add_end(&mut gone, end);
            }
        }
        for run in gone {
            self.rolled_back(inventory, run, false);
        }
        for end in mark.backfilled.difference(&listing.all_backfill).filter(|end| looked_for(end)) {
            self.rolled_back(inventory, HourRun { first: *end, count: 1 }, true);
        }
    }

    fn rolled_back(&mut self, inventory: &Inventory, run: HourRun, backfill: bool) {
        let key = inventory.digest_key(&self.row, run.first, backfill).to_string();
        let last = run.ends().last().unwrap_or(run.first);
        let detail = "an earlier run verified these digests, and they are not there any more; look for delete markers";
        let finding = Finding::new(Code::ChainRollback, &self.name, detail).object(&inventory.trail.bucket, &key);
        self.found(finding.between(sub(run.first, HOUR), last).count(u64::from(run.count)));
    }

    /// Bucket and folder of the chain's digests.
    fn folder(&self, inventory: &Inventory) -> String {
        format!("{}/{}", inventory.trail.bucket, inventory.place(&self.row).digest_folder())
    }

    fn unlistable(&mut self, inventory: &Inventory, error: &StoreError) {
        let folder = inventory.place(&self.row).digest_folder();
        let detail = format!("the digests below `{folder}` cannot be listed: {error}");
        let finding = Finding::new(Code::ChainUnlistable, &self.name, detail);
        self.found(finding.object(&inventory.trail.bucket, &folder));
    }

    fn found(&mut self, finding: Finding) {
        self.run.announce(&finding);
        self.totals.count(finding.code, finding.count);
        *self.codes.entry(finding.code).or_default() += finding.count;
        self.findings.push(finding);
    }

    fn conclude(mut self, expected: Expected) -> Judged {
        let summary = ChainSummary {
            outcome: Outcome::of(&self.codes),
            expected,
            window: self.window,
            head: self.first.as_ref().and_then(|first| first.previous.clone()),
            first: self.first.clone(),
            last: self.last.clone(),
            totals: self.totals,
            findings: std::mem::take(&mut self.codes),
            row: self.row.clone(),
        };
        if self.run.has_failed() {
            return Judged { summary, findings: self.findings };
        }
        let mark = self.next_mark();
        let open = summary.findings.keys().any(|code| code.class() == Class::Undetermined);
        if !open {
            self.run.keep(self.run.checkpoint.done(&summary, &self.findings, mark));
        } else if let Some(mark) = mark {
            self.run.checkpoint.advance(&self.name, mark);
        }
        Judged { summary, findings: self.findings }
    }

    fn next_mark(&mut self) -> Option<Mark> {
        let clean = self.clean.take();
        let (verified, backfilled) = (std::mem::take(&mut self.verified), std::mem::take(&mut self.backfilled));
        let folder = self.folder(&self.run.inventory);
        let Some(mut mark) = self.mark.take() else {
            return clean.map(|link| Mark { link, folder, verified, backfilled, totals: self.totals });
        };
        // Only a chain verified without a hole since the old mark may move it.
        let joined = self.first.as_ref().is_some_and(|first| first.start <= mark.link.end);
        if let Some(clean) = clean.filter(|clean| joined && clean.end > mark.link.end) {
            mark.link = clean;
        }
        mark.totals += self.totals;
        if mark.folder == folder {
            mark.verified = join_runs(mark.verified, &verified);
            mark.backfilled.extend(backfilled);
        } else if !verified.is_empty() {
            (mark.folder, mark.verified, mark.backfilled) = (folder, verified, backfilled);
        }
        Some(mark)
    }
}

fn gone(chain: &str, before: &Predecessor, window: Window) -> Finding {
    let detail = "the chain came from this folder, and no digest of the window is there; look for delete markers";
    let finding = Finding::new(Code::DigestMissing, chain, detail).object(&before.bucket, &before.key);
    finding.between(window.from, window.to).count(hours(window.from, window.to).max(1))
}
