//! What lifecycle rules make of log files: how long they stay, how long they can be read at once, and what is cleaned
//! up behind them.

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId,
    facts::LifecycleRule,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        lifecycle::{Kind, Outcomes, Versions, lone_delete_markers_go, replaced_version_goes, unfinished_uploads_go},
        log_files::log_root,
    },
    scene::lifecycle::{first_out_of_reach, has_mfa_delete, too_many_kinds, unknown_class},
};

#[then("no lifecycle rule deletes a log file before the organization's retention ends")]
async fn no_rule_deletes_too_early(w: &mut LogproofWorld) -> Judged {
    let files = LogFiles::read(w).await?;
    let retention = i64::from(w.estate()?.retention_days(&files.bucket.name));
    let earliest = files.outcomes.first_gone();
    let (found, met) = match &earliest {
        None => ("no lifecycle rule deletes a log file".to_owned(), true),
        Some((days, kind, outcome)) => (format!("{kind} {}", outcome.end()), *days >= retention),
    };
    if let Some((kind, expires)) = files.outcomes.first_expiry().filter(|(_, expires)| met && expires.days < retention)
    {
        w.note(format!("a delete marker hides {kind} {expires}; its version stays, and is read by version id only"));
    }
    let replaced = files.kinds().filter_map(|kind| replaced_version_goes(&kind.object, &files.rules, files.versions));
    if let Some(moment) = replaced.min_by_key(|moment| moment.days).filter(|moment| moment.days < retention) {
        w.note(format!("a version that somebody overwrites or deletes by hand goes {moment}, unless Object Lock keeps it: see control LS-6.4"));
    }
    let expected = format!("every object under `{}` kept for at least {retention} days", files.root);
    files.observe(
        w,
        expected,
        found,
        met,
        "let the rule expire log files no earlier than the retention, and noncurrent versions after that",
    );
    w.settle()
}

#[then("an enabled lifecycle rule eventually deletes every log file")]
async fn every_log_file_ends(w: &mut LogproofWorld) -> Judged {
    let files = LogFiles::read(w).await?;
    if files.mfa_delete {
        return Err(w.not_applicable(
            "s3:GetBucketVersioning returned MFA delete: S3 takes no lifecycle rules for such a bucket",
        ));
    }
    let endless = files.outcomes.endless();
    let found = match (endless, files.outcomes.last_gone_days()) {
        (Some((kind, outcome)), _) => format!("{kind} {}{}", outcome.end(), files.disabled_in_words()),
        (None, last) => format!("every log file is deleted, the last kind after {} days", last.unwrap_or_default()),
    };
    let expected = format!("every object under `{}` deleted by a rule some day", files.root);
    files.observe(w, expected, found, endless.is_none(), "enable a rule for the prefix, without size or tag filters, that expires objects and then removes noncurrent versions");
    w.settle()
}

#[then("log files stay directly readable for as long as the organization calls hot")]
async fn log_files_stay_hot(w: &mut LogproofWorld) -> Judged {
    let files = LogFiles::read(w).await?;
    let hot = i64::from(w.estate()?.hot_days(&files.bucket.name));
    if let Some(to) = files.outcomes.unknown_move_before(hot) {
        w.unseen(unknown_class(&files.bucket, &to.storage_class, &files.exchanges));
        return w.settle();
    }
    let (out_of_reach, seen) = first_out_of_reach(w, &files.bucket, &files.outcomes).await?;
    let (found, met) = match out_of_reach {
        None => ("no rule moves log files out of reach or ends them".to_owned(), true),
        Some((days, words)) => (words, days >= hot),
    };
    let expected = format!("every object under `{}` readable without a restore for at least {hot} days", files.root);
    let files = files.resting_on(&seen);
    files.observe(
        w,
        expected,
        found,
        met,
        "move log files to GLACIER or DEEP_ARCHIVE after the hot period only; GLACIER_IR is read at once",
    );
    w.settle()
}

#[then("no lifecycle rule expires a log file that Object Lock still keeps")]
async fn no_rule_expires_what_is_locked(w: &mut LogproofWorld) -> Judged {
    let files = LogFiles::read(w).await?;
    let estate = w.estate()?;
    let lock = w.see(estate.object_lock(&files.bucket).await)?;
    let retention = lock.as_ref().and_then(|lock| lock.default_retention.as_ref());
    let Some(retention) = retention else {
        return Err(w.not_applicable("s3:GetObjectLockConfiguration returned no default retention"));
    };
    let (found, met) = match files.outcomes.first_expiry() {
        None => ("no rule expires log files".to_owned(), true),
        Some((kind, expires)) => (format!("{kind} expires {expires}"), expires.days >= retention.days),
    };
    let expected = format!("no object expires before Object Lock lets go of it, after {} days", retention.days);
    let files = files.resting_on(lock.exchanges());
    files.observe(w, expected, found, met, "expire log files no earlier than their lock ends: until then S3 only hides them, and keeps and bills every version");
    w.settle()
}

#[then("a lifecycle rule removes the parts of uploads that were never completed")]
async fn unfinished_uploads_are_removed(w: &mut LogproofWorld) -> Judged {
    let files = LogFiles::read(w).await?;
    let without = files.kinds().find(|kind| unfinished_uploads_go(&kind.object.key, &files.rules).is_none());
    let last =
        files.kinds().filter_map(|kind| unfinished_uploads_go(&kind.object.key, &files.rules)).max_by_key(|m| m.days);
    let found = match (without, last) {
        (Some(kind), _) => format!("parts of an upload under `{}` stay for ever", kind.under),
        (None, last) => format!("removed {}", last.map(|moment| moment.to_string()).unwrap_or_default()),
    };
    let expected = format!("unfinished uploads under `{}` aborted by a rule", files.root);
    files.observe(
        w,
        expected,
        found,
        without.is_none(),
        "add AbortIncompleteMultipartUpload to a rule without tag or size filter",
    );
    w.settle()
}

#[then("a lifecycle rule removes delete markers that hide nothing any more")]
async fn lone_delete_markers_are_removed(w: &mut LogproofWorld) -> Judged {
    let files = LogFiles::read(w).await?;
    if files.versions == Versions::NotKept {
        return Err(
            w.not_applicable("s3:GetBucketVersioning returned no enabled versioning: there are no delete markers")
        );
    }
    let without = files.kinds().find(|kind| !lone_delete_markers_go(&kind.object.key, &files.rules));
    let found = match without {
        Some(kind) => format!("delete markers under `{}` stay for ever", kind.under),
        None => "removed".to_owned(),
    };
    let expected = format!("expired delete markers under `{}` removed by a rule", files.root);
    files.observe(
        w,
        expected,
        found,
        without.is_none(),
        "add ExpiredObjectDeleteMarker to a rule without tag or size filter",
    );
    w.settle()
}

/// The log files of the bucket by kind, and what the rules make of each.
struct LogFiles {
    bucket: BucketRef,
    root: String,
    rules: Vec<LifecycleRule>,
    versions: Versions,
    mfa_delete: bool,
    outcomes: Outcomes,
    exchanges: Vec<ExchangeId>,
}

impl LogFiles {
    async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
        let rules = w.see(estate.bucket_lifecycle(&bucket).await)?;
        let versioning = w.see(estate.bucket_versioning(&bucket).await)?;
        let versions = Versions::of(&versioning);
        let root = log_root(config.names.log_prefix.as_deref());
        let exchanges = [rules.exchanges(), versioning.exchanges()].concat();
        let outcomes = match Outcomes::under(&root, &rules, versions) {
            Ok(outcomes) => outcomes,
            Err(detail) => {
                let stop = Stop::because(detail.clone());
                w.unseen(too_many_kinds(&bucket, detail, &exchanges));
                return Err(stop);
            }
        };
        let mfa_delete = has_mfa_delete(&versioning);
        Ok(Self { bucket, root, rules: rules.to_vec(), versions, mfa_delete, outcomes, exchanges })
    }

    fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.outcomes.iter().map(|(kind, _)| kind)
    }

    /// Names the rules that are off, where there are any.
    fn disabled_in_words(&self) -> String {
        let names: Vec<String> =
            self.rules.iter().filter(|rule| !rule.enabled).map(|rule| format!("`{}`", rule.id)).collect();
        if names.is_empty() { String::new() } else { format!("; disabled: {}", names.join(", ")) }
    }

    fn resting_on(mut self, exchanges: &[ExchangeId]) -> Self {
        self.exchanges.extend_from_slice(exchanges);
        self
    }

    fn observe(&self, w: &mut LogproofWorld, expected: String, found: String, met: bool, hint: &str) {
        w.observe(
            Observation::new(self.subject(), expected, found, met)
                .place("LifecycleConfiguration")
                .hint(hint)
                .resting_on(&self.exchanges),
        );
    }

    fn subject(&self) -> Subject {
        Subject::bucket(&self.bucket)
    }
}
