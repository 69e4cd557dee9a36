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
    /// The rule is off, has no target, or its topics have no confirmed subscription or take no alert of it.
    Nobody,
    /// A confirmed subscription of an SNS topic of which it is not decided whether it takes the alert.
    Undecided,
    /// A target other than SNS, which is not followed further.
    Unfollowed,
    /// A confirmed subscription of an SNS topic.
    Subscriber,
}

/// Whether an alert gets into a topic: its access policy and the policy of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Publishing {
    /// It does.
    Allowed,
    /// It does not, and why.
    Refused(String),
    /// The policies do not decide it, and why.
    Undecided(String),
}

/// A target with its topic: the subscriptions, and whether an alert gets into it. `None` for a topic that does not exist
/// or a target that is none.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(crate) target: RuleTarget,
    pub(crate) topic: Option<(Vec<Subscription>, Publishing)>,
}

impl Destination {
    fn is_topic(&self) -> bool {
        self.target.arn.split(':').nth(2) == Some("sns")
    }

    pub(crate) fn reach(&self) -> Reach {
        match (&self.topic, self.is_topic()) {
            (Some((subscriptions, publishing)), true) if subscriptions.iter().any(Subscription::confirmed) => {
                match publishing {
                    Publishing::Allowed => Reach::Subscriber,
                    Publishing::Refused(_) => Reach::Nobody,
                    Publishing::Undecided(_) => Reach::Undecided,
                }
            }
            (_, true) => Reach::Nobody,
            (_, false) => Reach::Unfollowed,
        }
    }

    /// Why it is not decided whether the alert gets to a subscriber; `None` where it is.
    pub(crate) fn undecided(&self) -> Option<&str> {
        match &self.topic {
            Some((_, Publishing::Undecided(reason))) if self.reach() == Reach::Undecided => Some(reason),
            _ => None,
        }
    }

    /// Why the topic does not take the alert.
    pub(crate) fn refused(&self) -> Option<&str> {
        match &self.topic {
            Some((_, Publishing::Refused(why))) => Some(why),
            _ => None,
        }
    }

    fn in_words(&self) -> String {
        let arn = &self.target.arn;
        let (subscriptions, publishing) = match (&self.topic, self.is_topic()) {
            (_, false) => return format!("target {arn} is not followed further"),
            (None, true) => return format!("topic {arn} does not exist"),
            (Some((subscriptions, publishing)), true) => (subscriptions, publishing),
        };
        let subscribed = match subscriptions.as_slice() {
            [] => format!("topic {arn} has no subscription"),
            all => {
                let confirmed = all.iter().filter(|one| one.confirmed()).count();
                format!("topic {arn} has {confirmed} of {} subscriptions confirmed", all.len())
            }
        };
        match publishing {
            Publishing::Allowed => subscribed,
            Publishing::Refused(why) | Publishing::Undecided(why) => format!("{subscribed}, and {why}"),
        }
    }
}

/// A rule that may watch the bucket, and where it leads.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) rule: EventRule,
    pub(crate) pattern: Result<EventPattern, String>,
    pub(crate) destinations: Vec<Destination>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl Alarm {
    pub(crate) fn is_enabled(&self) -> bool {
        matches!(self.rule.state.as_str(), "ENABLED" | WITH_READS)
    }

    /// How far its alert gets: nowhere while it is off.
    pub(crate) fn reach(&self) -> Reach {
        let furthest = self.destinations.iter().map(Destination::reach).max().unwrap_or(Reach::Nobody);
        if self.is_enabled() { furthest } else { Reach::Nobody }
    }

    /// The topic of which it is not decided whether it takes the alert, and why; `None` unless nothing gets further.
    pub(crate) fn undecided(&self) -> Option<(&str, &str)> {
        let open = self
            .destinations
            .iter()
            .find_map(|destination| Some((destination.target.arn.as_str(), destination.undecided()?)));
        open.filter(|_| self.reach() == Reach::Undecided)
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
        let destinations = match self.destinations.as_slice() {
            [] => "no target".to_owned(),
            destinations => destinations.iter().map(Destination::in_words).collect::<Vec<_>>().join("; "),
        };
        format!("rule is {}, {destinations}", self.rule.state)
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

    fn destination(arn: &str, subscriptions: Option<&[&str]>) -> Destination {
        let subscription = |arn: &&str| Subscription {
            arn: (*arn).to_owned(),
            protocol: "https".to_owned(),
            endpoint: "https://example.org".to_owned(),
        };
        Destination {
            target: RuleTarget { id: "t".to_owned(), arn: arn.to_owned(), role: None },
            topic: subscriptions.map(|all| (all.iter().map(subscription).collect(), Publishing::Allowed)),
        }
    }

    fn alarm(state: &str, destinations: Vec<Destination>) -> Alarm {
        let rule = EventRule {
            name: "watch".to_owned(),
            arn: "arn:aws:events:eu-central-1:222222222222:rule/watch".to_owned(),
            state: state.to_owned(),
            pattern: None,
        };
        Alarm { rule, pattern: EventPattern::parse("{\"source\": [\"aws.s3\"]}"), destinations, exchanges: Vec::new() }
    }

    #[test]
    fn an_alert_gets_as_far_as_its_best_target() {
        let confirmed =
            || destination(TOPIC, Some(&["PendingConfirmation", "arn:aws:sns:eu-central-1:222222222222:alerts:1"]));
        let pending = || destination(TOPIC, Some(&["PendingConfirmation"]));
        let function = || destination("arn:aws:lambda:eu-central-1:222222222222:function:f", None);
        let of = |publishing: Publishing| {
            let mut destination = confirmed();
            destination.topic = destination.topic.map(|(subscriptions, _)| (subscriptions, publishing));
            destination
        };
        let refused = || of(Publishing::Refused("no statement".to_owned()));
        let undecided = || of(Publishing::Undecided("a variable".to_owned()));
        let cases = [
            (vec![], Reach::Nobody),
            (vec![pending()], Reach::Nobody),
            (vec![destination(TOPIC, Some(&[]))], Reach::Nobody),
            (vec![destination(TOPIC, None)], Reach::Nobody),
            (vec![function()], Reach::Unfollowed),
            (vec![pending(), function()], Reach::Unfollowed),
            (vec![function(), confirmed()], Reach::Subscriber),
            (vec![refused()], Reach::Nobody),
            (vec![refused(), undecided()], Reach::Undecided),
            (vec![undecided(), function()], Reach::Unfollowed),
            (vec![undecided(), confirmed()], Reach::Subscriber),
        ];
        for (destinations, reach) in cases {
            assert_eq!(alarm("ENABLED", destinations.clone()).reach(), reach, "{destinations:?}");
            assert_eq!(alarm(WITH_READS, destinations.clone()).reach(), reach, "{destinations:?}");
            assert_eq!(alarm("DISABLED", destinations).reach(), Reach::Nobody);
        }
    }

    #[test]
    fn what_is_not_decided_is_named_unless_the_alert_gets_there_another_way() {
        let mut open = destination(TOPIC, Some(&["arn:aws:sns:eu-central-1:222222222222:alerts:1"]));
        let sure = open.clone();
        open.topic = open.topic.map(|(all, _)| (all, Publishing::Undecided("a variable".to_owned())));
        assert_eq!(alarm("ENABLED", vec![open.clone()]).undecided(), Some((TOPIC, "a variable")));
        assert!(alarm("ENABLED", vec![open.clone()]).in_words().ends_with("confirmed, and a variable"));
        assert_eq!(alarm("DISABLED", vec![open.clone()]).undecided(), None);
        assert_eq!(alarm("ENABLED", vec![open, sure]).undecided(), None);
        let mut pending = destination(TOPIC, Some(&["PendingConfirmation"]));
        pending.topic = pending.topic.map(|(all, _)| (all, Publishing::Undecided("a variable".to_owned())));
        assert_eq!(alarm("ENABLED", vec![pending]).undecided(), None);
    }

    #[test]
    fn a_dead_end_is_said() {
        assert_eq!(alarm("DISABLED", vec![]).in_words(), "rule is DISABLED, no target");
        let pending = alarm("ENABLED", vec![destination(TOPIC, Some(&["PendingConfirmation"]))]);
        assert_eq!(pending.in_words(), format!("rule is ENABLED, topic {TOPIC} has 0 of 1 subscriptions confirmed"));
        assert!(alarm("ENABLED", vec![destination(TOPIC, None)]).in_words().ends_with("does not exist"));
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
