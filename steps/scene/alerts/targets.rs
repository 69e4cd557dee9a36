//! Where a rule or an alarm leads: its targets, the subscriptions of those that are topics, the queues, and the rules of those that are
//! event buses.

use std::{pin::Pin, sync::Arc};

use logproof_estate::{
    AccountId, ExchangeId, Reason, Region, Unseen,
    facts::{self, RuleTarget},
    world::{LogproofWorld, Stop},
};
use serde_json::Value;

use crate::{
    judgement::{
        alarm::{Alarm, Destination, Forwarded, Landing, Publishing},
        event_pattern::Matched,
        route::{BusPlace, Crossing, Doubt, crossing},
    },
    scene::{
        alerts::{
            keys,
            publisher::{Place, Publisher, Topics},
            queues,
            senders::Sender,
            topics,
        },
        questions::ask_each,
    },
};

/// The events that are looked for, made when they are looked at: some 25 KB each.
pub(crate) type Events<'a> = &'a (dyn Fn() -> Vec<Value> + 'a);

/// A destination with the exchanges it is based on.
type Found = (Destination, Vec<ExchangeId>);

/// Asks for the targets of a rule of the default bus and for where they lead. Rules of another bus are asked for only where
/// a rule before them may see one of the events.
pub(crate) async fn follow(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    (account, region): (&AccountId, &Region),
    mut alarm: Alarm,
    events: Events<'_>,
) -> Result<Alarm, Stop> {
    let estate = w.estate()?;
    let origin = BusPlace::default_of(account, region);
    let targets = w.see(estate.rule_targets(account, region, &origin.name, &alarm.rule.name).await)?;
    alarm.exchanges.extend_from_slice(targets.exchanges());
    along(w, topics, vec![origin], alarm, targets.to_vec(), events).await
}

/// The rule with where its targets lead; `path` ends with its bus.
fn along<'f>(
    w: &'f mut LogproofWorld,
    topics: &'f mut Topics,
    path: Vec<BusPlace>,
    mut alarm: Alarm,
    targets: Vec<RuleTarget>,
    events: Events<'f>,
) -> Pin<Box<dyn Future<Output = Result<Alarm, Stop>> + 'f>> {
    Box::pin(async move {
        let Some(here) = path.last().cloned() else { return Ok(alarm) };
        let (buses, others): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| BusPlace::of_arn(&target.arn).is_some());
        let publisher = Publisher::rule(&alarm.rule.arn, &here.account);
        let mut found = if topics.only_buses {
            others.into_iter().map(|target| (Destination { target, landing: Landing::Elsewhere }, Vec::new())).collect()
        } else {
            destinations(w, topics, &publisher, (&here.account, &here.region), others).await?
        };
        for target in buses {
            found.push(forwarded(w, topics, &path, &alarm, target, events).await?);
        }
        for (destination, seen) in found {
            alarm.exchanges.extend(seen);
            alarm.destinations.push(destination);
        }
        Ok(alarm)
    })
}

/// The bus that a target puts events on, with the rules there that may see one of them.
async fn forwarded(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    path: &[BusPlace],
    alarm: &Alarm,
    target: RuleTarget,
    events: Events<'_>,
) -> Result<Found, Stop> {
    let (Some(from), Some(to)) = (path.last(), BusPlace::of_arn(&target.arn)) else {
        return Ok((Destination { target, landing: Landing::Elsewhere }, Vec::new()));
    };
    let lost = |target, why: &str, seen| (Destination { target, landing: Landing::Bus(Forwarded::lost(why)) }, seen);
    let unseen =
        |target, unseen: Unseen| (Destination { target, landing: Landing::Unseen(Box::new(unseen)) }, Vec::new());
    if !alarm.is_enabled() {
        return Ok(lost(target, "the rule is off", Vec::new()));
    }
    let step = crossing(path, &to);
    if let Crossing::Lost(why) = &step {
        return Ok(lost(target, why, Vec::new()));
    }
    let estate = w.estate()?;
    let bus = match estate.event_bus(&to.account, &to.region, &to.name).await {
        Ok(bus) => bus,
        Err(why) => return Ok(unseen(target, why)),
    };
    let mut seen = bus.exchanges().to_vec();
    let Some(described) = bus.as_ref() else { return Ok(lost(target, "there is no such bus", seen)) };
    if let Some(key) = &described.kms_key {
        let place = Place { arn: &target.arn, owner: &to.account, region: &to.region };
        if let Err(why) = keys::readable(&estate, &place, key).await {
            return Ok(unseen(target, why));
        }
    }
    let sent = || {
        let mut all = events();
        all.retain(|event| alarm.sees_event(event) != Matched::No);
        all
    };
    let sender = Sender { rule: &alarm.rule, from, target: &target, to: &to, bus: described };
    let (mut entry, exchanges) = sender.enter(w, topics, &sent()).await?;
    seen.extend(exchanges);
    if let (Crossing::Undecided(why), false) = (step, matches!(entry, Publishing::Refused(_))) {
        entry = Publishing::Undecided(why);
    }
    if matches!(entry, Publishing::Refused(_)) {
        return Ok((
            Destination { target, landing: Landing::Bus(Forwarded { entry, rules: Vec::new(), listed: 0 }) },
            seen,
        ));
    }
    let listed = match estate.event_rules(&to.account, &to.region, &to.name).await {
        Ok(listed) => listed,
        Err(why) => return Ok(unseen(target, why)),
    };
    seen.extend_from_slice(listed.exchanges());
    let may_see = |rule: &Alarm| sent().iter().any(|event| rule.sees_event(event) != Matched::No);
    let mut rules = Vec::new();
    for rule in listed.iter().filter_map(Alarm::of).filter(may_see) {
        let targets = match estate.rule_targets(&to.account, &to.region, &to.name, &rule.rule.name).await {
            Ok(targets) => targets,
            Err(why) => return Ok(unseen(target, why)),
        };
        seen.extend_from_slice(targets.exchanges());
        let onward = [path, std::slice::from_ref(&to)].concat();
        let rule = along(w, topics, onward, rule, targets.to_vec(), &sent).await?;
        seen.extend_from_slice(&rule.exchanges);
        rules.push(rule);
    }
    Ok((Destination { target, landing: Landing::Bus(Forwarded { entry, rules, listed: listed.len() }) }, seen))
}

/// The actions of an alarm as destinations, each with the exchanges it is based on.
pub(crate) async fn actions_of(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    account: &AccountId,
    region: &Region,
    alarm: &facts::Alarm,
) -> Result<Vec<Found>, Stop> {
    let targets = alarm.alarm_actions.iter().map(|arn| RuleTarget { id: arn.clone(), arn: arn.clone(), role: None });
    destinations(w, topics, &Publisher::alarm(&alarm.arn, account), (account, region), targets.collect()).await
}

async fn destinations(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    publisher: &Publisher,
    (account, region): (&AccountId, &Region),
    targets: Vec<RuleTarget>,
) -> Result<Vec<Found>, Stop> {
    let estate = w.estate()?;
    let answers = ask_each(targets, |target| {
        let estate = Arc::clone(&estate);
        async move {
            let mut parts = target.arn.split(':').skip(2);
            let topic = parts.next() == Some("sns");
            let region = parts.next().and_then(|region| region.parse().ok()).unwrap_or_else(|| region.clone());
            let owner = parts.next().and_then(|account| account.parse().ok()).unwrap_or_else(|| account.clone());
            let subscriptions = match topic {
                true => Some(estate.topic_subscriptions(&owner, &region, &target.arn).await),
                false => None,
            };
            (target, owner, region, subscriptions)
        }
    })
    .await;
    let mut found = Vec::new();
    for (target, owner, region, subscriptions) in answers {
        let Some(subscriptions) = subscriptions else {
            found.push(in_queue_or_elsewhere(w, topics, publisher, target).await?);
            continue;
        };
        let subscriptions = w.see(subscriptions)?;
        let mut seen = subscriptions.exchanges().to_vec();
        let Some(subscriptions) = subscriptions.as_ref().cloned() else {
            found.push((Destination { target, landing: Landing::Topic(None) }, seen));
            continue;
        };
        let place = Place { arn: &target.arn, owner: &owner, region: &region };
        let (publishing, exchanges) = topics::take(w, topics, &place, publisher, target.role.as_deref()).await?;
        seen.extend(exchanges);
        let (subscribed, exchanges) = queues::subscribed(w, topics, &place, &subscriptions).await?;
        seen.extend(exchanges);
        let landing = Landing::Topic(publishing.map(|publishing| (subscribed, publishing)));
        found.push((Destination { target, landing }, seen));
    }
    Ok(found)
}

/// A target that is neither a topic nor a bus: whether a queue takes what is sent to it; anything else is not followed.
async fn in_queue_or_elsewhere(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    publisher: &Publisher,
    target: RuleTarget,
) -> Result<Found, Stop> {
    let Some((owner, region)) = queues::place_of_queue(&target.arn) else {
        return Ok((Destination { target, landing: Landing::Elsewhere }, Vec::new()));
    };
    let place = Place { arn: &target.arn, owner: &owner, region: &region };
    let (entry, seen) = queues::take(w, topics, &place, publisher, target.role.as_deref()).await?;
    let landing = entry.map_or_else(Landing::Unseen, Landing::Queue);
    Ok((Destination { target, landing }, seen))
}

/// What could not be told about an event of an account and Region, as something that was not seen.
pub(crate) fn doubtful(doubt: &Doubt, account: &AccountId, region: &Region, exchanges: &[ExchangeId]) -> Unseen {
    let (operation, subject, detail, hint) = match doubt {
        Doubt::Unseen(unseen) => return (**unseen).clone(),
        Doubt::Pattern(rule, why) => (
            "event pattern evaluation",
            rule,
            why,
            "write the pattern with operators this program knows, or test it with `aws events test-event-pattern`",
        ),
        Doubt::Policy(subject, why) => (
            "policy evaluation",
            subject,
            why,
            "write the policy of the topic, queue or event bus, of its key and of the role so that they can be evaluated, or test the alert with an event",
        ),
    };
    Unseen {
        operation: operation.to_owned(),
        account: account.clone(),
        region: Some(region.clone()),
        subject: subject.clone(),
        reason: Reason::Undecided,
        detail: detail.clone(),
        hint: hint.to_owned(),
        exchanges: exchanges.to_vec(),
    }
}
