//! The links between neighbouring digests, checked one after another in order of time.
//!
//! Owns: what makes a sequence of digests a chain without holes. Must not know: where digests come from.
//! Keeps only the last link, so that a year needs no more memory than a day.

use crate::digest::{VerifiedDigest, signature_hash};
use crate::finding::{Code, Finding};
use crate::hash::Sha256;
use crate::names::DigestKey;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The interval of a digest.
// See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What a neighbour needs to know of a verified digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The beginning of its interval.
    pub start: Timestamp,
    /// The end of its interval.
    pub end: Timestamp,
    /// The hash of its inflated content.
    pub hash: Sha256,
    /// The hash of its signature.
    pub signature: Sha256,
    /// What it says about its predecessor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Predecessor>,
}

/// What a digest says about the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predecessor {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The hash of its inflated content.
    pub hash: Sha256,
    /// The hash of its signature.
    pub signature: Sha256,
}

impl Link {
    /// The link of a verified digest.
    #[must_use]
    pub fn of(verified: &VerifiedDigest) -> Self {
        let digest = &verified.digest;
        Self {
            bucket: digest.bucket.to_string(),
            key: digest.key.clone(),
            start: digest.start,
            end: digest.end,
            hash: verified.hash,
            signature: verified.signature,
            previous: digest.previous.as_ref().map(|previous| Predecessor {
                bucket: previous.bucket.clone(),
                key: previous.key.clone(),
                hash: previous.hash,
                signature: signature_hash(&previous.signature),
            }),
        }
    }
}

impl Predecessor {
    pub(crate) fn names(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && self.key == key
    }

    /// What differs from the digest it names, if anything.
    pub(crate) fn difference(&self, link: &Link) -> Option<&'static str> {
        match (self.hash == link.hash, self.signature == link.signature) {
            (true, true) => None,
            (false, true) => Some("the hash"),
            (true, false) => Some("the signature"),
            (false, false) => Some("hash and signature"),
        }
    }

    /// Whether it lies in another bucket than its successor, or in another folder: the prefix of a trail may change.
    fn is_elsewhere(&self, successor: &Link) -> bool {
        let place = |key: &str| DigestKey::parse(key).ok().map(|key| key.place);
        self.bucket != successor.bucket || place(&self.key).is_some_and(|here| Some(here) != place(&successor.key))
    }

    fn end(&self) -> Option<Timestamp> {
        DigestKey::parse(&self.key).ok().map(|key| key.end)
    }
}

/// What went before the next digest.
#[derive(Debug, Clone)]
enum Before {
    /// Nothing yet.
    Start,
    /// A digest that verified.
    Verified(Link),
    /// A digest that is there, but was refused or could not be read.
    Unproven { bucket: String, key: String, end: Timestamp },
}

/// An interval whose digests prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// Checks the links of one chain.
#[derive(Debug, Clone)]
pub struct ChainCheck {
    chain: String,
    from: Timestamp,
    required: Timestamp,
    before: Before,
    first: Option<Link>,
    last_verified: Option<Link>,
    unproven: Vec<Span>,
    continues_in: Option<Predecessor>,
    begins: Option<Timestamp>,
}

impl ChainCheck {
    /// Begins a chain that is judged from `from` on, and must be there from `required` on.
    #[must_use]
    pub fn new(chain: &str, from: Timestamp, required: Timestamp) -> Self {
        Self {
            chain: chain.to_owned(),
            from,
            required,
            before: Before::Start,
            first: None,
            last_verified: None,
            unproven: Vec::new(),
            continues_in: None,
            begins: None,
        }
    }

    /// Takes a digest that verified, and says what is wrong with its link to the one before.
    pub fn verified(&mut self, link: Link) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.begins.get_or_insert(link.start);
        match std::mem::replace(&mut self.before, Before::Start) {
            Before::Start => self.check_head(&link, &mut findings),
            Before::Verified(before) => self.check_link(&before, &link, &mut findings),
            Before::Unproven { bucket, key, end } => {
                let follows = link.previous.as_ref().is_some_and(|previous| previous.names(&bucket, &key));
                if !follows {
                    self.check_hole(end, &link, &mut findings);
                }
            }
        }
        if self.first.is_none() {
            self.first = Some(link.clone());
        }
        self.last_verified = Some(link.clone());
        self.before = Before::Verified(link);
        findings
    }

    /// Takes a digest that is listed but proves nothing: refused, or not read.
    pub fn unproven(&mut self, bucket: &str, key: &str, end: Timestamp) {
        let from = end.checked_sub(HOUR).unwrap_or(end);
        self.begins.get_or_insert(from);
        self.span(from, end);
        self.before = Before::Unproven { bucket: bucket.to_owned(), key: key.to_owned(), end };
    }

    /// The first digest that verified.
    #[must_use]
    pub fn first(&self) -> Option<&Link> {
        self.first.as_ref()
    }

    /// The last digest that verified.
    #[must_use]
    pub fn last(&self) -> Option<&Link> {
        self.last_verified.as_ref()
    }

    /// The end of the last digest that is there, verified or not.
    #[must_use]
    pub fn last_end(&self) -> Option<Timestamp> {
        match &self.before {
            Before::Start => None,
            Before::Verified(link) => Some(link.end),
            Before::Unproven { end, .. } => Some(*end),
        }
    }

    /// From when on log files can be judged: the beginning of the first digest, or of what is missing before it.
    #[must_use]
    pub fn begins(&self) -> Option<Timestamp> {
        let missing = self.unproven.first().map(|span| span.from);
        self.begins.map(|begins| missing.map_or(begins, |missing| missing.min(begins)))
    }

    /// Intervals whose digests prove nothing.
    #[must_use]
    pub fn unproven_spans(&self) -> &[Span] {
        &self.unproven
    }

    /// Judges the end of the chain: the next digest is missing if it belongs to the window and was due.
    pub fn finish(&mut self, to: Timestamp, until: Option<Timestamp>, due_by: Timestamp) -> Option<Finding> {
        let end = self.last_end()?;
        // A digest is missing if its interval begins in the window and its delivery was due.
        let whole = |limit: Timestamp| u64::try_from(limit.duration_since(end).as_hours()).unwrap_or_default();
        let count = hours(end, to).min(whole(due_by)).min(until.map_or(u64::MAX, whole));
        if count == 0 {
            return None;
        }
        let missing_to = add(end, SignedDuration::from_hours(i64::try_from(count).unwrap_or(i64::MAX)));
        self.span(end, missing_to);
        let detail = format!(
            "no digest follows the one that ends at `{end}`; {count} were due. Was logging stopped, or were they deleted?"
        );
        Some(Finding::new(Code::ChainTailMissing, &self.chain, detail).between(end, missing_to).count(count))
    }

    /// The digest, in another bucket or folder, that the first one names as its predecessor.
    #[must_use]
    pub fn continues_in(&self) -> Option<&Predecessor> {
        self.continues_in.as_ref()
    }

    fn check_head(&mut self, link: &Link, findings: &mut Vec<Finding>) {
        if link.start <= self.from {
            return;
        }
        let in_time = link.start <= self.required;
        match &link.previous {
            None if in_time => {}
            None => findings.push(self.gap(self.required, link)),
            // The digest before it ends before the window begins: an hour without a digest, signed as such.
            Some(previous) if previous.end().is_some_and(|end| end <= self.from) => {
                if !in_time {
                    findings.push(self.gap(self.required, link));
                }
            }
            Some(previous) if previous.is_elsewhere(link) => {
                self.continues_in = Some(previous.clone());
                let (folder, _) = previous.key.split_once("AWSLogs/").unwrap_or_default();
                let detail = format!(
                    "before `{}` the chain is in bucket `{}` under `{folder}`; it is followed there",
                    link.start, previous.bucket
                );
                findings
                    .push(Finding::new(Code::ChainBucketChanged, &self.chain, detail).object(&link.bucket, &link.key));
            }
            Some(previous) => findings.push(self.missing(self.from, previous.clone(), link)),
        }
    }

    fn check_link(&mut self, before: &Link, link: &Link, findings: &mut Vec<Finding>) {
        let Some(previous) = &link.previous else {
            findings.push(self.gap(before.end, link));
            return;
        };
        if !previous.names(&before.bucket, &before.key) {
            self.check_hole(before.end, link, findings);
            return;
        }
        if let Some(what) = previous.difference(before) {
            let detail =
                format!("{what} recorded for `{}` is not that digest's; one of the two was replaced", before.key);
            findings.push(Finding::new(Code::DigestLinkMismatch, &self.chain, detail).object(&link.bucket, &link.key));
        }
        if link.start > before.end {
            findings.push(self.gap(before.end, link));
        }
    }

    /// The digest before is not the one that `link` names.
    fn check_hole(&mut self, end: Timestamp, link: &Link, findings: &mut Vec<Finding>) {
        match &link.previous {
            None => findings.push(self.gap(end, link)),
            Some(previous) if previous.end().is_some_and(|named| named <= end) => {
                let detail = format!(
                    "it names `{}` as its predecessor, but another digest lies between; the chain was forked",
                    previous.key
                );
                findings
                    .push(Finding::new(Code::DigestLinkMismatch, &self.chain, detail).object(&link.bucket, &link.key));
            }
            Some(previous) => findings.push(self.missing(end, previous.clone(), link)),
        }
    }

    fn gap(&mut self, from: Timestamp, link: &Link) -> Finding {
        let to = link.start.max(from);
        self.span(from, to);
        let how = if link.previous.is_none() { "a new chain begins" } else { "the next digest begins later" };
        let detail = format!(
            "no digest covers `{from}` to `{to}`, then {how}; find out who stopped logging or validation, or say in the inventory since when the chain exists"
        );
        Finding::new(Code::ChainGap, &self.chain, detail)
            .object(&link.bucket, &link.key)
            .between(from, to)
            .count(hours(from, to))
    }

    fn missing(&mut self, from: Timestamp, previous: Predecessor, link: &Link) -> Finding {
        let to = link.start.max(from);
        self.span(from, to);
        let count = hours(from, to).max(1);
        let detail = format!(
            "the digest that `{}` names as its predecessor is not there, {count} in all; look for a delete marker or an older version",
            link.key
        );
        let finding = Finding::new(Code::DigestMissing, &self.chain, detail);
        finding.object(&previous.bucket, &previous.key).between(from, to).count(count)
    }

    fn span(&mut self, from: Timestamp, to: Timestamp) {
        match self.unproven.last_mut() {
            Some(last) if last.to >= from => last.to = last.to.max(to),
            _ => self.unproven.push(Span { from, to }),
        }
    }
}

/// How many digests end after `from` and not after `to`, counted back from `to`.
pub(crate) fn hours(from: Timestamp, to: Timestamp) -> u64 {
    let seconds = u64::try_from(to.duration_since(from).as_secs()).unwrap_or_default();
    seconds.div_ceil(3600)
}

pub(crate) fn add(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

pub(crate) fn sub(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
