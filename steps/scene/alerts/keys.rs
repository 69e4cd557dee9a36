//! Whether the KMS key of a topic, a queue or an event bus lets a service in that sends to it.
//!
//! What is encrypted takes no message that its key refuses to the sender, and reports none.

use std::sync::Arc;

use logproof_estate::{
    AccountId, Estate, ExchangeId, KeyRef, Unseen,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Context, Decided, Policy};

use crate::{
    judgement::alarm::Publishing,
    scene::{
        alerts::publisher::{EVENTBRIDGE, Place, Publisher, Topics, bare, publishing},
        organization::OrganizationView,
        policies::shared,
        service_requests::{by_service, decide_for_service},
    },
};

/// What a key encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encrypted {
    Topic,
    Queue,
    Bus,
}

impl Encrypted {
    pub(super) fn called(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Queue => "queue",
            Self::Bus => "event bus",
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Topic => "sns",
            Self::Queue => "sqs",
            Self::Bus => "events",
        }
    }

    /// The key by which AWS manages the encryption of the service, which lets no other service use it.
    fn managed_key(self) -> Option<&'static str> {
        match self {
            Self::Topic => Some("alias/aws/sns"),
            Self::Queue => Some("alias/aws/sqs"),
            Self::Bus => None,
        }
    }

    /// The key of the encryption context that names it.
    ///
    /// See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html>
    fn context_key(self) -> &'static str {
        match self {
            Self::Topic => "aws:sns:topicArn",
            Self::Queue => "aws:sqs:arn",
            Self::Bus => "aws:events:event-bus:arn",
        }
    }
}

/// Whether the key lets the publisher in, with the exchanges that is based on.
pub(super) async fn by_key(
    w: &mut LogproofWorld,
    topics: &mut Topics,
    (kind, place): (Encrypted, &Place<'_>),
    key: &str,
    publisher: &Publisher,
) -> Result<(Publishing, Vec<ExchangeId>), Stop> {
    let what = format!("{} {}", kind.called(), place.arn);
    // Its policy cannot be changed. See:
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    let managed = |key: &str| {
        Publishing::Refused(format!(
            "{what} is encrypted with the AWS managed key {key}, which {} may not use",
            publisher.service
        ))
    };
    if kind.managed_key().is_some_and(|managed| key == managed || key.ends_with(&format!(":{managed}"))) {
        return Ok((managed(key), Vec::new()));
    }
    let estate = w.estate()?;
    let asked = place_of(key, place);
    let fact = w.see(estate.key(&asked).await)?;
    let mut exchanges = fact.exchanges().to_vec();
    let Some(found) = fact.as_ref() else {
        return Ok((Publishing::Refused(format!("the key {key} of {what} does not exist")), exchanges));
    };
    if found.manager == "AWS" {
        return Ok((managed(&found.arn), exchanges));
    }
    if found.state != "Enabled" {
        let refused = format!("the key {} of {what} is {}", found.arn, found.state);
        return Ok((Publishing::Refused(refused), exchanges));
    }
    let text = w.see(estate.key_policy(&KeyRef { id: found.arn.clone(), ..asked.clone() }).await)?;
    exchanges.extend_from_slice(text.exchanges());
    let policy = shared(w, &format!("the key policy of {}", found.arn), &text, "kms:GetKeyPolicy", &asked.account)?;
    let organization = w.see(estate.organization().await)?.id.clone();
    let view = topics.view(w).await?;
    exchanges.extend_from_slice(view.exchanges());
    let call = KeyCall {
        view: &view,
        owner: &asked.account,
        policy: &policy,
        key: &found.arn,
        kind,
        place,
        publisher,
        organization: &organization,
    };
    Ok((call.decide(), exchanges))
}

/// Whether key and key policy can be read at all.
///
/// # Errors
/// Why not.
pub(super) async fn readable(estate: &Estate, place: &Place<'_>, key: &str) -> Result<(), Unseen> {
    let asked = place_of(key, place);
    if let Some(found) = estate.key(&asked).await?.as_ref() {
        estate.key_policy(&KeyRef { id: found.arn.clone(), ..asked }).await?;
    }
    Ok(())
}

/// What a publisher asks of a key.
struct KeyCall<'a> {
    view: &'a OrganizationView,
    owner: &'a AccountId,
    policy: &'a Arc<Policy>,
    key: &'a str,
    kind: Encrypted,
    place: &'a Place<'a>,
    publisher: &'a Publisher,
    organization: &'a str,
}

impl KeyCall<'_> {
    /// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
    fn decide(&self) -> Publishing {
        let what = format!("the key {} of {} {}", self.key, self.kind.called(), self.place.arn);
        for action in ["kms:GenerateDataKey", "kms:Decrypt"] {
            let decided = self.decide_one(action, &what);
            if decided != Publishing::Allowed {
                return decided;
            }
        }
        Publishing::Allowed
    }

    /// AWS does not document whether some condition keys come with the call: all ways must have one answer.
    fn decide_one(&self, action: &str, what: &str) -> Publishing {
        let what_of = format!("{what} ({action})");
        let ask = |context: Context| publishing(self.ask(action, context), &what_of, self.publisher);
        let mut ways = self.contexts().into_iter();
        let Some(plain) = ways.next() else { return Publishing::Allowed };
        let mut answer = ask(plain);
        for context in ways {
            answer = match (answer, ask(context)) {
                (Publishing::Allowed, Publishing::Allowed) => Publishing::Allowed,
                (Publishing::Refused(why), Publishing::Refused(_)) => Publishing::Refused(why),
                (Publishing::Undecided(why), _) | (_, Publishing::Undecided(why)) => Publishing::Undecided(why),
                _ => Publishing::Undecided(format!(
                    "{what} allows {action} to {} only by {}, and whether that comes with the call is not documented",
                    self.publisher.service,
                    self.in_question()
                )),
            };
        }
        answer
    }

    /// What may or may not come with the call.
    fn in_question(&self) -> &'static str {
        match (self.kind, self.publisher.service) {
            (Encrypted::Queue, EVENTBRIDGE) => "a condition on the source, kms:ViaService or kms:CallerAccount",
            _ => "kms:ViaService or kms:CallerAccount",
        }
    }

    /// The circumstances the call may have.
    fn contexts(&self) -> Vec<Context> {
        let mut plain = vec![self.named(self.of_publisher())];
        // Of a queue AWS documents neither that EventBridge names the rule to KMS, nor that it does not.
        if self.kind == Encrypted::Queue && self.publisher.service == EVENTBRIDGE {
            plain.push(self.named(bare()));
        }
        let region = self.place.region;
        let ways = region.partition().via_service(self.kind.service(), region.as_str());
        let through = plain.iter().flat_map(|context| {
            let with = |via: &String| {
                context.clone().with("kms:ViaService", via.clone()).with("kms:CallerAccount", self.place.owner.as_str())
            };
            ways.iter().map(with).collect::<Vec<_>>()
        });
        let through: Vec<Context> = through.collect();
        plain.extend(through);
        plain
    }

    /// EventBridge's calls to KMS for a topic carry no source.
    ///
    /// See: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services>
    fn of_publisher(&self) -> Context {
        match (self.kind, self.publisher.service) {
            (Encrypted::Topic, EVENTBRIDGE) => bare(),
            _ => self.publisher.context(self.organization),
        }
    }

    /// The service names what is encrypted in the encryption context.
    fn named(&self, context: Context) -> Context {
        let name = self.kind.context_key();
        context
            .with(&format!("kms:EncryptionContext:{name}"), self.place.arn)
            .with("kms:EncryptionContextKeys", vec![name.to_owned()])
    }

    fn ask(&self, action: &str, context: Context) -> Option<Decided> {
        let request = by_service(self.publisher.service, action, self.key, self.owner, context);
        decide_for_service(self.view, self.owner, Some(Arc::clone(self.policy)), &request)
    }
}

/// Where a key is: its ARN says so; any other name is one of the account and Region of what it encrypts.
fn place_of(key: &str, place: &Place<'_>) -> KeyRef {
    let mut parts = key.split(':').skip(3);
    let region = parts.next().and_then(|region| region.parse().ok()).unwrap_or_else(|| place.region.clone());
    let account = parts.next().and_then(|account| account.parse().ok()).unwrap_or_else(|| place.owner.clone());
    KeyRef { id: key.to_owned(), account, region }
}
