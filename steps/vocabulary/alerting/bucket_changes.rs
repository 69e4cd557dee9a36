//! Whether anybody hears of it when the log bucket is changed: EventBridge rules that see it, and where they lead, over
//! other event buses as well.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId, Unseen,
    facts::{DEFAULT_BUS, EventRule},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use serde_json::Value;

use crate::{
    judgement::{
        alarm::{Alarm, Reach, in_words},
        event_pattern::Matched,
        route::{Arrival, Doubt},
        store_events::{Kind, Scenery, StoreEvent},
    },
    scene::alerts::{
        publisher::Topics,
        targets::{doubtful, follow},
    },
};

#[then("a rule that watches the log bucket is enabled, and its alert reaches a confirmed subscriber")]
async fn an_alert_reaches_a_subscriber(w: &mut LogproofWorld) -> Judged {
    let watch = Watch::read(w).await?;
    let expected: Arc<str> = Arc::from("an enabled rule with an SNS topic as target that has a confirmed subscription");
    let watching: Vec<&Alarm> = watch.watching().collect();
    let best = watching.iter().map(|alarm| alarm.reach()).max();
    if best.is_none() {
        // A rule whose pattern cannot be evaluated may be the one.
        watch.note_undecided(w);
        let found = format!("none of the {} EventBridge rules there sees a change of the bucket", watch.alarms.len());
        w.observe(
            Observation::new(watch.subject(), expected, found, false)
                .hint("create an EventBridge rule for changes of the log bucket, with an SNS topic as target")
                .resting_on(&watch.exchanges),
        );
        return w.settle();
    }
    for alarm in watching {
        if best == Some(Reach::Undecided)
            && let Some(doubt) = watch.doubt_of(alarm)
        {
            w.unseen(watch.doubtful(&doubt));
            continue;
        }
        let met = alarm.reach() >= Reach::Unfollowed;
        if met || best < Some(Reach::Unfollowed) {
            w.observe(
                Observation::new(watch.rule_subject(alarm), Arc::clone(&expected), alarm.in_words(), met)
                    .hint("enable the rule, give it an SNS topic as target whose access policy and key let events.amazonaws.com publish, and have a subscription confirmed; or an event bus whose policy lets the role of the target put events there, with such a rule on it")
                    .resting_on(&watch.exchanges)
                    .resting_on(&alarm.exchanges),
            );
        } else {
            w.note(format!("rule `{}` watches the log bucket too, but {}", alarm.rule.name, alarm.in_words()));
        }
    }
    if best == Some(Reach::Unfollowed) {
        watch.needs_attestation(w);
    }
    w.settle()
}

#[then("every change of the log bucket's protection raises an alert, whoever makes it")]
async fn every_change_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    raises_an_alert(w, Kind::Administration, "change of the protection of the log bucket").await
}

#[then("every write to the log bucket and every deletion by a person raises an alert, whoever it is")]
async fn every_write_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    w.note("writes and deletions of objects reach EventBridge only while a trail records data events of the bucket: see control LS-4.7");
    raises_an_alert(w, Kind::Write, "write or deletion of a log file by a person").await
}

#[then("reading log files raises no alert")]
async fn reading_raises_no_alert(w: &mut LogproofWorld) -> Judged {
    let watch = Watch::read(w).await?;
    let alarms: Vec<&Alarm> = watch.watching().filter(|alarm| alarm.reach() > Reach::Nobody).collect();
    if alarms.is_empty() {
        return Err(
            w.not_applicable("events:ListRules returned no enabled rule that raises an alert for the log bucket")
        );
    }
    for alarm in alarms {
        let (mut seen, mut open) = (Vec::new(), None);
        for read in StoreEvent::all(Kind::Read).chain(StoreEvent::all(Kind::Inspection)) {
            match alarm.carry(&watch.scenery.event(read)) {
                Arrival::Subscriber | Arrival::Unfollowed(_) => seen.push(read),
                Arrival::Open(doubt) => open = Some(doubt),
                Arrival::Nobody => {}
            }
        }
        if let Some(doubt) = open.filter(|_| seen.is_empty()) {
            w.unseen(watch.doubtful(&doubt));
            continue;
        }
        let found =
            if seen.is_empty() { "no read raises it".to_owned() } else { format!("raised by {}", in_words(&seen)) };
        w.observe(
            Observation::new(watch.rule_subject(alarm), "an alert for changes only, none for reads", found, seen.is_empty())
                .place("event pattern")
                .hint("limit the pattern by event name, or to `readOnly: [false]`: an alert for each read hides the one that counts")
                .resting_on(&watch.exchanges),
        );
    }
    w.settle()
}

async fn raises_an_alert(w: &mut LogproofWorld, watched: Kind, what: &str) -> Judged {
    let watch = Watch::read(w).await?;
    let (mut silent, mut unfollowed, mut heard, mut synthetic) = (Vec::new(), false, 0, 0);
    for event in StoreEvent::all(watched) {
        synthetic += 1;
        match watch.raised_by(event) {
            Arrival::Subscriber => heard += 1,
            Arrival::Unfollowed(_) => {
                unfollowed = true;
                heard += 1;
            }
            Arrival::Nobody => silent.push(event),
            Arrival::Open(doubt) => {
                let unseen = watch.doubtful(&doubt);
                if !w.record.unseen.contains(&unseen) {
                    w.unseen(unseen);
                }
            }
        }
    }
    let found = match silent.as_slice() {
        [] => format!("an alert for {heard} of {synthetic} synthetic events"),
        silent => format!("no alert for {}", in_words(silent)),
    };
    w.observe(
        Observation::new(watch.subject(), format!("an alert for every {what}"), found, silent.is_empty())
            .place(watch.names_of_rules())
            .hint("add the events to the pattern of a rule that is enabled and leads to a confirmed subscription of a topic that lets EventBridge publish")
            .resting_on(&watch.exchanges)
            .resting_on(&watch.exchanges_of_alarms()),
    );
    if unfollowed {
        watch.needs_attestation(w);
    }
    w.settle()
}

/// The rules where events of the bucket arrive: in its account and Region.
struct Watch {
    bucket: BucketRef,
    scenery: Scenery,
    alarms: Vec<(Alarm, Coverage)>,
    exchanges: Vec<ExchangeId>,
}

/// What a rule sees of all changes and writes.
#[derive(Default)]
struct Coverage {
    /// It certainly sees one of them.
    certain: bool,
    /// Why it cannot be said of one of them whether it sees it.
    open: Option<String>,
}

impl Coverage {
    fn add(&mut self, matched: Matched) {
        match matched {
            Matched::Yes => self.certain = true,
            Matched::Undecided(reason) => self.open = self.open.take().or(Some(reason)),
            Matched::No => {}
        }
    }
}

impl Watch {
    async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
        let scenery = Scenery {
            bucket: bucket.clone(),
            admin_role: config.names.admin_role.clone(),
            management: config.organization.management_account.clone(),
        };
        let rules = w.see(estate.event_rules(&bucket.owner, &bucket.region, DEFAULT_BUS).await)?;
        let sent = || every_change(&scenery).collect::<Vec<_>>();
        let (mut alarms, mut topics) = (Vec::new(), Topics::default());
        for (alarm, coverage) in coverages(&scenery, &rules) {
            let may_see = coverage.certain || coverage.open.is_some();
            let place = (&bucket.owner, &bucket.region);
            let alarm = if may_see { follow(w, &mut topics, place, alarm, &sent).await? } else { alarm };
            alarms.push((alarm, coverage));
        }
        let exchanges = rules.exchanges().to_vec();
        Ok(Self { bucket, scenery, alarms, exchanges })
    }

    /// Rules that certainly see a change or a write, enabled or not.
    fn watching(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.iter().filter(|(_, coverage)| coverage.certain).map(|(alarm, _)| alarm)
    }

    /// Rules whose alert gets somewhere.
    fn live(&self) -> impl Iterator<Item = &(Alarm, Coverage)> {
        self.alarms.iter().filter(|(alarm, _)| alarm.reach() > Reach::Nobody)
    }

    fn raised_by(&self, event: StoreEvent) -> Arrival {
        let event = self.scenery.event(event);
        Arrival::furthest(self.alarms.iter().map(|(alarm, _)| alarm.carry(&event)))
    }

    /// Why it is not decided how far the changes that a rule sees get.
    fn doubt_of(&self, alarm: &Alarm) -> Option<Doubt> {
        every_change(&self.scenery).find_map(|event| match alarm.carry(&event) {
            Arrival::Open(doubt) => Some(doubt),
            _ => None,
        })
    }

    /// Records the enabled rules of which it cannot be said whether they watch the bucket.
    fn note_undecided(&self, w: &mut LogproofWorld) {
        for (alarm, coverage) in self.live() {
            if let Some(reason) = coverage.open.clone() {
                w.unseen(self.doubtful(&Doubt::Pattern(alarm.rule.arn.clone(), reason)));
            }
        }
    }

    fn doubtful(&self, doubt: &Doubt) -> Unseen {
        let exchanges = [&self.exchanges[..], &self.exchanges_of_alarms()].concat();
        doubtful(doubt, &self.bucket.owner, &self.bucket.region, &exchanges)
    }

    fn needs_attestation(&self, w: &mut LogproofWorld) {
        let ends = self.watching().filter(|alarm| alarm.reach() == Reach::Unfollowed).flat_map(Alarm::unfollowed);
        let mut ends: Vec<&str> = ends.collect();
        ends.dedup();
        w.needs_attestation(format!("an alert that reaches {} is heard by the people on call", ends.join(", ")));
    }

    fn subject(&self) -> Subject {
        Subject::bucket(&self.bucket)
    }

    fn rule_subject(&self, alarm: &Alarm) -> Subject {
        Subject::arn(&alarm.rule.arn).at(&self.bucket.owner, Some(&self.bucket.region))
    }

    fn names_of_rules(&self) -> String {
        let names: Vec<&str> = self
            .watching()
            .filter(|alarm| alarm.reach() > Reach::Nobody)
            .map(|alarm| alarm.rule.name.as_str())
            .collect();
        if names.is_empty() { "no rule".to_owned() } else { format!("EventBridge rules: {}", names.join(", ")) }
    }

    fn exchanges_of_alarms(&self) -> Vec<ExchangeId> {
        self.alarms.iter().flat_map(|(alarm, _)| alarm.exchanges.iter().cloned()).collect()
    }
}

/// The rules with a pattern, each with what it sees of the changes and writes.
fn coverages(scenery: &Scenery, rules: &[EventRule]) -> Vec<(Alarm, Coverage)> {
    let alarms = rules.iter().filter_map(Alarm::of);
    let mut alarms: Vec<(Alarm, Coverage)> = alarms.map(|alarm| (alarm, Coverage::default())).collect();
    for event in every_change(scenery) {
        for (alarm, coverage) in &mut alarms {
            coverage.add(alarm.sees_event(&event));
        }
    }
    alarms
}

/// Every change and write, as EventBridge receives them.
fn every_change(scenery: &Scenery) -> impl Iterator<Item = Value> {
    let all = StoreEvent::all(Kind::Administration).chain(StoreEvent::all(Kind::Write));
    all.map(|event| scenery.event(event))
}
