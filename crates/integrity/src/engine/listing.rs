//! The digests of a chain that are there, by listing them.
//!
//! Owns: which listed keys belong to the chain, and what else lies among them. Must not know: their content.

use super::context::Run;
use crate::chain::{HOUR, add, sub};
use crate::checkpoint::{HourRun, add_end};
use crate::finding::{Code, Finding};
use crate::inventory::{Row, Trail};
use crate::names::{DigestKey, Place, date_path};
use crate::store::{ObjectStore, StoreError};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Listed digests. Ends stand for keys: a key follows from its end, and takes ten times the memory.
#[derive(Default)]
pub(crate) struct Listing {
    /// Ends of the digests within the window, in order.
    pub(crate) within: Vec<Timestamp>,
    /// Ends of the backfill digests within the window, in order.
    pub(crate) backfill: Vec<Timestamp>,
    /// All ends listed, for the comparison with earlier runs.
    pub(crate) all: Vec<HourRun>,
    /// All ends of backfill digests listed, for the same.
    pub(crate) all_backfill: BTreeSet<Timestamp>,
    /// Keys that may name log files of this folder too: neighbours outside the window, and digests of other trails.
    pub(crate) others: Vec<(Timestamp, String)>,
    pub(crate) findings: Vec<Finding>,
}

/// Lists the digests of a chain from `since` on; those that overlap `from` to `to` are within.
pub(crate) async fn list_digests<S: ObjectStore>(
    run: &Run<S>,
    row: &Row,
    trail: &Trail,
    place: &Place,
    (since, from, to): (Timestamp, Timestamp, Timestamp),
) -> Result<Listing, StoreError> {
    let folder = place.digest_folder();
    let mut after = format!("{folder}{}", date_path(since));
    // Folders are days, and a digest that overlaps the end ends within the hour after it.
    let beyond = format!("{folder}{}", date_path(add(to, HOUR + DAY)));
    let mut listing = Listing::default();
    loop {
        let page = run.reader.list(&trail.bucket, &folder, Some(&after)).await?;
        for entry in &page.entries {
            if entry.key >= beyond {
                return Ok(listing);
            }
            listing.take(&entry.key, &row.chain(), trail, (from, to));
        }
        match page.entries.last() {
            Some(last) if page.more => after.clone_from(&last.key),
            _ => return Ok(listing),
        }
    }
}

impl Listing {
    fn take(&mut self, text: &str, chain: &str, trail: &Trail, (from, to): (Timestamp, Timestamp)) {
        let Ok(key) = DigestKey::parse(text) else {
            // The console makes empty objects whose names end in a slash to stand for folders.
            if !text.ends_with('/') {
                let finding =
                    Finding::new(Code::DigestUnexpectedName, chain, "it was left aside; find out what wrote it");
                self.findings.push(finding.object(&trail.bucket, text));
            }
            return;
        };
        if key.trail != trail.name || key.home_region != trail.home_region {
            self.other(key.end, text, (from, to));
            return;
        }
        let within = from < key.end && key.end < add(to, HOUR);
        match (key.backfill, within) {
            (false, true) => self.within.push(key.end),
            (true, true) => self.backfill.push(key.end),
            (_, false) => self.other(key.end, text, (from, to)),
        }
        if key.backfill {
            self.all_backfill.insert(key.end);
        } else {
            add_end(&mut self.all, key.end);
        }
    }

    /// Only digests near the window can name log files of the window.
    fn other(&mut self, end: Timestamp, text: &str, (from, to): (Timestamp, Timestamp)) {
        if sub(from, HOUR * 2) < end && end < add(to, HOUR * 3) {
            self.others.push((end, text.to_owned()));
        }
    }
}
