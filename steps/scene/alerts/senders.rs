//! Whether an event gets onto another bus: the role of the target, the policy of the bus and that of its key.
//!
//! A bus that refuses an event, or a role that may not put it there, loses the event and reports it nowhere but in a
//! dead-letter queue.
//!
//! See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html>

use std::sync::Arc;

use logproof_estate::{
    ExchangeId,
    facts::{EventBus, EventRule, PrincipalPolicies, RuleTarget},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Account, Context, Decided, Decision, Policy, Principal, Scene};
use serde_json::Value;

use crate::{
    judgement::{alarm::Publishing, route::BusPlace},
    scene::{
        alerts::{
            keys::{Encrypted, by_key},
            publisher::{Place, Publisher, Topics},
        },
        organization::OrganizationView,
        policies::{parse, shared},
        principals::{identity_of_role, principal},
        service_requests::{by_service, context_of_service, decide_for_service},
    },
};

const EVENTBRIDGE: &str = "events.amazonaws.com";
const PUT: &str = "events:PutEvents";

/// A rule that puts events on another bus.
pub(crate) struct Sender<'a> {
    pub(crate) rule: &'a EventRule,
    /// Its own bus.
    pub(crate) from: &'a BusPlace,
    pub(crate) target: &'a RuleTarget,
    pub(crate) to: &'a BusPlace,
    pub(crate) bus: &'a EventBus,
}

impl Sender<'_> {
    /// Whether the events, which have one source and one detail type, get onto the bus.
    pub(crate) async fn enter(
        &self,
        w: &mut LogproofWorld,
        topics: &mut Topics,
        events: &[Value],
    ) -> Result<(Publishing, Vec<ExchangeId>), Stop> {
        let view = topics.view(w).await?;
        let mut exchanges = view.exchanges().to_vec();
        let policy = match &self.bus.policy {
            Some(text) => {
                let name = format!("the policy of event bus {}", self.bus.arn);
                Some(shared(w, &name, text, "events:DescribeEventBus", &self.to.account)?)
            }
            None => None,
        };
        let context = self.context(w, events)?;
        let entry = match &self.target.role {
            Some(role) => {
                let (entry, seen) = self.under(w, &view, policy, role, &context).await?;
                exchanges.extend(seen);
                entry
            }
            None => self.without_role(w, &view, policy, &context)?,
        };
        let (Publishing::Allowed, Some(key)) = (&entry, &self.bus.kms_key) else { return Ok((entry, exchanges)) };
        // The key encrypts the patterns and targets of the rules too: without it no rule of the bus sees an event. See:
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html
        let place = Place { arn: &self.bus.arn, owner: &self.to.account, region: &self.to.region };
        let publisher = Publisher::bus(&self.bus.arn, &self.to.account);
        let (entry, seen) = by_key(w, topics, (Encrypted::Bus, &place), key, &publisher).await?;
        exchanges.extend(seen);
        Ok((entry, exchanges))
    }

    /// What comes with the call.
    fn context(&self, w: &LogproofWorld, events: &[Value]) -> Result<Context, Stop> {
        let text = |name: &str| {
            let of = events.first().and_then(|event| event.get(name)).and_then(Value::as_str);
            of.unwrap_or_default().to_owned()
        };
        Ok(Context::new()
            .with("aws:SecureTransport", "true")
            .with("aws:CurrentTime", w.now()?.to_string())
            .with("aws:RequestedRegion", self.to.region.as_str())
            .with("aws:SourceArn", self.rule.arn.as_str())
            .with("events:source", text("source"))
            .with("events:detail-type", text("detail-type"))
            .with("events:eventBusInvocation", "true"))
    }

    /// Under the role of the target: EventBridge must be able to assume it, and the role to put events on the bus.
    async fn under(
        &self,
        w: &mut LogproofWorld,
        view: &OrganizationView,
        policy: Option<Arc<Policy>>,
        arn: &str,
        context: &Context,
    ) -> Result<(Publishing, Vec<ExchangeId>), Stop> {
        let Principal::Role { account, .. } = principal(arn) else {
            return Ok((refused(format!("`{arn}`, which the target names, is not the ARN of a role")), Vec::new()));
        };
        if account != self.from.account.as_str() {
            let why = format!("role {arn} of the target is not of the account of the rule, which EventBridge asks for");
            return Ok((refused(why), Vec::new()));
        }
        let estate = w.estate()?;
        let inventory = w.see(estate.account_authorization(&self.from.account).await)?;
        let mut exchanges = inventory.exchanges().to_vec();
        let Some(role) = inventory.roles.iter().find(|role| role.arn == arn) else {
            return Ok((refused(format!("role {arn} of the target does not exist")), exchanges));
        };
        let organization = w.see(estate.organization().await)?;
        exchanges.extend_from_slice(organization.exchanges());
        let assumed = self.assume(w, view, role, &organization.id)?;
        if assumed != Publishing::Allowed {
            return Ok((assumed, exchanges));
        }
        let identity = identity_of_role(w, &self.from.account, role)?;
        let scene = view.scene_with_caller(&self.to.account, policy, &self.from.account, vec![identity]);
        let what = format!("role {arn} may not put events on the bus");
        Ok((self.put(&scene, &principal(arn), context, &what), exchanges))
    }

    fn assume(
        &self,
        w: &mut LogproofWorld,
        view: &OrganizationView,
        role: &PrincipalPolicies,
        organization: &str,
    ) -> Result<Publishing, Stop> {
        let name = format!("the trust policy of {}", role.arn);
        let text = role.trust_policy.as_deref().unwrap_or("{}");
        let trust = parse(w, &name, text, "iam:GetAccountAuthorizationDetails", &self.from.account)?;
        let context = context_of_service(organization, &self.from.account, &self.rule.arn);
        let request = by_service(EVENTBRIDGE, "sts:AssumeRole", &role.arn, &self.from.account, context);
        let decided = decide_for_service(view, &self.from.account, Some(trust), &request);
        Ok(told(decided, &format!("{EVENTBRIDGE} cannot assume role {}", role.arn)))
    }

    /// Under no role. The bus must then let the account itself in by its id: being of the organization is not enough.
    ///
    /// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>
    fn without_role(
        &self,
        w: &mut LogproofWorld,
        view: &OrganizationView,
        policy: Option<Arc<Policy>>,
        context: &Context,
    ) -> Result<Publishing, Stop> {
        let account = &self.from.account;
        if *account == self.to.account {
            return Ok(Publishing::Undecided(
                "the target has no role, and AWS documents no way onto another bus of the account without one"
                    .to_owned(),
            ));
        }
        let mut scene = view.scene(&self.to.account, policy);
        scene.organization.accounts.retain(|known| known.id != account.as_str());
        scene.organization.accounts.push(Account::outside(account.as_str()));
        let root = principal(&self.to.region.partition().arn("iam", "", account.as_str(), "root"));
        let what = format!("the target has no role, and the bus does not let account {account} in by its id");
        let entry = self.put(&scene, &root, context, &what);
        if entry == Publishing::Allowed {
            let note = format!(
                "rule {} puts events on {} without a role: since March 2, 2023 EventBridge takes no new target like that",
                self.rule.arn, self.bus.arn
            );
            if !w.record.notes.contains(&note) {
                w.note(note);
            }
        }
        Ok(entry)
    }

    /// AWS documents that the ARN of the rule comes with the call, and of its account says nothing: with and without it the
    /// answer must be one.
    fn put(&self, scene: &Scene, who: &Principal, context: &Context, what: &str) -> Publishing {
        let ask = |context: &Context| told(scene.decide(who, PUT, &self.bus.arn, context), what);
        let with_account = context.clone().with("aws:SourceAccount", self.from.account.as_str());
        match (ask(context), ask(&with_account)) {
            (Publishing::Allowed, Publishing::Allowed) => Publishing::Allowed,
            (Publishing::Refused(why), Publishing::Refused(_)) => Publishing::Refused(why),
            (Publishing::Undecided(why), _) | (_, Publishing::Undecided(why)) => Publishing::Undecided(why),
            _ => Publishing::Undecided(format!(
                "{what}, or may by aws:SourceAccount alone, and whether that comes with the call is not documented"
            )),
        }
    }
}

fn refused(why: String) -> Publishing {
    Publishing::Refused(why)
}

/// A decision; `what` is what is wrong where it is a refusal.
fn told(decided: Option<Decided>, what: &str) -> Publishing {
    let Some(decided) = decided else { return Publishing::Undecided(format!("whether {what} could not be decided")) };
    match &decided.decision {
        Decision::Allowed => Publishing::Allowed,
        Decision::Undecided(reason) => Publishing::Undecided(format!("whether {what}: {reason}")),
        Decision::ExplicitDeny | Decision::ImplicitDeny => Publishing::Refused(format!("{what}: {decided}")),
    }
}
