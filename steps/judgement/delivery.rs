//! When something was delivered: ages, and the places and names CloudTrail gives its log files.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use logproof_estate::{AccountId, Region, facts::ObjectSummary};

/// How far clocks may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Whether `then` is at most `hours` before `now`. Clocks differ a little; a time further ahead says nothing of what was
/// delivered before now, so it is not in time.
pub(crate) fn within_hours(now: Timestamp, then: Timestamp, hours: u32) -> bool {
    now.duration_since(then) <= SignedDuration::from_hours(i64::from(hours)) && !is_ahead(now, then)
}

/// Whether `then` is after `now` by more than clocks differ.
pub(crate) fn is_ahead(now: Timestamp, then: Timestamp) -> bool {
    then.duration_since(now) > SKEW
}

/// The instant and how long before `now` it was, in words.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    let minutes = now.duration_since(then).as_mins();
    let ago = match minutes {
        _ if is_ahead(now, then) => format!("{} minutes in the future", -minutes),
        ..=0 => "just now".to_owned(),
        1..=119 => format!("{minutes} minutes ago"),
        120..=2879 => format!("{} hours ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    };
    format!("{} ({ago})", then.strftime("%Y-%m-%dT%H:%M:%SZ"))
}

/// What CloudTrail delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// Log files.
    Logs,
    /// Digests: one an hour, even when there was nothing to log.
    Digests,
}

/// Where an organization trail puts the files of one account and Region.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Key prefix down to the Region, with a slash at the end.
    pub(crate) prefix: String,
    /// What the names of its files begin with, where that says no more than the folder.
    stem: Option<String>,
}

impl Folder {
    /// The folder of an account and Region below `root`, which is [`organization_root`].
    pub(crate) fn of(root: &str, account: &AccountId, what: Delivered, region: &Region) -> Self {
        let (kind, stem) = match what {
            Delivered::Logs => ("CloudTrail", Some(format!("{account}_CloudTrail_{region}_"))),
            Delivered::Digests => ("CloudTrail-Digest", None),
        };
        Self { prefix: format!("{root}{account}/{kind}/{region}/"), stem }
    }

    /// Key prefixes of the two newest hours whose files can have arrived, newest first: few files, whatever the day.
    pub(crate) fn newest_hours(&self, now: Timestamp) -> Vec<String> {
        let Some(stem) = &self.stem else { return Vec::new() };
        // CloudTrail delivers within about a quarter of an hour.
        let hours = [15, 75].into_iter().filter_map(|minutes| now.checked_sub(SignedDuration::from_mins(minutes)).ok());
        let prefix = |at: Timestamp| format!("{}{stem}{}", self.day(utc(at)), at.strftime("%Y%m%dT%H"));
        hours.map(prefix).collect()
    }

    /// Key prefix of the last day that has begun.
    pub(crate) fn last_day(&self, now: Timestamp) -> String {
        self.day(utc(now.saturating_add(SKEW).unwrap_or(now)))
    }

    /// Key prefix of one day.
    pub(crate) fn day(&self, day: Date) -> String {
        format!("{}{}", self.prefix, day.strftime("%Y/%m/%d/"))
    }
}

/// Key prefix below which an organization trail puts its accounts, with a slash at the end.
pub(crate) fn organization_root(log_prefix: Option<&str>, organization: &str) -> String {
    match log_prefix.map(|prefix| prefix.trim_matches('/')).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!("{prefix}/AWSLogs/{organization}/"),
        None => format!("AWSLogs/{organization}/"),
    }
}

/// Days a delivery no older than `hours` can be filed under, newest first; at most the newest two.
pub(crate) fn newest_days(now: Timestamp, hours: u32) -> Vec<Date> {
    let today = utc(now);
    let oldest = now.checked_sub(SignedDuration::from_hours(i64::from(hours))).map_or(today, utc);
    [Some(today), today.yesterday().ok().filter(|day| *day >= oldest)].into_iter().flatten().collect()
}

/// Hours and minutes of the last name that is not in the future, in the folder of a day.
pub(crate) fn last_time_of(day: &str, now: Timestamp) -> String {
    let last = now.saturating_add(SKEW).unwrap_or(now);
    match day.ends_with(&last.strftime("%Y/%m/%d/").to_string()) {
        true => last.strftime("%H%M").to_string(),
        false => "2359".to_owned(),
    }
}

fn utc(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// When a file was delivered: as its name says, else when the object was written.
pub(crate) fn delivered_at(object: &ObjectSummary) -> Option<Timestamp> {
    let name = object.key.rsplit('/').next().unwrap_or(&object.key);
    name.split(['_', '.']).find_map(stamp).or(object.last_modified)
}

/// `20260115T1130Z` in a log file's name, `20260115T113012Z` in a digest's.
fn stamp(text: &str) -> Option<Timestamp> {
    let digits: String = text.strip_suffix('Z')?.replacen('T', "", 1);
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !matches!(digits.len(), 12 | 14) {
        return None;
    }
    let format = if digits.len() == 12 { "%Y%m%d%H%M" } else { "%Y%m%d%H%M%S" };
    let civil = jiff::civil::DateTime::strptime(format, &digits).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn object(key: &str, last_modified: Option<&str>) -> ObjectSummary {
        ObjectSummary { key: key.to_owned(), size_bytes: 1, last_modified: last_modified.map(at), storage_class: None }
    }

    #[test]
    fn the_limit_itself_is_in_time_and_a_second_more_is_not() {
        let now = at("2026-01-15T12:00:00Z");
        assert!(within_hours(now, at("2026-01-14T12:00:00Z"), 24));
        assert!(!within_hours(now, at("2026-01-14T11:59:59Z"), 24));
        assert!(within_hours(now, at("2026-01-15T12:15:00Z"), 24), "a clock ahead of ours");
        assert!(!within_hours(now, at("2026-01-15T12:15:01Z"), 24), "no clock is that far ahead");
        assert!(is_ahead(now, at("2026-01-15T12:15:01Z")) && !is_ahead(now, now));
    }

    #[test]
    fn ages_are_said_in_one_unit() {
        let now = at("2026-01-15T12:00:00Z");
        assert_eq!(age(now, at("2026-01-15T11:30:00Z")), "2026-01-15T11:30:00Z (30 minutes ago)");
        assert_eq!(age(now, at("2026-01-14T11:00:00Z")), "2026-01-14T11:00:00Z (25 hours ago)");
        assert_eq!(age(now, at("2026-01-05T12:00:00Z")), "2026-01-05T12:00:00Z (10 days ago)");
        assert_eq!(age(now, at("2026-01-15T12:00:10Z")), "2026-01-15T12:00:10Z (just now)");
        assert_eq!(age(now, at("2026-01-15T13:00:00Z")), "2026-01-15T13:00:00Z (60 minutes in the future)");
    }

    #[test]
    fn folders_are_named_as_cloudtrail_names_them() {
        let (account, region) = ("444444444444".parse().unwrap(), "eu-west-1".parse().unwrap());
        let root = organization_root(Some("acme/"), "o-exampleorg1");
        let logs = Folder::of(&root, &account, Delivered::Logs, &region);
        assert_eq!(
            logs.day(jiff::civil::date(2026, 1, 5)),
            "acme/AWSLogs/o-exampleorg1/444444444444/CloudTrail/eu-west-1/2026/01/05/"
        );
        let digests = Folder::of(&organization_root(None, "o-x"), &account, Delivered::Digests, &region);
        assert_eq!(digests.prefix, "AWSLogs/o-x/444444444444/CloudTrail-Digest/eu-west-1/");
        assert_eq!(organization_root(Some(""), "o-x"), "AWSLogs/o-x/");
        assert_eq!(digests.newest_hours(at("2026-01-15T12:00:00Z")), Vec::<String>::new());
        assert_eq!(
            logs.newest_hours(at("2026-01-15T00:20:00Z")),
            [
                "acme/AWSLogs/o-exampleorg1/444444444444/CloudTrail/eu-west-1/2026/01/15/444444444444_CloudTrail_eu-west-1_20260115T00",
                "acme/AWSLogs/o-exampleorg1/444444444444/CloudTrail/eu-west-1/2026/01/14/444444444444_CloudTrail_eu-west-1_20260114T23",
            ]
        );
    }

    #[test]
    fn names_end_with_now() {
        let now = at("2026-01-15T23:50:00Z");
        assert_eq!(last_time_of("a/2026/01/15/", now), "2359");
        assert_eq!(last_time_of("a/2026/01/16/", now), "0005");
        let (account, region) = ("444444444444".parse().unwrap(), "eu-west-1".parse().unwrap());
        let logs = Folder::of("r/", &account, Delivered::Logs, &region);
        assert_eq!(logs.last_day(now), "r/444444444444/CloudTrail/eu-west-1/2026/01/16/");
    }

    #[test]
    fn a_day_is_looked_into_only_when_the_limit_reaches_it() {
        let days = |now: &str, hours| newest_days(at(now), hours).iter().map(Date::to_string).collect::<Vec<_>>();
        assert_eq!(days("2026-01-15T12:00:00Z", 24), ["2026-01-15", "2026-01-14"]);
        assert_eq!(days("2026-01-15T12:00:00Z", 2), ["2026-01-15"]);
        assert_eq!(days("2026-01-15T00:30:00Z", 1), ["2026-01-15", "2026-01-14"]);
        assert_eq!(days("2026-01-15T12:00:00Z", 240), ["2026-01-15", "2026-01-14"], "older days are found by listing");
    }

    #[test]
    fn the_name_of_a_file_says_when_it_was_delivered() {
        let log =
            "AWSLogs/o-x/4/CloudTrail/eu-west-1/2026/01/15/444444444444_CloudTrail_eu-west-1_20260115T1130Z_x.json.gz";
        assert_eq!(delivered_at(&object(log, Some("2026-01-20T00:00:00Z"))), Some(at("2026-01-15T11:30:00Z")));
        let digest = "444444444444_CloudTrail-Digest_eu-west-1_org-trail_eu-central-1_20260115T110012Z.json.gz";
        assert_eq!(delivered_at(&object(digest, None)), Some(at("2026-01-15T11:00:12Z")));
        let other = object("some/other/file", Some("2026-01-20T00:00:00Z"));
        assert_eq!(delivered_at(&other), Some(at("2026-01-20T00:00:00Z")));
        assert_eq!(delivered_at(&object("a_20261315T1130Z_b", None)), None, "there is no month 13");
    }
}
