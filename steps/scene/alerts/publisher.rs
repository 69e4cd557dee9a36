//! Who sends an alert on, and where to; what is read once for all that a scenario decides.

use std::sync::Arc;

use logproof_estate::{
    AccountId, Region,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Context, Decided, Decision};

use crate::{
    judgement::alarm::Publishing,
    scene::{organization::OrganizationView, service_requests::context_of_service},
};

pub(super) const EVENTBRIDGE: &str = "events.amazonaws.com";
const CLOUDWATCH: &str = "cloudwatch.amazonaws.com";
const SNS: &str = "sns.amazonaws.com";

/// Who publishes: a service, for one of its resources.
#[derive(Debug, Clone)]
pub(crate) struct Publisher {
    pub(super) service: &'static str,
    /// ARN of the rule, alarm or topic.
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

    /// SNS, for a topic of this account.
    pub(super) fn topic(arn: &str, account: &AccountId) -> Self {
        Self { service: SNS, source: arn.to_owned(), account: account.clone() }
    }

    /// EventBridge, for an event bus of this account.
    pub(super) fn bus(arn: &str, account: &AccountId) -> Self {
        Self { service: EVENTBRIDGE, source: arn.to_owned(), account: account.clone() }
    }

    /// What it sends along.
    pub(super) fn context(&self, organization: &str) -> Context {
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
    /// Whether only event buses are followed, and other targets are not looked at.
    pub(super) only_buses: bool,
    view: Option<Arc<OrganizationView>>,
}

impl Topics {
    /// For those who follow event buses, and ask nothing about other targets.
    pub(crate) fn of_no_concern() -> Self {
        Self { only_buses: true, view: None }
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
}

/// A call of a service that does not say on whose behalf it is made.
pub(super) fn bare() -> Context {
    Context::new().with("aws:SecureTransport", "true").with("aws:PrincipalIsAWSService", "true")
}

/// A decision about a publisher in the words of an alert.
pub(super) fn publishing(decided: Option<Decided>, what: &str, publisher: &Publisher) -> Publishing {
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
