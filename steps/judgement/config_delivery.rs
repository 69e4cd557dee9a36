//! Whether the deliveries of AWS Config arrive, as its delivery channel reports them.
//!
//! See: <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeDeliveryChannelStatus.html>

use logproof_estate::{
    Period,
    facts::{ConfigDelivery, ConfigDeliveryInfo, ConfigDeliveryStatus},
};

use super::delivery::{age, is_ahead, within_hours};

/// What was found of a channel's deliveries, and whether it will do. Snapshots come as often as the channel says, and may
/// take `delivery_hours` more; history files come only when something changed, so that their age says nothing. A channel
/// tells of its last delivery only: one that came while the run went on is in time.
pub(crate) fn delivered(
    channel: &ConfigDelivery,
    statuses: &[ConfigDeliveryStatus],
    run: Period,
    delivery_hours: u32,
) -> (String, bool) {
    let Some(status) = statuses.iter().find(|status| status.name == channel.name) else {
        return (format!("no status of delivery channel `{}`", channel.name), false);
    };
    let kinds = [("history files", &status.history), ("snapshots", &status.snapshots)];
    for (what, info) in kinds {
        if let Some(failed) = info.as_ref().filter(|info| has_failed(info)) {
            let error = failed.error.as_deref().map(|error| format!(": `{error}`")).unwrap_or_default();
            return (format!("the last delivery of {what} failed{error}"), false);
        }
    }
    let newest = kinds.iter().filter_map(|(_, info)| info.as_ref()?.last_success).max();
    let Some(newest) = newest else { return ("nothing was delivered yet".to_owned(), false) };
    if is_ahead(run.now, newest) && newest <= run.until {
        return (format!("delivered last {}, after the run began", newest.strftime("%Y-%m-%dT%H:%M:%SZ")), true);
    }
    let in_time = match channel.snapshot_frequency.as_deref().map(hours_of) {
        Some(every) => within_hours(run.now, newest, every + delivery_hours),
        None => within_hours(run.now, newest, u32::MAX),
    };
    (format!("delivered last {}", age(run.now, newest)), in_time)
}

fn has_failed(info: &ConfigDeliveryInfo) -> bool {
    info.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("Failure"))
}

/// Hours of a snapshot frequency; of one that is not known the longest there is.
fn hours_of(frequency: &str) -> u32 {
    match frequency {
        "One_Hour" => 1,
        "Three_Hours" => 3,
        "Six_Hours" => 6,
        "Twelve_Hours" => 12,
        _ => 24,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn channel(frequency: Option<&str>) -> ConfigDelivery {
        ConfigDelivery {
            name: "default".to_owned(),
            bucket: "b".to_owned(),
            prefix: None,
            kms_key: None,
            sns_topic_arn: None,
            snapshot_frequency: frequency.map(str::to_owned),
        }
    }

    fn info(status: &str, last_success: Option<&str>) -> Option<ConfigDeliveryInfo> {
        Some(ConfigDeliveryInfo { status: Some(status.to_owned()), error: None, last_success: last_success.map(at) })
    }

    fn judged(
        frequency: Option<&str>,
        history: Option<ConfigDeliveryInfo>,
        snapshots: Option<ConfigDeliveryInfo>,
    ) -> (String, bool) {
        let statuses = [ConfigDeliveryStatus { name: "default".to_owned(), history, snapshots }];
        delivered(&channel(frequency), &statuses, instant(), 24)
    }

    /// A run that looks at one instant.
    fn instant() -> Period {
        Period { now: at("2026-01-15T12:00:00Z"), until: at("2026-01-15T12:00:00Z") }
    }

    #[test]
    fn what_is_delivered_while_a_run_goes_on_is_in_time_and_what_comes_after_it_is_not() {
        let judged = |last, until| {
            let snapshots = info("Success", Some(last));
            let statuses = [ConfigDeliveryStatus { name: "default".to_owned(), history: None, snapshots }];
            let run = Period { now: at("2026-01-15T12:00:00Z"), until: at(until) };
            delivered(&channel(Some("One_Hour")), &statuses, run, 24)
        };
        let (found, in_time) = judged("2026-01-15T14:30:00Z", "2026-01-16T12:00:00Z");
        assert_eq!((found.as_str(), in_time), ("delivered last 2026-01-15T14:30:00Z, after the run began", true));
        assert!(!judged("2026-01-16T12:00:01Z", "2026-01-16T12:00:00Z").1, "no run takes that long");
        assert!(!judged("2026-01-15T14:30:00Z", "2026-01-15T12:00:00Z").1, "examined as of an instant of the past");
        assert!(judged("2026-01-15T11:30:00Z", "2026-01-16T12:00:00Z").1);
        assert!(!judged("2026-01-14T10:30:00Z", "2026-01-16T12:00:00Z").1, "late all the same");
    }

    #[test]
    fn a_snapshot_is_late_after_its_interval_and_the_delivery_time() {
        for (last, in_time) in
            [("2026-01-14T11:00:00Z", true), ("2026-01-14T10:59:59Z", false), ("2026-01-16T12:00:00Z", false)]
        {
            assert_eq!(judged(Some("One_Hour"), None, info("SUCCESS", Some(last))).1, in_time, "{last}");
        }
        assert!(judged(Some("TwentyFour_Hours"), None, info("Success", Some("2026-01-13T12:00:00Z"))).1);
        assert!(!judged(Some("TwentyFour_Hours"), None, info("Success", Some("2026-01-13T11:59:59Z"))).1);
        assert!(
            judged(Some("One_Hour"), info("Success", Some("2026-01-15T11:00:00Z")), None).1,
            "history files are deliveries"
        );
    }

    #[test]
    fn history_files_come_when_something_changed() {
        assert!(judged(None, info("Success", Some("2025-11-01T00:00:00Z")), None).1);
        assert!(!judged(None, info("Success", Some("2027-11-01T00:00:00Z")), None).1, "the future");
    }

    #[test]
    fn a_failure_and_nothing_at_all_are_found() {
        let ok = || info("Success", Some("2026-01-15T11:00:00Z"));
        let (found, met) = judged(Some("One_Hour"), info("FAILURE", Some("2026-01-15T11:00:00Z")), ok());
        assert_eq!((found.as_str(), met), ("the last delivery of history files failed", false));
        assert_eq!(judged(None, ok(), info("Failure", None)).0, "the last delivery of snapshots failed");
        assert_eq!(judged(None, info("Not_Applicable", None), None), ("nothing was delivered yet".to_owned(), false));
        assert_eq!(judged(None, None, None), ("nothing was delivered yet".to_owned(), false));
        let other = delivered(&channel(None), &[], instant(), 24);
        assert_eq!(other, ("no status of delivery channel `default`".to_owned(), false));
    }
}
