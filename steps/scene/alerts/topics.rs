//! Whether an alert gets into its SNS topic: the topic's access policy, and the policy of the key that encrypts it (`keys`).
//!
//! EventBridge and CloudWatch publish under their own names. A topic that refuses them, or whose key refuses them, takes
//! no alert and reports none.

use std::sync::Arc;

use logproof_estate::{
    ExchangeId,
    facts::Topic,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Context, Policies, decide};

use crate::{
    judgement::alarm::Publishing,
    scene::{
        alerts::{
            keys::{Encrypted, by_key},
            publisher::{EVENTBRIDGE, Place, Publisher, Topics, bare, publishing},
        },
        organization::OrganizationView,
        policies::shared,
        service_requests::{by_service, decide_for_service},
    },
};

/// Whether what a publisher sends gets into the topic; `None` when there is no such topic.
pub(crate) async fn take(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    topic: &Place<'_>,
    publisher: &Publisher,
    role: Option<&str>,
) -> Result<(Option<Publishing>, Vec<ExchangeId>), Stop> {
    let estate = w.estate()?;
    let fact = w.see(estate.topic(topic.owner, topic.region, topic.arn).await)?;
    let mut exchanges = fact.exchanges().to_vec();
    let Some(found) = fact.as_ref() else { return Ok((None, exchanges)) };
    if let Some(role) = role {
        let reason = format!(
            "{} publishes to topic {} as {role}, and what a role of a target may do is not evaluated",
            publisher.service, topic.arn
        );
        return Ok((Some(Publishing::Undecided(reason)), exchanges));
    }
    // No resource control policy binds a topic. The organization matters where the access policy names it. See:
    // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    let view = match found.policy.to_ascii_lowercase().contains("org") {
        true => Some(topics.view(w).await?),
        false => None,
    };
    exchanges.extend(view.iter().flat_map(|view| view.exchanges().to_vec()));
    let publishing = by_access_policy(w, view.as_deref(), topic, found, publisher).await?;
    let (Publishing::Allowed, Some(key)) = (&publishing, &found.kms_key) else {
        return Ok((Some(publishing), exchanges));
    };
    let (publishing, seen) = by_key(w, topics, (Encrypted::Topic, topic), key, publisher).await?;
    exchanges.extend(seen);
    Ok((Some(publishing), exchanges))
}

async fn by_access_policy(
    w: &mut LogproofWorld,
    view: Option<&OrganizationView>,
    topic: &Place<'_>,
    found: &Topic,
    publisher: &Publisher,
) -> Result<Publishing, Stop> {
    let name = format!("the access policy of topic {}", topic.arn);
    let policy = shared(w, &name, &found.policy, "sns:GetTopicAttributes", topic.owner)?;
    let by = |context: Context| {
        let request = by_service(publisher.service, "sns:Publish", topic.arn, topic.owner, context);
        match view {
            Some(view) => decide_for_service(view, topic.owner, Some(Arc::clone(&policy)), &request),
            None => Some(decide(&request, &Policies { resource: Some(Arc::clone(&policy)), ..Policies::default() })),
        }
    };
    let organization = match view {
        Some(_) => w.see(w.estate()?.organization().await)?.id.clone(),
        None => String::new(),
    };
    let decided = by(publisher.context(&organization));
    let publishing = publishing(decided, &format!("topic {}", topic.arn), publisher);
    if publisher.service == EVENTBRIDGE
        && publishing == Publishing::Allowed
        && !by(bare()).is_some_and(|decided| decided.is_allowed())
    {
        let note = format!(
            "the access policy of topic {} lets EventBridge publish by a condition on the source only; one page of AWS's documentation says that EventBridge honors no condition there (eb-troubleshooting.html), another shows one (eb-use-resource-based.html): send a test event",
            topic.arn
        );
        if !w.record.notes.contains(&note) {
            w.note(note);
        }
    }
    Ok(publishing)
}
