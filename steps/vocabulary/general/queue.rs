//! Who can send to the queues a scenario names, and who can receive from them.

use cucumber::{gherkin, then};
use logproof_estate::{
    Fact,
    subjects::NamedQueue,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        asked::{Principals, named_below},
        messages::{Messages, Use, no_outsider, no_service_for_outsiders, only_these, these_can},
        subjects::{every, queues},
    },
};

const fn judges(sentence: &'static str, about: &'static str) -> Entry {
    Entry::then(sentence, about, sentence).of(&[Kind::Queue])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "nobody outside the organization can send to it",
        "Proved by the access policy of the queue and the policies above it for principals of other accounts and anonymous callers. Services are not counted as outsiders.",
    ),
    judges(
        "nobody outside the organization can receive from it",
        "The same of sqs:ReceiveMessage: whoever receives a message reads it.",
    ),
    judges(
        "no service can send to it on behalf of an account outside the organization",
        "Proved by the access policy of the queue for any AWS service: a service is named with a condition on whose behalf it acts.",
    ),
    judges(
        "only these principals can send to it",
        "Proved for any caller that is not in the table below: whole ARNs of roles, users or root users, or names of services. The users and roles of the queue's account are known, in every other account an administrator is assumed. A role or user that does not exist is a finding.",
    )
    .below(Below::Table("principals")),
    judges("only these principals can receive from it", "The same of sqs:ReceiveMessage.")
        .below(Below::Table("principals")),
    Entry::then(
        "{principals} can send to it",
        "A duty to work: each of these roles or users can send to the queue, with its own policies and everything above them. What the key of the queue allows is a question about the key.",
        "arn:aws:iam::222222222222:role/LogArchive-Administrator can send to it",
    )
    .of(&[Kind::Queue]),
    Entry::then(
        "{principals} can receive from it",
        "The same of sqs:ReceiveMessage.",
        "arn:aws:iam::222222222222:role/LogArchive-Administrator can receive from it",
    )
    .of(&[Kind::Queue]),
];

const SEND: Use = Use { action: "sqs:SendMessage", words: "send to" };
const RECEIVE: Use = Use { action: "sqs:ReceiveMessage", words: "receive from" };

/// Judges each queue the scenario names.
async fn each(w: &mut LogproofWorld, judge: impl AsyncFn(&mut LogproofWorld, Messages) -> Judged) -> Judged {
    let queues = queues(w)?;
    every(w, queues, async |w: &mut LogproofWorld, queue: Fact<NamedQueue>| judge(w, Messages::of_queue(&queue)).await)
        .await
}

#[then("nobody outside the organization can send to it")]
async fn nobody_outside_sends(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, queue| no_outsider(w, queue, SEND).await).await
}

#[then("nobody outside the organization can receive from it")]
async fn nobody_outside_receives(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, queue| no_outsider(w, queue, RECEIVE).await).await
}

#[then("no service can send to it on behalf of an account outside the organization")]
async fn no_service_sends_for_outsiders(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, queue| no_service_for_outsiders(w, queue, SEND).await).await
}

#[then("only these principals can send to it")]
async fn only_these_send(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    only(w, step, SEND).await
}

#[then("only these principals can receive from it")]
async fn only_these_receive(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    only(w, step, RECEIVE).await
}

async fn only(w: &mut LogproofWorld, step: &gherkin::Step, what: Use) -> Judged {
    let named = named_below(w, step).await?;
    each(w, async |w: &mut LogproofWorld, queue| only_these(w, queue, what, &named).await).await
}

#[then(expr = "{principals} can send to it")]
async fn these_can_send(w: &mut LogproofWorld, principals: Principals) -> Judged {
    duty(w, &principals, SEND).await
}

#[then(expr = "{principals} can receive from it")]
async fn these_can_receive(w: &mut LogproofWorld, principals: Principals) -> Judged {
    duty(w, &principals, RECEIVE).await
}

async fn duty(w: &mut LogproofWorld, principals: &Principals, what: Use) -> Judged {
    let named = principals.named(w).await?.with_own_policies()?;
    w.settle()?;
    each(w, async |w: &mut LogproofWorld, queue| these_can(w, queue, what, &named).await).await
}
