//! One alarm: an EventBridge rule, what it sees and how far its alert gets.

use logproof_estate::{
    ExchangeId, Unseen,
    facts::{EventRule, RuleTarget, Subscription},
};
use serde_json::Value;

use super::{
    event_pattern::{EventPattern, Matched, depends_on, is_unknown},
    store_events::{Caller, StoreEvent},
};

/// State of a rule that also sees management events that read.
pub(crate) const WITH_READS: &str = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/// How far an alert gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// The rule is off, has no target, or its topics have no confirmed subscription or take no alert of it.
    Nobody,
    /// Something of which it is not decided whether it takes the alert.
    Undecided,
    /// A queue that takes it, or another target that is not followed further.
    Unfollowed,
    /// A confirmed subscription of an SNS topic.
    Subscriber,
}

/// Whether an alert gets into a topic or onto a bus, by its policy and the policy of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Publishing {
    /// It does.
    Allowed,
    /// It does not, and why.
    Refused(String),
    /// The policies do not decide it, and why.
    Undecided(String),
}

/// The bus that a target puts events on.
#[derive(Debug, Clone)]
pub(crate) struct Forwarded {
    /// Whether events get onto it.
    pub(crate) entry: Publishing,
    /// Rules there that may see one of the events.
    pub(crate) rules: Vec<Alarm>,
    /// How many rules there are on it.
    pub(crate) listed: usize,
}

impl Forwarded {
    /// A bus that no event gets to.
    pub(crate) fn lost(why: impl Into<String>) -> Self {
        Self { entry: Publishing::Refused(why.into()), rules: Vec::new(), listed: 0 }
    }

    /// How far what gets onto the bus may get from there.
    pub(crate) fn reach(&self) -> Reach {
        let onward = self.rules.iter().map(Alarm::reach).max().unwrap_or(Reach::Nobody);
        match self.entry {
            Publishing::Allowed => onward,
            Publishing::Refused(_) => Reach::Nobody,
            Publishing::Undecided(_) => onward.min(Reach::Undecided),
        }
    }

    /// The bus and where it leads, or where it does not.
    pub(crate) fn in_words(&self, arn: &str) -> String {
        let onward = match self.rules.as_slice() {
            [] => format!("none of the {} rules there sees the event", self.listed),
            rules => {
                let each = rules.iter().map(|rule| format!("rule `{}` there {}", rule.rule.name, rule.leads()));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        match &self.entry {
            Publishing::Allowed => format!("event bus {arn}: {onward}"),
            Publishing::Refused(why) => format!("event bus {arn} is not reached: {why}"),
            Publishing::Undecided(why) => {
                format!("event bus {arn}, of which it is not decided whether it takes the event ({why}): {onward}")
            }
        }
    }
}

/// A subscription of a topic, and whether what the topic sends gets to its endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Subscribed {
    pub(crate) subscription: Subscription,
    /// Or why that could not be seen.
    pub(crate) delivery: Result<Publishing, Box<Unseen>>,
}

impl Subscribed {
    fn reach(&self) -> Reach {
        match &self.delivery {
            _ if !self.subscription.confirmed() => Reach::Nobody,
            Ok(Publishing::Allowed) => Reach::Subscriber,
            Ok(Publishing::Refused(_)) => Reach::Nobody,
            Ok(Publishing::Undecided(_)) | Err(_) => Reach::Undecided,
        }
    }
}

/// What a target is.
#[derive(Debug, Clone)]
pub(crate) enum Landing {
    /// A topic: its subscriptions, and whether an alert gets into it; `None` when there is no such topic.
    Topic(Option<(Vec<Subscribed>, Publishing)>),
    /// A queue: whether an alert gets into it; `None` when there is no such queue.
    Queue(Option<Publishing>),
    /// Another event bus.
    Bus(Forwarded),
    /// Something that could not be looked at.
    Unseen(Box<Unseen>),
    /// The owner's own code, or a service that is not followed further.
    Elsewhere,
}

/// A target with what it is.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(crate) target: RuleTarget,
    pub(crate) landing: Landing,
}

impl Destination {
    /// How far what is sent to it may get.
    pub(crate) fn reach(&self) -> Reach {
        match &self.landing {
            Landing::Topic(Some((subscriptions, publishing))) => {
                let onward = subscriptions.iter().map(Subscribed::reach).max().unwrap_or(Reach::Nobody);
                match publishing {
                    Publishing::Allowed => onward,
                    Publishing::Refused(_) => Reach::Nobody,
                    Publishing::Undecided(_) => onward.min(Reach::Undecided),
                }
            }
            Landing::Topic(None) | Landing::Queue(None | Some(Publishing::Refused(_))) => Reach::Nobody,
            Landing::Queue(Some(Publishing::Undecided(_))) => Reach::Undecided,
            Landing::Queue(Some(Publishing::Allowed)) => Reach::Unfollowed,
            Landing::Bus(bus) => bus.reach(),
            Landing::Unseen(_) => Reach::Undecided,
            Landing::Elsewhere => Reach::Unfollowed,
        }
    }

    /// Why it is not decided whether the alert gets to a subscriber of the topic, or into the queue; `None` where it is.
    pub(crate) fn undecided(&self) -> Option<&str> {
        match &self.landing {
            Landing::Topic(Some((_, Publishing::Undecided(reason)))) if self.reach() == Reach::Undecided => {
                Some(reason)
            }
            Landing::Topic(Some((subscriptions, _))) if self.reach() == Reach::Undecided => {
                subscriptions.iter().find_map(|one| match &one.delivery {
                    Ok(Publishing::Undecided(reason)) if one.subscription.confirmed() => Some(reason.as_str()),
                    _ => None,
                })
            }
            Landing::Queue(Some(Publishing::Undecided(reason))) => Some(reason),
            _ => None,
        }
    }

    /// What could not be looked at, where that leaves open whether the alert gets to somebody.
    pub(crate) fn unseen(&self) -> Option<&Unseen> {
        match &self.landing {
            Landing::Unseen(unseen) => Some(unseen),
            Landing::Topic(Some((subscriptions, _))) if self.undecided().is_none() => {
                subscriptions.iter().filter(|one| one.reach() == Reach::Undecided).find_map(|one| match &one.delivery {
                    Err(unseen) if self.reach() == Reach::Undecided => Some(unseen.as_ref()),
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// Why the topic or the queue does not take the alert.
    pub(crate) fn refused(&self) -> Option<&str> {
        match &self.landing {
            Landing::Topic(Some((_, Publishing::Refused(why)))) | Landing::Queue(Some(Publishing::Refused(why))) => {
                Some(why)
            }
            _ => None,
        }
    }

    /// ARNs of what is reached and not followed further.
    pub(crate) fn unfollowed(&self) -> Vec<&str> {
        match &self.landing {
            Landing::Elsewhere | Landing::Queue(Some(Publishing::Allowed)) => vec![&self.target.arn],
            Landing::Bus(bus) => bus.rules.iter().flat_map(Alarm::unfollowed).collect(),
            Landing::Topic(_) | Landing::Queue(_) | Landing::Unseen(_) => Vec::new(),
        }
    }

    fn in_words(&self) -> String {
        let arn = &self.target.arn;
        let (subscriptions, publishing) = match &self.landing {
            Landing::Elsewhere => return format!("target {arn} is not followed further: {}", not_examined(arn)),
            Landing::Unseen(unseen) => return format!("target {arn}: {unseen}"),
            Landing::Bus(bus) => return bus.in_words(arn),
            Landing::Topic(None) => return format!("topic {arn} does not exist"),
            Landing::Queue(None) => return format!("queue {arn} does not exist"),
            Landing::Queue(Some(Publishing::Allowed)) => {
                return format!("queue {arn} takes it; who reads the queue is not examined");
            }
            Landing::Queue(Some(Publishing::Refused(why) | Publishing::Undecided(why))) => return why.clone(),
            Landing::Topic(Some((subscriptions, publishing))) => (subscriptions, publishing),
        };
        let subscribed = match subscriptions.as_slice() {
            [] => format!("topic {arn} has no subscription"),
            all => {
                let confirmed = all.iter().filter(|one| one.subscription.confirmed()).count();
                let lost = all.iter().filter_map(|one| match &one.delivery {
                    Ok(Publishing::Refused(why) | Publishing::Undecided(why)) => Some(format!(", but {why}")),
                    Ok(Publishing::Allowed) => None,
                    Err(unseen) => Some(format!(", but {unseen}")),
                });
                let lost: String = lost.collect();
                format!("topic {arn} has {confirmed} of {} subscriptions confirmed{lost}", all.len())
            }
        };
        match publishing {
            Publishing::Allowed => subscribed,
            Publishing::Refused(why) | Publishing::Undecided(why) => format!("{subscribed}, and {why}"),
        }
    }
}

/// What is not known of a target that is not followed further.
fn not_examined(arn: &str) -> &'static str {
    match arn.split(':').nth(2).unwrap_or_default() {
        "lambda" | "states" | "codebuild" | "batch" | "ecs" => "what the owner's own code does is not examined",
        "logs" => "the resource policy of the log group, and who reads it, are not examined",
        "events" => "the API destination is not examined",
        _ => "where it leads is not examined",
    }
}

/// A rule that may see an event, and where it leads.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) rule: EventRule,
    pub(crate) pattern: Result<EventPattern, String>,
    pub(crate) destinations: Vec<Destination>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl Alarm {
    /// A rule of which nothing but itself is known; `None` for one that runs by the clock, which sees no event.
    pub(crate) fn of(rule: &EventRule) -> Option<Self> {
        let pattern = EventPattern::parse(rule.pattern.as_deref()?);
        Some(Self { rule: rule.clone(), pattern, destinations: Vec::new(), exchanges: Vec::new() })
    }

    pub(crate) fn is_enabled(&self) -> bool {
        matches!(self.rule.state.as_str(), "ENABLED" | WITH_READS)
    }

    /// How far its alert gets: nowhere while it is off.
    pub(crate) fn reach(&self) -> Reach {
        let furthest = self.destinations.iter().map(Destination::reach).max().unwrap_or(Reach::Nobody);
        if self.is_enabled() { furthest } else { Reach::Nobody }
    }

    /// ARNs of what its alert gets to and that is not followed further.
    pub(crate) fn unfollowed(&self) -> Vec<&str> {
        let reached = self.destinations.iter().filter(|destination| destination.reach() > Reach::Nobody);
        reached.filter(|_| self.is_enabled()).flat_map(Destination::unfollowed).collect()
    }

    /// Whether it sees an event as EventBridge receives it. Management events that read are for rules in a state of their
    /// own.
    ///
    /// See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>
    pub(crate) fn sees_event(&self, event: &Value) -> Matched {
        let is = |field: &str| event.pointer(field).and_then(Value::as_bool) == Some(true);
        let without_reads = self.rule.state != WITH_READS && is("/detail/managementEvent");
        if without_reads && is("/detail/readOnly") {
            return Matched::No;
        }
        let matched = match &self.pattern {
            Ok(pattern) => pattern.matches(event),
            Err(reason) => Matched::Undecided(reason.clone()),
        };
        match matched {
            Matched::Yes if without_reads && event.pointer("/detail/readOnly").is_some_and(is_unknown) => {
                depends_on("readOnly")
            }
            matched => matched,
        }
    }

    /// Its state and where it leads, in a sentence of its own.
    pub(crate) fn in_words(&self) -> String {
        format!("rule {}", self.leads())
    }

    /// The same as said of the rule by its name.
    pub(crate) fn leads(&self) -> String {
        let destinations = match self.destinations.as_slice() {
            [] => "no target".to_owned(),
            destinations => destinations.iter().map(Destination::in_words).collect::<Vec<_>>().join("; "),
        };
        format!("is {}, {destinations}", self.rule.state)
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
    use crate::judgement::{event_pattern::unknown, store_events::Kind};

    const TOPIC: &str = "arn:aws:sns:eu-central-1:222222222222:alerts";

    fn destination(arn: &str, subscriptions: Option<&[&str]>) -> Destination {
        let subscription = |arn: &&str| Subscription {
            arn: (*arn).to_owned(),
            protocol: "https".to_owned(),
            endpoint: "https://example.org".to_owned(),
        };
        let subscribed = |arn| Subscribed { subscription: subscription(arn), delivery: Ok(Publishing::Allowed) };
        let topic = subscriptions.map(|all| (all.iter().map(subscribed).collect(), Publishing::Allowed));
        Destination {
            target: RuleTarget { id: "t".to_owned(), arn: arn.to_owned(), role: None },
            landing: if arn == TOPIC { Landing::Topic(topic) } else { Landing::Elsewhere },
        }
    }

    fn with(mut destination: Destination, publishing: Publishing) -> Destination {
        if let Landing::Topic(Some((_, found))) = &mut destination.landing {
            *found = publishing;
        }
        destination
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
        let refused = || with(confirmed(), Publishing::Refused("no statement".to_owned()));
        let undecided = || with(confirmed(), Publishing::Undecided("a variable".to_owned()));
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
    fn what_is_not_decided_is_named_where_it_matters() {
        let undecided = || Publishing::Undecided("a variable".to_owned());
        let open = with(destination(TOPIC, Some(&["arn:aws:sns:eu-central-1:222222222222:alerts:1"])), undecided());
        assert_eq!(open.undecided(), Some("a variable"));
        assert!(alarm("ENABLED", vec![open]).in_words().ends_with("confirmed, and a variable"));
        let pending = with(destination(TOPIC, Some(&["PendingConfirmation"])), undecided());
        assert_eq!(pending.undecided(), None);
    }

    #[test]
    fn management_events_that_read_are_for_rules_in_a_state_of_their_own() {
        let event = |read: bool, management: bool| serde_json::json!({"source": "aws.s3", "detail": {"readOnly": read, "managementEvent": management}});
        for (read, management, seen) in [(true, true, false), (true, false, true), (false, true, true)] {
            let sees = |state: &str| alarm(state, vec![]).sees_event(&event(read, management)) == Matched::Yes;
            assert_eq!(sees("ENABLED"), seen, "read {read}, management {management}");
            assert!(sees(WITH_READS));
        }
        let open = serde_json::json!({"source": "aws.s3", "detail": {"readOnly": unknown(), "managementEvent": true}});
        assert!(matches!(alarm("ENABLED", vec![]).sees_event(&open), Matched::Undecided(_)));
        assert_eq!(alarm(WITH_READS, vec![]).sees_event(&open), Matched::Yes);
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
