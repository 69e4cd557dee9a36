//! Whether anybody hears of the events that an owner names, in the accounts a scenario names.

use std::{collections::BTreeMap, sync::Arc};

use cucumber::{gherkin, then};
use logproof_estate::{
    AccountId,
    facts::Account,
    record::Subject,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        named_events::NamedEvent,
    },
    scene::{
        alerts::heard::{Cell, Watched, raises_an_alert},
        asked::{column_below, stop},
        subjects::{accounts, counted},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Account])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "the event {string} of {string} raises an alert",
        "The event, by its name and its source as CloudTrail records them, is heard in each of these accounts, in every governed Region (an event of a global service where it is recorded), whoever causes it: by a metric filter on the log group of the organization trail with an alarm, or by an EventBridge rule of the account and Region. Either must end at a confirmed subscription. Where it depends on what only a real event shows, as the parameters of the request, the control is ERROR: give them.",
        "the event \"DeleteTrail\" of \"cloudtrail.amazonaws.com\" raises an alert",
    ),
    judges(
        "each of these events raises an alert",
        "The same of each event in the table below, written as DeleteTrail of cloudtrail.amazonaws.com.",
        "each of these events raises an alert",
    )
    .below(Below::Table("events")),
    judges(
        "the event {string} of {string} with these details raises an alert",
        "The same of an event whose record has the fields in the doc string below; what is left out of a field that is given is not there.",
        "the event \"ConsoleLogin\" of \"signin.amazonaws.com\" with these details raises an alert",
    )
    .below(Below::Fields),
];

#[then(expr = "the event {string} of {string} raises an alert")]
async fn the_event_raises_an_alert(w: &mut LogproofWorld, name: String, source: String) -> Judged {
    heard(w, vec![NamedEvent::read(&name, &source).map_err(stop)?]).await
}

#[then("each of these events raises an alert")]
async fn each_event_raises_an_alert(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let rows = column_below(step)?;
    let events = rows.iter().map(|row| NamedEvent::of_row(row)).collect::<Result<_, _>>().map_err(stop)?;
    heard(w, events).await
}

#[then(expr = "the event {string} of {string} with these details raises an alert")]
async fn the_event_with_details_raises_an_alert(
    w: &mut LogproofWorld,
    name: String,
    source: String,
    step: &gherkin::Step,
) -> Judged {
    let event = NamedEvent::read(&name, &source).map_err(stop)?;
    let event = event.with(step.docstring.as_deref().unwrap_or("{}")).map_err(stop)?;
    heard(w, vec![event]).await
}

async fn heard(w: &mut LogproofWorld, events: Vec<NamedEvent>) -> Judged {
    let groups = accounts(w)?;
    note_limits(w, &events);
    let organization = w.config()?.organization.clone();
    let accounts: Vec<&Account> = groups.iter().flat_map(|group| &group.all).collect();
    let (mut cells, mut of_each) = (Vec::new(), 0);
    for event in events {
        let regions = event.regions(&organization.governed_regions, &organization.home_region);
        let watched = Watched::Named(Arc::new(event));
        of_each += regions.len();
        for account in &accounts {
            cells.extend(regions.iter().map(|region| Cell {
                watched: watched.clone(),
                subject: Subject::arn(&account.arn).at(&account.id, Some(region)),
                account: account.id.clone(),
                region: region.clone(),
            }));
        }
    }
    let mut seen: BTreeMap<AccountId, usize> = BTreeMap::new();
    let judged = raises_an_alert(w, cells, |cell| *seen.entry(cell.account.clone()).or_default() += 1).await;
    for group in &groups {
        let examined = group.all.iter().filter(|account| seen.get(&account.id).is_some_and(|cells| *cells >= of_each));
        counted(w, group, examined.count());
    }
    judged
}

/// What the answer leaves out.
fn note_limits(w: &mut LogproofWorld, events: &[NamedEvent]) {
    for event in events {
        if !event.is_in_the_table() {
            w.note(format!("whether AWS has the event {} is not known to this program", event.in_words()));
        }
        if event.is_of_objects() {
            w.note(format!(
                "{} is recorded only while a trail records data events of the bucket: `it records every write to objects in the bucket` asks for it",
                event.in_words()
            ));
        }
    }
}
