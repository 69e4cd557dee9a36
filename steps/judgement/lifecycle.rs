//! How long an object lives under the lifecycle rules of its bucket.
//!
//! Owns the meaning of rules: which of them refer to an object, which comes first, and what versioning makes of an
//! expiration. Answers for one object, or for every object under a prefix, by trying one of each kind the rules tell
//! apart. Days are least days: S3 acts at the next midnight UTC or later. Knows nothing of what an owner expects.
//!
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html>

mod kinds;
mod outcomes;

use std::fmt;

use jiff::Timestamp;
use logproof_estate::facts::{LifecycleRule, Versioning};

pub(crate) use kinds::{Kind, kinds_under};
pub(crate) use outcomes::Outcomes;

/// What becomes of a version that a newer one or a delete marker replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versions {
    /// It stays, as a noncurrent version.
    Kept,
    /// It is gone. Suspended versioning counts here: what is written meanwhile has no version to keep.
    NotKept,
}

impl Versions {
    /// As the versioning of a bucket has it.
    pub(crate) fn of(versioning: &Versioning) -> Self {
        match versioning.status.as_deref() {
            Some("Enabled") => Self::Kept,
            _ => Self::NotKept,
        }
    }
}

/// An object, as far as rules can tell objects apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    /// Its key.
    pub(crate) key: String,
    /// Its size.
    pub(crate) size_bytes: i64,
    /// Its tags as (key, value).
    pub(crate) tags: Vec<(String, String)>,
}

impl Object {
    /// Whether the filter of a rule lets the object in. Status is not looked at.
    pub(crate) fn is_within(&self, rule: &LifecycleRule) -> bool {
        self.key.starts_with(&rule.prefix)
            && rule.tags.iter().all(|tag| self.tags.contains(tag))
            && rule.size_greater_than.is_none_or(|bound| self.size_bytes > bound)
            && rule.size_less_than.is_none_or(|bound| self.size_bytes < bound)
    }
}

/// When a rule acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Days after creation, at least. None for a date: the youngest object is hardly a day old then.
    pub(crate) days: i64,
    /// The date, for a rule that names one.
    pub(crate) date: Option<Timestamp>,
    /// Id of the rule.
    pub(crate) rule: String,
}

impl Moment {
    fn after(days: Option<i32>, rule: &LifecycleRule) -> Option<Self> {
        days.map(|days| Self { days: i64::from(days), date: None, rule: rule.id.clone() })
    }

    fn on(date: Option<Timestamp>, rule: &LifecycleRule) -> Option<Self> {
        date.map(|date| Self { days: 0, date: Some(date), rule: rule.id.clone() })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date {
            Some(date) => write!(f, "on {}, whatever its age (rule `{}`)", date.strftime("%Y-%m-%d"), self.rule),
            None => write!(f, "after {} days (rule `{}`)", self.days, self.rule),
        }
    }
}

/// Whether a storage class is read without restoring first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// At once.
    Direct,
    /// Only after a restore that takes minutes to days.
    AfterRestore,
    /// A class this program does not know.
    NotKnown,
}

impl Reading {
    /// Of a storage class. The archive tiers of Intelligent-Tiering are no class of their own: see [`Outcomes::first_archived`].
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html>
    pub(crate) fn of(storage_class: &str) -> Self {
        match storage_class {
            "STANDARD"
            | "STANDARD_IA"
            | "ONEZONE_IA"
            | "INTELLIGENT_TIERING"
            | "GLACIER_IR"
            | "REDUCED_REDUNDANCY"
            | "EXPRESS_ONEZONE" => Self::Direct,
            "GLACIER" | "DEEP_ARCHIVE" => Self::AfterRestore,
            _ => Self::NotKnown,
        }
    }
}

/// A move to another storage class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    /// When.
    pub(crate) moment: Moment,
    /// Where to.
    pub(crate) storage_class: String,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.storage_class, self.moment)
    }
}

/// What the rules make of an object that nobody touches after it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// When it expires: it is deleted, or a delete marker hides it.
    pub(crate) expires: Option<Moment>,
    /// When it is deleted after it became noncurrent; days from then on. Only where versions are kept.
    pub(crate) noncurrent: Option<Moment>,
    /// Days after creation at which nothing is left of it; `None` when it stays for ever.
    pub(crate) gone_after_days: Option<i64>,
    /// Moves while it is the current version, first one first.
    pub(crate) moves: Vec<Move>,
}

impl Outcome {
    /// What the rules make of an object.
    pub(crate) fn of(object: &Object, rules: &[LifecycleRule], versions: Versions) -> Self {
        let speaking: Vec<&LifecycleRule> =
            rules.iter().filter(|rule| rule.enabled && object.is_within(rule)).collect();
        let expires = first(speaking.iter().flat_map(|rule| {
            [Moment::after(rule.expiration_days, rule), Moment::on(rule.expiration_date, rule)].into_iter().flatten()
        }));
        let noncurrent = match versions {
            Versions::Kept => first(speaking.iter().filter_map(|rule| deletes_the_last_noncurrent(rule))),
            Versions::NotKept => None,
        };
        let gone_after_days = match (versions, &expires, &noncurrent) {
            (Versions::NotKept, Some(expires), _) => Some(expires.days),
            (Versions::Kept, Some(expires), Some(noncurrent)) => Some(expires.days + noncurrent.days),
            _ => None,
        };
        let moves = moves(&speaking, expires.as_ref(), versions);
        Self { expires, noncurrent, gone_after_days, moves }
    }

    /// The first move to a class of this kind.
    pub(crate) fn first_move(&self, reading: Reading) -> Option<&Move> {
        self.moves.iter().find(|to| Reading::of(&to.storage_class) == reading)
    }

    /// The end in words.
    pub(crate) fn end(&self) -> String {
        match (&self.expires, &self.noncurrent, self.gone_after_days) {
            (Some(expires), None, Some(_)) => format!("is deleted {expires}"),
            (Some(expires), Some(noncurrent), Some(days)) => format!(
                "is deleted after {days} days: a delete marker hides it {expires}, its noncurrent version goes {noncurrent}"
            ),
            (Some(expires), ..) => format!("is hidden by a delete marker {expires} and never deleted"),
            (None, ..) => "is never deleted".to_owned(),
        }
    }
}

/// The rule's deletion of noncurrent versions, unless it keeps the newest of them: an object that was written once has
/// no other.
fn deletes_the_last_noncurrent(rule: &LifecycleRule) -> Option<Moment> {
    match rule.noncurrent_newer_versions {
        None | Some(0) => Moment::after(rule.noncurrent_expiration_days, rule),
        Some(_) => None,
    }
}

/// The earliest; of two on one day the first in the configuration.
fn first(moments: impl Iterator<Item = Moment>) -> Option<Moment> {
    moments.reduce(|earliest, moment| if moment.days < earliest.days { moment } else { earliest })
}

/// Moves of the current version that happen before it expires. A delete marker waits for a move of the same day, a
/// deletion does not.
fn moves(speaking: &[&LifecycleRule], expires: Option<&Moment>, versions: Versions) -> Vec<Move> {
    let in_time = |days: i64| match (expires, versions) {
        (None, _) => true,
        (Some(expires), Versions::Kept) => days <= expires.days,
        (Some(expires), Versions::NotKept) => days < expires.days,
    };
    let mut moves: Vec<Move> = Vec::new();
    for rule in speaking {
        for transition in &rule.transitions {
            let moment = Moment::after(transition.days, rule).or_else(|| Moment::on(transition.date, rule));
            let Some(moment) = moment.filter(|moment| in_time(moment.days)) else { continue };
            moves.push(Move { moment, storage_class: transition.storage_class.clone() });
        }
    }
    moves.sort_by_key(|to| to.moment.days);
    moves
}

/// Days after which a version goes that somebody overwrote or deleted by hand, counted from then on; `None` when it
/// stays.
pub(crate) fn replaced_version_goes(object: &Object, rules: &[LifecycleRule], versions: Versions) -> Option<Moment> {
    if versions == Versions::NotKept {
        return Some(Moment { days: 0, date: None, rule: "no versioning".to_owned() });
    }
    let speaking = rules.iter().filter(|rule| rule.enabled && object.is_within(rule));
    first(speaking.filter_map(|rule| Moment::after(rule.noncurrent_expiration_days, rule)))
}

/// Whether the parts of an upload under this key that was never completed are removed.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html>
pub(crate) fn unfinished_uploads_go(key: &str, rules: &[LifecycleRule]) -> Option<Moment> {
    first(
        rules
            .iter()
            .filter(|rule| is_plain(rule, key))
            .filter_map(|rule| Moment::after(rule.abort_multipart_days, rule)),
    )
}

/// Whether a delete marker of this key goes once it is all that is left. An expiration by days or date takes such
/// markers with it.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html>
pub(crate) fn lone_delete_markers_go(key: &str, rules: &[LifecycleRule]) -> bool {
    rules.iter().filter(|rule| is_plain(rule, key)).any(|rule| {
        rule.expired_object_delete_marker || rule.expiration_days.is_some() || rule.expiration_date.is_some()
    })
}

/// Uploads and delete markers have neither tags nor size: only a rule that asks for none refers to them.
fn is_plain(rule: &LifecycleRule, key: &str) -> bool {
    rule.enabled
        && key.starts_with(&rule.prefix)
        && rule.tags.is_empty()
        && rule.size_greater_than.is_none()
        && rule.size_less_than.is_none()
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
