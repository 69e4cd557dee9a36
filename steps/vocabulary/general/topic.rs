//! Who can publish to the topics a scenario names, who has subscribed, and how messages are encrypted.

use std::sync::Arc;

use cucumber::{gherkin, then};
use logproof_estate::{
    ExchangeId, Fact,
    record::{Observation, Subject},
    subjects::NamedTopic,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Question, Scene, Source, Who};
use serde_json::json;

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        key_name::NamedKey,
    },
    scene::{
        asked::named_below,
        claim::{Answered, Claim},
        conditions::when,
        named_key::place_of,
        organization::OrganizationView,
        policies::shared,
        principals::identities,
        proposal::Remedy,
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
    Entry {
        keyword: "Then",
        sentence: "only these principals can publish to it",
        about: "Proved for any caller that is not in the table below: whole ARNs of roles, users or root users, or names of services. The users and roles of the topic's account are known, in every other account an administrator is assumed. A role or user that does not exist is a finding.",
        kinds: &[Kind::Topic],
        below: Below::Table("principals"),
        example: "only these principals can publish to it",
    },
    judges(
        "its messages are encrypted with a KMS key",
        "A KMS key encrypts the messages of the topic, of AWS or of yours.",
    ),
    judges(
        "its messages are encrypted with a customer managed key",
        "A KMS key that the customer manages encrypts the messages of the topic. EventBridge and CloudWatch cannot publish to a topic with the key that AWS manages.",
    ),
    judges("it has a confirmed subscriber", "At least one subscription of the topic is confirmed."),
];

fn subject_of(topic: &NamedTopic) -> Subject {
    Subject::arn(&topic.arn).at(&topic.account, Some(&topic.region))
}

/// A topic with what decides on requests for it. No resource control policy binds a topic.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
struct TopicAccess {
    view: OrganizationView,
    scene: Scene,
    exchanges: Vec<ExchangeId>,
}

impl TopicAccess {
    async fn read(w: &mut LogproofWorld, topic: &Fact<NamedTopic>, ids: &[&str]) -> Result<Self, Stop> {
        let called = format!("the access policy of topic {}", topic.arn);
        let policy = shared(w, &called, &topic.topic.policy, "sns:GetTopicAttributes", &topic.account)?;
        let view = OrganizationView::read(w, &[policy.as_ref()], ids).await?;
        let scene = view.scene(&topic.account, Some(Arc::clone(&policy)));
        let exchanges = [topic.exchanges(), view.exchanges()].concat();
        Ok(Self { view, scene, exchanges })
    }

    /// Requests that do not come from an account of the organization. SNS writes the account of the caller into this key,
    /// which the policy that it gives a new topic compares.
    ///
    /// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>
    fn by_strangers(&self, question: Question) -> Result<Question, Stop> {
        let mut ours: Vec<&str> = self.view.members.iter().map(|member| member.id.as_str()).collect();
        ours.push(self.view.management.as_str());
        when(question, &json!({"StringNotEquals": {"aws:SourceOwner": ours}}))
    }

    /// Records whether all that is asked about is refused.
    async fn refuse(
        &self,
        w: &mut LogproofWorld,
        topic: &NamedTopic,
        (scene, questions): (&Scene, Vec<Question>),
        (expected, change): (String, &str),
    ) {
        let claim = Claim {
            subject: subject_of(topic),
            account: topic.account.clone(),
            expected,
            change: change.to_owned(),
            exchanges: self.exchanges.clone(),
            represented_by: None,
        };
        let mut answers = questions.iter().map(|question| Answered::of(scene, question));
        let Some(mut answered) = answers.next() else { return };
        answers.for_each(|next| answered.join(next));
        let proposal = match answered.found() {
            Some(_) => Some(Remedy::Unknown(WHO).proposed(w, &[]).await),
            None => None,
        };
        claim.conclude(w, answered, proposal);
    }
}

const MANAGED_KEY: &str = "alias/aws/sns";
const WHO: &str = "who must be able to use the topic is known to its owner alone";

#[then("nobody outside the organization can publish to it")]
async fn nobody_outside_publishes(w: &mut LogproofWorld) -> Judged {
    no_outsider(w, "sns:Publish", "publish to").await
}

#[then("nobody outside the organization can subscribe to it")]
async fn nobody_outside_subscribes(w: &mut LogproofWorld) -> Judged {
    no_outsider(w, "sns:Subscribe", "subscribe to").await
}

async fn no_outsider(w: &mut LogproofWorld, action: &'static str, what: &str) -> Judged {
    let topics = topics(w)?;
    let judge = async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| {
        let access = TopicAccess::read(w, &topic, &[]).await?;
        let question = Question::about([action]).on(&topic.arn).by(Who::outsiders());
        let questions = vec![access.by_strangers(question)?];
        let expected = format!("nobody outside the organization can {what} the topic");
        let change = "compare aws:PrincipalOrgID in the statement that allows it, or name the principals";
        access.refuse(w, &topic, (&access.scene, questions), (expected, change)).await;
        Ok(())
    };
    every(w, topics, judge).await
}

#[then("no service can publish to it on behalf of an account outside the organization")]
async fn no_service_for_outsiders(w: &mut LogproofWorld) -> Judged {
    let topics = topics(w)?;
    let judge = async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| {
        let access = TopicAccess::read(w, &topic, &[]).await?;
        let question = Question::about(["sns:Publish"]).on(&topic.arn).by(Who::services());
        let questions = vec![access.by_strangers(question.from_source(Source::Foreign))?];
        let expected =
            "no service can publish to the topic on behalf of an account outside the organization".to_owned();
        let change = "add aws:SourceAccount, aws:SourceArn or aws:SourceOrgID to the statement that allows the service";
        access.refuse(w, &topic, (&access.scene, questions), (expected, change)).await;
        Ok(())
    };
    every(w, topics, judge).await
}

#[then("only these principals can publish to it")]
async fn only_these_publish(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_below(w, step).await?;
    let topics = topics(w)?;
    let judge = async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| {
        let mut access = TopicAccess::read(w, &topic, &named.ids()).await?;
        let authorization = w.see(w.estate()?.account_authorization(&topic.account).await)?;
        access.exchanges.extend_from_slice(authorization.exchanges());
        let inventory = identities(w, &topic.account, &authorization)?;
        let policy = access.scene.resource_policy.clone();
        let scene = access.view.scene_with_inventory(&topic.account, policy, &inventory);
        let owner = topic.account.as_str();
        let question = || Question::about(["sns:Publish"]).on(&topic.arn);
        let own = question().by(named.excepted_from(Who::account(owner)));
        let others = question().by(named.excepted_from(Who::anyone()).except_account(owner));
        // Nobody of another account has the owner's account in this key; see `by_strangers`.
        let others = when(others, &json!({"StringNotEquals": {"aws:SourceOwner": owner}}))?;
        let expected = format!("only {} can publish to the topic", named.in_words());
        let change = "name in the access policy only those who publish, and take sns:Publish out of other policies";
        access.refuse(w, &topic, (&scene, vec![own, others]), (expected, change)).await;
        Ok(())
    };
    every(w, topics, judge).await
}

#[then("its messages are encrypted with a KMS key")]
async fn its_messages_are_encrypted(w: &mut LogproofWorld) -> Judged {
    let topics = topics(w)?;
    let judge = async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| {
        let key = topic.topic.kms_key.clone();
        let (met, found) = (key.is_some(), key.map_or_else(|| "no KMS key".to_owned(), |key| format!("key `{key}`")));
        w.observe(
            Observation::new(subject_of(&topic), "messages encrypted with a KMS key", found, met)
                .place("KmsMasterKeyId")
                .hint("set a KMS key for the messages of the topic")
                .resting_on(topic.exchanges()),
        );
        Ok(())
    };
    every(w, topics, judge).await
}

#[then("its messages are encrypted with a customer managed key")]
async fn its_messages_are_encrypted_with_an_own_key(w: &mut LogproofWorld) -> Judged {
    let topics = topics(w)?;
    let judge = async |w: &mut LogproofWorld, topic: Fact<NamedTopic>| {
        let mut exchanges = topic.exchanges().to_vec();
        let (found, met) = match &topic.topic.kms_key {
            None => ("no KMS key".to_owned(), false),
            Some(name) if name.ends_with(MANAGED_KEY) => (format!("`{name}`, the key that AWS manages"), false),
            Some(name) => {
                let asked = match NamedKey::read(name, &topic.account, &topic.region) {
                    NamedKey::Ask(asked) => asked,
                    NamedKey::Arn(arn) => place_of(&arn, &topic.region)?,
                };
                let key = w.see(w.estate()?.key(&asked).await)?;
                exchanges.extend_from_slice(key.exchanges());
                match key.as_ref() {
                    Some(key) => (format!("{}, key manager {}", key.arn, key.manager), key.manager == "CUSTOMER"),
                    None => (format!("`{name}`, which is no key"), false),
                }
            }
        };
        w.observe(
            Observation::new(subject_of(&topic), "messages encrypted with a customer managed key", found, met)
                .place("KmsMasterKeyId")
                .hint("set a customer managed key for the messages of the topic")
                .resting_on(&exchanges),
        );
        Ok(())
    };
    every(w, topics, judge).await
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
                subject_of(&topic),
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
