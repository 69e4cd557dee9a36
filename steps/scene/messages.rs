//! Topics and queues: who can do what with one, by its access policy and everything above it.

use std::sync::Arc;

use logproof_estate::{
    AccountId, ExchangeId, Fact, Region,
    record::Subject,
    subjects::{Members, NamedQueue, NamedTopic},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Question, Scene, Source, Who};
use serde_json::json;

use crate::scene::{
    asked::Named,
    claim::{Answered, Claim},
    conditions::when,
    needed_access::NeededAccess,
    organization::OrganizationView,
    policies::shared,
    principals::identities,
    proposal::Remedy,
    subjects::{queues, topics},
};

/// What is asked of whoever comes to a topic or queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use {
    /// The IAM action.
    pub(crate) action: &'static str,
    /// In words, before "the topic".
    pub(crate) words: &'static str,
}

/// A topic or queue that a scenario names.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    word: &'static str,
    arn: String,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    policy: Option<String>,
    operation: &'static str,
    /// Key that encrypts them, as configured: id, ARN or alias.
    pub(crate) kms_key: Option<String>,
    /// What all of this was read from.
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl Messages {
    /// Those of a topic.
    pub(crate) fn of_topic(named: &Fact<NamedTopic>) -> Self {
        Self {
            word: "topic",
            arn: named.arn.clone(),
            account: named.account.clone(),
            region: named.region.clone(),
            policy: Some(named.topic.policy.clone()),
            operation: "sns:GetTopicAttributes",
            kms_key: named.topic.kms_key.clone(),
            exchanges: named.exchanges().to_vec(),
        }
    }

    /// Those of a queue.
    pub(crate) fn of_queue(named: &Fact<NamedQueue>) -> Self {
        Self {
            word: "queue",
            arn: named.arn.clone(),
            account: named.account.clone(),
            region: named.region.clone(),
            policy: named.queue.policy.clone(),
            operation: "sqs:GetQueueAttributes",
            kms_key: named.queue.kms_key.clone(),
            exchanges: named.exchanges().to_vec(),
        }
    }

    /// As the subject of an observation.
    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(&self.arn).at(&self.account, Some(&self.region))
    }

    /// Whether it is a topic: SNS writes the account of the caller into a key of its own.
    fn is_topic(&self) -> bool {
        self.word == "topic"
    }
}

/// The topics and queues the scenario names.
pub(crate) fn messages(w: &LogproofWorld) -> Result<Vec<Members<Messages>>, Stop> {
    let of_topics = topics(w).unwrap_or_default().into_iter().map(|group| group.map(Messages::of_topic));
    let of_queues = queues(w).unwrap_or_default().into_iter().map(|group| group.map(Messages::of_queue));
    let all: Vec<Members<Messages>> = of_topics.chain(of_queues).collect();
    if all.is_empty() {
        return Err(Stop::because("no `Given` step named a topic or a queue"));
    }
    Ok(all)
}

/// Records whether somebody outside the organization can use it.
pub(crate) async fn no_outsider(w: &mut LogproofWorld, of: Messages, what: Use) -> Judged {
    let access = Access::read(w, of, &[]).await?;
    let question = access.question(what).by(Who::outsiders());
    let questions = vec![access.by_strangers(question)?];
    let expected = format!("nobody outside the organization can {} the {}", what.words, access.of.word);
    let change = "compare aws:PrincipalOrgID in the statement that allows it, or name the principals".to_owned();
    access.refuse(w, &access.scene, questions, expected, change).await;
    Ok(())
}

/// Records whether a service can use it on behalf of somebody outside the organization.
pub(crate) async fn no_service_for_outsiders(w: &mut LogproofWorld, of: Messages, what: Use) -> Judged {
    let access = Access::read(w, of, &[]).await?;
    let question = access.question(what).by(Who::services()).from_source(Source::Foreign);
    let questions = vec![access.by_strangers(question)?];
    let expected = format!(
        "no service can {} the {} on behalf of an account outside the organization",
        what.words, access.of.word
    );
    let change = "add aws:SourceAccount, aws:SourceArn or aws:SourceOrgID to the statement that allows the service";
    access.refuse(w, &access.scene, questions, expected, change.to_owned()).await;
    Ok(())
}

/// Records whether somebody else than those named can use it.
pub(crate) async fn only_these(w: &mut LogproofWorld, of: Messages, what: Use, named: &Named) -> Judged {
    let mut access = Access::read(w, of, &named.ids()).await?;
    let owner = access.of.account.clone();
    let authorization = w.see(w.estate()?.account_authorization(&owner).await)?;
    access.exchanges.extend_from_slice(authorization.exchanges());
    let inventory = identities(w, &owner, &authorization)?;
    let policy = access.scene.resource_policy.clone();
    let scene = access.view.scene_with_inventory(&owner, policy, &inventory);
    let own = access.question(what).by(named.excepted_from(Who::account(owner.as_str())));
    let others = access.question(what).by(named.excepted_from(Who::anyone()).except_account(owner.as_str()));
    let others = match access.of.is_topic() {
        // Nobody of another account has the owner's account in this key; see `by_strangers`.
        true => when(others, &json!({"StringNotEquals": {"aws:SourceOwner": owner.as_str()}}))?,
        false => others,
    };
    let expected = format!("only {} can {} the {}", named.in_words(), what.words, access.of.word);
    let change = format!(
        "name in the access policy only those who {} the {}, and take {} out of other policies",
        what.words, access.of.word, what.action
    );
    access.refuse(w, &scene, vec![own, others], expected, change).await;
    Ok(())
}

/// Records whether each of those named can use it: a duty to work. What a key allows is not looked at.
pub(crate) async fn these_can(w: &mut LogproofWorld, of: Messages, what: Use, named: &Named) -> Judged {
    let access = Access::read(w, of, &named.ids()).await?;
    for who in &named.all {
        // SNS writes the account of the caller into this key; see `by_strangers`.
        let caller = who.split(':').nth(4).unwrap_or_default().to_owned();
        let keys = if access.of.is_topic() { vec![("aws:SourceOwner", caller)] } else { Vec::new() };
        let needed = NeededAccess {
            action: what.action,
            resource: &access.of.arn,
            owner: &access.of.account,
            policy: access.scene.resource_policy.clone(),
            organization: &access.view,
            keys,
            via: Vec::new(),
            without: &[],
        };
        let claim = Claim {
            subject: access.of.subject(),
            account: access.of.account.clone(),
            expected: format!("{who} can {} {}", what.words, access.of.arn),
            change: format!(
                "allow {} in the access policy of the {} or, in its account, in the principal's own policy; across accounts in both; see that nothing denies it",
                what.action, access.of.word
            ),
            exchanges: access.exchanges.clone(),
            represented_by: None,
        };
        needed.must_be_possible(w, who, claim).await?;
    }
    Ok(())
}

/// A topic or queue with what decides on requests for it. Resource control policies bind queues and no topics: the
/// policy engine knows which services they bind.
struct Access {
    of: Messages,
    view: OrganizationView,
    scene: Scene,
    exchanges: Vec<ExchangeId>,
}

const WHO: &str = "who must be able to use it is known to its owner alone";

impl Access {
    async fn read(w: &mut LogproofWorld, of: Messages, ids: &[&str]) -> Result<Self, Stop> {
        let called = format!("the access policy of {} {}", of.word, of.arn);
        let policy = match &of.policy {
            Some(text) => Some(shared(w, &called, text, of.operation, &of.account)?),
            None => None,
        };
        let own: Vec<_> = policy.iter().map(Arc::as_ref).collect();
        let view = OrganizationView::read(w, &own, ids).await?;
        let scene = view.scene(&of.account, policy);
        let exchanges = [&of.exchanges, view.exchanges()].concat();
        Ok(Self { of, view, scene, exchanges })
    }

    fn question(&self, what: Use) -> Question {
        Question::about([what.action]).on(&self.of.arn)
    }

    /// Requests that do not come from an account of the organization. SNS writes the account of the caller into this key,
    /// which the policy that it gives a new topic compares.
    ///
    /// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>
    fn by_strangers(&self, question: Question) -> Result<Question, Stop> {
        if !self.of.is_topic() {
            return Ok(question);
        }
        let mut ours: Vec<&str> = self.view.members().map(|member| member.id.as_str()).collect();
        ours.push(self.view.management().as_str());
        when(question, &json!({"StringNotEquals": {"aws:SourceOwner": ours}}))
    }

    /// Records whether all that is asked about is refused.
    async fn refuse(
        &self,
        w: &mut LogproofWorld,
        scene: &Scene,
        questions: Vec<Question>,
        expected: String,
        change: String,
    ) {
        let claim = Claim {
            subject: self.of.subject(),
            account: self.of.account.clone(),
            expected,
            change,
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
