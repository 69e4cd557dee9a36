//! Whether an alert gets into its SNS topic: the topic's access policy, and the policy of the key that encrypts it.
//!
//! EventBridge and CloudWatch publish under their own names. A topic that refuses them, or whose key refuses them, takes
//! no alert and reports none.

use std::sync::Arc;

use logproof_estate::{
    AccountId, ExchangeId, KeyRef, Region,
    facts::Topic,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Context, Decided, Decision, Policies, Policy, decide};

use crate::{
    judgement::alarm::Publishing,
    scene::{
        organization::OrganizationView,
        policies::shared,
        service_requests::{by_service, context_of_service, decide_for_service},
    },
};

const EVENTBRIDGE: &str = "events.amazonaws.com";
const CLOUDWATCH: &str = "cloudwatch.amazonaws.com";
const MANAGED_KEY: &str = "alias/aws/sns";

/// Who publishes: a service, for one of its resources.
#[derive(Debug, Clone)]
pub(crate) struct Publisher {
    service: &'static str,
    /// ARN of the rule or alarm.
    source: String,
    account: AccountId,
}

impl Publisher {
    /// EventBridge, for a rule of this account.
    pub(crate) fn rule(arn: &str, account: &AccountId) -> Self {
        Self { service: EVENTBRIDGE, source: arn.to_owned(), account: account.clone() }
    }

    /// CloudWatch, for an alarm of this account.
    pub(crate) fn alarm(arn: &str, account: &AccountId) -> Self {
        Self { service: CLOUDWATCH, source: arn.to_owned(), account: account.clone() }
    }

    /// What it sends along to SNS.
    fn context(&self, organization: &str) -> Context {
        let context = context_of_service(organization, &self.account, &self.source);
        match self.service {
            // The policy that SNS gives a new topic compares this key, and lets the owner's alarms publish by it. See:
            // https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
            CLOUDWATCH => context.with("aws:SourceOwner", self.account.as_str()),
            _ => context,
        }
    }
}

/// A topic, and where it is.
pub(crate) struct Place<'a> {
    pub(crate) arn: &'a str,
    pub(crate) owner: &'a AccountId,
    pub(crate) region: &'a Region,
}

/// What the topics of one scenario are decided with.
#[derive(Default)]
pub(crate) struct Topics {
    view: Option<Arc<OrganizationView>>,
}

impl Topics {
    /// Whether what a publisher sends gets into the topic; `None` when there is no such topic.
    pub(crate) async fn take(
        &mut self,
        w: &mut LogproofWorld,
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
            true => Some(self.view(w).await?),
            false => None,
        };
        exchanges.extend(view.iter().flat_map(|view| view.exchanges().to_vec()));
        let publishing = by_access_policy(w, view.as_deref(), topic, found, publisher).await?;
        let (Publishing::Allowed, Some(key)) = (&publishing, &found.kms_key) else {
            return Ok((Some(publishing), exchanges));
        };
        let (publishing, seen) = self.by_key(w, topic, key, publisher).await?;
        exchanges.extend(seen);
        Ok((Some(publishing), exchanges))
    }

    /// The organization, read once for all that is decided.
    pub(super) async fn view(&mut self, w: &mut LogproofWorld) -> Result<Arc<OrganizationView>, Stop> {
        if let Some(known) = &self.view {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(OrganizationView::read(w, &[], &[]).await?);
        self.view = Some(Arc::clone(&read));
        Ok(read)
    }

    async fn by_key(
        &mut self,
        w: &mut LogproofWorld,
        topic: &Place<'_>,
        key: &str,
        publisher: &Publisher,
    ) -> Result<(Publishing, Vec<ExchangeId>), Stop> {
        // The AWS managed key lets no service but SNS use it, and its policy cannot be changed. See:
        // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        let managed = |key: &str| {
            Publishing::Refused(format!(
                "topic {} is encrypted with the AWS managed key {key}, which {} may not use",
                topic.arn, publisher.service
            ))
        };
        if key == MANAGED_KEY || key.ends_with(&format!(":{MANAGED_KEY}")) {
            return Ok((managed(key), Vec::new()));
        }
        let estate = w.estate()?;
        let asked = place_of(key, topic);
        let fact = w.see(estate.key(&asked).await)?;
        let mut exchanges = fact.exchanges().to_vec();
        let Some(found) = fact.as_ref() else {
            return Ok((
                Publishing::Refused(format!("the key {key} of topic {} does not exist", topic.arn)),
                exchanges,
            ));
        };
        if found.manager == "AWS" {
            return Ok((managed(&found.arn), exchanges));
        }
        if found.state != "Enabled" {
            let refused = format!("the key {} of topic {} is {}", found.arn, topic.arn, found.state);
            return Ok((Publishing::Refused(refused), exchanges));
        }
        let text = w.see(estate.key_policy(&KeyRef { id: found.arn.clone(), ..asked.clone() }).await)?;
        exchanges.extend_from_slice(text.exchanges());
        let policy = shared(w, &format!("the key policy of {}", found.arn), &text, "kms:GetKeyPolicy", &asked.account)?;
        let organization = w.see(estate.organization().await)?.id.clone();
        let view = self.view(w).await?;
        exchanges.extend_from_slice(view.exchanges());
        let call = KeyCall {
            view: &view,
            owner: &asked.account,
            policy: &policy,
            key: &found.arn,
            topic,
            publisher,
            organization: &organization,
        };
        Ok((call.decide(), exchanges))
    }
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

/// A call of a service that does not say on whose behalf it is made.
fn bare() -> Context {
    Context::new().with("aws:SecureTransport", "true").with("aws:PrincipalIsAWSService", "true")
}

/// What a publisher asks of the key of a topic.
struct KeyCall<'a> {
    view: &'a OrganizationView,
    owner: &'a AccountId,
    policy: &'a Arc<Policy>,
    key: &'a str,
    topic: &'a Place<'a>,
    publisher: &'a Publisher,
    organization: &'a str,
}

impl KeyCall<'_> {
    /// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
    fn decide(&self) -> Publishing {
        let what = format!("the key {} of topic {}", self.key, self.topic.arn);
        for action in ["kms:GenerateDataKey", "kms:Decrypt"] {
            // AWS does not document whether these two keys come with the call: all ways must have one answer.
            let region = self.topic.region;
            let through_sns = region.partition().via_service("sns", region.as_str()).into_iter().map(|via| {
                self.context().with("kms:ViaService", via).with("kms:CallerAccount", self.topic.owner.as_str())
            });
            let what_of = format!("{what} ({action})");
            let mut plain = publishing(self.ask(action, self.context()), &what_of, self.publisher);
            for context in through_sns {
                let through = publishing(self.ask(action, context), &what_of, self.publisher);
                plain = match (plain, through) {
                    (Publishing::Allowed, Publishing::Allowed) => Publishing::Allowed,
                    (Publishing::Refused(why), Publishing::Refused(_)) => Publishing::Refused(why),
                    (Publishing::Undecided(why), _) | (_, Publishing::Undecided(why)) => Publishing::Undecided(why),
                    _ => Publishing::Undecided(format!(
                        "{what} allows {action} to {} only by kms:ViaService or kms:CallerAccount, and whether they come with the call is not documented",
                        self.publisher.service
                    )),
                };
            }
            if plain != Publishing::Allowed {
                return plain;
            }
        }
        Publishing::Allowed
    }

    /// SNS names the topic in the encryption context. EventBridge's calls to KMS carry no source.
    ///
    /// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services>
    fn context(&self) -> Context {
        let context = match self.publisher.service {
            EVENTBRIDGE => bare(),
            _ => self.publisher.context(self.organization),
        };
        context
            .with("kms:EncryptionContext:aws:sns:topicArn", self.topic.arn)
            .with("kms:EncryptionContextKeys", vec!["aws:sns:topicArn".to_owned()])
    }

    fn ask(&self, action: &str, context: Context) -> Option<Decided> {
        let request = by_service(self.publisher.service, action, self.key, self.owner, context);
        decide_for_service(self.view, self.owner, Some(Arc::clone(self.policy)), &request)
    }
}

/// A decision about a publisher in the words of an alert.
fn publishing(decided: Option<Decided>, what: &str, publisher: &Publisher) -> Publishing {
    let Some(decided) = decided else {
        return Publishing::Undecided(format!(
            "whether {what} takes calls of {} could not be decided",
            publisher.service
        ));
    };
    match &decided.decision {
        Decision::Allowed => Publishing::Allowed,
        Decision::Undecided(reason) => Publishing::Undecided(format!("{what}: {reason}")),
        Decision::ExplicitDeny | Decision::ImplicitDeny => {
            Publishing::Refused(format!("{what} refuses {} for {}: {decided}", publisher.service, publisher.source))
        }
    }
}

/// Where a key of a topic is: its ARN says so; any other name is one of the topic's own account and Region.
fn place_of(key: &str, topic: &Place<'_>) -> KeyRef {
    let mut parts = key.split(':').skip(3);
    let region = parts.next().and_then(|region| region.parse().ok()).unwrap_or_else(|| topic.region.clone());
    let account = parts.next().and_then(|account| account.parse().ok()).unwrap_or_else(|| topic.owner.clone());
    KeyRef { id: key.to_owned(), account, region }
}
