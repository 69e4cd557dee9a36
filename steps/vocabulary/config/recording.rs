//! AWS Config in every account and Region: that it records, what it records, and where its records go.

use std::{future::Future, sync::Arc};

use cucumber::then;
use logproof_estate::{
    AccountId, Answer, Everywhere, Fact, Region,
    config::SNAPSHOT_FREQUENCIES,
    facts::{ConfigDelivery, ConfigRecorder},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        config_delivery::delivered,
        recording::{iam_types_left_out, left_out, records_iam},
    },
    scene::{buckets::existing_bucket, questions::judge_each},
};

/// An account and a Region.
type Place = (AccountId, Region);

/// What was found in one account and Region, and whether it will do.
type Judgement = (String, bool);

#[then("AWS Config records in each of these accounts and Regions, and its last recording did not fail")]
async fn config_records_everywhere(w: &mut LogproofWorld) -> Judged {
    let everywhere = w.everywhere()?;
    let hint = "start the configuration recorder; when its last recording failed, correct what the error names";
    each_recorder(w, &everywhere, "a recorder that records and whose last recording did not fail", hint, |_, one| {
        let Some(one) = one else { return none_of("recorder") };
        if !one.recording {
            return (format!("recorder `{}` is stopped", one.name), false);
        }
        let status = one.last_status.as_deref().unwrap_or("none yet");
        let error = one.last_error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        let failed = status.eq_ignore_ascii_case("Failure");
        (format!("recorder `{}` records, last status {status}{error}", one.name), !failed)
    })
    .await?;
    w.settle()
}

#[then("AWS Config records every resource type in each of these accounts and Regions")]
async fn config_records_every_type(w: &mut LogproofWorld) -> Judged {
    let everywhere = w.everywhere()?;
    let home = iam_region(w)?;
    let hint = "let the recorder record all current and future resource types";
    each_recorder(w, &everywhere, "every resource type of the Region", hint, |region, one| {
        let Some(one) = one else { return none_of("recorder") };
        match left_out(one, *region == home) {
            None => (format!("every type{}", daily(one)), true),
            Some(missing) => (missing, false),
        }
    })
    .await?;
    w.settle()
}

#[then("AWS Config records the IAM resource types in the home Region of each of these accounts")]
async fn config_records_iam_at_home(w: &mut LogproofWorld) -> Judged {
    let mut everywhere = w.everywhere()?;
    let (region, home) = (iam_region(w)?, w.config()?.organization.home_region.clone());
    if region != home {
        w.note(format!("AWS Config records no IAM resource types in {home}: {region} was examined instead"));
    }
    everywhere.regions = vec![region];
    let hint = "record global resource types in the home Region: no other Region has to";
    each_recorder(
        w,
        &everywhere,
        "IAM users, groups, roles and policies recorded in the home Region",
        hint,
        |region, one| {
            let Some(one) = one else { return none_of("recorder") };
            if !records_iam(region) {
                return ("AWS Config records no IAM resource types in any governed Region".to_owned(), false);
            }
            match iam_types_left_out(one).as_slice() {
                [] => ("all four IAM types recorded".to_owned(), true),
                missing => (format!("left out: {}", missing.join(", ")), false),
            }
        },
    )
    .await?;
    w.settle()
}

#[then("AWS Config delivers to the bucket for configuration logs from each of these accounts and Regions")]
async fn config_delivers_to_its_bucket(w: &mut LogproofWorld) -> Judged {
    let (everywhere, config) = (w.everywhere()?, w.config()?);
    let bucket = config.config_bucket_name();
    let hint = "set the bucket of the delivery channel to the one for configuration logs";
    each_channel(w, &everywhere, &format!("delivers to `{bucket}`"), hint, |channel| {
        (format!("delivers to `{}`", channel.bucket), channel.bucket == bucket)
    })
    .await?;
    w.settle()
}

#[then("the last deliveries of AWS Config from each of these accounts and Regions succeeded, and none is overdue")]
async fn config_deliveries_arrive(w: &mut LogproofWorld) -> Judged {
    let (estate, everywhere, now) = (w.estate()?, w.everywhere()?, w.period()?);
    let hours = w.config()?.expectations.delivery_hours;
    let question = |(account, region): Place| {
        let estate = Arc::clone(&estate);
        async move {
            let channels = estate.config_delivery(&account, &region).await;
            let statuses = estate.config_delivery_status(&account, &region).await;
            let both = channels.and_then(|channels| {
                let statuses = statuses?;
                let exchanges = [channels.exchanges(), statuses.exchanges()].concat();
                Ok(Fact::new((channels.to_vec(), statuses.to_vec()), exchanges))
            });
            (account, region, both)
        }
    };
    let expected = format!("the last deliveries succeeded, and one is no older than its interval and {hours} hours");
    let hint = "correct what the error names: usually the policy of the bucket, or the key of the delivery channel";
    each_cell(w, &everywhere, question, "delivery-channel", (&expected, hint), |_, (channels, statuses)| {
        channels.first().map_or_else(|| none_of("delivery channel"), |channel| delivered(channel, statuses, now, hours))
    })
    .await;
    w.settle()
}

#[then("the bucket for configuration logs is owned by the account it belongs into")]
async fn the_config_bucket_is_owned_by_the_archive(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let bucket = estate.config_bucket();
    let owned = w.see(estate.buckets(&bucket.owner).await)?;
    let met = owned.iter().any(|one| one.name == bucket.name);
    let found = if met {
        format!("owned by account {}", bucket.owner)
    } else {
        format!("no bucket of that name among the {} the account owns", owned.len())
    };
    w.observe(
        Observation::new(
            Subject::arn(bucket.arn()).at(&bucket.owner, None),
            format!("owned by account {}", bucket.owner),
            found,
            met,
        )
        .hint("create the bucket in that account, or name the right one in `names.config_bucket` and `names.config_account`")
        .resting_on(owned.exchanges()),
    );
    w.settle()
}

#[then("Object Lock keeps no delivery of AWS Config out of the bucket for configuration logs")]
async fn object_lock_keeps_no_delivery_out(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let named = estate.config_bucket();
    let bucket = existing_bucket(w, named, "the bucket for configuration logs").await?;
    let lock = w.see(estate.object_lock(&bucket).await)?;
    let (found, met) = match lock.as_ref() {
        None => ("no Object Lock".to_owned(), true),
        Some(lock) => match &lock.default_retention {
            None => ("Object Lock without a default retention".to_owned(), true),
            Some(retention) => (format!("Object Lock, {} for {} days", retention.mode, retention.days), false),
        },
    };
    if met && lock.is_some() {
        w.note("AWS Config documents no delivery to buckets with Object Lock; it is the default retention that refuses them, and there is none");
    }
    let shared = bucket.name == config.log_bucket_name();
    let hint = if shared {
        "the log bucket is also the bucket of AWS Config: give AWS Config a bucket of its own, `names.config_bucket`, and replicate it into a locked one"
    } else {
        "remove the default retention of the bucket, and replicate it into a locked one"
    };
    w.observe(
        // See: https://docs.aws.amazon.com/config/latest/APIReference/API_DeliveryChannel.html
        Observation::new(
            Subject::bucket(&bucket),
            "no default retention: AWS Config cannot deliver to a bucket with Object Lock",
            found,
            met,
        )
        .hint(hint)
        .resting_on(lock.exchanges()),
    );
    w.settle()
}

#[then(
    "AWS Config delivers snapshots from each of these accounts and Regions at least as often as the organization asks"
)]
async fn config_delivers_snapshots(w: &mut LogproofWorld) -> Judged {
    let (everywhere, config) = (w.everywhere()?, w.config()?);
    let wanted = &config.expectations.config_snapshot_frequency;
    let hint = "set the snapshot delivery frequency of the delivery channel";
    each_channel(w, &everywhere, &format!("snapshots every {} or more often", words(wanted)), hint, |channel| {
        match &channel.snapshot_frequency {
            None => ("no snapshot frequency, so no snapshots".to_owned(), false),
            Some(frequency) => (format!("snapshots every {}", words(frequency)), is_as_often(frequency, wanted)),
        }
    })
    .await?;
    w.settle()
}

/// Judges the recorder of every account and Region.
async fn each_recorder(
    w: &mut LogproofWorld,
    everywhere: &Everywhere,
    expected: &str,
    hint: &str,
    judge: impl Fn(&Region, Option<&ConfigRecorder>) -> Judgement,
) -> Result<(), Stop> {
    let estate = w.estate()?;
    let question = |(account, region): Place| {
        let estate = Arc::clone(&estate);
        async move {
            let answer = estate.config_recorders(&account, &region).await;
            (account, region, answer)
        }
    };
    let judge = |region: &Region, recorders: &Vec<ConfigRecorder>| judge(region, recorders.first());
    each_cell(w, everywhere, question, "configuration-recorder", (expected, hint), judge).await;
    Ok(())
}

/// Judges the delivery channel of every account and Region; there is at most one.
async fn each_channel(
    w: &mut LogproofWorld,
    everywhere: &Everywhere,
    expected: &str,
    hint: &str,
    judge: impl Fn(&ConfigDelivery) -> Judgement,
) -> Result<(), Stop> {
    let estate = w.estate()?;
    let question = |(account, region): Place| {
        let estate = Arc::clone(&estate);
        async move {
            let answer = estate.config_delivery(&account, &region).await;
            (account, region, answer)
        }
    };
    let judge = |_: &Region, channels: &Vec<ConfigDelivery>| {
        channels.first().map_or_else(|| none_of("delivery channel"), &judge)
    };
    each_cell(w, everywhere, question, "delivery-channel", (expected, hint), judge).await;
    Ok(())
}

/// Asks about every account and Region, and judges each answer as it comes; none is kept.
async fn each_cell<T, F>(
    w: &mut LogproofWorld,
    everywhere: &Everywhere,
    question: impl Fn(Place) -> F,
    resource: &str,
    (expected, hint): (&str, &str),
    judge: impl Fn(&Region, &T) -> Judgement,
) where
    F: Future<Output = (AccountId, Region, Answer<T>)>,
{
    let expected: Arc<str> = Arc::from(expected);
    let mut examined = 0;
    judge_each(everywhere.cells(), question, |(account, region, answer)| {
        let Some(fact): Option<Fact<T>> = w.see_or_note(answer) else { return };
        examined += 1;
        let (found, met) = judge(&region, &fact);
        let arn = region.partition().arn("config", region.as_str(), account.as_str(), resource);
        w.observe(
            Observation::new(Subject::arn(arn).at(&account, Some(&region)), Arc::clone(&expected), found, met)
                .hint(hint)
                .resting_on(fact.exchanges()),
        );
    })
    .await;
    w.population(everywhere.cells_examined(examined));
}

/// The Region in which IAM must be recorded: the home Region, or the first governed one in which AWS Config does it.
fn iam_region(w: &LogproofWorld) -> Result<Region, Stop> {
    let organization = &w.config()?.organization;
    let mut regions = std::iter::once(&organization.home_region).chain(&organization.governed_regions);
    Ok(regions.find(|region| records_iam(region)).unwrap_or(&organization.home_region).clone())
}

fn none_of(what: &str) -> Judgement {
    (format!("no {what}"), false)
}

fn daily(recorder: &ConfigRecorder) -> &'static str {
    match recorder.recording_frequency.as_deref() {
        Some("DAILY") => ", once a day",
        _ => "",
    }
}

/// `TwentyFour_Hours` in words.
fn words(frequency: &str) -> &str {
    match frequency {
        "One_Hour" => "hour",
        "Three_Hours" => "3 hours",
        "Six_Hours" => "6 hours",
        "Twelve_Hours" => "12 hours",
        "TwentyFour_Hours" => "24 hours",
        other => other,
    }
}

/// Whether a frequency is at least the wanted one. One that is not known is not taken for often enough.
fn is_as_often(frequency: &str, wanted: &str) -> bool {
    let place = |name: &str| SNAPSHOT_FREQUENCIES.iter().position(|known| *known == name);
    match (place(frequency), place(wanted)) {
        (Some(found), Some(wanted)) => found <= wanted,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_interval_is_often_enough_and_a_longer_one_is_not() {
        assert!(is_as_often("One_Hour", "TwentyFour_Hours"));
        assert!(is_as_often("Six_Hours", "Six_Hours"));
        assert!(!is_as_often("Twelve_Hours", "Six_Hours"));
        assert!(!is_as_often("Weekly", "TwentyFour_Hours"));
    }

    #[test]
    fn every_frequency_has_words() {
        assert!(SNAPSHOT_FREQUENCIES.iter().all(|frequency| words(frequency).contains("hour")));
    }
}
