//! Whether access to the log objects is itself recorded, and by a trail that does not feed on its own deliveries.

use std::sync::Arc;

use cucumber::then;
use jiff::Timestamp;
use logproof_estate::{
    BucketRef, ExchangeId,
    facts::{EventSelectors, Trail, TrailStatus},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        delivery::{age, organization_root, within_hours},
        log_files::log_root,
        selectors::{Access, ObjectEvents, object_events, records_own_delivery},
    },
    scene::{
        questions::ask_each,
        trail::{home_of, owner_of, trail_subject},
    },
};

/// A trail that is seen where the log bucket is, with what it records and whether that arrives.
struct Recorder {
    trail: Trail,
    selectors: EventSelectors,
    /// Why nothing that it records arrives, when nothing does.
    silent: Option<String>,
    exchanges: Vec<ExchangeId>,
}

#[then("every read of its objects is recorded by a trail that is logging and has delivered in time")]
async fn every_read_is_recorded(w: &mut LogproofWorld) -> Judged {
    let (bucket, recorders) = (w.bucket()?, recorders(w).await?);
    let parts = recorders.iter().map(|one| (one, coverage(one, &bucket, Access::Read))).collect();
    judge_coverage(w, &bucket, "reads of objects recorded", parts)
}

#[then(
    "every write to its objects is recorded by a trail that is logging, has delivered in time and delivers to another bucket"
)]
async fn every_write_is_recorded(w: &mut LogproofWorld) -> Judged {
    let (bucket, recorders) = (w.bucket()?, recorders(w).await?);
    let judged = |one: &Recorder| match coverage(one, &bucket, Access::Write) {
        Coverage::All if one.trail.bucket == bucket.name => {
            Coverage::Not("delivers into the log bucket itself".to_owned())
        }
        other => other,
    };
    let parts = recorders.iter().map(|one| (one, judged(one))).collect();
    judge_coverage(w, &bucket, "writes and deletions of objects recorded, and delivered to another bucket", parts)
}

#[then("no trail that delivers into it records its own deliveries")]
async fn no_trail_records_its_own_deliveries(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket, recorders) = (w.estate()?, w.bucket()?, recorders(w).await?);
    let organization = w.see(estate.organization().await)?;
    let delivering: Vec<&Recorder> = recorders.iter().filter(|one| one.trail.bucket == bucket.name).collect();
    if delivering.is_empty() {
        let reason =
            format!("cloudtrail:DescribeTrails in account {}: no trail delivers into `{}`", bucket.owner, bucket.name);
        return Err(w.not_applicable(reason));
    }
    for one in delivering {
        // The write of any log file is an event of the account that owns the bucket, and comes back in its log file.
        let root = match one.trail.is_organization_trail {
            true => organization_root(one.trail.prefix.as_deref(), &organization.id),
            false => log_root(one.trail.prefix.as_deref()),
        };
        let (owner, region) = (&bucket.owner, &bucket.region);
        let file = format!("{}/{root}{owner}/CloudTrail/{region}/file.json.gz", bucket.arn());
        let looping = records_own_delivery(&one.selectors, &file);
        let found = if looping {
            "each of its deliveries is an event that it records and delivers again"
        } else {
            "its deliveries are not among the events it records"
        };
        w.observe(
            Observation::new(
                trail_subject(&one.trail),
                "a trail that does not record its own deliveries",
                found,
                !looping,
            )
            .place(selectors_field(&one.selectors))
            .hint("leave the log bucket out of its data events; record them with a trail that delivers elsewhere")
            .resting_on(&one.exchanges)
            .resting_on(organization.exchanges()),
        );
    }
    w.settle()
}

/// How one trail records one kind of access.
enum Coverage {
    All,
    Not(String),
}

fn coverage(one: &Recorder, bucket: &BucketRef, access: Access) -> Coverage {
    match object_events(&one.selectors, &bucket.arn(), access) {
        ObjectEvents::All => one.silent.clone().map_or(Coverage::All, Coverage::Not),
        ObjectEvents::Some(parts) => Coverage::Not(parts.join("; ")),
        ObjectEvents::None => Coverage::Not("records none".to_owned()),
    }
}

fn judge_coverage(
    w: &mut LogproofWorld,
    bucket: &BucketRef,
    expected: &str,
    parts: Vec<(&Recorder, Coverage)>,
) -> Judged {
    let recording = parts.iter().find(|(_, coverage)| matches!(coverage, Coverage::All));
    let found = match recording {
        Some((one, _)) => format!("by trail {}, delivered to `{}`", one.trail.arn, one.trail.bucket),
        None if parts.is_empty() => "no trail at all".to_owned(),
        None => {
            let words = parts.iter().map(|(one, coverage)| match coverage {
                Coverage::All => one.trail.name.clone(),
                Coverage::Not(why) => format!("trail `{}` {why}", one.trail.name),
            });
            words.collect::<Vec<_>>().join(", ")
        }
    };
    let exchanges: Vec<ExchangeId> = parts.iter().flat_map(|(one, _)| one.exchanges.iter().cloned()).collect();
    w.observe(
        Observation::new(Subject::bucket(bucket), expected, found, recording.is_some())
            .hint("record AWS::S3::Object data events of the log bucket with a trail that delivers to another bucket")
            .resting_on(&exchanges),
    );
    w.settle()
}

/// Every trail seen in the log archive account, in the Region of the log bucket.
async fn recorders(w: &mut LogproofWorld) -> Result<Vec<Recorder>, Stop> {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let trails = w.see(estate.trails(&bucket.owner, &bucket.region).await)?;
    let mut places = Vec::new();
    for trail in trails.iter() {
        places.push((trail.clone(), owner_of(w, trail)?, home_of(w, trail)?));
    }
    let answers = ask_each(places, |(trail, owner, home)| {
        let (estate, region) = (Arc::clone(&estate), bucket.region.clone());
        async move {
            let selectors = estate.event_selectors(&owner, &home, &trail.arn).await;
            // Of a trail of all Regions, CloudTrail reports the deliveries of the Region that is asked.
            let status = estate.trail_status(&owner, &region, &trail.arn).await;
            (trail, selectors, status)
        }
    })
    .await;
    let (now, hours) = (w.now()?, w.config()?.expectations.delivery_hours);
    let mut recorders = Vec::new();
    for (trail, selectors, status) in answers {
        let (selectors, status) = (w.see(selectors)?, w.see(status)?);
        let silent = silent(&trail, status.as_ref(), now, hours);
        let exchanges = [trails.exchanges(), selectors.exchanges(), status.exchanges()].concat();
        recorders.push(Recorder { trail, selectors: (*selectors).clone(), silent, exchanges });
    }
    Ok(recorders)
}

/// Why nothing that a trail records arrives: it is stopped, its delivery fails, or its newest delivery is too old. A digest
/// in time shows that there was nothing to log.
fn silent(trail: &Trail, status: Option<&TrailStatus>, now: Timestamp, hours: u32) -> Option<String> {
    let Some(status) = status.filter(|status| status.is_logging) else { return Some("is not logging".to_owned()) };
    if let Some(error) = status.latest_delivery_error.as_deref().filter(|error| !error.is_empty()) {
        return Some(format!("reports the delivery error `{error}`"));
    }
    let digest = status.latest_digest_delivery.filter(|_| trail.log_file_validation);
    if [status.latest_delivery, digest].into_iter().flatten().any(|at| within_hours(now, at, hours)) {
        return None;
    }
    Some(match status.latest_delivery {
        Some(at) => format!("delivered last {}", age(now, at)),
        None => "has delivered nothing".to_owned(),
    })
}

fn selectors_field(selectors: &EventSelectors) -> &'static str {
    if selectors.advanced.is_empty() { "EventSelectors" } else { "AdvancedEventSelectors" }
}
