//! The grammar of digest and log object keys.
//!
//! Owns: parsing and formatting, anchored at both ends. Must not know: which objects exist.
// See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
// See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::fmt;
use thiserror::Error;

/// A key that does not follow the grammar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{key}` is not the key of a CloudTrail {kind}; expected `{expected}`")]
pub struct KeyError {
    key: String,
    kind: &'static str,
    expected: &'static str,
}

/// Where the objects of one account and Region lie: all of a key before the date.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The trail's prefix, without the closing slash.
    pub prefix: Option<String>,
    /// The organization's id, for an organization trail.
    pub organization: Option<String>,
    /// The account that events come from.
    pub account: String,
    /// The Region that events come from.
    pub region: String,
}

impl Place {
    /// The folder of digests, with closing slash.
    #[must_use]
    pub fn digest_folder(&self) -> String {
        self.folder("CloudTrail-Digest")
    }

    /// The folder of log files, with closing slash.
    #[must_use]
    pub fn log_folder(&self) -> String {
        self.folder("CloudTrail")
    }

    fn folder(&self, kind: &str) -> String {
        let mut folder = String::with_capacity(96);
        for part in [self.prefix.as_deref(), Some("AWSLogs"), self.organization.as_deref()].into_iter().flatten() {
            folder.push_str(part);
            folder.push('/');
        }
        for part in [&self.account, kind, &self.region] {
            folder.push_str(part);
            folder.push('/');
        }
        folder
    }
}

/// The key of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestKey {
    /// Where it lies.
    pub place: Place,
    /// The trail's name.
    pub trail: String,
    /// The trail's home Region.
    pub home_region: String,
    /// The end of the digest's interval.
    pub end: Timestamp,
    /// Whether it is a backfill digest, made for logs that were delivered late.
    pub backfill: bool,
}

impl DigestKey {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// When the key does not follow the grammar from its first to its last character.
    pub fn parse(key: &str) -> Result<Self, KeyError> {
        Self::read(key).ok_or_else(|| KeyError {
            key: key.to_owned(),
            kind: "digest",
            expected: "[prefix/]AWSLogs/[org/]account/CloudTrail-Digest/region/YYYY/MM/DD/\
                       account_CloudTrail-Digest_region_trail_home-region_YYYYMMDDTHHMMSSZ[_backfill].json.gz",
        })
    }

    fn read(key: &str) -> Option<Self> {
        let (place, date, name) = split(key, "CloudTrail-Digest")?;
        let stem = name.strip_suffix(".json.gz")?;
        let (stem, backfill) = match stem.strip_suffix("_backfill") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        // Read from the end: a trail's name may hold underscores, and even a Region's name; what follows it may not.
        let (stem, end) = stem.rsplit_once('_')?;
        let (stem, home_region) = stem.rsplit_once('_')?;
        let trail = after_account_and_region(stem, &place, "CloudTrail-Digest")?;
        let end = parse_second(end)?;
        (is_region(home_region) && is_trail_name(trail) && date == date_path(end)).then(|| Self {
            trail: trail.to_owned(),
            home_region: home_region.to_owned(),
            place,
            end,
            backfill,
        })
    }
}

impl fmt::Display for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, trail, home_region, end, backfill } = self;
        let Place { account, region, .. } = place;
        let at = civil(*end);
        write!(
            f,
            "{}{}/{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_{}{}.json.gz",
            place.digest_folder(),
            date_path(*end),
            at.strftime("%Y%m%dT%H%M%SZ"),
            if *backfill { "_backfill" } else { "" }
        )
    }
}

/// The key of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKey {
    /// Where it lies.
    pub place: Place,
    /// The minute of delivery.
    pub delivered: Timestamp,
    /// What makes the name unique: 16 letters and digits.
    pub unique: String,
}

impl LogKey {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// When the key does not follow the grammar from its first to its last character.
    pub fn parse(key: &str) -> Result<Self, KeyError> {
        Self::read(key).ok_or_else(|| KeyError {
            key: key.to_owned(),
            kind: "log file",
            expected: "[prefix/]AWSLogs/[org/]account/CloudTrail/region/YYYY/MM/DD/\
                       account_CloudTrail_region_YYYYMMDDTHHMMZ_unique.json.gz",
        })
    }

    fn read(key: &str) -> Option<Self> {
        let (place, date, name) = split(key, "CloudTrail")?;
        let stem = name.strip_suffix(".json.gz")?;
        let (time, unique) = after_account_and_region(stem, &place, "CloudTrail")?.split_once('_')?;
        let delivered = parse_minute(time)?;
        let named = unique.len() == 16 && unique.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (named && date == date_path(delivered)).then(|| Self { unique: unique.to_owned(), place, delivered })
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, delivered, unique } = self;
        let Place { account, region, .. } = place;
        let minute = civil(*delivered);
        write!(
            f,
            "{}{}/{account}_CloudTrail_{region}_{}_{unique}.json.gz",
            place.log_folder(),
            date_path(*delivered),
            minute.strftime("%Y%m%dT%H%MZ")
        )
    }
}

/// The folder of one day within a place: `YYYY/MM/DD`.
#[must_use]
pub fn date_path(at: Timestamp) -> String {
    civil(at).strftime("%Y/%m/%d").to_string()
}

fn civil(at: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(at)
}

/// Splits a key into place, date folder and file name.
fn split<'k>(key: &'k str, kind: &str) -> Option<(Place, &'k str, &'k str)> {
    let (folder, name) = key.rsplit_once('/')?;
    let date_start = folder.rmatch_indices('/').nth(2).map(|(at, _)| at)?;
    let (folder, date) = (folder.get(..date_start)?, folder.get(date_start + 1..)?);
    let mut parts = folder.rsplit('/');
    let region = parts.next().filter(|region| is_region(region))?;
    parts.next().filter(|found| *found == kind)?;
    let account = parts.next().filter(|account| is_account(account))?;
    let mut part = parts.next()?;
    let organization = is_organization(part).then(|| part.to_owned());
    if organization.is_some() {
        part = parts.next()?;
    }
    if part != "AWSLogs" {
        return None;
    }
    let mut prefix: Vec<&str> = parts.collect();
    prefix.reverse();
    let prefix = (!prefix.is_empty()).then(|| prefix.join("/"));
    let place = Place { prefix, organization, account: account.to_owned(), region: region.to_owned() };
    Some((place, date, name))
}

fn after_account_and_region<'n>(stem: &'n str, place: &Place, kind: &str) -> Option<&'n str> {
    let rest = stem.strip_prefix(place.account.as_str())?.strip_prefix('_')?;
    let rest = rest.strip_prefix(kind)?.strip_prefix('_')?;
    rest.strip_prefix(place.region.as_str())?.strip_prefix('_')
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    text.contains('-') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

// See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

// See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
fn is_trail_name(text: &str) -> bool {
    (3..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn parse_second(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    (date.len() == 8 && time.len() == 6).then_some(())?;
    at(date, time.get(..4)?, time.get(4..)?)
}

fn parse_minute(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    (date.len() == 8 && time.len() == 4).then_some(())?;
    at(date, time, "00")
}

fn at(date: &str, minute: &str, second: &str) -> Option<Timestamp> {
    let number =
        |text: Option<&str>| text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i16>().ok();
    let small = |text: Option<&str>| number(text).and_then(|number| i8::try_from(number).ok());
    let year = number(date.get(..4))?;
    let (month, day) = (small(date.get(4..6))?, small(date.get(6..8))?);
    let (hour, minute, second) = (small(minute.get(..2))?, small(minute.get(2..4))?, small(Some(second))?);
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "logs/AWSLogs/o-exampleorg1/111122223333/CloudTrail-Digest/eu-west-1/2026/01/02/\
        111122223333_CloudTrail-Digest_eu-west-1_org-trail_us-east-1_20260102T033712Z.json.gz";
    const LOG: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/\
        111122223333_CloudTrail_eu-west-1_20260102T0335Z_AbCdEfGhIjKlMnOp.json.gz";

    #[test]
    fn keys_survive_parsing_and_formatting() {
        assert_eq!(DigestKey::parse(DIGEST).unwrap().to_string(), DIGEST);
        assert_eq!(LogKey::parse(LOG).unwrap().to_string(), LOG);
        let backfill = DIGEST.replace("Z.json", "Z_backfill.json");
        assert!(DigestKey::parse(&backfill).unwrap().backfill);
        assert_eq!(DigestKey::parse(&backfill).unwrap().to_string(), backfill);
    }

    #[test]
    fn a_trail_named_like_a_region_is_told_apart() {
        let key = DIGEST.replace("org-trail_us-east-1", "a_us-east-1_b_us-east-1");
        assert_eq!(DigestKey::parse(&key).unwrap().trail, "a_us-east-1_b");
    }

    #[test]
    fn near_misses_are_refused() {
        for (from, to) in [
            ("2026/01/02/", "2026/01/03/"),
            ("T033712Z", "T033712"),
            ("T033712Z", "T253712Z"),
            ("T033712Z", "T03371Z"),
            (".json.gz", ".json.gz.bak"),
            ("/111122223333_", "/999922223333_"),
            ("Digest_eu-west-1", "Digest_eu-west-2"),
            ("AWSLogs/", "awslogs/"),
            ("org-trail", ""),
            ("CloudTrail-Digest/", "CloudTrail/"),
        ] {
            assert!(DigestKey::parse(&DIGEST.replacen(from, to, 1)).is_err(), "{from} -> {to}");
        }
        for (from, to) in [("AbCdEfGhIjKlMnOp", "short"), ("T0335Z", "T0335"), ("/02/", "/03/"), ("Mn", "M.")] {
            assert!(LogKey::parse(&LOG.replacen(from, to, 1)).is_err(), "{from} -> {to}");
        }
        assert!(LogKey::parse("").is_err() && DigestKey::parse("a/b/c").is_err());
    }
}
