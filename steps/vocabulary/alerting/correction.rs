//! Whether a change of the log bucket starts a correction: an EventBridge target that acts, there or on an event bus that the
//! events are put on.

use std::collections::BTreeSet;

use cucumber::then;
use logproof_estate::{
    facts::DEFAULT_BUS,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::{
        alarm::{Alarm, Destination, Landing},
        event_pattern::Matched,
        guard_events::{Guard, GuardEvent, events, in_words},
        route::{Arrival, Doubt},
    },
    scene::alerts::{publisher::Topics, targets::follow},
};

/// Services whose resources do something when they are a target.
const ACTING: [&str; 4] = ["lambda", "ssm", "states", "codebuild"];

/// Settings whose changes must start a correction, as the names of events end.
const WATCHED: [&str; 2] = ["BucketPolicy", "BucketLifecycle"];

#[then("a change of the bucket's protection starts a correction, or a runbook for it is attested")]
async fn a_change_starts_a_correction(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let rules = w.see(estate.event_rules(&bucket.owner, &bucket.region, DEFAULT_BUS).await)?;
    let mut changes = events(Guard::BucketPolicy, &bucket.owner, &bucket.region, &bucket.name);
    changes.retain(|event| WATCHED.iter().any(|setting| event.name.ends_with(setting)));
    let sent = || changes.iter().map(|change| change.event.clone()).collect::<Vec<_>>();
    let (mut alarms, mut topics) = (Vec::new(), Topics::of_no_concern());
    let mut exchanges = rules.exchanges().to_vec();
    for alarm in rules.iter().filter_map(Alarm::of) {
        if alarm.is_enabled() && changes.iter().any(|change| alarm.sees_event(&change.event) == Matched::Yes) {
            let alarm = follow(w, &mut topics, (&bucket.owner, &bucket.region), alarm, &sent).await?;
            exchanges.extend_from_slice(&alarm.exchanges);
            alarms.push(alarm);
        }
    }
    let arrival =
        |change: &GuardEvent| Arrival::furthest(alarms.iter().map(|one| one.carry_to(&change.event, &acting)));
    let open: Vec<&GuardEvent> = changes.iter().filter(|change| arrival(change) != Arrival::Subscriber).collect();
    let started: Vec<String> = alarms.iter().filter_map(|alarm| starts(alarm, &changes)).collect();
    // A correction of some changes leaves the others to people.
    if !open.is_empty() {
        let doubts: BTreeSet<String> = open.iter().filter_map(|change| doubt(&arrival(change))).collect();
        for doubt in doubts {
            w.note(format!("whether a correction is started is not known: {doubt}"));
        }
        if !started.is_empty() {
            w.note(format!("{}, but not at {}", started.join("; "), in_words(&open)));
        }
        w.note("remediation actions of AWS Config rules are not read");
        w.needs_attestation(
            "a runbook says who restores the protection of the log store after a change, how, and within what time",
        );
        return w.settle();
    }
    w.observe(
        Observation::new(
            Subject::bucket(&bucket),
            "a change of the bucket's protection starts a correction",
            started.join("; "),
            true,
        )
        .resting_on(&exchanges),
    );
    w.note("what the correction does is not examined");
    w.settle()
}

/// An event that gets to something that acts has arrived; anything else is not asked about here.
fn acting(destination: &Destination) -> Arrival {
    match &destination.landing {
        Landing::Unseen(unseen) => Arrival::Open(Doubt::Unseen(unseen.clone())),
        _ if ACTING.contains(&destination.target.arn.split(':').nth(2).unwrap_or_default()) => Arrival::Subscriber,
        _ => Arrival::Nobody,
    }
}

/// What a rule starts at one of the changes, by itself or over event buses.
fn starts(alarm: &Alarm, changes: &[GuardEvent]) -> Option<String> {
    let acts = |change: &GuardEvent| alarm.carry_to(&change.event, &acting) == Arrival::Subscriber;
    let targets = acting_targets(alarm);
    changes.iter().any(acts).then(|| format!("rule `{}` starts {}", alarm.rule.name, targets.join(", ")))
}

fn acting_targets(alarm: &Alarm) -> Vec<String> {
    let of = |destination: &Destination| match &destination.landing {
        Landing::Bus(bus) => bus.rules.iter().flat_map(acting_targets).collect(),
        _ if acting(destination) == Arrival::Subscriber => vec![destination.target.arn.clone()],
        _ => Vec::new(),
    };
    alarm.destinations.iter().flat_map(of).collect()
}

fn doubt(arrival: &Arrival) -> Option<String> {
    match arrival {
        Arrival::Open(Doubt::Unseen(unseen)) => Some(unseen.to_string()),
        Arrival::Open(Doubt::Pattern(subject, why) | Doubt::Policy(subject, why)) => Some(format!("{subject}: {why}")),
        _ => None,
    }
}
