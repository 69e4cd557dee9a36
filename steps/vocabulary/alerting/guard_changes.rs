//! Whether anybody hears of it when the trail, AWS Config, the log key, the policy of the log bucket or the policies of
//! the organization are changed.
//!
//! An event is heard by one of two ways: a metric filter on the log group of the organization trail with an alarm, or
//! an EventBridge rule of the account and Region it happens in, over other event buses as well. Either way must end at a
//! confirmed subscription.

use std::{collections::BTreeSet, sync::Arc};

use cucumber::then;
use logproof_estate::{
    AccountId, BucketRef, ExchangeId, Fact, Partition, Reason, Region, Unseen,
    facts::{DEFAULT_BUS, EventRule, Trail},
    record::{Observation, Subject},
    subjects::Members,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        alarm::{Alarm, Reach},
        event_pattern::Matched,
        guard_events::{Guard, GuardEvent, events, in_words},
        guide::{Entry, Kind},
        route::{Arrival, Doubt},
    },
    scene::{
        alerts::{
            metric_filters::{Filters, Hearing},
            targets::follow,
            topics::Topics,
        },
        questions::ask_each,
        subjects::{AskedKey, buckets, counted, keys, trails},
        trail::{home_of, owner_of, trail_subject},
    },
};

/// Cells that are asked about before what their rules lead to is followed.
const CELLS_AT_ONCE: usize = 256;

const HINT: &str = "put a metric filter for these events on the log group of the organization trail, with an alarm that notifies an SNS topic somebody has subscribed to, or an EventBridge rule in that account and Region";

const fn judges(sentence: &'static str, about: &'static str, kinds: &'static [Kind]) -> Entry {
    Entry::then(sentence, about, sentence).of(kinds)
}

/// What is documented of the sentences of this file that fit any trail, key or bucket.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "changing or stopping it raises an alert",
        "CreateTrail, UpdateTrail, DeleteTrail, StartLogging and StopLogging are heard, whoever calls them: by a metric filter on the log group of the organization trail with an alarm, or by an EventBridge rule of the account and Region. Either must end at a confirmed subscription.",
        &[Kind::Trail],
    ),
    judges(
        "disabling it or scheduling its deletion raises an alert",
        "DisableKey and ScheduleKeyDeletion of this key are heard in the same way.",
        &[Kind::Key],
    ),
    judges(
        "changing its policy or its lifecycle raises an alert",
        "Changes of policy, access control list, CORS, lifecycle and replication of this bucket are heard in the same way.",
        &[Kind::Bucket],
    ),
];

#[then("changing or stopping the organization trail raises an alert")]
async fn changing_the_trail_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    let (account, region) = (config.organization.management_account.clone(), config.organization.home_region.clone());
    let cell = Cell {
        guard: Guard::Trail,
        subject: Subject::arn(&trail.arn).at(&account, Some(&region)),
        resource: trail.arn.clone(),
        account,
        region,
    };
    raises_an_alert(w, vec![cell]).await
}

#[then("disabling the log key or scheduling its deletion raises an alert")]
async fn disabling_the_key_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let cell = of_key(&w.key()?);
    raises_an_alert(w, vec![cell]).await
}

#[then("changing the policy or the lifecycle of the bucket raises an alert")]
async fn changing_the_bucket_policy_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let cell = of_bucket(&w.bucket()?);
    raises_an_alert(w, vec![cell]).await
}

#[then("changing or stopping it raises an alert")]
async fn changing_it_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let trails = trails(w)?;
    let cell = |w: &LogproofWorld, trail: &Fact<Trail>| {
        let (account, region) = (owner_of(w, trail)?, home_of(w, trail)?);
        Ok(Cell { guard: Guard::Trail, subject: trail_subject(trail), resource: trail.arn.clone(), account, region })
    };
    each_raises_an_alert(w, trails, cell).await
}

#[then("disabling it or scheduling its deletion raises an alert")]
async fn disabling_it_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let keys = keys(w)?;
    each_raises_an_alert(w, keys, |_, key| Ok(of_key(key))).await
}

#[then("changing its policy or its lifecycle raises an alert")]
async fn changing_its_policy_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let buckets = buckets(w)?;
    each_raises_an_alert(w, buckets, |_, bucket| Ok(of_bucket(bucket))).await
}

fn of_key((asked, key): &AskedKey) -> Cell {
    Cell {
        guard: Guard::Key,
        subject: Subject::arn(&key.arn).at(&asked.account, Some(&asked.region)),
        resource: key.arn.clone(),
        account: asked.account.clone(),
        region: asked.region.clone(),
    }
}

fn of_bucket(bucket: &BucketRef) -> Cell {
    Cell {
        guard: Guard::BucketPolicy,
        subject: Subject::bucket(bucket),
        resource: bucket.name.clone(),
        account: bucket.owner.clone(),
        region: bucket.region.clone(),
    }
}

/// Judges the events of every subject at once: rules and filters are read once.
async fn each_raises_an_alert<T>(
    w: &mut LogproofWorld,
    groups: Vec<Members<T>>,
    cell: impl Fn(&LogproofWorld, &T) -> Result<Cell, Stop>,
) -> Judged {
    let cells = groups.iter().flat_map(|group| &group.all).map(|one| cell(w, one));
    let cells = cells.collect::<Result<Vec<Cell>, Stop>>()?;
    let judged = raises_an_alert(w, cells).await;
    groups.iter().for_each(|group| counted(w, group, group.all.len()));
    judged
}

#[then("stopping or changing AWS Config raises an alert in each of these accounts and Regions")]
async fn changing_config_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let everywhere = w.everywhere()?;
    let cells = everywhere.cells().map(|(account, region)| {
        let arn = region.partition().arn("config", region.as_str(), account.as_str(), "configuration-recorder");
        let subject = Subject::arn(arn).at(&account, Some(&region));
        Cell { guard: Guard::Config, subject, resource: String::new(), account, region }
    });
    let judged = raises_an_alert(w, cells).await;
    w.population(everywhere.cells_examined(everywhere.accounts.len() * everywhere.regions.len()));
    judged
}

#[then("taking a guard of the organization away raises an alert")]
async fn taking_a_guard_away_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (organization, directory) = (w.see(estate.organization().await)?, w.see(estate.directory().await)?);
    w.record.rest_on(&[organization.exchanges(), directory.exchanges()].concat());
    let (management, home) = (organization.management_account.clone(), config.organization.home_region.clone());
    let global = region_of_organizations(&home)?;
    let subject = Subject::arn(&organization.arn);
    let mut cells = vec![
        Cell {
            guard: Guard::Organization,
            subject: subject.clone().at(&management, Some(&global)),
            resource: directory.root.id.clone(),
            account: management.clone(),
            region: global.clone(),
        },
        Cell {
            guard: Guard::RootSession,
            subject: subject.at(&management, Some(&home)),
            resource: String::new(),
            account: management.clone(),
            region: home,
        },
    ];
    let mut members: Vec<_> = directory.active().filter(|account| account.id != management).collect();
    members.sort_by_key(|account| account.id.clone());
    cells.extend(members.into_iter().map(|account| Cell {
        guard: Guard::Membership,
        subject: Subject::arn(&account.arn).at(&account.id, Some(&global)),
        resource: String::new(),
        account: account.id.clone(),
        region: global.clone(),
    }));
    raises_an_alert(w, cells).await
}

/// The Region that events of Organizations are recorded in.
///
/// See: <https://docs.aws.amazon.com/general/latest/gr/ao.html>
fn region_of_organizations(home: &Region) -> Result<Region, Stop> {
    let region = match home.partition() {
        Partition::Commercial => "us-east-1",
        Partition::UsGov => "us-gov-west-1",
        Partition::China => "cn-northwest-1",
        Partition::EuropeanSovereign => "eusc-de-east-1",
        Partition::Iso | Partition::IsoB | Partition::IsoE | Partition::IsoF => home.as_str(),
    };
    region.parse().map_err(|_| Stop::because(format!("`{region}` is not a Region")))
}

/// Where events of one kind happen, and on what.
struct Cell {
    guard: Guard,
    subject: Subject,
    resource: String,
    account: AccountId,
    region: Region,
}

/// An event that raises no alert, as far as can be said.
struct Silent {
    event: GuardEvent,
    /// Why it is not certain.
    open: Option<Doubt>,
}

/// What becomes of the events of one cell.
#[derive(Default)]
struct Heard {
    silent: Vec<Silent>,
    /// What alerts get to that is not followed further.
    unfollowed: BTreeSet<String>,
    by: Vec<String>,
    /// Rules that see an event and get nowhere, and why.
    dead_ends: Vec<String>,
}

impl Heard {
    /// What the metric filters make of the events.
    fn through_filters(filters: &Filters, events: &[GuardEvent]) -> Self {
        let mut heard = Self::default();
        for event in events {
            match filters.hear(event.record()) {
                Hearing::By { filter, unfollowed, .. } => {
                    heard.unfollowed.extend(unfollowed);
                    heard.by.push(format!("metric filter `{filter}`"));
                }
                Hearing::Open { subject, reason } => {
                    heard.silent.push(Silent { event: event.clone(), open: Some(Doubt::Policy(subject, reason)) });
                }
                Hearing::Nobody => heard.silent.push(Silent { event: event.clone(), open: None }),
            }
        }
        heard
    }
}

async fn raises_an_alert(w: &mut LogproofWorld, cells: impl IntoIterator<Item = Cell>) -> Judged {
    let filters = Filters::read(w).await?;
    let (estate, mut topics, mut unfollowed) = (w.estate()?, Topics::default(), BTreeSet::new());
    // Rules are asked for only where no filter hears the event: they stand in every account and Region.
    let question = |cell: Cell| {
        let made_up = events(cell.guard, &cell.account, &cell.region, &cell.resource);
        let heard = Heard::through_filters(&filters, &made_up);
        let estate = Arc::clone(&estate);
        async move {
            let rules = match heard.silent.as_slice() {
                [] => None,
                _ => Some(estate.event_rules(&cell.account, &cell.region, DEFAULT_BUS).await),
            };
            (cell, made_up.len(), heard, rules)
        }
    };
    let mut cells = cells.into_iter().peekable();
    while cells.peek().is_some() {
        let some = cells.by_ref().take(CELLS_AT_ONCE).collect();
        for (cell, made_up, mut heard, rules) in ask_each(some, question).await {
            let mut exchanges = Vec::new();
            if let Some(answer) = rules {
                let Some(rules) = w.see_or_note(answer) else { continue };
                exchanges.extend_from_slice(rules.exchanges());
                let alarms = followed(w, &mut topics, &cell, &rules, &heard).await?;
                alarms.iter().for_each(|alarm| exchanges.extend_from_slice(&alarm.exchanges));
                heard.through_rules(&alarms);
            }
            unfollowed.extend(record(w, &filters, &cell, made_up, heard, exchanges));
        }
    }
    if !unfollowed.is_empty() {
        let places = unfollowed.into_iter().collect::<Vec<_>>().join(", ");
        w.needs_attestation(format!("an alert that reaches {places} is heard by the people on call"));
    }
    w.settle()
}

/// The rules of a cell that see an event no filter hears, each with where it gets to.
async fn followed(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    cell: &Cell,
    rules: &[EventRule],
    heard: &Heard,
) -> Result<Vec<Alarm>, Stop> {
    let mut alarms = Vec::new();
    let sent = || heard.silent.iter().map(|one| one.event.event.clone()).collect::<Vec<_>>();
    for alarm in rules.iter().filter_map(Alarm::of) {
        if heard.silent.iter().any(|one| alarm.sees_event(&one.event.event) != Matched::No) {
            alarms.push(follow(w, topics, (&cell.account, &cell.region), alarm, &sent).await?);
        }
    }
    Ok(alarms)
}

impl Heard {
    /// What the filters leave open, asked of the rules.
    fn through_rules(&mut self, alarms: &[Alarm]) {
        let dead = alarms.iter().filter(|alarm| alarm.reach() == Reach::Nobody);
        self.dead_ends =
            dead.map(|alarm| format!("EventBridge rule `{}`: {}", alarm.rule.name, alarm.in_words())).collect();
        for mut one in std::mem::take(&mut self.silent) {
            let of = |alarm: &Alarm| (alarm.carry(&one.event.event), alarm.rule.name.clone());
            let best = alarms.iter().map(of).max_by_key(|(arrival, _)| arrival.reach());
            match best {
                Some((Arrival::Subscriber, rule)) => self.by.push(format!("EventBridge rule `{rule}`")),
                Some((Arrival::Unfollowed(end), rule)) => {
                    self.unfollowed.insert(end);
                    self.by.push(format!("EventBridge rule `{rule}`"));
                }
                Some((Arrival::Open(doubt), _)) => {
                    one.open = one.open.or(Some(doubt));
                    self.silent.push(one);
                }
                Some((Arrival::Nobody, _)) | None => self.silent.push(one),
            }
        }
    }
}

/// Records what becomes of the events of a cell; what their alerts get to that is not followed further.
fn record(
    w: &mut LogproofWorld,
    filters: &Filters,
    cell: &Cell,
    made_up: usize,
    heard: Heard,
    exchanges: Vec<ExchangeId>,
) -> BTreeSet<String> {
    if let Some(unseen) = filters.unseen.as_ref().filter(|_| !heard.silent.is_empty()) {
        if !w.record.unseen.contains(unseen) {
            w.unseen(unseen.clone());
        }
        return BTreeSet::new();
    }
    let silent: Vec<&GuardEvent> = heard.silent.iter().filter(|one| one.open.is_none()).map(|one| &one.event).collect();
    // One event that raises no alert for certain is enough, whatever cannot be said of others.
    if let Some(doubt) = heard.silent.iter().find_map(|one| one.open.clone()).filter(|_| silent.is_empty()) {
        let unseen = match doubt {
            Doubt::Unseen(unseen) => *unseen,
            Doubt::Pattern(subject, detail) | Doubt::Policy(subject, detail) => Unseen {
                operation: "filter and event pattern evaluation".to_owned(),
                account: cell.account.clone(),
                region: Some(cell.region.clone()),
                subject,
                reason: Reason::Undecided,
                detail,
                hint: "write pattern and alarm so that this program can evaluate them".to_owned(),
                exchanges,
            },
        };
        if !w.record.unseen.contains(&unseen) {
            w.unseen(unseen);
        }
        return BTreeSet::new();
    }
    let mut by = heard.by;
    by.sort_unstable();
    by.dedup();
    let found = match silent.as_slice() {
        [] => format!("an alert for each of {made_up} synthetic events, by {}", by.join(", ")),
        silent => {
            let there = std::iter::once(filters.described.clone()).chain(heard.dead_ends).collect::<Vec<_>>();
            format!("no alert for {}; {}", in_words(silent), there.join("; "))
        }
    };
    w.observe(
        Observation::new(
            cell.subject.clone(),
            "an alert for each of these events that reaches somebody",
            found,
            silent.is_empty(),
        )
        .place("metric filters of the organization trail's log group, EventBridge rules")
        .hint(HINT)
        .resting_on(&filters.exchanges)
        .resting_on(&exchanges),
    );
    heard.unfollowed
}
