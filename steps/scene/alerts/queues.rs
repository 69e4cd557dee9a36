//! Whether an alert gets into an SQS queue: that the queue is there, its access policy, and the policy of its key.
//!
//! A queue that refuses the sender takes no alert and reports none. Who reads the queue is not asked here.

use logproof_estate::{
    AccountId, ExchangeId, Region, Unseen,
    facts::Subscription,
    world::{LogproofWorld, Stop},
};

use crate::{
    judgement::alarm::{Publishing, Subscribed},
    scene::{
        alerts::{
            keys::{Encrypted, by_key},
            publisher::{Place, Publisher, Topics, publishing},
        },
        policies::shared,
        service_requests::{by_service, decide_for_service},
    },
};

/// Account and Region of the queue that an ARN names; `None` when it is the ARN of something else.
pub(super) fn place_of_queue(arn: &str) -> Option<(AccountId, Region)> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "sqs", region, account, name] if !name.is_empty() => {
            Some((account.parse().ok()?, region.parse().ok()?))
        }
        _ => None,
    }
}

/// Whether something gets into a queue, or why that could not be seen, with the exchanges it is based on.
type Taken = (Result<Option<Publishing>, Box<Unseen>>, Vec<ExchangeId>);

/// Whether what a publisher sends gets into the queue; `None` when there is no such queue.
pub(super) async fn take(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    queue: &Place<'_>,
    publisher: &Publisher,
    role: Option<&str>,
) -> Result<Taken, Stop> {
    let estate = w.estate()?;
    let fact = match estate.queue(queue.owner, queue.region, queue.arn).await {
        Ok(fact) => fact,
        Err(unseen) => return Ok((Err(Box::new(unseen)), Vec::new())),
    };
    let mut exchanges = fact.exchanges().to_vec();
    let Some(found) = fact.as_ref() else { return Ok((Ok(None), exchanges)) };
    if let Some(role) = role {
        let reason = format!(
            "{} sends to queue {} as {role}, and what a role of a target may do is not evaluated",
            publisher.service, queue.arn
        );
        return Ok((Ok(Some(Publishing::Undecided(reason))), exchanges));
    }
    let policy = match &found.policy {
        Some(text) => {
            let name = format!("the access policy of queue {}", queue.arn);
            Some(shared(w, &name, text, "sqs:GetQueueAttributes", queue.owner)?)
        }
        None => None,
    };
    let organization = w.see(estate.organization().await)?.id.clone();
    // Resource control policies bind queues. See:
    // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    let view = topics.view(w).await?;
    exchanges.extend_from_slice(view.exchanges());
    let context = publisher.context(&organization);
    let request = by_service(publisher.service, "sqs:SendMessage", queue.arn, queue.owner, context);
    let decided = decide_for_service(&view, queue.owner, policy, &request);
    let entry = publishing(decided, &format!("queue {}", queue.arn), publisher);
    let (Publishing::Allowed, Some(key)) = (&entry, &found.kms_key) else {
        return Ok((Ok(Some(entry)), exchanges));
    };
    let (entry, seen) = by_key(w, topics, (Encrypted::Queue, queue), key, publisher).await?;
    exchanges.extend(seen);
    Ok((Ok(Some(entry)), exchanges))
}

/// The subscriptions of a topic, each with whether what the topic sends gets to its endpoint. Only queues are looked at:
/// whoever confirmed another subscription hears of it.
pub(super) async fn subscribed(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    topic: &Place<'_>,
    subscriptions: &[Subscription],
) -> Result<(Vec<Subscribed>, Vec<ExchangeId>), Stop> {
    let publisher = Publisher::topic(topic.arn, topic.owner);
    let (mut all, mut exchanges) = (Vec::new(), Vec::new());
    for subscription in subscriptions {
        let queue = place_of_queue(&subscription.endpoint).filter(|_| subscription.protocol == "sqs");
        let delivery = match queue {
            Some((owner, region)) if subscription.confirmed() => {
                let place = Place { arn: &subscription.endpoint, owner: &owner, region: &region };
                let (entry, seen) = take(w, topics, &place, &publisher, None).await?;
                exchanges.extend(seen);
                let gone = || Publishing::Refused(format!("queue {} does not exist", subscription.endpoint));
                entry.map(|entry| entry.unwrap_or_else(gone))
            }
            _ => Ok(Publishing::Allowed),
        };
        all.push(Subscribed { subscription: subscription.clone(), delivery });
    }
    Ok((all, exchanges))
}
