//! Who can publish to the topics a scenario names, and who has subscribed.

use cucumber::{gherkin, then};
use logproof_estate::{
    Fact,
    record::Observation,
    subjects::NamedTopic,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        asked::{Principals, named_below},
        messages::{Messages, Use, no_outsider, no_service_for_outsiders, only_these, these_can},
        subjects::{every, topics},
    },
};

const fn judges(sentence: &'static str, about: &'static str) -> Entry {
    Entry::then(sentence, about, sentence).of(&[Kind::Topic])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "nobody outside the organization can publish to it",
        "Proved by the access policy of the topic for principals of other accounts and anonymous callers. Services are not counted as outsiders.",
    ),
    judges(
        "nobody outside the organization can subscribe to it",
        "The same of sns:Subscribe: whoever subscribes receives every message.",
    ),
    judges(
        "no service can publish to it on behalf of an account outside the organization",
        "Proved by the access policy of the topic for any AWS service: a service is named with a condition on whose behalf it acts.",
    ),
    judges(
        "only these principals can publish to it",
        "Proved for any caller that is not in the table below: whole ARNs of roles, users or root users, or names of services. The users and roles of the topic's account are known, in every other account an administrator is assumed. A role or user that does not exist is a finding.",
    )
    .below(Below::Table("principals")),
    Entry::then(
        "{principals} can publish to it",
        "A duty to work: each of these roles or users can publish to the topic, with its own policies and everything above them. What the key of the topic allows is a question about the key.",
        "arn:aws:iam::222222222222:role/LogArchive-Administrator can publish to it",
    )
    .of(&[Kind::Topic]),
    judges("it has a confirmed subscriber", "At least one subscription of the topic is confirmed."),
];

const PUBLISH: Use = Use { action: "sns:Publish", words: "publish to" };
const SUBSCRIBE: Use = Use { action: "sns:Subscribe", words: "subscribe to" };

/// Judges each topic the scenario names.
async fn each(w: &mut LogproofWorld, judge: impl AsyncFn(&mut LogproofWorld, Messages) -> Judged) -> Judged {
    let topics = topics(w)?;
    every(w, topics, async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| judge(w, Messages::of_topic(&topic)).await)
        .await
}

#[then("nobody outside the organization can publish to it")]
async fn nobody_outside_publishes(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, topic| no_outsider(w, topic, PUBLISH).await).await
}

#[then("nobody outside the organization can subscribe to it")]
async fn nobody_outside_subscribes(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, topic| no_outsider(w, topic, SUBSCRIBE).await).await
}

#[then("no service can publish to it on behalf of an account outside the organization")]
async fn no_service_publishes_for_outsiders(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, topic| no_service_for_outsiders(w, topic, PUBLISH).await).await
}

#[then("only these principals can publish to it")]
async fn only_these_publish(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_below(w, step).await?;
    each(w, async |w: &mut LogproofWorld, topic| only_these(w, topic, PUBLISH, &named).await).await
}

#[then(expr = "{principals} can publish to it")]
async fn these_can_publish(w: &mut LogproofWorld, principals: Principals) -> Judged {
    let named = principals.named(w).await?.with_own_policies()?;
    w.settle()?;
    each(w, async |w: &mut LogproofWorld, topic| these_can(w, topic, PUBLISH, &named).await).await
}

#[then("it has a confirmed subscriber")]
async fn it_has_a_subscriber(w: &mut LogproofWorld) -> Judged {
    let topics = topics(w)?;
    let judge = async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| {
        let answer = w.see(w.estate()?.topic_subscriptions(&topic.account, &topic.region, &topic.arn).await)?;
        let all = answer.as_deref().unwrap_or_default();
        let confirmed = all.iter().filter(|one| one.confirmed()).count();
        w.observe(
            Observation::new(
                Messages::of_topic(&topic).subject(),
                "a confirmed subscription",
                format!("{confirmed} confirmed of {} subscriptions", all.len()),
                confirmed > 0,
            )
            .hint("subscribe somebody to the topic, and confirm the subscription")
            .resting_on(answer.exchanges()),
        );
        Ok(())
    };
    every(w, topics, judge).await
}
