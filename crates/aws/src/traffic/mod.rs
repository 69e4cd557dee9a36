//! When a call may be sent: every attempt waits for its turn in its own lane (one operation in one account and Region),
//! and only then for a place among the calls in flight. What waits holds no such place, so that an account that is
//! throttled keeps none of the others waiting.
//!
//! Owns: lanes, places, and how long an attempt may take. Must not know what a call asks, nor the SDK.

mod pace;
mod quota;
mod throttle;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use logproof_wire::CallTag;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::in_use::InUse;
use pace::Pace;

pub(crate) use throttle::{THROTTLED, asks_for_less};

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// There was an answer, whatever it says.
    Answered,
    /// The service asked for fewer calls.
    Throttled,
    /// There was no answer.
    Lost,
}

/// The calls of a run.
#[derive(Debug)]
pub(crate) struct Traffic {
    places: Semaphore,
    lanes: InUse<CallTag, Lane>,
    attempt: Duration,
}

/// The calls of one operation in one account and Region.
#[derive(Debug)]
struct Lane {
    /// Who holds it is the next to be sent; others follow in the order they came.
    turn: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
}

impl Lane {
    fn new(tag: &CallTag, now: Instant) -> Self {
        let pace = Pace::new(quota::documented(&tag.service, &tag.operation), now);
        Self { turn: tokio::sync::Mutex::default(), pace: Mutex::new(pace) }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn turn(&self) {
        let _turn = self.turn.lock().await;
        loop {
            let wait = self.pace().take(Instant::now());
            match wait {
                None => return,
                Some(wait) => tokio::time::sleep(wait).await,
            }
        }
    }
}

/// An attempt that may be sent; its place is given back on drop.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    lane: Arc<Lane>,
    at: Instant,
    _place: Option<SemaphorePermit<'a>>,
}

impl Traffic {
    /// At most `in_flight` calls at once, each attempt of which may take `attempt`.
    pub(crate) fn new(in_flight: usize, attempt: Duration) -> Self {
        Self { places: Semaphore::new(in_flight.max(1)), lanes: InUse::default(), attempt }
    }

    /// How long an attempt may take once it is sent.
    pub(crate) fn attempt(&self) -> Duration {
        self.attempt
    }

    /// Waits until a call may be sent.
    pub(crate) async fn send(&self, tag: &CallTag) -> Sent<'_> {
        let now = Instant::now();
        let is_spare = |lane: &Lane| lane.pace().is_spare(now);
        let lane = self.lanes.get(charged(tag), || Lane::new(tag, now), is_spare);
        lane.turn().await;
        // Never closed.
        let place = self.places.acquire().await.ok();
        Sent { lane, at: Instant::now(), _place: place }
    }
}

impl Sent<'_> {
    /// Says what came of it.
    pub(crate) fn ended(self, how: Ended) {
        let now = Instant::now();
        match how {
            Ended::Answered => self.lane.pace().answered(now),
            Ended::Throttled => self.lane.pace().throttled(self.at, now),
            Ended::Lost => {}
        }
    }
}

/// Whose quota a call counts against. AssumeRole is tagged with the account of the role, and counts against the caller's.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn charged(tag: &CallTag) -> CallTag {
    let account = if tag.service == "sts" { String::new() } else { tag.account.clone() };
    CallTag { account, ..tag.clone() }
}

#[cfg(test)]
mod tests;
