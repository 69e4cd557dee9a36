//! Whether anybody hears of events: the metric filters of the organization trail's log group with their alarms, and the
//! EventBridge rules of the account and Region an event happens in, over other event buses as well.
//!
//! Either way must end at a confirmed subscription.

use std::{collections::BTreeSet, sync::Arc};

use logproof_estate::{
    AccountId, ExchangeId, Reason, Region, Unseen,
    facts::{DEFAULT_BUS, EventRule},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        alarm::{Alarm, Reach},
        event_pattern::Matched,
        guard_events::{Guard, GuardEvent, events, in_words},
        named_events::NamedEvent,
        route::{Arrival, Doubt},
    },
    scene::{
        alerts::{
            metric_filters::{Filters, Hearing},
            publisher::Topics,
            targets::follow,
        },
        questions::{ask_each, pause},
    },
};

/// Cells that are asked about before what their rules lead to is followed.
const CELLS_AT_ONCE: usize = 256;

const HINT: &str = "put a metric filter for these events on the log group of the organization trail, with an alarm that notifies an SNS topic somebody has subscribed to, or an EventBridge rule in that account and Region";

/// What must be heard.
#[derive(Debug, Clone)]
pub(crate) enum Watched {
    /// Whatever takes a guard away, with the resource it is done to.
    Guard(Guard, String),
    /// An event that an owner names.
    Named(Arc<NamedEvent>),
}

impl Watched {
    fn events(&self, account: &AccountId, region: &Region) -> Vec<GuardEvent> {
        match self {
            Self::Guard(guard, resource) => events(*guard, account, region, resource),
            Self::Named(named) => named.events(account, region),
        }
    }

    /// What must hold of them, as the reader reads it after "expected".
    fn expected(&self) -> String {
        match self {
            Self::Guard(..) => "an alert for each of these events that reaches somebody".to_owned(),
            Self::Named(named) => format!("an alert for {} that reaches somebody", named.in_words()),
        }
    }
}

/// Where events happen, and what they are about.
pub(crate) struct Cell {
    pub(crate) watched: Watched,
    pub(crate) subject: Subject,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
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

/// Records of each cell whether its events are heard, and tells which were judged; rules and filters are read once.
pub(crate) async fn raises_an_alert(
    w: &mut LogproofWorld,
    cells: impl IntoIterator<Item = Cell>,
    mut judged: impl FnMut(&Cell),
) -> Judged {
    let filters = Filters::read(w).await?;
    let (estate, mut topics, mut unfollowed) = (w.estate()?, Topics::default(), BTreeSet::new());
    // Rules are asked for only where no filter hears the event: they stand in every account and Region.
    let question = |cell: Cell| {
        let synthetic = cell.watched.events(&cell.account, &cell.region);
        let heard = Heard::through_filters(&filters, &synthetic);
        let estate = Arc::clone(&estate);
        async move {
            let rules = match heard.silent.as_slice() {
                [] => None,
                _ => Some(estate.event_rules(&cell.account, &cell.region, DEFAULT_BUS).await),
            };
            (cell, synthetic.len(), heard, rules)
        }
    };
    let mut cells = cells.into_iter().peekable();
    while cells.peek().is_some() {
        let some = cells.by_ref().take(CELLS_AT_ONCE).collect();
        for (cell, synthetic, mut heard, rules) in ask_each(some, question).await {
            pause().await;
            let mut exchanges = Vec::new();
            if let Some(answer) = rules {
                let Some(rules) = w.see_or_note(answer) else { continue };
                exchanges.extend_from_slice(rules.exchanges());
                let alarms = followed(w, &mut topics, &cell, &rules, &heard).await?;
                alarms.iter().for_each(|alarm| exchanges.extend_from_slice(&alarm.exchanges));
                heard.through_rules(&alarms);
            }
            unfollowed.extend(record(w, &filters, &cell, synthetic, heard, exchanges));
            judged(&cell);
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
    synthetic: usize,
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
        [] => format!("an alert for each of {synthetic} synthetic events, by {}", by.join(", ")),
        silent => {
            let there = std::iter::once(filters.described.clone()).chain(heard.dead_ends).collect::<Vec<_>>();
            format!("no alert for {}; {}", in_words(silent), there.join("; "))
        }
    };
    w.observe(
        Observation::new(cell.subject.clone(), cell.watched.expected(), found, silent.is_empty())
            .place("metric filters of the organization trail's log group, EventBridge rules")
            .hint(HINT)
            .resting_on(&filters.exchanges)
            .resting_on(&exchanges),
    );
    heard.unfollowed
}
