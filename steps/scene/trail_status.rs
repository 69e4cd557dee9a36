//! What CloudTrail reports of the deliveries of a trail, Region by Region.

use std::sync::Arc;

use jiff::Timestamp;
use logproof_estate::{
    ExchangeId, Fact, Reason, Region, Unseen,
    facts::{Trail, TrailStatus},
    record::{Observation, Population, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::delivery::{age, is_ahead, within_hours},
    scene::{questions::ask_each, trail::owner_of},
};

/// Judges that log files were delivered in the last hours in each of these Regions. A digest in their place shows that there
/// was nothing to log, except in the Region that is `busy`.
pub(crate) async fn delivered(
    w: &mut LogproofWorld,
    trail: &Trail,
    regions: Vec<Region>,
    hours: u32,
    busy: Option<&Region>,
) -> Judged {
    let now = w.now()?;
    for (region, status) in status_by_region(w, trail, regions).await? {
        let logs = status.as_ref().as_ref().and_then(|status| status.latest_delivery);
        let digest = status.as_ref().as_ref().and_then(|status| status.latest_digest_delivery);
        if let Some(at) = logs.filter(|at| is_ahead(now, *at)) {
            let unseen = of_the_future(w, trail, &region, ("LatestDeliveryTime", at), status.exchanges())?;
            w.unseen(unseen);
            continue;
        }
        let in_time = |then: Option<Timestamp>| then.is_some_and(|then| within_hours(now, then, hours));
        let quiet = busy != Some(&region) && trail.log_file_validation && in_time(digest);
        let found = match (logs, digest) {
            _ if status.is_none() => "no such trail in this Region".to_owned(),
            (Some(at), _) if in_time(logs) || !quiet => age(now, at),
            (_, Some(at)) if quiet => {
                format!("no log file, but a digest of {} says there was nothing to log", age(now, at))
            }
            _ => "no log file was ever delivered".to_owned(),
        };
        let met = in_time(logs) || quiet;
        w.observe(
            Observation::new(
                at_region(w, trail, &region)?,
                format!("log files delivered in the last {hours} hours"),
                found,
                met,
            )
            .place("LatestDeliveryTime")
            .hint("see the delivery error of the trail, the bucket policy and the key policy")
            .resting_on(status.exchanges()),
        );
    }
    Ok(())
}

/// Judges that the last delivery in each of these Regions did not fail.
pub(crate) async fn no_delivery_error(w: &mut LogproofWorld, trail: &Trail, regions: Vec<Region>) -> Judged {
    for (region, status) in status_by_region(w, trail, regions).await? {
        let error = status.as_ref().as_ref().and_then(|status| said(status.latest_delivery_error.as_deref()));
        let observation = error_observation(at_region(w, trail, &region)?, "LatestDeliveryError", error);
        w.observe(observation.resting_on(status.exchanges()));
    }
    Ok(())
}

/// The trail's status in each governed Region: CloudTrail answers for one Region at a time.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html>
pub(crate) async fn status_by_region(
    w: &mut LogproofWorld,
    trail: &Trail,
    regions: Vec<Region>,
) -> Result<Vec<(Region, Fact<Option<TrailStatus>>)>, Stop> {
    let (estate, owner) = (w.estate()?, owner_of(w, trail)?);
    let expected = regions.len();
    let answers = ask_each(regions, |region| {
        let (estate, owner) = (Arc::clone(&estate), owner.clone());
        async move {
            let answer = estate.trail_status(&owner, &region, &trail.arn).await;
            (region, answer)
        }
    })
    .await;
    let mut seen = Vec::new();
    for (region, answer) in answers {
        if let Some(status) = w.see_or_note(answer) {
            seen.push((region, status));
        }
    }
    let population = Population {
        of: "governed Regions".to_owned(),
        expected,
        examined: seen.len(),
        source: "organization.governed_regions".to_owned(),
        left_out: Vec::new(),
    };
    // A trail of one Region has no population.
    if trail.is_multi_region {
        w.population(population);
    }
    Ok(seen)
}

/// CloudTrail reports its newest delivery only: one after the instant that is judged says nothing of those before it.
pub(crate) fn of_the_future(
    w: &LogproofWorld,
    trail: &Trail,
    region: &Region,
    (field, at): (&str, Timestamp),
    exchanges: &[ExchangeId],
) -> Result<Unseen, Stop> {
    Ok(Unseen {
        operation: "cloudtrail:GetTrailStatus".to_owned(),
        account: owner_of(w, trail)?,
        region: Some(region.clone()),
        subject: trail.arn.clone(),
        reason: Reason::Unproven,
        detail: format!("`{field}` is {}", age(w.now()?, at)),
        hint: "set the clock of this machine, or give an `--as-of` that is not before the examination".to_owned(),
        exchanges: exchanges.to_vec(),
    })
}

pub(crate) fn at_region(w: &LogproofWorld, trail: &Trail, region: &Region) -> Result<Subject, Stop> {
    Ok(Subject::arn(&trail.arn).at(&owner_of(w, trail)?, Some(region)))
}

pub(crate) fn error_observation(subject: Subject, field: &str, error: Option<&str>) -> Observation {
    let found = error.map_or_else(|| "no error".to_owned(), |error| format!("`{error}`"));
    Observation::new(subject, "no error", found, error.is_none())
        .place(field)
        .hint("let CloudTrail write to the log bucket and use the log key again: see both policies")
}

pub(crate) fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_error_is_none() {
        assert_eq!(said(Some("")), None);
        assert_eq!(said(Some("AccessDenied")), Some("AccessDenied"));
        assert!(!error_observation(Subject::arn("a"), "LatestDeliveryError", Some("AccessDenied")).met);
    }
}
