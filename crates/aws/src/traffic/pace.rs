//! The pace of one lane: how fast calls are sent, learned from what is throttled.
//!
//! A lane with a documented quota begins at that rate; any other is free until its calls are throttled for the most part.
//! From then on it is paced: lowered to what was answered where many calls of a while were throttled, eased a little where
//! some were, raised slowly where none was and calls waited. A few throttled calls do not slow a lane down: services
//! throttle some for reasons that a slower caller would not change. Plain values and instants; no waiting, no clock.

use std::time::{Duration, Instant};

use super::quota::Quota;

/// Calls a second, at least, with which a lane begins in which a call was throttled for the first time.
const FIRST: f64 = 5.0;
/// Calls a second at least.
const LEAST: f64 = 0.5;
/// Share of throttled calls that puts a free lane under a pace: once a quota is used up, nearly all are.
const STRIKING: f64 = 0.3;
/// Share of throttled calls that lowers the rate to what was answered.
const TOLERATED: f64 = 0.15;
/// By what share of itself the rate is raised in a second in which calls waited.
const RAISED: f64 = 0.01;
/// What a while with few throttled calls leaves of the rate.
const EASED: f64 = 0.99;
/// Seconds that raise the rate at once at most.
const LONGEST: f64 = 10.0;
/// A while is at least so long, and at least so many calls.
const WHILE: (Duration, u32) = (Duration::from_secs(1), 30);
/// So many throttled calls are enough, where a while has fewer calls or the lane is free.
const ENOUGH: u32 = 5;
/// What adding up parts of a token may lose.
const ROUNDING: f64 = 1e-6;
/// No wait is shorter: it would be over before it had begun.
const SHORTEST: Duration = Duration::from_micros(10);
/// How long what was learned is kept without a call.
const KEPT: Duration = Duration::from_secs(60);

/// The pace of one lane.
#[derive(Debug)]
pub(super) struct Pace {
    documented: Option<Quota>,
    /// Calls a second; none while the lane is free.
    rate: Option<f64>,
    /// Calls that may be sent at once, at the instant `counted`.
    tokens: f64,
    counted: Instant,
    /// What was sent before says nothing about the present rate.
    lowered: Option<Instant>,
    lately: Lately,
    /// Calls sent in the second before the present one, for a lane that is free.
    before: u32,
}

/// What came of the calls of the present while.
#[derive(Debug, Clone, Copy)]
struct Lately {
    since: Instant,
    sent: u32,
    answered: u32,
    throttled: u32,
    /// Whether a call had to wait.
    waited: bool,
}

impl Lately {
    fn since(since: Instant) -> Self {
        Self { since, sent: 0, answered: 0, throttled: 0, waited: false }
    }

    /// Share of the calls that were throttled.
    fn share(&self) -> f64 {
        f64::from(self.throttled) / f64::from((self.answered + self.throttled).max(1))
    }
}

impl Pace {
    pub(super) fn new(documented: Option<Quota>, now: Instant) -> Self {
        Self {
            documented,
            rate: documented.map(|quota| quota.rate),
            tokens: documented.map_or(0.0, |quota| quota.burst),
            counted: now,
            lowered: None,
            lately: Lately::since(now),
            before: 0,
        }
    }

    /// Sends a call, or says how long it must wait.
    pub(super) fn take(&mut self, now: Instant) -> Option<Duration> {
        let Some(rate) = self.rate else {
            self.count_second(now);
            self.lately.sent += 1;
            self.counted = now;
            return None;
        };
        self.refill(rate, now);
        if self.tokens < 1.0 - ROUNDING {
            self.lately.waited = true;
            return Some(Duration::from_secs_f64((1.0 - self.tokens) / rate).max(SHORTEST));
        }
        self.tokens = (self.tokens - 1.0).max(0.0);
        self.lately.sent += 1;
        None
    }

    /// A call was answered.
    pub(super) fn answered(&mut self, now: Instant) {
        self.lately.answered += 1;
        self.consider(now);
    }

    /// A call that was sent at an instant was throttled.
    pub(super) fn throttled(&mut self, sent: Instant, now: Instant) {
        if self.lowered.is_some_and(|lowered| sent < lowered) {
            return;
        }
        self.lately.throttled += 1;
        if self.rate.is_some() {
            return self.consider(now);
        }
        if self.lately.throttled >= ENOUGH && self.lately.share() > STRIKING {
            let sent = f64::from(self.before.max(self.lately.sent));
            self.lower((sent / 2.0).max(FIRST), now);
        }
    }

    /// Whether a new lane would be no different.
    pub(super) fn is_spare(&mut self, now: Instant) -> bool {
        let idle = now.saturating_duration_since(self.counted);
        match (self.rate, self.documented) {
            (None, _) => idle >= WHILE.0,
            (Some(rate), Some(quota)) if rate >= quota.rate => self.tokens + idle.as_secs_f64() * rate >= quota.burst,
            _ => idle >= KEPT,
        }
    }

    /// Calls that may be sent at once after a pause.
    fn burst(&self, rate: f64) -> f64 {
        let unlowered = self.documented.filter(|quota| rate >= quota.rate);
        // A tenth of a second: waiting is not exact to the millisecond.
        unlowered.map_or((rate * 0.1).max(1.0), |quota| quota.burst)
    }

    fn refill(&mut self, rate: f64, now: Instant) {
        let passed = now.saturating_duration_since(self.counted).as_secs_f64();
        self.tokens = (self.tokens + passed * rate).min(self.burst(rate));
        self.counted = now;
    }

    fn count_second(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.lately.since);
        if passed >= WHILE.0 {
            self.before = if passed < WHILE.0 * 2 { self.lately.sent } else { 0 };
            self.lately = Lately::since(now);
        }
    }

    /// Looks at the while that has passed, once it is long enough.
    fn consider(&mut self, now: Instant) {
        let Some(rate) = self.rate else { return };
        let Lately { since, answered, throttled, waited, .. } = self.lately;
        let passed = now.saturating_duration_since(since);
        let ended = answered + throttled;
        if passed < WHILE.0 || (ended < WHILE.1 && throttled < ENOUGH) {
            return;
        }
        let seconds = passed.as_secs_f64();
        if self.lately.share() > TOLERATED {
            let of_answers = f64::from(answered) / seconds * 0.95;
            // Where nothing was answered nothing is known but that it is too fast.
            let lower = if answered == 0 { rate / 2.0 } else { of_answers.min(rate * 0.95) };
            return self.lower(lower.max(LEAST), now);
        }
        self.refill(rate, now);
        if throttled > 0 {
            self.rate = Some((rate * EASED).max(LEAST));
        } else if waited {
            let raised = rate * (1.0 + RAISED * seconds.min(LONGEST));
            self.rate = Some(self.documented.map_or(raised, |quota| raised.min(quota.rate)));
        }
        self.lately = Lately::since(now);
    }

    fn lower(&mut self, rate: f64, now: Instant) {
        self.rate = Some(rate);
        (self.tokens, self.counted) = (0.0, now);
        self.lowered = Some(now);
        self.lately = Lately::since(now);
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
