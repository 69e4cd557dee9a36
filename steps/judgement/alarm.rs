//! One alarm: an EventBridge rule, what it sees and how far its alert gets.

use logproof_estate::{
    ExchangeId,
    facts::{EventRule, RuleTarget, Subscription},
};
use serde_json::Value;

use super::{
    event_pattern::{EventPattern, Matched},
    store_events::{Caller, StoreEvent},
};

/// State of a rule that also sees management events that read.
pub(crate) const WITH_READS: &str = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/// How far an alert gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// The rule is off, has no target, or its topics have no confirmed subscription.
    Nobody,
    /// A target other than SNS, which is not followed further.
    Unfollowed,
    /// A confirmed subscription of an SNS topic.
    Subscriber,
}

/// A target with the subscriptions of its topic; `None` for a topic that does not exist or a target that is none.
#[derive(Debug, Clone)]
pub(crate) struct Lead {
    pub(crate) target: RuleTarget,
    pub(crate) subscriptions: Option<Vec<Subscription>>,
}

impl Lead {
    fn is_topic(&self) -> bool {
        self.target.arn.split(':').nth(2) == Some("sns")
    }

    pub(crate) fn reach(&self) -> Reach {
        match (&self.subscriptions, self.is_topic()) {
            (Some(subscriptions), true) if subscriptions.iter().any(Subscription::confirmed) => Reach::Subscriber,
            (_, true) => Reach::Nobody,
            (_, false) => Reach::Unfollowed,
        }
    }

    fn in_words(&self) -> String {
        let arn = &self.target.arn;
        match (&self.subscriptions, self.is_topic()) {
            (_, false) => format!("target {arn} is not followed further"),
            (None, true) => format!("topic {arn} does not exist"),
            (Some(subscriptions), true) if subscriptions.is_empty() => format!("topic {arn} has no subscription"),
            (Some(subscriptions), true) => {
                let confirmed = subscriptions.iter().filter(|one| one.confirmed()).count();
                format!("topic {arn} has {confirmed} of {} subscriptions confirmed", subscriptions.len())
            }
        }
    }
}

/// A rule that may watch the bucket, and where it leads.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) rule: EventRule,
    pub(crate) pattern: Result<EventPattern, String>,
    pub(crate) leads: Vec<Lead>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl Alarm {
    pub(crate) fn is_enabled(&self) -> bool {
        matches!(self.rule.state.as_str(), "ENABLED" | WITH_READS)
    }

    /// How far its alert gets: nowhere while it is off.
    pub(crate) fn reach(&self) -> Reach {
        let furthest = self.leads.iter().map(Lead::reach).max().unwrap_or(Reach::Nobody);
        if self.is_enabled() { furthest } else { Reach::Nobody }
    }

    /// Whether it sees an event as EventBridge receives it.
    pub(crate) fn sees_event(&self, event: &Value) -> Matched {
        match &self.pattern {
            Ok(pattern) => pattern.matches(event),
            Err(reason) => Matched::Undecided(reason.clone()),
        }
    }

    /// Its state and where it leads.
    pub(crate) fn in_words(&self) -> String {
        let leads = match self.leads.as_slice() {
            [] => "no target".to_owned(),
            leads => leads.iter().map(Lead::in_words).collect::<Vec<_>>().join("; "),
        };
        format!("rule is {}, {leads}", self.rule.state)
    }
}

/// The names of events, and who by where only some callers are concerned.
pub(crate) fn in_words(events: &[StoreEvent]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for event in events {
        if !names.contains(&event.name) {
            names.push(event.name);
        }
    }
    let one = |name: &&str| {
        let by: Vec<&str> =
            events.iter().filter(|event| event.name == *name).map(|event| event.caller.words()).collect();
        if by.len() == Caller::ALL.len() { (*name).to_owned() } else { format!("{name} by {}", by.join(" and ")) }
    };
    names.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::store_events::Kind;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:222222222222:alerts";

    fn lead(arn: &str, subscriptions: Option<&[&str]>) -> Lead {
        let subscription = |arn: &&str| Subscription {
            arn: (*arn).to_owned(),
            protocol: "https".to_owned(),
            endpoint: "https://example.org".to_owned(),
        };
        Lead {
            target: RuleTarget { id: "t".to_owned(), arn: arn.to_owned() },
            subscriptions: subscriptions.map(|all| all.iter().map(subscription).collect()),
        }
    }

    fn alarm(state: &str, leads: Vec<Lead>) -> Alarm {
        let rule = EventRule {
            name: "watch".to_owned(),
            arn: "arn:aws:events:eu-central-1:222222222222:rule/watch".to_owned(),
            state: state.to_owned(),
            pattern: None,
        };
        Alarm { rule, pattern: EventPattern::parse("{\"source\": [\"aws.s3\"]}"), leads, exchanges: Vec::new() }
    }

    #[test]
    fn an_alert_gets_as_far_as_its_best_target() {
        let confirmed =
            || lead(TOPIC, Some(&["PendingConfirmation", "arn:aws:sns:eu-central-1:222222222222:alerts:1"]));
        let pending = || lead(TOPIC, Some(&["PendingConfirmation"]));
        let function = || lead("arn:aws:lambda:eu-central-1:222222222222:function:f", None);
        let cases = [
            (vec![], Reach::Nobody),
            (vec![pending()], Reach::Nobody),
            (vec![lead(TOPIC, Some(&[]))], Reach::Nobody),
            (vec![lead(TOPIC, None)], Reach::Nobody),
            (vec![function()], Reach::Unfollowed),
            (vec![pending(), function()], Reach::Unfollowed),
            (vec![function(), confirmed()], Reach::Subscriber),
        ];
        for (leads, reach) in cases {
            assert_eq!(alarm("ENABLED", leads.clone()).reach(), reach, "{leads:?}");
            assert_eq!(alarm(WITH_READS, leads.clone()).reach(), reach, "{leads:?}");
            assert_eq!(alarm("DISABLED", leads).reach(), Reach::Nobody);
        }
    }

    #[test]
    fn a_dead_end_is_said() {
        assert_eq!(alarm("DISABLED", vec![]).in_words(), "rule is DISABLED, no target");
        let pending = alarm("ENABLED", vec![lead(TOPIC, Some(&["PendingConfirmation"]))]);
        assert_eq!(pending.in_words(), format!("rule is ENABLED, topic {TOPIC} has 0 of 1 subscriptions confirmed"));
        assert!(alarm("ENABLED", vec![lead(TOPIC, None)]).in_words().ends_with("does not exist"));
    }

    #[test]
    fn callers_are_named_where_only_some_are_concerned() {
        let chosen: Vec<StoreEvent> = StoreEvent::all(Kind::Write)
            .filter(|event| {
                event.name == "PutObject" || (event.name == "DeleteObject" && event.caller == Caller::RootUser)
            })
            .collect();
        assert_eq!(in_words(&chosen), "PutObject, DeleteObject by the root user");
    }
}
