//! Where a rule or an alarm leads: its targets, and the subscriptions of those that are topics.

use std::sync::Arc;

use logproof_estate::{
    AccountId, ExchangeId, Reason, Region, Unseen,
    facts::{self, RuleTarget},
    world::{LogproofWorld, Stop},
};

use crate::{
    judgement::alarm::{Alarm, Destination},
    scene::{
        alerts::topics::{Place, Publisher, Topics},
        questions::ask_each,
    },
};

/// Asks for the targets of a rule, and of those that are topics for the subscriptions and whether they take the alert.
pub(crate) async fn follow(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    account: &AccountId,
    region: &Region,
    mut alarm: Alarm,
) -> Result<Alarm, Stop> {
    let estate = w.estate()?;
    let targets = w.see(estate.rule_targets(account, region, &alarm.rule.name).await)?;
    alarm.exchanges.extend_from_slice(targets.exchanges());
    let publisher = Publisher::rule(&alarm.rule.arn, account);
    for (destination, seen) in destinations(w, topics, &publisher, (account, region), targets.to_vec()).await? {
        alarm.exchanges.extend(seen);
        alarm.destinations.push(destination);
    }
    Ok(alarm)
}

/// The actions of an alarm as destinations, each with the exchanges it is based on.
pub(crate) async fn actions_of(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    account: &AccountId,
    region: &Region,
    alarm: &facts::Alarm,
) -> Result<Vec<(Destination, Vec<ExchangeId>)>, Stop> {
    let targets = alarm.alarm_actions.iter().map(|arn| RuleTarget { id: arn.clone(), arn: arn.clone(), role: None });
    destinations(w, topics, &Publisher::alarm(&alarm.arn, account), (account, region), targets.collect()).await
}

async fn destinations(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    publisher: &Publisher,
    (account, region): (&AccountId, &Region),
    targets: Vec<RuleTarget>,
) -> Result<Vec<(Destination, Vec<ExchangeId>)>, Stop> {
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
            found.push((Destination { target, topic: None }, Vec::new()));
            continue;
        };
        let subscriptions = w.see(subscriptions)?;
        let mut seen = subscriptions.exchanges().to_vec();
        let Some(subscriptions) = subscriptions.as_ref().cloned() else {
            found.push((Destination { target, topic: None }, seen));
            continue;
        };
        let place = Place { arn: &target.arn, owner: &owner, region: &region };
        let (publishing, exchanges) = topics.take(w, &place, publisher, target.role.as_deref()).await?;
        seen.extend(exchanges);
        found.push((Destination { topic: publishing.map(|publishing| (subscriptions, publishing)), target }, seen));
    }
    Ok(found)
}

/// A topic of which it is not decided whether it takes an alert.
pub(crate) fn undecided_topic(
    account: &AccountId,
    region: &Region,
    topic: &str,
    reason: &str,
    exchanges: &[ExchangeId],
) -> Unseen {
    Unseen {
        operation: "policy evaluation".to_owned(),
        account: account.clone(),
        region: Some(region.clone()),
        subject: topic.to_owned(),
        reason: Reason::Undecided,
        detail: reason.to_owned(),
        hint: "write the access policy of the topic and the policy of its key so that they can be evaluated, or test the alert with an event".to_owned(),
        exchanges: exchanges.to_vec(),
    }
}
