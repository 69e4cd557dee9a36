//! Whether a change of the log bucket starts a correction: an EventBridge target that acts.

use std::collections::BTreeMap;

use cucumber::then;
use logproof_estate::{
    facts::DEFAULT_BUS,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::judgement::{
    alarm::Alarm,
    event_pattern::Matched,
    guard_events::{Guard, GuardEvent, events, in_words},
};

/// Services whose resources do something when they are a target.
const ACTING: [&str; 4] = ["lambda", "ssm", "states", "codebuild"];

/// Settings whose changes must start a correction, as the names of events end.
const WATCHED: [&str; 2] = ["BucketPolicy", "BucketLifecycle"];

#[then("a change of the bucket's protection starts a correction, or a runbook for it is attested")]
async fn a_change_starts_a_correction(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let rules = w.see(estate.event_rules(&bucket.owner, &bucket.region, DEFAULT_BUS).await)?;
    let mut made_up = events(Guard::BucketPolicy, &bucket.owner, &bucket.region, &bucket.name);
    made_up.retain(|event| WATCHED.iter().any(|setting| event.name.ends_with(setting)));
    let mut open: Vec<&GuardEvent> = made_up.iter().collect();
    let mut acting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut exchanges = rules.exchanges().to_vec();
    for rule in rules.iter() {
        let Some(alarm) = Alarm::of(rule) else { continue };
        let sees = |event: &GuardEvent| alarm.sees_event(&event.event) == Matched::Yes;
        if !alarm.is_enabled() || !made_up.iter().any(sees) {
            continue;
        }
        let targets = w.see(estate.rule_targets(&bucket.owner, &bucket.region, DEFAULT_BUS, &rule.name).await)?;
        exchanges.extend_from_slice(targets.exchanges());
        let acts = |arn: &&str| ACTING.contains(&arn.split(':').nth(2).unwrap_or_default());
        let targets = targets.iter().map(|target| target.arn.as_str()).filter(acts);
        let targets: Vec<String> = targets.map(str::to_owned).collect();
        if !targets.is_empty() {
            open.retain(|event| alarm.sees_event(&event.event) != Matched::Yes);
            acting.insert(rule.name.clone(), targets);
        }
    }
    let started: Vec<String> =
        acting.iter().map(|(rule, targets)| format!("rule `{rule}` starts {}", targets.join(", "))).collect();
    // A correction of some changes leaves the others to people.
    if !open.is_empty() {
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
