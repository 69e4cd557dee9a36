//! How an event travels: from the bus it arrives on, over rules and other buses, to somebody.
//!
//! Owns what EventBridge does with an event that a rule puts on another bus, and how far one event gets along a route that
//! was read. Asks nothing: the route is what the scene found, and it ends where EventBridge ends it.
//!
//! See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html>

use logproof_estate::{AccountId, Region, Unseen, facts::DEFAULT_BUS};
use serde_json::Value;

use super::{
    alarm::{Alarm, Destination, Landing, Publishing, Reach},
    event_pattern::Matched,
};

/// An event bus: its account, its Region and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BusPlace {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
}

impl BusPlace {
    /// The bus that AWS services of an account write to in a Region.
    pub(crate) fn default_of(account: &AccountId, region: &Region) -> Self {
        Self { account: account.clone(), region: region.clone(), name: DEFAULT_BUS.to_owned() }
    }

    /// The bus that an ARN names; `None` when it is the ARN of something else.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        let name = parts.next()?.strip_prefix("event-bus/")?;
        let place = Self { account: account.parse().ok()?, region: region.parse().ok()?, name: name.to_owned() };
        (service == "events" && !name.is_empty()).then_some(place)
    }
}

/// What becomes of an event that a rule puts on another bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Crossing {
    /// It is sent.
    Sent,
    /// EventBridge does not send it, and why.
    Lost(String),
    /// AWS's documentation does not decide it, and why.
    Undecided(String),
}

/// Whether EventBridge sends an event on that came along `path`, which begins with the bus it arrived on. It makes one step
/// within a Region and one to another Region at most, so no route is longer than three buses and none goes round.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html> for the error codes
pub(crate) fn crossing(path: &[BusPlace], to: &BusPlace) -> Crossing {
    let Some(from) = path.last() else { return Crossing::Sent };
    if path.contains(to) {
        return Crossing::Lost("it leads back to a bus the event was on before".to_owned());
    }
    let leaves = |from: &BusPlace, to: &BusPlace| from.region != to.region;
    let mut before = path.iter().zip(path.iter().skip(1));
    if path.len() == 1 {
        return Crossing::Sent;
    }
    if path.len() > 2 || before.any(|(one, next)| leaves(one, next) == leaves(from, to)) {
        return Crossing::Lost("EventBridge sends no event on that came from another bus".to_owned());
    }
    Crossing::Undecided(
        "it would be the third bus, after one step within a Region and one to another: AWS's documentation excludes a third bus, and its error codes count the two kinds of steps apart"
            .to_owned(),
    )
}

/// Why it cannot be said how far an event gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The pattern of a rule is not evaluated: its ARN, and why.
    Pattern(String, String),
    /// Policies do not decide whether a topic or bus takes it: its ARN, and why.
    Policy(String, String),
    /// Something on the way could not be looked at.
    Unseen(Box<Unseen>),
}

/// How far one event gets; the later the better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Nobody hears of it.
    Nobody,
    /// It cannot be said.
    Open(Doubt),
    /// To something that is not followed further: its ARN.
    Unfollowed(String),
    /// To a confirmed subscription of a topic.
    Subscriber,
}

impl Arrival {
    /// As far as it is told.
    pub(crate) fn reach(&self) -> Reach {
        match self {
            Self::Nobody => Reach::Nobody,
            Self::Open(_) => Reach::Undecided,
            Self::Unfollowed(_) => Reach::Unfollowed,
            Self::Subscriber => Reach::Subscriber,
        }
    }

    /// The furthest of several, of equal ones the first.
    pub(crate) fn furthest(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::Nobody, |best, next| if next.reach() > best.reach() { next } else { best })
    }
}

impl Alarm {
    /// How far an event gets that arrives on the bus of this rule.
    pub(crate) fn carry(&self, event: &Value) -> Arrival {
        self.carry_to(event, &Destination::end)
    }

    /// The same, where `end` says how far it gets at each target that is no event bus.
    pub(crate) fn carry_to(&self, event: &Value, end: &dyn Fn(&Destination) -> Arrival) -> Arrival {
        let seen = if self.is_enabled() { self.sees_event(event) } else { Matched::No };
        if seen == Matched::No {
            return Arrival::Nobody;
        }
        let onward = Arrival::furthest(self.destinations.iter().map(|destination| destination.carry_to(event, end)));
        match seen {
            Matched::Undecided(reason) if onward != Arrival::Nobody => {
                Arrival::Open(Doubt::Pattern(self.rule.arn.clone(), reason))
            }
            _ => onward,
        }
    }
}

impl Destination {
    fn carry_to(&self, event: &Value, end: &dyn Fn(&Self) -> Arrival) -> Arrival {
        let Landing::Bus(bus) = &self.landing else { return end(self) };
        let onward = Arrival::furthest(bus.rules.iter().map(|rule| rule.carry_to(event, end)));
        match &bus.entry {
            Publishing::Allowed => onward,
            Publishing::Refused(_) => Arrival::Nobody,
            Publishing::Undecided(_) if onward == Arrival::Nobody => Arrival::Nobody,
            Publishing::Undecided(why) => Arrival::Open(Doubt::Policy(self.target.arn.clone(), why.clone())),
        }
    }

    /// How far whatever is sent to it gets, where it is the end of the way.
    fn end(&self) -> Arrival {
        if let Some(unseen) = self.unseen() {
            return Arrival::Open(Doubt::Unseen(Box::new(unseen.clone())));
        }
        match self.reach() {
            Reach::Subscriber => Arrival::Subscriber,
            Reach::Unfollowed => Arrival::Unfollowed(self.target.arn.clone()),
            Reach::Undecided => {
                let why = self.undecided().unwrap_or_default().to_owned();
                Arrival::Open(Doubt::Policy(self.target.arn.clone(), why))
            }
            Reach::Nobody => Arrival::Nobody,
        }
    }
}

#[cfg(test)]
mod tests;
