//! Objects among the log files of a chain, but outside the folders of days: no digest names what lies there, and whoever
//! reads by prefix reads it.
//!
//! Owns: where such objects are looked for. Must not know: digests. Lists are sorted, so that what is not in the folder of
//! a year, month or day comes before the first of them or after the last.

use super::context::Run;
use crate::finding::{Code, Finding};
use crate::inventory::Window;
use crate::names::{Place, date_path};
use crate::store::ObjectStore;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// After every key whose next character is a digit.
const AFTER_DIGITS: &str = "9\u{10ffff}";

/// Looks at the top of the folder of log files, and in the years and months of the window.
pub(crate) async fn find_strays<S: ObjectStore>(
    run: &Run<S>,
    chain: &str,
    bucket: &str,
    place: &Place,
    window: Window,
) -> Vec<Finding> {
    let folder = place.log_folder();
    let mut probes: Vec<(String, Option<String>)> = vec![(folder.clone(), None)];
    let folders = std::iter::once(folder.clone()).chain(years_and_months(&folder, window));
    probes.extend(folders.map(|within| (within.clone(), Some(format!("{within}{AFTER_DIGITS}")))));
    let mut strays = BTreeSet::new();
    for (within, after) in probes {
        match run.reader.list(bucket, &within, after.as_deref()).await {
            Ok(page) => {
                let keys = page.entries.into_iter().map(|entry| entry.key);
                strays.extend(keys.filter(|key| is_stray(key.get(folder.len()..).unwrap_or_default())));
            }
            Err(error) => {
                let detail = format!("the objects below `{within}` cannot be listed: {error}");
                return vec![Finding::new(Code::LogUnlistable, chain, detail).object(bucket, &within)];
            }
        }
    }
    let Some(first) = strays.first() else { return Vec::new() };
    let detail =
        "it lies among the log files and in the folder of no day, where no digest can name it; find out what wrote it";
    let count = u64::try_from(strays.len()).unwrap_or(u64::MAX);
    vec![Finding::new(Code::LogMisplaced, chain, detail).object(bucket, first).count(count)]
}

/// Folders of the years and months that the window touches.
fn years_and_months(folder: &str, window: Window) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut at = window.from;
    loop {
        let day = date_path(at.min(window.to));
        // `YYYY/MM/DD`
        found.extend([4, 7].into_iter().filter_map(|end| Some(format!("{folder}{}/", day.get(..end)?))));
        match at.checked_add(SignedDuration::from_hours(24)) {
            Ok(next) if at < window.to && next > Timestamp::MIN => at = next,
            _ => return found,
        }
    }
}

/// Whether a name below the folder begins with no day. Objects whose names end in a slash represent folders.
fn is_stray(name: &str) -> bool {
    let pattern = b"dddd/dd/dd/";
    let fits = |(byte, wanted): (u8, &u8)| if *wanted == b'd' { byte.is_ascii_digit() } else { byte == *wanted };
    let in_a_day = name.len() > pattern.len() && name.bytes().zip(pattern).all(fits);
    !in_a_day && !name.is_empty() && !name.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_no_day_is_astray() {
        for (name, stray) in [
            ("2026/01/15/x.json.gz", false),
            ("2026/01/15/deeper/x.json.gz", false),
            ("2026/01/", false),
            ("", false),
            ("x.json.gz", true),
            ("2026/x.json.gz", true),
            ("2026/01/x.json.gz", true),
            ("2026/1/15/x.json.gz", true),
            ("-2026/01/15/x", true),
        ] {
            assert_eq!(is_stray(name), stray, "{name}");
        }
    }

    #[test]
    fn the_window_names_its_years_and_months() {
        let window =
            Window { from: "2025-12-31T23:00:00Z".parse().unwrap(), to: "2026-01-01T01:00:00Z".parse().unwrap() };
        let folders: Vec<String> = years_and_months("f/", window).into_iter().collect();
        assert_eq!(folders, ["f/2025/", "f/2025/12/", "f/2026/", "f/2026/01/"]);
    }
}
